"""A scan by several processes: the same files as by one."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make an organization's logs of a day with an attack, with broken records among them and its databases beside."""
    folder = tmp_path_factory.mktemp("logs")
    command = "simulate --days 1 --identities 20 --attacks 6 --activity 0.1 --seed 5 -q --output"
    assert main([*command.split(), str(folder)]) == 0
    (folder / "logs" / "broken.json").write_text('{"eventVersion": "1.08"}\n{"half": \n[1, 2]\n')
    return folder


def written(folder: Path) -> dict[str, Any]:
    findings = [json.loads(line) for line in (folder / "findings.jsonl").read_text().splitlines()]
    for finding in findings:
        finding["detected_at"] = None
    summary = json.loads((folder / "summary.json").read_text())
    del summary["elapsed_seconds"], summary["events_per_second"]
    return {
        "findings": findings,
        "dead_letters": (folder / "dead_letters.jsonl").read_bytes(),
        "summary": summary,
    }


def test_several_processes_find_and_write_what_one_does(logs: Path, tmp_path: Path) -> None:
    options = ["--asn-db", str(logs / "asn.mmdb"), "--country-db", str(logs / "city.mmdb"), "-q"]
    paths = [str(logs / "logs"), str(EXAMPLES)]
    assert main(["baseline", *paths, "--output", str(tmp_path / "baseline.avro"), *options]) == 0
    options += ["--baseline", str(tmp_path / "baseline.avro")]
    for number in ("1", "2"):
        assert main(["scan", *paths, "--output", str(tmp_path / number), "--workers", number, *options]) == 0
    one, two = written(tmp_path / "1"), written(tmp_path / "2")
    assert len(one["findings"]) > 5
    assert one["summary"]["dead_letters"]["total"] > 0
    assert one["summary"]["duplicates"] > 0
    assert two == one


@pytest.mark.parametrize("number", ["0", "-1", "many"])
def test_a_number_of_processes_is_a_number(number: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["scan", str(EXAMPLES), "--workers", number])
    assert ended.value.code == 1
    assert number in capsys.readouterr().err
