"""`tokentrail chains`: what the chains look for, and what of ATT&CK they cover."""

import json
from pathlib import Path

import pytest

from analytic.chains.shipped import chains
from pipelines.cli import main
from tests.pipelines.test_commands import OWN


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "chains"
    folder.mkdir()
    (folder / "own_chain.yaml").write_text(OWN)
    return folder


def test_all_chains_are_listed_with_stages_and_techniques(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chains", "list", "--chains", str(own)]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines[::2]]
    assert names == sorted([*(chain.name for chain in chains()), "own_chain"])
    at = names.index("console_pivot") * 2
    assert lines[at].endswith("  sign_in_token -> console")
    assert lines[at + 1].strip() == "T1550.001, T1021.007, T1538"


@pytest.mark.parametrize("chain", chains(), ids=lambda chain: chain.name)
def test_a_chain_is_shown_with_all_that_its_author_says(chain, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chains", "show", chain.name]) == 0
    out = capsys.readouterr().out
    said = " ".join(out.split())
    for text in (*chain.check, *chain.benign, *chain.blind_spots):
        assert " ".join(f"- {text}".split()) in said
    for example in (*chain.examples.fires, *chain.examples.silent):
        assert " ".join(f"- {example.name}".split()) in said
    for number, stage in enumerate(chain.stages, 1):
        assert f"  {number}. {stage.name}" in out
    assert all(f"- {technique} " in said for technique in chain.attack)


def test_the_beginning_of_a_name_is_enough(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chains", "show", "console"]) == 0
    assert capsys.readouterr().out.startswith("console_pivot\n")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("impaired", "impaired is the beginning of impaired_first_time, impaired_twice: give more of it"),
        ("zz\x1b", "zz\\u001b is no chain: see tokentrail chains list"),
    ],
)
def test_a_name_that_leads_nowhere_is_one_line(name: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chains", "show", name]) == 1
    assert capsys.readouterr().err == f"tokentrail: error: {said}\n"


def test_coverage_is_a_table_and_a_layer(tmp_path: Path, own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "layer.json"
    assert main(["chains", "coverage", "--output", str(path), "--chains", str(own)]) == 0
    out = capsys.readouterr().out
    layer = json.loads(path.read_text())
    comments = {row["techniqueID"]: row["comment"] for row in layer["techniques"]}
    assert "own_chain" in comments["T1619"]
    for line in ("Initial Access", "Defense Impairment", "Impact"):
        assert line in out
    scores = [row["score"] for row in layer["techniques"]]
    assert f"{len(scores)} techniques: {sum(score >= 2 for score in scores)} that a chain is about" in out
    assert not list(tmp_path.glob("*.draft"))


def test_a_layer_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["chains", "coverage", "--output", str(tmp_path / "none" / "layer.json")]) == 1
    assert capsys.readouterr().err.count("\n") == 1
