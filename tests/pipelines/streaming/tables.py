"""The tables of a stream on the BigQuery emulator, and what stands in them."""

from typing import Any
from uuid import uuid4

from google.cloud import bigquery as api

from pipelines.cli import main
from schemas import avro
from schemas.tables import from_row
from tests.pipelines.streaming.running import content
from tests.servers.bigquery import PROJECT

SINCE = "first_event_time >= TIMESTAMP '2026-03-01'"


def created() -> str:
    """Create the tables in a new dataset; gives its name, as a query has it."""
    dataset = f"d{uuid4().hex[:12]}"
    assert main(["tables", "create", f"{PROJECT}:{dataset}", "--location", "EU"]) == 0
    return f"{PROJECT}.{dataset}"


def named(dataset: str, table: str) -> str:
    """Give a table's name as an option has it."""
    return f"{dataset.replace('.', ':', 1)}.{table}"


def options_of(dataset: str) -> list[str]:
    """Give the options by which a stream writes into all tables of a dataset."""
    tables = {"findings": "findings", "dead-letter": "dead_letters", "coverage": "coverage"}
    return [part for option, table in tables.items() for part in (f"--{option}-table", named(dataset, table))]


def standing(dataset: str) -> dict[str, tuple[Any, ...]]:
    """Give what `findings_latest` shows, as a row of scan has it."""
    query = f"SELECT * FROM `{dataset}.findings_latest` WHERE {SINCE} AND status != 'retracted'"
    schema = avro.load("finding")
    found = [from_row(dict(row.items()), schema) for row in api.Client(project=PROJECT).query(query).result()]
    assert len(found) == len({row["finding_id"] for row in found})
    return {row["finding_id"]: content(row) for row in found}


def letters(dataset: str) -> list[Any]:
    """Give the rows of dead letters."""
    query = f"SELECT * FROM `{dataset}.dead_letters` WHERE time >= TIMESTAMP '2020-01-01'"
    return list(api.Client(project=PROJECT).query(query).result())


def covered(dataset: str) -> list[dict[str, Any]]:
    """Give the rows of coverage, as many as there are of each cell, as the files have them."""
    query = f"SELECT * FROM `{dataset}.coverage` WHERE hour >= TIMESTAMP '2020-01-01'"
    schema = avro.load("coverage")
    return [from_row(dict(row.items()), schema) for row in api.Client(project=PROJECT).query(query).result()]
