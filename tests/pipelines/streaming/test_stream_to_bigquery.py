"""From the Pub/Sub emulator over Prism into the BigQuery emulator, a restart and a redrive included."""

from pathlib import Path
from uuid import uuid4

import pytest
from google.cloud import bigquery as api

from pipelines.cli import main
from tests.pipelines.streaming.day import Arrival, arrival
from tests.pipelines.streaming.running import Stream, cells, content, scanned, scanned_cells
from tests.servers.bigquery import PROJECT, Emulator, bigquery, bigquery_emulator
from tests.servers.prism import prism
from tests.servers.pubsub import Topic, pubsub_emulator, topic

__all__ = ["bigquery", "bigquery_emulator", "prism", "pubsub_emulator", "topic"]

SINCE = "first_event_time >= TIMESTAMP '2026-03-01'"


def standing(dataset: str) -> dict[str, tuple]:
    """Give what `findings_latest` shows, as a row of scan has it."""
    from schemas import avro
    from schemas.tables import from_row

    query = f"SELECT * FROM `{dataset}.findings_latest` WHERE {SINCE} AND status != 'retracted'"
    schema = avro.load("finding")
    found = [from_row(dict(row.items()), schema) for row in api.Client(project=PROJECT).query(query).result()]
    assert len(found) == len({row["finding_id"] for row in found})
    return {row["finding_id"]: content(row) for row in found}


def letters(dataset: str) -> set[bytes]:
    query = f"SELECT raw FROM `{dataset}.dead_letters` WHERE time >= TIMESTAMP '2020-01-01'"
    return {row.raw for row in api.Client(project=PROJECT).query(query).result()}


def covered(dataset: str) -> list[dict]:
    """Give the rows of coverage, as many as there are of each cell, as the files have them."""
    from schemas import avro
    from schemas.tables import from_row

    query = f"SELECT * FROM `{dataset}.coverage` WHERE hour >= TIMESTAMP '2020-01-01'"
    schema = avro.load("coverage")
    return [from_row(dict(row.items()), schema) for row in api.Client(project=PROJECT).query(query).result()]


@pytest.mark.integration
def test_a_disordered_day_killed_in_the_middle_is_in_findings_latest_as_scan_tells_it(
    topic: Topic, prism: str, bigquery: Emulator, tmp_path: Path
) -> None:
    day: Arrival = arrival(3)
    expected = scanned(day.lines, tmp_path / "scan")
    dataset = f"{PROJECT}.d{uuid4().hex[:12]}"
    assert main(["tables", "create", dataset.replace(".", ":", 1), "--location", "EU"]) == 0
    named = dataset.replace(".", ":", 1)
    options = ["--findings-table", f"{named}.findings", "--dead-letter-table", f"{named}.dead_letters"]
    options += ["--coverage-table", f"{named}.coverage"]
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
    assert letters(dataset) == set(day.broken)
    assert cells(covered(dataset)) == cells(scanned_cells(tmp_path / "scan"))
