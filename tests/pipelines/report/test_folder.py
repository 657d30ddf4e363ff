"""`tokentrail report`: what it reads, where it writes, and one line for what is wrong."""

import json
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.report.folder import MAX_LETTERS_SHOWN, load
from tests import findings, make
from tests.pipelines.report.pages import Parsed, page, write


def test_the_report_lies_beside_the_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path / "out", findings.stolen())
    assert main(["report", str(folder)]) == 0
    assert capsys.readouterr().out == f"report: {folder}/report.html\n"
    first = (folder / "report.html").read_bytes()
    assert main(["report", str(folder / "findings.jsonl"), "--output", str(tmp_path / "other.html"), "-q"]) == 0
    assert (tmp_path / "other.html").read_bytes() == first
    assert capsys.readouterr().out == ""
    assert not list(folder.glob("*.draft"))


def test_how_many_are_told_in_full_can_be_chosen(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, findings.stolen(), findings.finding("fab01"))
    assert main(["report", str(folder), "--max-findings", "1", "-q"]) == 0
    made = (folder / "report.html").read_text()
    assert (made.count('class="finding"'), made.count('class="finding brief"')) == (1, 1)
    for wrong in ("0", "10001", "x", "-1"):
        with pytest.raises(SystemExit) as ended:
            main(["report", str(folder), "--max-findings", wrong])
        assert ended.value.code == 1
    assert "give one from 1 to 10000" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("coverage.json", "{", "coverage.json: is no coverage"),
        ("coverage.json", '[{"hour": "noon"}]', "coverage.json: is no coverage"),
        ("coverage.json", '[{"hour": 1.5}]', "coverage.json: is no coverage"),
        ("coverage.json", "[" * 100_000, "coverage.json: is no coverage"),
        ("visibility.json", '{"gaps": 1}', "visibility.json: is no coverage"),
        ("summary.json", "[]", "summary.json: is no summary"),
        ("summary.json", "\x00", "summary.json: is no summary"),
        ("dead_letters.jsonl", "{\n", "dead_letters.jsonl:1: is no dead letter"),
        ("dead_letters.jsonl", '{"step": 1}\n', "dead_letters.jsonl:1: is no dead letter"),
    ],
)
def test_a_file_that_is_wrong_is_one_line(
    tmp_path: Path, name: str, content: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path, findings.stolen())
    (folder / name).write_text(content)
    assert main(["report", str(folder)]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
    assert not (folder / "report.html").exists()


def test_a_report_that_cannot_be_written_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write(tmp_path, findings.stolen())
    assert main(["report", str(folder), "--output", str(tmp_path / "none" / "r.html")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize("hour", [make.T0, "2026-03-03T08:00:00Z", "2026-03-03 08:30:00"])
def test_coverage_is_read_by_account_and_hour_in_either_form(tmp_path: Path, hour: object) -> None:
    row = {"provider": "aws", "account": "a", "hour": hour, "events": 2, "reads": 1, "later": {}}
    nameless = {"provider": "okta", "account": None, "hour": hour, "events": 5}
    folder = write(tmp_path, coverage=[row, row, nameless])
    assert load(str(folder)).coverage == {("a", make.T0): 4, ("okta", make.T0): 5}
    (folder / "coverage.json").write_text(json.dumps({"rows": [row]}))
    assert load(str(folder)).coverage == {("a", make.T0): 2}


def test_gaps_and_blindness_are_told_first_and_under_coverage(tmp_path: Path) -> None:
    hop = {"name": "console session to its sign-in", "provider": "aws", "state": "blind", "lacks": ["sign-in events"]}
    seen = hop | {"name": "another hop", "state": "seen", "later": 1}
    gap = {"provider": "aws", "account": "1111", "what": "account", "since": "2026-03-03T08:00Z", "until": None}
    folder = write(
        tmp_path,
        findings.stolen(),
        coverage=[{"account": "1111", "hour": make.T0, "events": 1}],
        visibility={
            "gaps": [gap],
            "chains": [hop | {"name": "a_chain", "state": "partly"}],
            "hops": [hop, seen],
            "digests": {},
        },
    )
    text = Parsed(page(folder)).text
    for said in (
        "aws 1111 fell silent from 2026-03-03T08:00Z on, to the end",
        "aws: blind to console session to its sign-in: lacks sign-in events",
        "aws: partly blind to a_chain: lacks sign-in events",
    ):
        assert text.count(said) == 2
    assert "another hop" not in text


def test_dead_letters_are_counted_and_the_first_are_kept(tmp_path: Path) -> None:
    folder = write(tmp_path)
    letter = {"raw": "AAAA", "origin": "o", "step": "parse", "error_type": "bad_json", "error": "e", "raw_size": 3}
    (folder / "dead_letters.jsonl").write_text(f"{json.dumps(letter)}\n" * (MAX_LETTERS_SHOWN + 5))
    letters = load(str(folder)).letters
    assert letters.counts == {("parse", "bad_json"): MAX_LETTERS_SHOWN + 5}
    assert len(letters.first) == MAX_LETTERS_SHOWN


def test_only_the_findings_must_be_there(tmp_path: Path) -> None:
    loaded = load(str(write(tmp_path, findings.stolen())))
    assert (loaded.letters.counts, loaded.summary, loaded.coverage) == ({}, {}, None)
