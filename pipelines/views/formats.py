"""Writes findings in the formats that other tools read: one function each, the mapping is analytic's."""

import csv
import json
import os
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import IO, Any

from analytic.formats import ecs, flat, ocsf, ticket

FORMATS = {
    "ocsf": "findings.ocsf.jsonl",
    "ecs": "findings.ecs.jsonl",
    "csv": "findings.csv",
    "markdown": "findings.md",
}
"""The formats, and the file that each writes."""

Rows = Iterable[dict[str, Any]]


def write(folder: str, name: str, findings: Rows) -> str:
    """Write findings in a format of `FORMATS`; gives the file's path. Raises OSError."""
    path = os.path.join(folder, FORMATS[name])
    draft = f"{path}.draft"
    try:
        # Half a surrogate pair in a name has no bytes of UTF-8: it is spelt out.
        with open(draft, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            _WRITERS[name](file, findings)
        os.replace(draft, path)
    finally:
        if os.path.exists(draft):
            os.unlink(draft)
    return path


def _ocsf(file: IO[str], findings: Rows) -> None:
    _lines(file, (ocsf.to_ocsf(finding, version("tokentrail")) for finding in findings))


def _ecs(file: IO[str], findings: Rows) -> None:
    _lines(file, (ecs.to_ecs(finding, version("tokentrail")) for finding in findings))


def _lines(file: IO[str], documents: Rows) -> None:
    for document in documents:
        file.write(json.dumps(document, ensure_ascii=False) + "\n")


def _csv(file: IO[str], findings: Rows) -> None:
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(flat.COLUMNS)
    writer.writerows(flat.to_row(finding) for finding in findings)


def _markdown(file: IO[str], findings: Rows) -> None:
    file.writelines(f"{'' if place == 0 else chr(10)}{ticket.to_ticket(one)}" for place, one in enumerate(findings))


_WRITERS: dict[str, Callable[[IO[str], Rows], None]] = {
    "ocsf": _ocsf,
    "ecs": _ecs,
    "csv": _csv,
    "markdown": _markdown,
}
