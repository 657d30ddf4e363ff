"""The fields of an Azure Monitor record, in whichever spelling it comes.

One record is written with other keys by each way out of Azure: camel case by a diagnostic setting and by the REST API,
Pascal case by a Log Analytics table, lower case by products that it went through; objects may come as JSON text, and
names as {"value": ..., "localizedValue": ...}. Source: "Azure Activity Log event schema" (with its section "Schema from
storage account and event hubs"), "Common and service-specific schemas for Azure resource logs".
"""

import hashlib
from collections.abc import Mapping
from typing import Any, NamedTuple

import msgspec

from analytic.context import network
from analytic.sources.errors import ParseError
from analytic.sources.json_fields import MAX_TEXT_CHARS, nested, text
from analytic.sources.times import expiry_micros, iso_micros

_TIMES = ("time", "eventtimestamp", "timegenerated")
_MAX_SECONDS_DIGITS = 11

_ABSENT = msgspec.Raw(b"null")


class Entry(NamedTuple):
    """One record taken apart: `record` and `properties` with their keys in lower case, `resource_id` clean."""

    record: dict[str, Any]
    properties: dict[str, Any]
    operation: str
    category: str | None
    resource_id: str | None
    data: bytes
    origin: str


def lowered(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Give an object with its keys in lower case."""
    return {key.lower(): value for key, value in fields.items()}


def fold(value: Any) -> dict[str, Any]:
    """Give an object with its keys in lower case, also out of JSON text; {} for what is no object."""
    value = nested(value)
    return lowered(value) if isinstance(value, dict) else {}


def content(value: Any) -> Any:
    """Give a dictionary out of the wrapper that PowerShell's Get-AzLog writes around it: {"Content": {...}}."""
    inner = value.get("Content") if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else value


def label(value: Any) -> str | None:
    """Give a name that is written as text, or as {"value": "Write", "localizedValue": ...}."""
    if isinstance(value, dict):
        value = value.get("value") or value.get("Value")
    return text(value)


def first(fields: Mapping[str, Any], *names: str) -> str | None:
    """Give the first of these fields that says something."""
    for name in names:
        value = fields.get(name)
        if value:
            found = value[:MAX_TEXT_CHARS] if type(value) is str else label(value)
            if found is not None:
                return found
    return None


def word(fields: Mapping[str, msgspec.Raw], name: str) -> bytes:
    """Give a text field of a record decoded one level in lower case, without its quotes; b"" where it has none."""
    written = bytes(fields.get(name, _ABSENT))
    return written.strip(b'"').lower().replace(rb"\/", b"/") if written[:1] == b'"' else b""


def is_dated(fields: Mapping[str, Any]) -> bool:
    """Whether a record (keys in lower case) has one of the fields that hold an Azure record's time."""
    return any(name in fields for name in _TIMES)


def time_of(record: Mapping[str, Any]) -> int:
    """Give the UTC microseconds of a record (keys in lower case). Raises ParseError."""
    for name in _TIMES:
        written = record.get(name)
        if isinstance(written, str) and written:
            try:
                return iso_micros(written)
            except ValueError as error:
                raise ParseError(f"{name}: {error}") from error
    raise ParseError("not an Azure record: no time")


def micros(value: Any) -> int | None:
    """Give the UTC microseconds of a claim's time: seconds since 1970 as a number or as text, or ISO 8601."""
    if isinstance(value, str) and value.isdecimal() and len(value) <= _MAX_SECONDS_DIGITS:
        value = int(value)
    return expiry_micros(value)


def status_code(value: Any) -> int | None:
    """Give an HTTP status code out of a number, a text ("403") or a table's real (403.0); None for what is none."""
    written = (text(value) or "").removesuffix(".0")
    return int(written) if len(written) == 3 and written.isdecimal() else None


def address(written: str | None) -> str | None:
    """Give the network address in a field that may hold a port too ("198.51.100.7:50411", "[2001:db8::7]:443")."""
    if not written:
        return None
    host = written.strip()
    if host.startswith("["):
        host = host[1:].partition("]")[0]
    elif host.count(":") == 1:
        host = host.partition(":")[0]
    return network.split_source(host)[0]


def digest(data: bytes) -> str:
    """Give the id of a record that has none of its own."""
    return "sha256:" + hashlib.sha256(data).hexdigest()[:32]
