"""Rows held against their Avro schema, before a sink sees them: one bad row must cost one dead letter, not the job."""

import math
from typing import Any

from schemas.avro import Schema, branch

_INT64 = 2**63
_EARLIEST, _LATEST = -62_135_596_800_000_000, 253_402_300_799_999_999
"""The years 1 to 9999 in UTC microseconds: what a TIMESTAMP of BigQuery holds (its reference, "Timestamp type")."""

_CLASSES: dict[str, type[Any] | tuple[type[Any], ...]] = {
    "string": str,
    "bytes": bytes,
    "boolean": bool,
    "long": int,
    "double": (float, int),
}


def misfit(value: Any, schema: Schema, path: str = "") -> str | None:
    """Say in one line where a row does not fit a resolved schema (schemas/avro.py); None where it does."""
    inner, nullable = branch(schema)
    if value is None:
        return None if nullable else f"{path} is null"
    if isinstance(inner, str):
        return _primitive(value, inner, path)
    if inner["type"] == "record":
        return _record(value, inner, path)
    if inner["type"] == "array":
        if not isinstance(value, list):
            return f"{path} is {_kind(value)}, not a list"
        return _first(misfit(item, inner["items"], f"{path}[{place}]") for place, item in enumerate(value))
    if inner["type"] == "map":
        if not isinstance(value, dict):
            return f"{path} is {_kind(value)}, not a map"
        keys = _first(_primitive(key, "string", f"a key of {path}") for key in value)
        return keys or _first(misfit(item, inner["values"], f"{path}[{key!r:.80}]") for key, item in value.items())
    said = _primitive(value, inner["type"], path)
    if said is None and inner.get("logicalType") == "timestamp-micros" and not _EARLIEST <= value <= _LATEST:
        return f"{path} is {value} microseconds, outside of the years 1 to 9999"
    return said


def _record(value: Any, schema: Schema, path: str) -> str | None:
    if not isinstance(value, dict):
        return f"{path or schema['name']} is {_kind(value)}, not a record"
    before = f"{path}." if path else ""
    for field in schema["fields"]:
        name = field["name"]
        if name not in value:
            return f"{before}{name} is missing"
        if said := misfit(value[name], field["type"], before + name):
            return said
    strange = value.keys() - {field["name"] for field in schema["fields"]}
    return f"{path or schema['name']} has no field {min(strange)!r:.80}" if strange else None


def _primitive(value: Any, type_: str, path: str) -> str | None:
    if not isinstance(value, _CLASSES[type_]) or (isinstance(value, bool) and type_ != "boolean"):
        return f"{path} is {_kind(value)}, not {type_}"
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return f"{path} holds half a surrogate pair, which is no text"
    if type_ == "long" and not -_INT64 <= value < _INT64:
        return f"{path} is beyond 64 bits"
    if type_ == "double" and not math.isfinite(value):
        return f"{path} is {value}, which JSON can't say"
    return None


def _first(found: Any) -> str | None:
    return next((said for said in found if said), None)


def _kind(value: Any) -> str:
    return "null" if value is None else type(value).__name__
