"""Untyped JSON, taken apart with care: for the sources whose records vary too much in shape for one typed decode.

Every function takes any JSON value and never raises on a wrong type: what is not there, or is something else, is None
or empty.
"""

from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

import msgspec

from analytic.sources.errors import ParseError
from schemas.records import ApiEvent

MAX_TEXT_CHARS = 2_048
"""No name that a provider allows is longer (an ARN, IAM: 2,048 characters; an Azure resource id: 1,260)."""

MAX_RESOURCES = 32
"""What a finding can show, and more than nearly any call names."""

_T = TypeVar("_T")

_UNTYPED = msgspec.json.Decoder()
_OBJECT = msgspec.json.Decoder(dict[str, Any])
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_TEXT_FIELDS = tuple(
    field.name
    for field in msgspec.structs.fields(ApiEvent)
    if field.type in (str, str | None) and field.name != "origin"
)
_LIST_FIELDS = tuple(field.name for field in msgspec.structs.fields(ApiEvent) if field.type == list[str])
_texts_of = attrgetter(*_TEXT_FIELDS)
_lists_of = attrgetter(*_LIST_FIELDS)


def decode_object(data: bytes) -> dict[str, Any]:
    """Decode one record. Raises ParseError with one line when it is no JSON object."""
    return _decode(_OBJECT, data)


def decode_fields(data: bytes) -> dict[str, msgspec.Raw]:
    """Decode one record one level deep: its keys, each with its undecoded bytes. Raises as decode_object does."""
    return _decode(_FIELDS, data)


def _decode(decoder: msgspec.json.Decoder[_T], data: bytes) -> _T:
    try:
        return decoder.decode(data)
    except UnicodeDecodeError as error:
        raise ParseError(f"not UTF-8: {error.reason}") from error
    except RecursionError as error:
        raise ParseError("nested too deep") from error
    except msgspec.ValidationError as error:
        raise ParseError("not a JSON object") from error
    except msgspec.DecodeError as error:
        raise ParseError(f"not JSON: {error}") from error


def text(value: Any) -> str | None:
    """Give a text, cut to MAX_TEXT_CHARS; a number as text; None for "" and for what is neither."""
    if isinstance(value, str):
        return value[:MAX_TEXT_CHARS] or None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return None


def truth(value: Any) -> bool | None:
    """Read a flag written as a boolean or as text."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value if isinstance(value, bool) else None


def inner(value: Any, *keys: str) -> dict[str, Any]:
    """Follow keys through nested objects; {} where one is missing or is no object."""
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def items(value: Any, cap: int = 256) -> list[Any]:
    """Give a list's first items; [] for what is no list."""
    return value[:cap] if isinstance(value, list) else []


def nested(value: Any) -> Any:
    """Give the value of a text that is JSON itself (exports write objects so); anything else as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return _UNTYPED.decode(value)
        except (ValueError, RecursionError):
            return value
    return value


def bound(event: ApiEvent) -> ApiEvent:
    """Cut every text of an event to MAX_TEXT_CHARS: attackers write user agents, role names and request parameters."""
    if max(map(len, filter(None, _texts_of(event)))) > MAX_TEXT_CHARS:
        for name, value in zip(_TEXT_FIELDS, _texts_of(event), strict=True):
            if value is not None and len(value) > MAX_TEXT_CHARS:
                setattr(event, name, value[:MAX_TEXT_CHARS])
    lists = _lists_of(event)
    if any(lists) and max(map(len, chain.from_iterable(lists))) > MAX_TEXT_CHARS:
        for name, values in zip(_LIST_FIELDS, lists, strict=True):
            if values:
                setattr(event, name, [value[:MAX_TEXT_CHARS] for value in values])
    return event
