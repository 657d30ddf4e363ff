"""`tokentrail tables` against a BigQuery emulator: made, compared, added to; and the view that is asked."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from google.cloud import bigquery as api

from analytic.policy import HOUR
from pipelines.cli import main
from schemas import avro
from schemas.coverage import Coverage
from schemas.records import Finding, to_dict
from schemas.tables import columns, to_row
from tests import findings
from tests.findings import DAY
from tests.servers.bigquery import PROJECT, Emulator

STREAMING = Path(__file__).resolve().parents[3] / "docs" / "streaming.md"


@pytest.fixture
def dataset() -> str:
    return f"{PROJECT}:d{uuid4().hex[:12]}"


def create(dataset: str, *arguments: str) -> int:
    return main(["tables", "create", dataset, "--location", "EU", *arguments])


def name(dataset: str, table: str) -> str:
    return f"{dataset.replace(':', '.')}.{table}"


@pytest.mark.integration
def test_tables_are_made_once_and_compare_as_equal(
    bigquery: Emulator, dataset: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["tables", "create", dataset]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "make the dataset first, or give --location" in line
    assert create(dataset) == 0
    assert capsys.readouterr().out.count(": created") >= 2
    assert create(dataset) == 0
    assert "created" not in capsys.readouterr().out
    assert main(["tables", "diff", dataset, "--fail-on", "additive"]) == 0
    told = capsys.readouterr().out
    assert told.splitlines() == [f"{name(dataset, table)}: equal" for table in ("findings", "dead_letters", "coverage")]
    live = api.Client(project=PROJECT).get_table(name(dataset, "findings"))
    assert live.time_partitioning.field == "first_event_time"
    assert live.require_partition_filter
    assert live.clustering_fields == ["severity", "chain", "finding_id"]


@pytest.mark.integration
def test_a_missing_column_is_listed_and_added(
    bigquery: Emulator, dataset: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert create(dataset) == 0
    client = api.Client(project=PROJECT)
    live = client.get_table(name(dataset, "findings"))
    live.schema = [field for field in live.schema if field.name != "pull"]
    client.update_table(live, ["schema"])
    capsys.readouterr()
    assert main(["tables", "diff", dataset]) == 0
    assert "  add pull STRING REPEATED" in capsys.readouterr().out.splitlines()
    assert main(["tables", "diff", dataset, "--fail-on", "additive"]) == 2
    assert create(dataset) == 2
    assert create(dataset, "--update") == 0
    assert main(["tables", "diff", dataset, "--fail-on", "additive"]) == 0


@pytest.mark.integration
def test_another_type_is_an_error(bigquery: Emulator, dataset: str, capsys: pytest.CaptureFixture[str]) -> None:
    client = api.Client(project=PROJECT)
    client.create_dataset(dataset.replace(":", "."))
    client.create_table(api.Table(name(dataset, "findings"), schema=[api.SchemaField("score", "STRING")]))
    assert main(["tables", "diff", dataset]) == 2
    told = capsys.readouterr().out
    assert "  score is STRING, not FLOAT" in told
    assert "  it is partitioned by nothing, not by DAY of first_event_time" in told
    assert "dead_letters: does not exist" in told
    assert create(dataset, "--update") == 2


@pytest.mark.integration
def test_findings_latest_shows_each_finding_once_as_it_stands(bigquery: Emulator, dataset: str) -> None:
    """Also where a revision begins on an earlier day than what it replaces, and a row was inserted twice."""
    assert create(dataset) == 0
    one, two, three = (
        msgspec.structs.replace(findings.finding(id_, day=3), detected_at=10) for id_ in ("one", "two", "three")
    )
    replace = msgspec.structs.replace
    rows: list[Finding] = [
        one,
        replace(one, revision=1, status="revised", first_event_time=one.first_event_time - 2 * DAY),
        two,
        replace(two, revision=2, status="retracted"),
        replace(two, revision=1, status="revised"),
        three,
        three,
        replace(three, detected_at=20, title="told again by a replay"),
    ]
    client = api.Client(project=PROJECT)
    schema = avro.load("finding")
    table = name(dataset, "findings")
    assert client.insert_rows_json(table, [to_row(to_dict(row), schema) for row in rows], [None] * len(rows)) == []
    query = f"SELECT finding_id, revision, status, title FROM `{table}_latest` WHERE first_event_time >= @since"
    shown = {}
    for day in (0, 2):
        since = api.ScalarQueryParameter("since", "TIMESTAMP", f"2026-03-0{3 + day}T00:00:00Z")
        found = client.query(query, api.QueryJobConfig(query_parameters=[since])).result()
        shown[day] = sorted((row.finding_id, row.revision, row.status, row.title) for row in found)
    others = [("three", 0, "open", "told again by a replay"), ("two", 2, "retracted", two.title)]
    assert shown[0] == sorted([("one", 1, "revised", one.title), *others])
    # The revision lies before the filter: the row that it replaced must not come back.
    assert shown[2] == others


@pytest.mark.integration
def test_coverage_latest_joins_findings_with_what_their_accounts_logs_showed(bigquery: Emulator, dataset: str) -> None:
    """By the query of docs/streaming.md: rows that grew count once, an account without any log stays in the answer."""
    assert create(dataset) == 0
    found = findings.finding("one", day=3)
    silent = msgspec.structs.replace(found.session, accounts=["999988887777"])
    unseen = findings.finding("two", day=3, session=silent)
    hour = found.first_event_time - found.first_event_time % HOUR
    account = found.session.accounts[0]
    cell = Coverage("aws", account, "eu-west-1", "iam", "management", hour, 5, identified=4)
    others = [
        msgspec.structs.replace(cell, events=9, identified=9),
        msgspec.structs.replace(cell, service="s3", events=1),
    ]
    far = msgspec.structs.replace(cell, hour=hour - 2 * DAY, events=100)
    client = api.Client(project=PROJECT)
    for table, schema, rows in (
        ("findings", "finding", [found, unseen]),
        ("coverage", "coverage", [cell, *others, cell, far]),
    ):
        loaded = avro.load(schema)
        plain = [to_row(to_dict(row), loaded) for row in rows]
        assert client.insert_rows_json(name(dataset, table), plain, [None] * len(plain)) == []
    latest = client.query(
        f"SELECT events, identified FROM `{name(dataset, 'coverage')}_latest` WHERE hour >= @at", _at(hour)
    )
    assert sorted((row.events, row.identified) for row in latest.result()) == [(1, 4), (9, 9)]
    (query,) = re.findall(
        r"(?:^    .*\n)*^    .*coverage_latest.*\n(?:^    .*\n)*", STREAMING.read_text(), re.MULTILINE
    )
    query = query.replace("my-project.security", dataset.replace(":", "."))
    query = query.replace("TIMESTAMP_SUB(CURRENT_TIMESTAMP(), INTERVAL 7 DAY)", "TIMESTAMP '2026-03-01'")
    assert [
        (row.finding_id, row.acted_in, row.log_class, row.hours, row.events) for row in client.query(query).result()
    ] == [
        ("one", account, "management", 1, 10),
        ("two", "999988887777", None, 0, None),
    ]


def _at(hour: int) -> api.QueryJobConfig:
    at = api.ScalarQueryParameter("at", "TIMESTAMP", datetime.fromtimestamp(hour / 1e6, UTC))
    return api.QueryJobConfig(query_parameters=[at])


def test_ddl_names_every_column(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables", "ddl", "my-project:security"]) == 0
    told = capsys.readouterr().out
    for column in columns(avro.load("finding")):
        assert f"`{column.name}` " in told
        assert column.description.replace("'", "\\'") in told
    assert "CREATE TABLE IF NOT EXISTS `my-project.security.dead_letters`" in told
    assert told.count("require_partition_filter = TRUE") >= 2
    assert "CREATE OR REPLACE VIEW `my-project.security.findings_latest`" in told
    assert "CREATE OR REPLACE VIEW `my-project.security.coverage_latest`" in told
    assert "PARTITION BY TIMESTAMP_TRUNC(first_event_time, DAY)\nCLUSTER BY severity, chain, finding_id" in told


@pytest.mark.integration
def test_the_ddl_is_what_a_parser_of_bigquery_s_sql_takes(bigquery_emulator: Emulator, tmp_path: Path) -> None:
    """By sqlglot, which the emulator brings along: the emulator itself knows no nested NOT NULL."""
    import subprocess

    from tests.servers.bigquery import ENVIRONMENT, ROOT

    printed = subprocess.run(
        ["uv", "run", "tokentrail", "tables", "ddl", "p:d"], check=True, cwd=ROOT, capture_output=True
    ).stdout
    code = (
        "import sys, sqlglot; from sqlglot import exp; "
        "made = [one for one in sqlglot.parse(sys.stdin.read(), read='bigquery') if one]; "
        "assert all(isinstance(one, exp.Create) for one in made), made; print(len(made))"
    )
    told = subprocess.run(
        [str(ENVIRONMENT / "bin" / "python"), "-c", code], input=printed, check=True, capture_output=True
    ).stdout
    assert int(told) == 5


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ddl"], "no table is named"),
        (["ddl", "nothing"], "nothing: no dataset; give PROJECT:DATASET"),
        (["diff", "--findings-table", "x"], "--findings-table x: no table; give PROJECT:DATASET.TABLE"),
    ],
)
def test_a_wrong_name_is_one_line(arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tables", *arguments]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert said in line
