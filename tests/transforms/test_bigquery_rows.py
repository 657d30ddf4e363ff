"""Raw records of a BigQuery table, read by partitions: the queries, and whole backfills against an emulator."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from google.cloud.bigquery import Client, SchemaField, Table, TimePartitioning

from pipelines.cli import main
from pipelines.inputs import is_table
from pipelines.rows import partitions
from tests.servers.bigquery import PROJECT, Emulator
from transforms.bigquery_rows import BigQueryRows, Partitioning, query


def test_a_query_filters_by_the_partitions_column() -> None:
    by_time = query("p.d.t", Partitioning("timestamp", "TIMESTAMP", True, None))
    assert "WHERE `timestamp` >= @since AND `timestamp` < @until" in by_time
    assert "TO_JSON_STRING(t)" in by_time
    assert by_time.endswith("ORDER BY record")
    by_arrival = query("p.d.t", Partitioning("_PARTITIONTIME", "TIMESTAMP", False, "raw"))
    assert "WHERE _PARTITIONTIME >= @since" in by_arrival
    assert "t.`raw`" in by_arrival


@pytest.mark.parametrize("path", ["bigquery://p.d.t", "bigquery://p.d.t/x", "bigquery://p.d.t/2026-03-03T9"])
def test_a_uri_that_names_no_hour_is_refused(path: str) -> None:
    with pytest.raises(OSError, match="names no hour"):
        BigQueryRows(None).open(path)


@pytest.mark.parametrize("table", ["", "t", "d.t", "p.d.t`; DROP TABLE x", "p.d.t/2026-03-03"])
def test_what_is_no_tables_name_is_refused(table: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("transforms.bigquery_rows.connect", lambda _: None)
    assert is_table(f"bigquery://{table}")
    uris, error = partitions(f"bigquery://{table}", 0, 1)
    assert uris == {}
    assert error is not None
    assert "no table's name" in error


def record(number: int, hour: int, call: str = "ListUsers", ip: str = "198.51.100.7") -> dict[str, Any]:
    return {
        "eventVersion": "1.09",
        "eventID": f"00000000-0000-4000-8000-{number:012}",
        "eventTime": f"2026-03-03T{hour:02}:{number % 60:02}:00Z",
        "eventSource": "cloudtrail.amazonaws.com" if call == "StopLogging" else "iam.amazonaws.com",
        "eventName": call,
        "awsRegion": "us-east-1",
        "sourceIPAddress": ip,
        "userAgent": "aws-cli/2.15.0",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": "AIDAEXAMPLE",
            "userName": "alice",
            "accountId": "111122223333",
            "accessKeyId": "AKIAALICE00000000000",
        },
    }


CALLS = [record(1, 9), record(2, 13), record(3, 14, ip="203.0.113.77"), record(4, 14, "StopLogging", "203.0.113.77")]


@pytest.fixture
def table(bigquery: Emulator) -> str:
    """A table of raw CloudTrail records, partitioned by their time."""
    client = Client(project=PROJECT)
    name = f"{PROJECT}.raw_logs.cloudtrail"
    client.create_dataset("raw_logs", exists_ok=True)
    client.delete_table(name, not_found_ok=True)
    made = Table(name, [SchemaField("event_time", "TIMESTAMP"), SchemaField("raw", "STRING")])
    made.time_partitioning = TimePartitioning(field="event_time")
    client.create_table(made)
    rows = [{"event_time": call["eventTime"], "raw": json.dumps(call)} for call in CALLS]
    assert client.insert_rows_json(name, rows) == []
    return name


@pytest.mark.integration
def test_rows_are_read_by_the_hour(table: str) -> None:
    file = BigQueryRows(None).open(f"bigquery://{table}/2026-03-03T14")
    assert sorted(json.loads(line)["eventID"][-1] for line in file) == ["3", "4"]
    assert BigQueryRows(None).open(f"bigquery://{table}/2026-03-03T11").read() == b"[]\n"
    with pytest.raises(OSError, match="none"):
        BigQueryRows(None).open(f"bigquery://{PROJECT}.raw_logs.none/2026-03-03T11")


@pytest.mark.integration
def test_a_table_without_a_raw_column_gives_its_rows_as_records(bigquery: Emulator) -> None:
    client = Client(project=PROJECT)
    client.create_dataset("raw_logs", exists_ok=True)
    name = f"{PROJECT}.raw_logs.entries"
    client.delete_table(name, not_found_ok=True)
    made = Table(name, [SchemaField("timestamp", "TIMESTAMP"), SchemaField("logName", "STRING")])
    made.time_partitioning = TimePartitioning(field="timestamp")
    client.create_table(made)
    rows = [{"timestamp": f"2026-03-03T0{hour}:30:00Z", "logName": f"log {hour}"} for hour in (8, 9)]
    assert client.insert_rows_json(name, rows) == []
    (line,) = BigQueryRows(None).open(f"bigquery://{name}/2026-03-03T09").read().splitlines()
    assert json.loads(line)["logName"] == "log 9"


@pytest.mark.integration
def test_partitions_are_those_that_can_hold_the_window(table: str) -> None:
    def at(hour: int) -> int:
        return int(datetime(2026, 3, 3, hour, 30, tzinfo=UTC).timestamp()) * 1_000_000

    uris, error = partitions(f"bigquery://{table}", at(9), at(11))
    assert error is None
    assert [uri.rpartition("/")[2] for uri in uris] == ["2026-03-03T09", "2026-03-03T10", "2026-03-03T11"]


@pytest.mark.integration
def test_a_backfill_of_a_table_tells_what_one_of_a_file_tells(table: str, tmp_path: Path) -> None:
    (tmp_path / "day.json").write_text("".join(f"{json.dumps(call)}\n" for call in CALLS))
    window = ["--start", "2026-03-03T14:00Z", "--end", "2026-03-03T15:00Z", "-q"]
    assert main(["backfill", str(tmp_path / "day.json"), *window, "--output", str(tmp_path / "file")]) == 0
    assert main(["backfill", f"bigquery://{table}", *window, "--output", str(tmp_path / "table")]) == 0
    found = [json.loads(line) for line in (tmp_path / "table/findings.jsonl").read_text().splitlines()]
    expected = [json.loads(line) for line in (tmp_path / "file/findings.jsonl").read_text().splitlines()]
    assert [(row["finding_id"], row["score"]) for row in found] == [
        (row["finding_id"], row["score"]) for row in expected
    ]
    assert len(found) > 0
    origins = {piece["origin"] for row in found for piece in row["evidence"]}
    assert f"bigquery://{table}/2026-03-03T14#0" in origins
    summary = json.loads((tmp_path / "table/summary.json").read_text())
    assert (summary["records"], summary["dead_letters"]["total"]) == (4, 0)


@pytest.mark.integration
def test_a_table_without_partitions_is_refused(
    table: str, bigquery: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"{PROJECT}.raw_logs.heap"
    Client(project=PROJECT).query(f"CREATE TABLE IF NOT EXISTS `{name}` (raw STRING)").result()
    assert main(["backfill", f"bigquery://{name}", "--start", "2026-03-03", "--end", "2026-03-04"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "not partitioned by time" in line
