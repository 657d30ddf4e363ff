"""Redrive out of a table of dead letters and back into tables, on a BigQuery emulator."""

import json
from pathlib import Path
from uuid import uuid4

import pytest
from google.cloud import bigquery as api

from pipelines.cli import main
from schemas import avro
from schemas.records import DeadLetter, to_dict
from schemas.tables import to_row
from tests import findings, make
from tests.servers.bigquery import PROJECT, Emulator


@pytest.mark.integration
def test_letters_of_a_table_go_back_into_tables(bigquery: Emulator, tmp_path: Path) -> None:
    dataset = f"{PROJECT}:d{uuid4().hex[:12]}"
    assert main(["tables", "create", dataset, "--location", "EU"]) == 0
    client, table = api.Client(project=PROJECT), f"{dataset.replace(':', '.')}.dead_letters"
    raw = json.dumps(to_dict(findings.stolen())).encode()
    letters = [
        DeadLetter(raw, "finding:fu11d-0", "write", "BigQuery", "e", make.T0, attributes={"kind": "finding"}),
        DeadLetter(b"{", "pubsub://s/1#0", "parse", "NotJson", "e", make.T0, attributes={"kind": "record", "a": "1"}),
        DeadLetter(b"{", "pubsub://s/2#0", "parse", "NotJson", "e", make.T0, 3, {"kind": "record"}),
        DeadLetter(b"{", "pubsub://s/3#0", "parse", "NotJson", "e", make.T0 - findings.DAY),
    ]
    rows = [to_row(to_dict(letter), avro.load("dead_letter")) for letter in letters]
    assert client.insert_rows_json(table, rows) == []
    places = ["--findings-table", f"{dataset}.findings", "--dead-letter-table", f"{dataset}.dead_letters"]
    line = [
        "redrive",
        "--table",
        f"{dataset}.dead_letters",
        "--since",
        "2026-03-03",
        *places,
        "--output",
        str(tmp_path),
    ]
    assert main(line) == 0
    found = client.query(f"SELECT finding_id FROM `{dataset.replace(':', '.')}.findings_latest`").result()
    assert [row.finding_id for row in found] == ["fu11d"]
    again = client.query(f"SELECT origin, attempts FROM `{table}` WHERE attempts = 1").result()
    assert [(row.origin, row.attempts) for row in again] == [("pubsub://s/1#0", 1)]
    (aside,) = [json.loads(one) for one in (tmp_path / "kept_aside.jsonl").read_text().splitlines()]
    assert aside["origin"] == "pubsub://s/2#0"
