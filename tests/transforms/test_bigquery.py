"""The BigQuery sink, through Beam's own insert into an emulator: rows equal, bad ones dead letters, ids that repeat."""

from uuid import uuid4

import msgspec
import pytest
from google.cloud import bigquery as api

from pipelines.tables import live
from pipelines.tables.live import Place
from schemas import avro
from schemas.records import DeadLetter, Finding, to_dict
from schemas.tables import from_row, table
from tests import findings, make
from tests.servers.bigquery import PROJECT, Emulator
from tests.transforms.pipeline import create, pipeline
from transforms.bigquery import WriteDeadLetterRows, WriteRows
from transforms.metrics import counters
from transforms.rows import identity
from transforms.sinks import Sinks, WriteResults

LETTER = DeadLetter(b"\xff\x00{", "pubsub://m/1", "parse", "NotJson", "no JSON", make.T0, 2, {"a": "1"}, 3)


@pytest.fixture
def dataset(bigquery: Emulator) -> str:
    """Give a new dataset with its tables."""
    client = api.Client(project=PROJECT)
    name = f"{PROJECT}.d{uuid4().hex[:12]}"
    client.create_dataset(name)
    for schema in ("finding", "dead_letter"):
        made = table(avro.load(schema))
        live.create(client, Place(made, f"{name}.{made.name}"))
        live.replace_view(client, Place(made, f"{name}.{made.name}"))
    return name


def rows(dataset: str, name: str, schema: str) -> list[dict]:
    query = f"SELECT * FROM `{dataset}.{name}`"
    loaded = avro.load(schema)
    return [from_row(dict(row.items()), loaded) for row in api.Client(project=PROJECT).query(query).result()]


def write(dataset: str, found: list[Finding], letters: list[DeadLetter]) -> dict[str, int]:
    named = dataset.replace(".", ":", 1)
    sinks = Sinks(WriteRows(f"{named}.findings", "finding"), WriteDeadLetterRows(f"{named}.dead_letters"))
    with pipeline() as p:
        results = {
            "findings": create(p, "Found", found, Finding),
            "dead_letters": create(p, "Letters", letters, DeadLetter),
        }
        _ = results | "Write" >> WriteResults(sinks)
    return counters(p.result)


@pytest.mark.integration
def test_rows_are_read_back_as_they_were(dataset: str) -> None:
    counted = write(dataset, [findings.finding("a"), findings.stolen("größe 'x' \"y\" \\ \n")], [LETTER])
    by_id = {row["finding_id"]: row for row in rows(dataset, "findings", "finding")}
    for sent in (findings.finding("a"), findings.stolen("größe 'x' \"y\" \\ \n")):
        got = by_id[sent.finding_id]
        assert got["detected_at"] > make.T0
        assert {**got, "detected_at": None} == to_dict(msgspec.structs.replace(sent, detected_at=None))
    assert rows(dataset, "dead_letters", "dead_letter") == [to_dict(LETTER)]
    assert counted["rows"] == 3
    assert counted["dead_letters_write"] == 0


@pytest.mark.integration
def test_a_row_that_does_not_fit_is_a_dead_letter_beside_the_good_ones(dataset: str) -> None:
    bad = msgspec.structs.replace(findings.finding("bad"), first_event_time=2**62)
    write(dataset, [bad, findings.finding("good")], [])
    assert [row["finding_id"] for row in rows(dataset, "findings", "finding")] == ["good"]
    (letter,) = rows(dataset, "dead_letters", "dead_letter")
    assert (letter["step"], letter["origin"], letter["error_type"]) == ("write", "finding:bad-0", "Misfit")
    assert b'"finding_id": "bad"' in letter["raw"]


@pytest.mark.integration
def test_what_bigquery_refuses_is_a_dead_letter(dataset: str) -> None:
    """The table is gone, so that every insert is refused for good: the job goes on, and nothing is lost."""
    api.Client(project=PROJECT).delete_table(f"{dataset}.findings")
    counted = write(dataset, [findings.finding("a"), findings.finding("b")], [LETTER])
    letters = rows(dataset, "dead_letters", "dead_letter")
    assert sorted(letter["origin"] for letter in letters) == ["finding:a-0", "finding:b-0", "pubsub://m/1"]
    assert {letter["error_type"] for letter in letters if letter["step"] == "write"} == {"BigQuery"}
    assert counted["rejected_rows"] == counted["dead_letters_write"] == 2


@pytest.mark.integration
def test_a_replay_is_one_row_in_the_view(dataset: str) -> None:
    for _ in range(2):
        write(dataset, [findings.finding("a"), findings.finding("b")], [])
    query = f"SELECT finding_id FROM `{dataset}.findings_latest` ORDER BY finding_id"
    assert [row.finding_id for row in api.Client(project=PROJECT).query(query).result()] == ["a", "b"]


@pytest.mark.integration
def test_a_replay_sends_the_same_insert_ids(dataset: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from google.cloud.bigquery import client

    sent: list[list[str]] = []
    insert = client.Client.insert_rows_json

    def noted(self: object, table: str, json_rows: list, row_ids: list[str], **others: object) -> object:
        sent.append(sorted(row_ids))
        return insert(self, table, json_rows, row_ids, **others)

    monkeypatch.setattr(client.Client, "insert_rows_json", noted)
    revised = msgspec.structs.replace(findings.finding("a"), revision=1)
    for _ in range(2):
        write(dataset, [findings.finding("a"), revised], [])
    assert sent == [["a-0", "a-1"]] * 2


def test_a_row_s_identity_leaves_out_when_it_was_written() -> None:
    one = findings.finding("a")
    assert identity(one) == identity(msgspec.structs.replace(one, detected_at=5)) == "a-0"
    assert identity(LETTER) == identity(msgspec.structs.replace(LETTER, time=5))
    assert identity(LETTER) != identity(msgspec.structs.replace(LETTER, attempts=3))
    assert identity(LETTER) != identity(msgspec.structs.replace(LETTER, raw=b"other"))
