"""The Avro schemas and the record classes say the same."""

import json
import types
import typing
from io import BytesIO
from pathlib import Path

import fastavro
import msgspec
import pytest

import schemas
from schemas import records
from schemas.coverage import Coverage
from schemas.records import ApiEvent, BaselineRow, DeadLetter, Finding, to_dict
from tests import make

FOLDER = Path(schemas.__file__).parent
PAIRS = [
    ("api_event", ApiEvent),
    ("finding", Finding),
    ("dead_letter", DeadLetter),
    ("baseline", BaselineRow),
    ("coverage", Coverage),
]
PRIMITIVES = {str: "string", int: "long", float: "double", bool: "boolean", bytes: "bytes"}


def avro_of(type_: typing.Any) -> typing.Any:
    """Give the Avro type that a Python annotation stands for; a timestamp is a long to Python."""
    origin = typing.get_origin(type_)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (arg for arg in typing.get_args(type_) if arg is not type(None))
        return ["null", avro_of(inner)]
    if origin is list:
        return {"type": "array", "items": avro_of(typing.get_args(type_)[0])}
    if origin is dict:
        return {"type": "map", "values": "string"}
    if isinstance(type_, type) and issubclass(type_, msgspec.Struct):
        return type_.__name__
    return PRIMITIVES[type_]


def plain(type_: typing.Any, named: dict[str, dict]) -> typing.Any:
    """Reduce an Avro type to what Python can say: records by name (collected into `named`), no logical types."""
    if isinstance(type_, list):
        return [plain(inner, named) for inner in type_]
    if isinstance(type_, dict):
        if type_["type"] == "record":
            named[type_["name"]] = type_
            for field in type_["fields"]:
                plain(field["type"], named)
            return type_["name"]
        if type_["type"] == "array":
            return {"type": "array", "items": plain(type_["items"], named)}
        return type_ if type_["type"] == "map" else type_["type"]
    return type_


@pytest.mark.parametrize(("name", "class_"), PAIRS)
def test_schema_and_class_are_equal(name: str, class_: type[msgspec.Struct]) -> None:
    schema = json.loads((FOLDER / f"{name}.avsc").read_text())
    named: dict[str, dict] = {}
    plain(schema, named)
    for record_name, record in named.items():
        struct = class_ if record_name == class_.__name__ else getattr(records, record_name)
        hints = typing.get_type_hints(struct)
        fields = msgspec.structs.fields(struct)
        assert [field["name"] for field in record["fields"]] == [field.encode_name for field in fields]
        for field, theirs in zip(fields, record["fields"], strict=True):
            assert plain(theirs["type"], {}) == avro_of(hints[field.name]), (record_name, field.name)
            optional = field.default is not msgspec.NODEFAULT or field.default_factory is not msgspec.NODEFAULT
            assert ("default" in theirs) == optional, (record_name, field.name)
            assert theirs["doc"].endswith("."), (record_name, field.name)
    assert class_.__name__ in named


@pytest.mark.parametrize(("name", "class_"), PAIRS)
def test_every_time_is_in_microseconds(name: str, class_: type[msgspec.Struct]) -> None:
    named: dict[str, dict] = {}
    plain(json.loads((FOLDER / f"{name}.avsc").read_text()), named)
    for record in named.values():
        for field in record["fields"]:
            said = "UTC microseconds" in field["doc"]
            assert said == (
                "timestamp-micros" in json.dumps(field["type"]) and "fields" not in json.dumps(field["type"])
            )


def test_an_event_goes_through_avro_unchanged() -> None:
    event = make.assume("a", 1, "admin", "s", "ASIA1")
    schema = fastavro.parse_schema(json.loads((FOLDER / "api_event.avsc").read_text()))
    file = BytesIO()
    fastavro.writer(file, schema, [to_dict(event)], strict_allow_default=True)
    file.seek(0)
    (row,) = fastavro.reader(file)
    assert row["time"].timestamp() * 1_000_000 == pytest.approx(event.time)
    assert row["issued"]["credential_id"] == "ASIA1"
    assert {key: value for key, value in row.items() if key != "time"} == {
        key: value for key, value in to_dict(event).items() if key != "time"
    }


def test_fields_are_only_ever_appended() -> None:
    """State and messages are positional: bytes of an event of the first version (47 fields) still decode."""
    event = make.by_user("a", 1, "iam:ListUsers")
    values = msgspec.msgpack.decode(msgspec.msgpack.encode(event))
    assert ApiEvent.__struct_fields__[46] == "origin"
    shorter = msgspec.msgpack.encode(values[:47])
    assert msgspec.msgpack.decode(shorter, type=ApiEvent) == event
