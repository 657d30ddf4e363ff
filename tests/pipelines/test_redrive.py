"""Redrive end to end: letters of a scan and of a stream, mended and not, and never in a circle."""

import base64
import gzip
import json
from pathlib import Path

import msgspec
import pytest

from pipelines.cli import main
from schemas.records import DeadLetter, to_dict
from tests import findings
from tests.pipelines.test_cli import EXAMPLES, delivery, lines, record


def letters(path: Path, *found: DeadLetter) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(msgspec.json.encode(to_dict(letter)) + b"\n" for letter in found))
    return path


def redrive(output: Path, *arguments: str) -> int:
    return main(["redrive", *arguments, "--output", str(output)])


def written(output: Path, name: str) -> list[dict]:
    return [row for path in sorted((output / name).glob("*.jsonl")) for row in lines(path)]


@pytest.fixture(scope="module")
def mended(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A day whose every delivery file is broken as far as scan is concerned, and the letters mended by hand."""
    folder = tmp_path_factory.mktemp("mended")
    broken = folder / "logs"
    broken.mkdir()
    for path in EXAMPLES.rglob("*.json.gz"):
        found = json.loads(gzip.decompress(path.read_bytes()))["Records"]
        text = "\n".join(json.dumps(one | {"eventTime": f"at {one['eventTime']}"}) for one in found)
        (broken / path.name.removesuffix(".gz")).write_text(text)
    assert main(["scan", str(broken), "--output", str(folder / "out"), "-q"]) == 0
    rows = lines(folder / "out" / "dead_letters.jsonl")
    assert rows
    assert lines(folder / "out" / "findings.jsonl") == []
    for row in rows:
        row["raw"] = base64.b64encode(base64.b64decode(row["raw"]).replace(b'"at ', b'"')).decode()
        row["raw_size"] = len(base64.b64decode(row["raw"]))
    path = folder / "repaired" / "dead_letters.jsonl"
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder / "out" / "dead_letters.jsonl", path


def test_mended_letters_bring_in_the_findings_of_the_day(mended: tuple[Path, Path], tmp_path: Path) -> None:
    _, repaired = mended
    assert main(["scan", str(EXAMPLES), "--output", str(tmp_path / "day"), "-q"]) == 0
    assert redrive(tmp_path / "again", str(repaired)) == 0
    expected = {row["finding_id"]: row["score"] for row in lines(tmp_path / "day" / "findings.jsonl")}
    assert len(expected) > 5
    assert {row["finding_id"]: row["score"] for row in written(tmp_path / "again", "findings")} == expected
    assert written(tmp_path / "again", "dead_letters") == []
    assert lines(tmp_path / "again" / "kept_aside.jsonl") == []


def test_what_fails_again_counts_up_and_ends(
    mended: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each round's letters are the next round's input, Avro and JSON lines of the same ones together."""
    before = lines(mended[0])
    source = str(mended[0])
    for attempt in (1, 2):
        output = tmp_path / str(attempt)
        assert redrive(output, source, "--max-attempts", "2") == 0
        again = written(output, "dead_letters")
        assert {row["attempts"] for row in again} == {attempt}
        assert sorted((row["origin"], row["raw"]) for row in again) == sorted(
            (row["origin"], row["raw"]) for row in before
        )
        source = str(output)
    capsys.readouterr()
    assert redrive(tmp_path / "end", source, "--max-attempts", "2") == 0
    assert written(tmp_path / "end", "dead_letters") == []
    aside = lines(tmp_path / "end" / "kept_aside.jsonl")
    assert len(aside) == len(before)
    assert {row["attributes"]["aside"] for row in aside} == {"was sent again 2 times, the maximum is 2"}
    assert f"kept aside: {len(before)};" in capsys.readouterr().out


def test_a_file_is_read_again_from_where_it_lies(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "day.json"
    path.parent.mkdir()
    path.write_bytes(b"")
    assert main(["scan", str(path), "--output", str(tmp_path / "out"), "-q"]) == 0
    path.write_bytes(delivery(record(1), record(2, eventTime="never")))
    assert redrive(tmp_path / "again", str(tmp_path / "out" / "dead_letters.jsonl")) == 0
    (letter,) = written(tmp_path / "again", "dead_letters")
    assert letter["origin"].endswith("day.json#1")
    assert letter["attempts"] == 1
    path.unlink()
    assert redrive(tmp_path / "gone", str(tmp_path / "out")) == 0
    (letter,) = written(tmp_path / "gone", "dead_letters")
    assert (letter["step"], letter["error_type"], letter["attempts"]) == ("read", "FileNotFoundError", 1)


def test_what_was_cut_is_kept_aside_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = letters(
        tmp_path / "dead_letters.jsonl", DeadLetter(b"{", "file:///a#0", "parse", "E", "e", raw_size=2_000_000)
    )
    assert redrive(tmp_path / "out", str(path)) == 0
    (row,) = lines(tmp_path / "out" / "kept_aside.jsonl")
    assert row["attributes"]["aside"] == "was cut: 1 of 2000000 bytes are here; take it from its origin"
    assert "kept aside: 1" in capsys.readouterr().out


def test_the_bytes_of_a_message_are_unpacked_as_at_the_front_door(tmp_path: Path) -> None:
    packed = gzip.compress(delivery(record(1), record(2)))
    torn = packed[:-20]
    path = letters(
        tmp_path / "dead_letters.jsonl",
        DeadLetter(packed, "pubsub://m/1", "read", "E", "e", attributes={"kind": "message"}),
        DeadLetter(torn, "pubsub://m/2", "read", "E", "e", attributes={"kind": "message"}, attempts=1),
    )
    assert redrive(tmp_path / "out", str(path)) == 0
    again = written(tmp_path / "out", "dead_letters")
    assert [(row["origin"], row["error_type"], row["attempts"]) for row in again if row["step"] == "read"] == [
        ("pubsub://m/2", "TruncatedGzip", 2)
    ]


def test_a_finding_that_could_not_be_written_is_written_again(tmp_path: Path) -> None:
    found = findings.stolen()
    raw = json.dumps(to_dict(found)).encode()
    bad = json.dumps({**to_dict(findings.finding("bad")), "first_event_time": 2**62}).encode()
    path = letters(
        tmp_path / "dead_letters.jsonl",
        DeadLetter(raw, "finding:fu11d-0", "write", "BigQuery", "e", attributes={"kind": "finding"}),
        DeadLetter(bad, "finding:bad-0", "write", "Misfit", "e", attributes={"kind": "finding"}, attempts=1),
        DeadLetter(b"{}", "finding:none-0", "write", "Misfit", "e", attributes={"kind": "finding"}),
        DeadLetter(b"{}", "coverage:1", "write", "Misfit", "e", attributes={"kind": "coverage"}),
    )
    assert redrive(tmp_path / "out", str(path)) == 0
    (row,) = written(tmp_path / "out", "findings")
    assert {**row, "detected_at": found.detected_at} == to_dict(found)
    again = {row["origin"]: row["attempts"] for row in written(tmp_path / "out", "dead_letters")}
    assert again == {"finding:bad-0": 2, "finding:none-0": 1}
    (aside,) = lines(tmp_path / "out" / "kept_aside.jsonl")
    assert aside["origin"] == "coverage:1"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "no dead letters are named"),
        (["{here}/nothing"], "no dead letters there"),
        (["{here}/not.jsonl"], "not.jsonl: dead letter 1 or the one after it can't be read"),
        (["{here}/not.jsonl", "--max-attempts", "0"], "--max-attempts is 0"),
        (["--table", "p:d.t"], "--table needs --since"),
        (["--table", "p:d.t", "--since", "yesterday"], "--since yesterday: give a UTC day"),
        (["--table", "p:d.t`; DROP", "--since", "2026-03-03"], "no table; give PROJECT:DATASET.TABLE"),
    ],
)
def test_what_is_wrong_is_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "not.jsonl").write_text('{"raw": "!"}\n')
    assert redrive(tmp_path / "out", *(one.format(here=tmp_path) for one in arguments)) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
