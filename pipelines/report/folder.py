"""What the report is made of: the files that a scan wrote into a folder. Only the findings must be there."""

import json
import os
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

import msgspec

from pipelines.report.seen import Visibility, by_hour, visibility
from pipelines.views.findings_file import FindingsError, lines_of, read
from schemas.records import Finding

MAX_LETTERS_SHOWN = 50
MAX_TEXT_BYTES = 256 << 20
"""A coverage file or a summary longer than this is none."""

T = TypeVar("T")


class Letter(msgspec.Struct):
    """A dead letter without its bytes."""

    origin: str = ""
    step: str = ""
    error_type: str = ""
    error: str = ""
    raw_size: int = 0


class Letters(NamedTuple):
    """How many dead letters there are by step and kind of error, and the first of them."""

    counts: dict[tuple[str, str], int]
    first: list[Letter]


class Folder(NamedTuple):
    """What a folder holds."""

    findings: list[Finding]
    letters: Letters
    summary: dict[str, Any]
    coverage: dict[tuple[str, int], int] | None = None
    visibility: Visibility | None = None


def load(path: str) -> Folder:
    """Read a scan's folder, or a findings.jsonl alone. Raises FindingsError, in one line."""
    findings = read(path)
    beside = path if os.path.isdir(path) else os.path.dirname(path)
    return Folder(
        findings,
        _letters(os.path.join(beside, "dead_letters.jsonl")),
        _summary(os.path.join(beside, "summary.json")),
        _read(os.path.join(beside, "coverage.json"), by_hour),
        _read(os.path.join(beside, "visibility.json"), visibility),
    )


def _letters(path: str) -> Letters:
    counts: dict[tuple[str, str], int] = {}
    first: list[Letter] = []
    for number, line in _lines(path):
        try:
            letter = msgspec.convert(json.loads(line), Letter)
        except (ValueError, RecursionError) as error:
            raise FindingsError(f"{path}:{number}: is no dead letter: {error}") from None
        kind = (letter.step, letter.error_type)
        counts[kind] = counts.get(kind, 0) + 1
        if len(first) < MAX_LETTERS_SHOWN:
            first.append(letter)
    return Letters(dict(sorted(counts.items())), first)


def _lines(path: str) -> Iterator[tuple[int, bytes]]:
    try:
        with open(path, "rb") as file:
            yield from lines_of(file, path)
    except FileNotFoundError:
        return
    except OSError as error:
        raise FindingsError(f"{path}: {error.strerror or error}") from None


def _content(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            data = file.read(MAX_TEXT_BYTES + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FindingsError(f"{path}: {error.strerror or error}") from None
    if len(data) > MAX_TEXT_BYTES:
        raise FindingsError(f"{path}: is longer than {MAX_TEXT_BYTES >> 20} MiB: remove it, or name another folder")
    return data


def _summary(path: str) -> dict[str, Any]:
    data = _content(path)
    if data is None:
        return {}
    try:
        summary = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FindingsError(f"{path}: is no summary: {error}: scan again, or remove it") from None
    if not isinstance(summary, dict):
        raise FindingsError(f"{path}: is no summary: {type(summary).__name__} where an object belongs")
    return summary


def _read(path: str, read_: Callable[[bytes], T]) -> T | None:
    """Read a file of `tokentrail coverage`; None without it."""
    data = _content(path)
    if data is None:
        return None
    try:
        return read_(data)
    except (ValueError, RecursionError) as error:
        reason = " ".join(str(error).split())[:200]
        raise FindingsError(f"{path}: is no coverage: {reason}: write it anew, or remove it") from None
