"""Reads `findings.jsonl` back into findings, or says in one line what is wrong with it and where."""

import json
import os
import typing
from collections.abc import Iterator
from typing import Any

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


def _lines(path: str) -> Iterator[tuple[int, bytes]]:
    try:
        with open(path, "rb") as file:
            number = 0
            while line := file.readline(MAX_LINE_BYTES + 1):
                number += 1
                if len(line) > MAX_LINE_BYTES:
                    raise FindingsError(f"{path}:{number}: is longer than {MAX_LINE_BYTES >> 20} MiB: is it a finding?")
                if line.strip():
                    yield number, line
    except OSError as error:
        raise FindingsError(f"{path}: {error.strerror or error}: give a folder or file that a scan wrote") from None


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"the key {error} is missing"
    return " ".join(str(error).split())[:200] or type(error).__name__


def finding_of(value: Any) -> Finding:
    """Give a finding out of its object, as JSON and tables have it. Raises what `read` tells of."""
    finding: Finding = msgspec.convert(_positional(Finding, value), Finding)
    return finding


def _positional(class_: type[msgspec.Struct], value: Any) -> list[Any]:
    """Give an object as the array that its record is, so that msgspec checks every type."""
    if not isinstance(value, dict):
        raise TypeError(f"{type(value).__name__} where {class_.__name__} belongs")
    hints = typing.get_type_hints(class_)
    defaults = class_.__struct_defaults__
    required = len(class_.__struct_fields__) - len(defaults)
    row = []
    for place, (attribute, name) in enumerate(
        zip(class_.__struct_fields__, class_.__struct_encode_fields__, strict=True)
    ):
        if name not in value:
            later = class_.__struct_encode_fields__[place + 1 :]
            if place < required or any(name in value for name in later):
                raise KeyError(name)
            break  # Written by an older version: the fields from here on have their defaults.
        row.append(_value(hints[attribute], value[name]))
    return row


def _value(type_: Any, value: Any) -> Any:
    inner = [arg for arg in typing.get_args(type_) if arg is not type(None)]
    if typing.get_origin(type_) is list:
        return [_value(inner[0], item) for item in value] if isinstance(value, list) else value
    class_ = inner[0] if inner else type_
    if value is not None and isinstance(class_, type) and issubclass(class_, msgspec.Struct):
        return _positional(class_, value)
    return value
