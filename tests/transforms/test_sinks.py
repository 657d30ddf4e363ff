"""A stream's results in files: whole, named by what they hold, written over by a retry and by nothing else."""

import json
from pathlib import Path
from typing import Any

import fastavro
import msgspec

from schemas.records import DeadLetter, Finding
from tests import findings
from tests.transforms.pipeline import create, pipeline
from transforms.file_sink import WriteBatches, WriteDeadLetterBatches
from transforms.metrics import counters
from transforms.sinks import Sinks, WriteResults

LETTER = DeadLetter(b"\xff{", "pubsub://message/1", "parse", "NotJson", "no JSON")


def sinks(folder: Path) -> Sinks:
    return Sinks(
        WriteBatches(str(folder), "findings", Finding, "finding", 0.1), WriteDeadLetterBatches(str(folder), 0.1)
    )


def run(folder: Path, found: list[Finding], letters: list[DeadLetter]) -> Any:
    with pipeline() as p:
        results = {
            "findings": create(p, "Found", found, Finding),
            "dead_letters": create(p, "Letters", letters, DeadLetter),
        }
        _ = results | "Write" >> WriteResults(sinks(folder))
    return p


def lines(folder: Path) -> list[dict]:
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]


def test_results_are_files_of_lines_and_avro(tmp_path: Path) -> None:
    p = run(tmp_path, [findings.finding("a"), findings.stolen()], [LETTER])
    written = lines(tmp_path / "findings")
    assert {row["finding_id"] for row in written} == {"a", "fu11d"}
    assert all(row["detected_at"] > row["last_event_time"] for row in written)
    (avro,) = (tmp_path / "findings").glob("*.avro")
    with avro.open("rb") as file:
        assert [row["finding_id"] for row in fastavro.reader(file)] == [row["finding_id"] for row in written]
    (letter,) = lines(tmp_path / "dead_letters")
    assert letter["raw"] == "/3s="
    assert letter["time"] > 0
    counted = counters(p.result)
    assert counted["findings"] == 2
    assert counted["findings_shift_to_privileged"] == 2
    assert counted["rows"] == 3


def test_a_replay_writes_over_its_own_files(tmp_path: Path) -> None:
    for _ in range(2):
        run(tmp_path, [findings.finding("a"), findings.finding("b")], [LETTER])
    assert len(lines(tmp_path / "findings")) == 2
    assert len(lines(tmp_path / "dead_letters")) == 1
    later = msgspec.structs.replace(findings.finding("a"), revision=1)
    run(tmp_path, [later], [])
    assert sorted((row["finding_id"], row["revision"]) for row in lines(tmp_path / "findings")) == [
        ("a", 0),
        ("a", 1),
        ("b", 0),
    ]
    assert not list(tmp_path.rglob(".*"))


def test_a_row_that_does_not_fit_is_a_dead_letter(tmp_path: Path) -> None:
    bad = msgspec.structs.replace(findings.finding("a"), first_event_time=2**62)
    p = run(tmp_path, [bad, findings.finding("b")], [])
    assert [row["finding_id"] for row in lines(tmp_path / "findings")] == ["b"]
    (letter,) = lines(tmp_path / "dead_letters")
    assert letter["step"] == "write"
    assert letter["attributes"] == {"kind": "finding"}
    assert "first_event_time" in letter["error"]
    counted = counters(p.result)
    assert counted["rejected_rows"] == counted["dead_letters_write"] == 1
