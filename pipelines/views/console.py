"""What a person reads on the terminal: the table of findings and the summary. All text from logs is escaped."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytic.formats.visible import visible

_COLOURS = {"critical": "bold white on red", "high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim"}
_PLAIN_WIDTH = 120
"""Columns where the output is no terminal, so that it is the same everywhere."""


def safe(text: str) -> str:
    """Escape what a terminal would obey: an attacker names roles and sessions."""
    return visible(text)


def show(findings: Sequence[dict[str, Any]], summary: dict[str, Any], output: str, min_rank: int) -> None:
    """Print the findings of at least a severity rank, the gravest first, then the summary."""
    out = console()
    shown = [finding for finding in findings if finding["severity_rank"] >= min_rank]
    shown.sort(key=lambda finding: (-finding["severity_rank"], finding["first_event_time"], finding["finding_id"]))
    if shown:
        table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
        for heading in ("severity", "first event (UTC)", "bits", "events", "finding"):
            right, last = heading == "bits", heading == "finding"
            table.add_column(heading, no_wrap=not last, justify="right" if right else "left", overflow="fold")
        for finding in shown:
            time = datetime.fromtimestamp(finding["first_event_time"] / 1_000_000, UTC).strftime("%Y-%m-%d %H:%M:%S")
            table.add_row(
                Text(finding["severity"], style=_COLOURS[finding["severity"]]),
                time,
                f"{finding['score']:.1f}",
                str(finding["evidence_total"]),
                Text(f"{safe(finding['title'])} [{finding['chain']}]"),
            )
        out.print(table)
    for line in lines(summary, len(findings) - len(shown), output):
        out.print(Text(line), soft_wrap=True)


def console() -> Console:
    """Give a console: plain where stdout is no terminal, whatever FORCE_COLOR says (it is often set in CI)."""
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(width=_PLAIN_WIDTH, color_system=None, force_terminal=False, highlight=False)


def say(said: Sequence[str]) -> None:
    """Print lines, escaped."""
    printed = console()
    for line in said:
        printed.print(Text(safe(line)), soft_wrap=True)


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table of plain texts, escaped; the last column wraps."""
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for heading in headings:
        made.add_column(heading, no_wrap=heading != headings[-1])
    for row in rows:
        made.add_row(*(Text(safe(cell)) for cell in row))
    console().print(made)


def show_events(summary: dict[str, Any], output: str) -> None:
    """Print what `tokentrail events` did."""
    out = console()
    for line in _counts(summary, output):
        out.print(Text(line), soft_wrap=True)


def lines(summary: dict[str, Any], hidden: int, output: str) -> list[str]:
    """Say the summary in a few lines."""
    found = summary["findings"]
    by_severity = ", ".join(f"{number} {name}" for name, number in found["by_severity"].items() if number)
    said = [
        f"{found['total']} findings" + (f" ({by_severity})" if by_severity else "") + f" in {summary['files']} files"
    ]
    if hidden:
        said.append(f"{hidden} findings are below --min-severity and not shown; all are written")
    return said + _counts(summary, output)


def _counts(summary: dict[str, Any], output: str) -> list[str]:
    said = [
        f"{summary['records']} records: {summary['parsed']} parsed, {summary['ignored']} ignored, "
        f"{summary['dead_letters']['parse']} dead letters; {summary['duplicates']} duplicates counted once"
    ]
    if summary["dead_letters"]["read"]:
        said.append(f"{summary['dead_letters']['read']} files could not be read to their end")
    if summary["dead_letters"]["total"]:
        said.append(f"dead letters, with their bytes and errors: {output}/dead_letters.jsonl")
    if summary["skipped_files"]:
        said.append(f"{summary['skipped_files']} files in the folders are no logs and were skipped")
    said.append(f"written to {safe(output)}")
    return said
