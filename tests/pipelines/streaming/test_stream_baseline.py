"""`stream --baseline` on Prism: a start from a newer file judges as `scan --baseline` does, and nothing else changes."""

import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.cli import main
from tests.pipelines.streaming.running import Stream, rows
from tests.pipelines.test_baseline import delivery, record
from tests.servers.prism import prism
from tests.servers.pubsub import Topic, pubsub_emulator, topic

__all__ = ["prism", "pubsub_emulator", "topic"]

TODAY = record(9_001, 25, 10, "CreateAccessKey", "iam", "203.0.113.9")


def learnt(folder: Path, days: int) -> Path:
    """Learn so many days of alice's usual work."""
    usual = [record(100 * day + hour, day, hour, "ListBuckets", "s3") for day in range(days) for hour in (9, 14)]
    history = delivery(folder / f"{days}.json", usual)
    baseline = folder / f"{days}.avro"
    assert main(["baseline", str(history), "--output", str(baseline), "-q"]) == 0
    return baseline


def scores(found: list[dict[str, Any]]) -> dict[str, float]:
    """Give the score of what stands."""
    latest = {row["finding_id"]: row for row in sorted(found, key=lambda row: row["revision"])}
    return {id_: row["score"] for id_, row in latest.items() if row["status"] != "retracted"}


def scanned(folder: Path, baseline: Path) -> dict[str, float]:
    output = folder / f"scan-{baseline.stem}"
    today = delivery(folder / "today.json", [TODAY])
    assert main(["scan", str(today), "--baseline", str(baseline), "--output", str(output), "-q"]) == 0
    return scores([json.loads(line) for line in (output / "findings.jsonl").read_text().splitlines()])


@pytest.mark.integration
def test_a_start_from_a_newer_baseline_scores_as_scan_does_with_it(topic: Topic, prism: str, tmp_path: Path) -> None:
    older, newer = learnt(tmp_path, 10), learnt(tmp_path, 20)
    before, after = scanned(tmp_path, older), scanned(tmp_path, newer)
    assert before.keys() == after.keys()
    assert before != after
    output = tmp_path / "stream"
    for baseline, expected in ((older, before), (newer, after)):
        with Stream(topic.subscription, output, "--baseline", str(baseline), prism=prism) as stream:
            if baseline is older:
                topic.publish([json.dumps(TODAY).encode()])
            # The second start reads it back: what the newer baseline says of it is a revision.
            stream.wait_for(lambda expected=expected: scores(rows(output)) == expected, "the score of scan")
            assert stream.stop() == 0
        assert scores(rows(output)) == expected
