"""The tables of BigQuery, derived from the Avro schemas: columns, DDL's parts and rows. Pure: nothing here connects.

A new `.avsc` needs one line in TABLES and no code.
"""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from schemas.avro import Schema, branch

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_TYPES = {"string": "STRING", "bytes": "BYTES", "boolean": "BOOLEAN", "long": "INTEGER", "double": "FLOAT"}
"""Avro's names of types, and BigQuery's as its REST API gives them back."""


class Table(msgspec.Struct, frozen=True):
    """A table: its default name, its schema in `schemas/`, and how it is laid out."""

    name: str
    schema: str
    partition: str
    """The column of event time by which it is cut into days; every query must filter on it."""
    clustering: tuple[str, ...]
    """Columns that rows lie sorted by within a day; at most four."""


TABLES = {
    table.name: table
    for table in (
        Table("findings", "finding", "first_event_time", ("severity", "chain", "finding_id")),
        Table("dead_letters", "dead_letter", "time", ("step", "error_type", "origin")),
        Table("coverage", "coverage", "hour", ("provider", "account", "region", "log_class")),
    )
}
"""Every table that a stream may write."""


class Column(msgspec.Struct, frozen=True):
    """A column as BigQuery knows it. Its parts are of RECORD columns."""

    name: str
    type: str
    mode: str
    description: str
    fields: tuple["Column", ...] = ()


def columns(schema: Schema) -> tuple[Column, ...]:
    """Give the columns of a resolved record schema (schemas/avro.py). Raises ValueError on what has no column."""
    return tuple(_column(field["name"], field["type"], field.get("doc", "")) for field in schema["fields"])


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
    """Give back what `to_row` was given, out of a row as BigQuery's client reads it."""
    inner, _ = branch(schema)
    if value is None or isinstance(inner, str):
        return value
    kind = inner["type"]
    if kind == "record":
        return {field["name"]: from_row(value[field["name"]], field["type"]) for field in inner["fields"]}
    if kind == "array":
        return [from_row(item, inner["items"]) for item in value]
    if kind == "map":
        return {item["key"]: from_row(item["value"], inner["values"]) for item in value}
    return (value - _EPOCH) // timedelta(microseconds=1) if isinstance(value, datetime) else value


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
