"""Reads `findings.jsonl` back into findings, or says in one line what is wrong with it and where."""

import json
import os
import typing
from collections.abc import Iterator
from functools import cache
from typing import Any, BinaryIO

import msgspec

from schemas.records import Finding

NAME = "findings.jsonl"

MAX_LINE_BYTES = 16 << 20
"""A finding lists at most some thousand pieces; a line longer than this is none."""


class FindingsError(ValueError):
    """What is wrong with a file of findings, in one line."""


def read(path: str) -> list[Finding]:
    """Read a file of findings, or the one in a folder: of each id the latest revision, in the file's order.

    Raises FindingsError. Keys that this version does not know are left out; fields that the file lacks have their
    defaults.
    """
    path = os.path.join(path, NAME) if os.path.isdir(path) else path
    latest: dict[str, Finding] = {}
    for number, line in _lines(path):
        try:
            finding = finding_of(json.loads(line))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise FindingsError(f"{path}:{number}: is no finding: {_reason(error)}") from None
        known = latest.get(finding.finding_id)
        if known is None or finding.revision >= known.revision:
            latest[finding.finding_id] = finding
    return list(latest.values())


def beside(path: str) -> str:
    """Give the folder of a scan's results: the path itself, or where the file lies."""
    return path if os.path.isdir(path) else os.path.dirname(path) or "."


def lines_of(file: BinaryIO, path: str, hint: str = "") -> Iterator[tuple[int, bytes]]:
    """Give a file's lines that are not blank, with their numbers from 1. Raises FindingsError on a too long one."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise FindingsError(f"{path}:{number}: is longer than {MAX_LINE_BYTES >> 20} MiB{hint}")
        if line.strip():
            yield number, line


def _lines(path: str) -> Iterator[tuple[int, bytes]]:
    try:
        with open(path, "rb") as file:
            yield from lines_of(file, path, ": is it a finding?")
    except OSError as error:
        raise FindingsError(f"{path}: {error.strerror or error}: give a folder or file that a scan wrote") from None


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "its bytes are no text"
    if isinstance(error, KeyError):
        return f"the key {error} is missing"
    return " ".join(str(error).split())[:200] or type(error).__name__


def finding_of(value: Any) -> Finding:
    """Give a finding out of its object, as JSON and tables have it. Raises what `read` tells of."""
    finding: Finding = msgspec.convert(_positional(Finding, value), Finding)
    return finding


class _Field(typing.NamedTuple):
    """How a field is read: its name in the file, and the record that it, or each of its items, is."""

    name: str
    record: type[msgspec.Struct] | None
    many: bool


@cache
def _fields(class_: type[msgspec.Struct]) -> list[_Field]:
    """Give the fields of a record: told once, for a file has a thousand times the same."""
    hints = typing.get_type_hints(class_)
    names = zip(class_.__struct_fields__, class_.__struct_encode_fields__, strict=True)
    return [_field(name, hints[attribute]) for attribute, name in names]


def _field(name: str, type_: Any) -> _Field:
    inner = [arg for arg in typing.get_args(type_) if arg is not type(None)]
    class_ = inner[0] if inner else type_
    record = class_ if isinstance(class_, type) and issubclass(class_, msgspec.Struct) else None
    return _Field(name, record, typing.get_origin(type_) is list)


def _positional(class_: type[msgspec.Struct], value: Any) -> list[Any]:
    """Give an object as the array that its record is, so that msgspec checks every type."""
    if not isinstance(value, dict):
        raise TypeError(f"{type(value).__name__} where {class_.__name__} belongs")
    fields = _fields(class_)
    required = len(fields) - len(class_.__struct_defaults__)
    row = []
    for place, field in enumerate(fields):
        if field.name not in value:
            if place < required or any(later.name in value for later in fields[place + 1 :]):
                raise KeyError(field.name)
            break  # Written by an older version: the fields from here on have their defaults.
        row.append(_value(field, value[field.name]))
    return row


def _value(field: _Field, value: Any) -> Any:
    if field.record is None or value is None:
        return value
    if not field.many:
        return _positional(field.record, value)
    return [_positional(field.record, item) for item in value] if isinstance(value, list) else value
