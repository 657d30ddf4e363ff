"""`tokentrail explain`: the story in order, any hostile text escaped, and one line for what is wrong."""

import argparse
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.chains.shipped import chains
from pipelines.views import explain
from pipelines.views.findings_file import FindingsError, read
from pipelines.views.story import About, story
from schemas.records import Finding, to_dict
from tests import findings

HOSTILE = [
    "\x1b[2J\x1b[31mowned",
    "a\nCheck\n  - nothing",
    "\u202egpj.exe",
    "\x9b31m",
    "a\u200bb",
    "[bold]x[/bold]",
    "\ud800",
]


NOTHING = About()


def options(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    explain.add_arguments(parser)
    return parser.parse_args(arguments)


def told(finding: Finding, about: About = NOTHING, width: int = 100) -> str:
    return "\n".join(line.text for line in story(finding, about, width))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    findings.write(tmp_path / "findings.jsonl", findings.stolen(), findings.finding("fab01"), findings.finding("fab02"))
    return tmp_path


def test_the_story_answers_the_questions_in_their_order(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain.run(options("fu11d", str(folder))) == 0
    said = capsys.readouterr().out
    headings = [
        "alice ran SendCommand on i-0abc",
        "Who",
        "From where and with what",
        "What happened, in order (UTC)",
        "Why it weighs 5.0 bits",
        "Why it may be benign",
        "What could not be seen, hence is not ruled out",
        "Check",
        "Revoke, if this was not the person's own work",
        "Roll back",
        "Pull",
        "Raw records",
    ]
    lines = said.splitlines()
    places = [lines.index(heading) for heading in headings]
    assert places == sorted(places)


def test_hop_shift_and_stage_are_told_in_the_order_they_happened() -> None:
    said = told(findings.stolen())
    parts = [
        "alice became i-0abc by SendCommand",
        "ssm:SendCommand, cli from 198.51.100.10 with AKIAALICE",
        "shift of home: 198.51.100.0/24 -> 203.0.113.0/24 (+8.0 bits)",
        "the credential of i-0abc is used from 203.0.113.0/24",
        "stage privileged: T1136.003 Create Account: Cloud Account (Persistence)",
    ]
    timeline = said[said.index("What happened") : said.index("Why it weighs")]
    assert all(part in timeline for part in parts)
    assert [timeline.index(part) for part in parts[:4]] == sorted(timeline.index(part) for part in parts[:4])


def test_what_to_do_stands_in_it_in_plain_words() -> None:
    said = told(findings.stolen(), About(("look at the command's parameters",), ("a patch window",)))
    assert "  - delete the access key i-0abc" in said
    assert "  - deactivate the access key of i-0abc" in said
    assert "  - CloudTrail data events of i-0abc" in said
    assert "  - look at the command's parameters" in said
    assert "  - known twin: a patch window" in said
    assert "records 0, 1 of file:///logs/day.json.gz" in said
    assert "is it the right person? a hop above is not certain" in said


def test_the_chain_s_own_checks_and_twins_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (chain,) = [chain for chain in chains() if chain.name == "shift_to_privileged"]
    assert explain.about("shift_to_privileged", chains()) == About(chain.check, chain.benign)
    assert explain.about("nobody_s", chains()) == About()
    assert explain.run(options("fab01", str(folder))) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"- {' '.join(chain.check[0].split())}" in said
    assert f"- known twin: {' '.join(chain.benign[0].split())}" in said


def test_a_folder_of_chains_that_is_none_is_one_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain.run(options("fab01", str(folder), "--chains", str(folder / "none"))) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_finding_with_nothing_to_undo_has_no_such_sections() -> None:
    said = told(findings.finding("f1"))
    assert "Roll back" not in said
    assert "Revoke" not in said
    assert "used its own credential: no hop lies between" in said
    assert "is it the right person?" not in said


def test_stages_that_the_capped_evidence_lost_are_told_all_the_same() -> None:
    finding = findings.finding("f1", calls=["iam:CreateUser", "iam:CreateRole"])
    finding.evidence = finding.evidence[:1]
    assert "iam:CreateRole" in told(finding)
    assert "1 more events" in told(finding)


def test_lines_are_at_most_as_wide_as_asked() -> None:
    finding = findings.stolen("word " * 60)
    for width in (60, 100):
        assert all(len(line.text) <= width for line in story(finding, About(), width) if "://" not in line.text)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_log_reaches_the_terminal_raw(
    text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    findings.write(tmp_path / "findings.jsonl", findings.stolen(text))
    assert explain.run(options("fu11d", str(tmp_path))) == 0
    said = capsys.readouterr().out
    assert all(character.isprintable() or character == "\n" for character in said)
    assert said.splitlines().count("Check") == 1
    if "[bold]" in text:
        assert text in said


@given(text=st.text(max_size=200), time=st.integers(-(2**63), 2**63 - 1), width=st.integers(-1, 200))
def test_any_text_time_and_width_is_told(text: str, time: int, width: int) -> None:
    finding = msgspec.structs.replace(findings.stolen(text), first_event_time=time, last_event_time=time)
    said = story(finding, About((text,), (text,)), width)
    assert not any(ord(character) < 32 for line in said for character in line.text)


def test_the_unique_beginning_of_an_id_is_enough(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain.run(options("FU", str(folder))) == 0
    assert explain.run(options("fab01", str(folder / "findings.jsonl"))) == 0
    assert "id fab01" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("id_", "said"),
    [
        ("fab", "fab is the beginning of 2 ids: fab01, fab02; give more of it"),
        ("zzz", "no finding of the 3 in"),
        ("", "an empty id fits every finding"),
        ("\x1b[2J", "has an id that begins with \\u001b[2j"),
    ],
)
def test_an_id_that_leads_nowhere_is_one_line(
    folder: Path, id_: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert explain.run(options(id_, str(folder))) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "No such file or directory: give a folder or file that a scan wrote"),
        (b"{", ":1: is no finding: "),
        (b"[]\n", ":1: is no finding: list where Finding belongs"),
        (b"{}\n", ":1: is no finding: the key 'finding_id' is missing"),
        (b'{"finding_id": 1}\n', ":1: is no finding: "),
        (b"[" * 100_000, ":1: is no finding: "),
        (b"\xff\xfe\n", ":1: is no finding: "),
    ],
)
def test_a_file_that_is_none_of_findings_is_one_line(
    tmp_path: Path, content: bytes | None, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "findings.jsonl"
    if content is not None:
        path.write_bytes(content)
    assert explain.run(options("f", str(path))) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert said in err


def test_findings_come_back_as_they_were_written(tmp_path: Path) -> None:
    made = [findings.stolen(), findings.finding("f1")]
    assert read(str(findings.write(tmp_path / "findings.jsonl", *made))) == made


def test_of_one_id_the_latest_revision_is_told(tmp_path: Path) -> None:
    first = findings.finding("f1")
    second = msgspec.structs.replace(first, revision=1, status="revised")
    assert read(str(findings.write(tmp_path / "findings.jsonl", second, first))) == [second]


def test_a_finding_of_an_older_version_is_read_and_one_with_a_hole_is_not(tmp_path: Path) -> None:
    older = to_dict(findings.finding("f1"))
    for name in ("rollback", "revoke", "pull"):
        del older[name]
    path = tmp_path / "findings.jsonl"
    path.write_text(json.dumps(older | {"a_later_field": 1}))
    assert read(str(path)) == [findings.finding("f1")]
    del older["automation"]
    path.write_text(json.dumps(older))
    with pytest.raises(FindingsError, match="the key 'automation' is missing"):
        read(str(path))
