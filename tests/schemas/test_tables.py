"""Tables derived from the Avro schemas: columns, rows, and what may change."""

import msgspec
import pytest

from schemas import avro
from schemas.evolution import compare, merge
from schemas.records import DeadLetter, Finding, to_dict
from schemas.rows import misfit
from schemas.tables import Column, columns, from_row, table, to_row
from tests import findings, make

LETTER = DeadLetter(b"\xff\x00", "file:///a#1", "parse", "NotJson", "no JSON", make.T0, 1, {"b": "2", "a": "1"}, 2)


@pytest.mark.parametrize(
    ("name", "partition", "clustering"),
    [
        ("finding", "first_event_time", ("severity", "chain", "finding_id")),
        ("dead_letter", "time", ("step", "error_type", "origin")),
    ],
)
def test_every_table_is_laid_out_by_columns_that_can_be(name: str, partition: str, clustering: tuple[str, ...]) -> None:
    made = table(avro.load(name))
    by_name = {column.name: column for column in columns(made.schema)}
    assert (made.partition, made.clustering) == (partition, clustering)
    assert by_name[made.partition].type == "TIMESTAMP"
    assert {by_name[column].type for column in made.clustering} == {"STRING"}
    assert all(column.description for column in by_name.values())


def test_columns_are_nested_and_typed() -> None:
    by_name = {column.name: column for column in columns(avro.load("finding"))}
    evidence = {column.name: (column.type, column.mode) for column in by_name["evidence"].fields}
    assert (by_name["evidence"].type, by_name["evidence"].mode) == ("RECORD", "REPEATED")
    assert evidence["time"] == ("TIMESTAMP", "REQUIRED")
    assert evidence["source_ip"] == ("STRING", "NULLABLE")
    assert by_name["counter_evidence"].fields == by_name["reasons"].fields
    assert (by_name["score"].type, by_name["revision"].type) == ("FLOAT", "INTEGER")
    # Appended with a default: a table that has rows must be able to take it.
    assert by_name["schema_version"].mode == by_name["automation"].mode == "NULLABLE"
    letter = {column.name: column for column in columns(avro.load("dead_letter"))}
    assert (letter["raw"].type, letter["attributes"].mode) == ("BYTES", "REPEATED")
    assert [part.name for part in letter["attributes"].fields] == ["key", "value"]


def test_a_schema_that_nobody_knew_has_a_table() -> None:
    schema = avro.resolve(
        {
            "type": "record",
            "name": "Coverage",
            "doc": "Hours.",
            "fields": [
                {"name": "account", "type": "string"},
                {"name": "hour", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                {"name": "regions", "type": {"type": "map", "values": "long"}},
            ],
        }
    )
    made = table(schema)
    assert (made.name, made.partition, made.clustering) == ("coverage", "hour", ("account",))
    assert to_row({"account": "a", "hour": 1, "regions": {"b": 2}}, schema) == {
        "account": "a",
        "hour": "1970-01-01T00:00:00.000001Z",
        "regions": [{"key": "b", "value": 2}],
    }


def test_rows_of_dead_letters_are_text() -> None:
    row = to_row(to_dict(LETTER), avro.load("dead_letter"))
    assert row["raw"] == "/wA="
    assert row["attributes"] == [{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]
    assert row["time"] == "2026-03-03T08:00:00.000000Z"


@pytest.mark.parametrize("time", [0, 1, -62_135_596_800_000_000, 253_402_300_799_999_999])
def test_times_are_exact_to_the_microsecond(time: int) -> None:
    from datetime import datetime

    schema = {"type": "long", "logicalType": "timestamp-micros"}
    assert from_row(datetime.fromisoformat(to_row(time, schema)), schema) == time


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"first_event_time": 2**62}, "first_event_time is"),
        ({"revision": 2**64}, "revision is beyond 64 bits"),
        ({"score": float("nan")}, "score is nan"),
        ({"title": "half \ud83d"}, "title holds half a surrogate pair"),
        ({"title": None}, "title is null"),
        ({"severity_rank": True}, "severity_rank is bool"),
        ({"pull": ["a", 1]}, "pull[1] is int"),
        ({"hops": {}}, "hops is dict, not a list"),
    ],
)
def test_what_does_not_fit_is_said_with_its_place(fields: dict, said: str) -> None:
    schema = avro.load("finding")
    good = to_dict(findings.stolen())
    assert misfit(good, schema) is None
    assert said in (misfit(good | fields, schema) or "")


def test_a_row_with_another_build_s_fields_does_not_fit() -> None:
    schema = avro.load("dead_letter")
    good = to_dict(LETTER)
    assert misfit(good, schema) is None
    assert misfit(good | {"later": 1}, schema) == "DeadLetter has no field 'later'"
    assert misfit({name: value for name, value in good.items() if name != "raw"}, schema) == "raw is missing"
    assert misfit(good | {"attributes": {"a": 1}}, schema) == "attributes['a'] is int, not string"


@pytest.mark.parametrize("record", [findings.stolen(), LETTER])
def test_a_record_comes_back_from_its_fields_by_name(record: msgspec.Struct) -> None:
    name = "finding" if isinstance(record, Finding) else "dead_letter"
    assert msgspec.convert(avro.positional(to_dict(record), avro.load(name)), type(record)) == record


OLD = (
    Column("a", "STRING", "REQUIRED", "A."),
    Column("b", "RECORD", "REPEATED", "B.", (Column("c", "INTEGER", "NULLABLE", "C."),)),
)


def test_additions_are_additive_wherever_they_are() -> None:
    new = (
        *OLD[:1],
        msgspec.structs.replace(OLD[1], fields=(*OLD[1].fields, Column("d", "STRING", "NULLABLE", "D."))),
        Column("e", "STRING", "REPEATED", "E."),
    )
    found = compare(OLD, new)
    assert found.additive == ["add b.d STRING NULLABLE", "add e STRING REPEATED"]
    assert (found.other, found.noted) == ([], [])
    assert compare(merge(OLD, new), new).additive == []


@pytest.mark.parametrize(
    ("new", "said"),
    [
        ((msgspec.structs.replace(OLD[0], type="INTEGER"), OLD[1]), "a is STRING, not INTEGER"),
        ((msgspec.structs.replace(OLD[0], mode="REPEATED"), OLD[1]), "a is REQUIRED, not REPEATED"),
        ((OLD[1],), "a is REQUIRED there and not in the schema"),
        ((*OLD, Column("z", "STRING", "REQUIRED", "Z.")), "z is missing, and can't be added: it is REQUIRED"),
    ],
)
def test_the_rest_is_not(new: tuple[Column, ...], said: str) -> None:
    assert compare(OLD, new).other == [said]


def test_what_stops_no_row_is_noted() -> None:
    looser = (msgspec.structs.replace(OLD[0], mode="NULLABLE"), OLD[1], Column("mine", "STRING", "NULLABLE", ""))
    found = compare(looser, OLD)
    assert len(found.noted) == 2
    assert not found.additive
    assert not found.other
    assert [column.mode for column in merge(looser, OLD)] == ["NULLABLE", "REPEATED", "NULLABLE"]
