"""The stream on real servers: Google's Pub/Sub emulator, Beam's Prism, and the command as a user runs it."""

import time
from pathlib import Path

import pytest

from analytic.cut import CUT
from analytic.sources.times import iso_micros
from tests.pipelines.streaming.day import HOUR, arrival, records, time_of
from tests.pipelines.streaming.running import Stream, cells, raw, rows, scanned, scanned_cells, view
from tests.servers.prism import prism
from tests.servers.pubsub import Topic, pubsub_emulator, topic

__all__ = ["prism", "pubsub_emulator", "topic"]

NOON = iso_micros("2026-03-03T12:00:00Z")

pytestmark = pytest.mark.integration


def test_a_disordered_day_gives_what_scan_gives(topic: Topic, prism: str, tmp_path: Path) -> None:
    """Out of order, one in ten twice, one in twenty late, one in a hundred broken; at the end nothing is waiting."""
    day = arrival(1)
    expected = scanned(day.lines, tmp_path / "scan")
    assert len(expected) >= 5
    output = tmp_path / "stream"
    with Stream(topic.subscription, output, prism=prism) as stream:
        topic.publish(day.messages)
        stream.wait_for(lambda: view(rows(output)).keys() == expected.keys(), "findings")
        assert stream.stop() == 0
    counted = stream.counted()
    assert counted["messages"] >= len(day.messages)
    assert counted["records"] == counted["parsed"] + counted["dead letters"]
    assert min(counted[name] for name in ("duplicates", "late", "revised", "findings")) > 0
    assert view(rows(output)) == expected
    # All was let go at the end of time, and the counter knows of it: what it says before is what is kept.
    assert stream.log.read_text().rstrip().endswith(" 0 bytes of state")
    letters = rows(output, "dead_letters")
    assert raw(letters) == set(day.broken)
    assert {letter["step"] for letter in letters} == {"parse"}
    assert all(letter["origin"].startswith(f"pubsub://{topic.subscription}/") for letter in letters)
    assert cells(rows(output, "coverage")) == cells(scanned_cells(tmp_path / "scan"))
    time.sleep(12)  # Past the deadline of acknowledgement: what was not acknowledged is back.
    assert topic.pulled() == []


@pytest.mark.parametrize("end", ["stop", "kill"])
def test_a_run_cut_in_the_middle_loses_nothing_and_doubles_nothing(
    end: str, topic: Topic, prism: str, tmp_path: Path
) -> None:
    """Started again, it reads back what it had acknowledged and lost, and continues what it had told."""
    day = arrival(2)
    expected = scanned(day.lines, tmp_path / "scan")
    output = tmp_path / "stream"
    half = len(day.messages) // 2
    with Stream(topic.subscription, output, prism=prism) as stream:
        topic.publish(day.messages[:half])
        stream.wait_for(lambda: len(rows(output)) > 0, "first findings")
        assert stream.stop() == 0 if end == "stop" else stream.kill() is None
    first = rows(output)
    with Stream(topic.subscription, output, prism=prism) as stream:
        topic.publish(day.messages[half:])
        stream.wait_for(lambda: view(rows(output)) == expected, "the findings of scan")
        assert stream.stop() == 0
    assert view(rows(output)) == expected
    assert raw(rows(output, "dead_letters")) == set(day.broken)
    assert cells(rows(output, "coverage")) == cells(scanned_cells(tmp_path / "scan"))
    told = [(row["finding_id"], row["revision"]) for row in rows(output)]
    assert len(told) == len(set(told)), "a row of the second run has an id and revision of the first"
    assert {row["finding_id"] for row in first} <= {row["finding_id"] for row in rows(output)}


def test_a_stop_marks_the_findings_whose_session_was_open(topic: Topic, prism: str, tmp_path: Path) -> None:
    """The day is cut at noon: who was at work then has partial findings; the morning's sessions are whole."""
    day = [record for record in records() if time_of(record) < NOON]
    output = tmp_path / "stream"
    with Stream(topic.subscription, output, prism=prism) as stream:
        topic.publish(day)
        stream.wait_for(lambda: len(view(rows(output))) > 3, "the morning's findings")
        assert stream.stop() == 0
    latest = {row["finding_id"]: row for row in sorted(rows(output), key=lambda row: row["revision"])}
    last = max(time_of(record) for record in day)
    marked = {id_ for id_, row in latest.items() if CUT in row["blind_spots"]}
    still_open = {id_ for id_, row in latest.items() if row["session"]["ended"] + HOUR > last}
    assert marked == still_open
    assert marked
    assert latest.keys() - marked
