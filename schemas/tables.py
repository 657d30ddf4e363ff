"""The tables of BigQuery, derived from the Avro schemas: columns, DDL's parts and rows. Pure: nothing here connects.

A new `.avsc` needs no code.
"""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from schemas.avro import Schema, branch

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_TYPES = {"string": "STRING", "bytes": "BYTES", "boolean": "BOOLEAN", "long": "INTEGER", "double": "FLOAT"}
"""Avro's names of types, and BigQuery's as its REST API gives them back."""


_MOST_CLUSTERING = 4
"""BigQuery clusters by at most four columns (its documentation, "Clustered tables", limitations)."""


class Table(NamedTuple):
    """A table: its default name, its resolved schema, and how it is laid out."""

    name: str
    schema: Schema
    partition: str
    """The column of event time by which it is cut into days; every query must filter on it."""
    clustering: tuple[str, ...]
    """Columns that rows lie sorted by within a day; at most four."""


def table(schema: Schema) -> Table:
    """Give the table of a resolved schema: as its attribute `table` says, else by its first time and names.

    Raises ValueError on a schema without any time.
    """
    said = schema.get("table", {})
    names = [field["name"] for field in schema["fields"] if field["type"] == "string"]
    times = [column.name for column in columns(schema) if column.type == "TIMESTAMP"]
    partition = said.get("partition") or next(iter(times), None)
    if partition not in times:
        raise ValueError(f"the schema {schema['name']} has no time to cut its table into days by")
    name = said.get("name", schema["name"].lower())
    return Table(name, schema, partition, tuple(said.get("clustering", names[:_MOST_CLUSTERING])))


class Column(msgspec.Struct, frozen=True):
    """A column as BigQuery knows it. Its parts are of RECORD columns."""

    name: str
    type: str
    mode: str
    description: str
    fields: tuple["Column", ...] = ()


def columns(schema: Schema) -> tuple[Column, ...]:
    """Give the columns of a resolved record schema (schemas/avro.py). Raises ValueError on what has no column.

    A field with a default may be null: fields are appended with defaults, and a table that has rows takes no new column
    that must be there.
    """
    found = []
    for field in schema["fields"]:
        column = _column(field["name"], field["type"], field.get("doc", ""))
        optional = "default" in field and column.mode == "REQUIRED"
        found.append(msgspec.structs.replace(column, mode="NULLABLE") if optional else column)
    return tuple(found)


def _column(name: str, type_: Schema, description: str) -> Column:
    inner, nullable = branch(type_)
    mode = "NULLABLE" if nullable else "REQUIRED"
    if isinstance(inner, dict) and inner["type"] == "array":
        item = _column(name, inner["items"], description)
        if item.mode != "REQUIRED":
            raise ValueError(f"{name} is a list of what may be null or a list: it has no column")
        return msgspec.structs.replace(item, mode="REPEATED")
    if isinstance(inner, dict) and inner["type"] == "map":
        parts = (
            _column("key", "string", "The key."),
            _column("value", inner["values"], "The value."),
        )
        return Column(name, "RECORD", "REPEATED", description, parts)
    if isinstance(inner, dict) and inner["type"] == "record":
        return Column(name, "RECORD", mode, description, columns(inner))
    if isinstance(inner, dict) and inner.get("logicalType") == "timestamp-micros":
        return Column(name, "TIMESTAMP", mode, description)
    kind = inner if isinstance(inner, str) else inner["type"]
    if kind not in _TYPES:
        raise ValueError(f"{name} is of Avro's type {kind}: it has no column")
    return Column(name, _TYPES[kind], mode, description)


def to_row(value: Any, schema: Schema) -> Any:
    """Give a value of a resolved schema as insertAll takes it: times and bytes as text, maps as key/value records."""
    inner, _ = branch(schema)
    if value is None or isinstance(inner, str):
        return _text(value) if isinstance(value, bytes) else value
    kind = inner["type"]
    if kind == "record":
        return {field["name"]: to_row(value[field["name"]], field["type"]) for field in inner["fields"]}
    if kind == "array":
        return [to_row(item, inner["items"]) for item in value]
    if kind == "map":
        return [{"key": key, "value": to_row(item, inner["values"])} for key, item in sorted(value.items())]
    if inner.get("logicalType") == "timestamp-micros":
        return (_EPOCH + timedelta(microseconds=value)).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
    return _text(value) if isinstance(value, bytes) else value


def from_row(value: Any, schema: Schema) -> Any:
    """Give back what `to_row` was given, out of a row as BigQuery's client reads it; a null has its field's default."""
    inner, _ = branch(schema)
    if value is None or isinstance(inner, str):
        return value
    kind = inner["type"]
    if kind == "record":
        return {field["name"]: _from_field(value.get(field["name"]), field) for field in inner["fields"]}
    if kind == "array":
        return [from_row(item, inner["items"]) for item in value]
    if kind == "map":
        return {item["key"]: from_row(item["value"], inner["values"]) for item in value}
    return (value - _EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value


def _from_field(value: Any, field: Schema) -> Any:
    return field.get("default") if value is None else from_row(value, field["type"])


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
