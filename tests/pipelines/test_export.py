"""Findings in the formats of others: `tokentrail export`, and `scan --format` and `--report`."""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from analytic.formats.flat import COLUMNS
from pipelines.cli import main, parser
from pipelines.outcome import RESULTS
from pipelines.views.formats import FORMATS
from tests import findings

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    findings.write(tmp_path / "findings.jsonl", findings.stolen("=1+1"), findings.finding("fab01"))
    return tmp_path


def arguments(*formats: str) -> list[str]:
    return [part for name in formats for part in ("--format", name)]


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


def test_each_format_is_written_beside_the_findings(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", str(folder), *arguments(*FORMATS)]) == 0
    assert capsys.readouterr().out.splitlines() == [f"2 findings: {folder}/{name}" for name in FORMATS.values()]
    ids = ["fu11d", "fab01"]
    for name, key in (("findings.ocsf.jsonl", "finding_info"), ("findings.ecs.jsonl", "event")):
        documents = [json.loads(line) for line in (folder / name).read_text().splitlines()]
        assert [one[key].get("uid", one[key].get("id")) for one in documents] == ids
    head, *cells = rows(folder / "findings.csv")
    assert head == list(COLUMNS)
    assert [row[0] for row in cells] == ids
    assert not any(cell.startswith("=") for row in cells for cell in row)
    assert (folder / "findings.md").read_text().count("\n## ") == 1
    assert not list(folder.glob("*.draft"))


def test_the_least_severity_and_the_folder_can_be_chosen(folder: Path) -> None:
    out = folder / "a" / "b"
    assert (
        main(
            [
                "export",
                str(folder / "findings.jsonl"),
                *arguments("csv", "csv"),
                "--min-severity",
                "high",
                "--output",
                str(out),
                "-q",
            ]
        )
        == 0
    )
    assert [row[0] for row in rows(out / "findings.csv")[1:]] == ["fu11d"]


def test_half_a_character_in_a_name_is_spelt_out(tmp_path: Path) -> None:
    findings.write(tmp_path / "findings.jsonl", findings.stolen("a\ud800b"))
    assert main(["export", str(tmp_path), *arguments(*FORMATS), "-q"]) == 0
    for name in FORMATS.values():
        assert "\\ud800" in (tmp_path / name).read_text(encoding="utf-8")


def test_what_is_no_folder_of_findings_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["export", str(tmp_path), *arguments("csv")], ["report", str(tmp_path)]):
        assert main(command) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert "findings.jsonl: No such file or directory: give a folder or file that a scan wrote" in line


def test_a_format_that_is_none_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export", "x", "--format", "xml"])
    assert ended.value.code == 1
    assert "invalid choice: 'xml' (choose from" in capsys.readouterr().err


def test_a_scan_writes_formats_and_report_and_reads_none_of_them(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(["scan", str(EXAMPLES), "--output", str(out), *arguments(*FORMATS), "--report", "-q"]) == 0
    written = {path.name for path in out.iterdir()}
    assert written >= {*FORMATS.values(), "report.html"}
    assert written <= set(RESULTS)
    first = (out / "report.html").read_bytes()
    assert b"jonas.weber ran SendCommand" in first
    # What a run wrote into a folder of logs is no input of the next.
    assert main(["scan", str(out), "--output", str(out), "-q"]) == 1


def test_what_lies_beside_a_scan_and_cannot_be_read_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "visibility.json").write_text("{")  # What `tokentrail coverage` left there; a scan writes none.
    assert main(["scan", str(EXAMPLES), "--output", str(tmp_path), "--report", "-q"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "visibility.json: is no coverage" in line
    assert (tmp_path / "findings.jsonl").stat().st_size > 0


def test_the_commands_take_the_formats_that_are_written() -> None:
    options = parser(["scan"]).parse_args(["scan", "x", *arguments(*FORMATS)])
    assert options.format == list(FORMATS)


def test_a_reader_that_has_enough_is_no_error(tmp_path: Path) -> None:
    """`tokentrail chains list | head -1`: the pipe is closed while there is more to say."""
    reading, writing = os.pipe()
    with subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import time; time.sleep(1); from pipelines.cli import main; raise SystemExit(main(['chains', 'list']))",
        ],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=EXAMPLES.parent,
    ) as process:
        os.close(writing)
        os.close(reading)
        _, said = process.communicate(timeout=120)
    assert (process.returncode, said) == (0, b"")
