"""From the Pub/Sub emulator over Prism into the BigQuery emulator, a restart and a redrive included."""

from pathlib import Path

import pytest

from tests.pipelines.streaming.day import Arrival, arrival
from tests.pipelines.streaming.running import Stream, cells, scanned, scanned_cells
from tests.pipelines.streaming.tables import covered, created, letters, options_of, standing
from tests.servers.bigquery import Emulator, bigquery, bigquery_emulator
from tests.servers.prism import prism
from tests.servers.pubsub import Topic, pubsub_emulator, topic

__all__ = ["bigquery", "bigquery_emulator", "prism", "pubsub_emulator", "topic"]


@pytest.mark.integration
def test_a_disordered_day_killed_in_the_middle_is_in_findings_latest_as_scan_tells_it(
    topic: Topic, prism: str, bigquery: Emulator, tmp_path: Path
) -> None:
    day: Arrival = arrival(3)
    expected = scanned(day.lines, tmp_path / "scan")
    dataset = created()
    options = options_of(dataset)
    half = len(day.messages) // 2
    with Stream(topic.subscription, tmp_path / "one", *options, prism=prism, command="emulated") as stream:
        topic.publish(day.messages[:half])
        stream.wait_for(lambda: len(standing(dataset)) > 0, "first findings")
        stream.kill()
    with Stream(topic.subscription, tmp_path / "two", *options, prism=prism, command="emulated") as stream:
        topic.publish(day.messages[half:])
        stream.wait_for(lambda: standing(dataset) == expected, "the findings of scan")
        assert stream.stop() == 0
    assert standing(dataset) == expected
    assert {row.raw for row in letters(dataset)} == set(day.broken)
    assert cells(covered(dataset)) == cells(scanned_cells(tmp_path / "scan"))
