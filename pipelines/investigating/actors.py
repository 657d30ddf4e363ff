"""`tokentrail actors PATH...`: a line for each actor that the logs show."""

import argparse
import csv
import io
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytic.investigation.query import Query
from analytic.investigation.roster import Line, Roster
from pipelines.investigating.gather import add_inputs, add_time, gather, sources, unread
from pipelines.investigating.told import when
from pipelines.outcome import ERROR, OK, fail
from pipelines.views.console import safe
from schemas.records import to_dict

_PLAIN_WIDTH = 160
_SHOWN = 3

_SORTS: dict[str, Callable[[Line], Any]] = {
    "privileged": lambda line: (-line.privileged_ok - line.privileged_denied, -line.events),
    "events": lambda line: -line.events,
    "first": lambda line: line.first,
    "last": lambda line: -line.last,
    "name": lambda line: line.actor.name.lower(),
}

_COLUMNS = (
    "name",
    "type",
    "provider",
    "account",
    "id",
    "first_seen",
    "last_seen",
    "events",
    "sessions",
    "privileged_ok",
    "privileged_denied",
    "credentials",
    "interfaces",
    "networks",
    "accounts",
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = "example: tokentrail actors examples/ --sort last --format csv --output actors.csv"
    add_inputs(parser)
    add_time(parser)
    parser.add_argument("--sort", choices=tuple(_SORTS), default="privileged", help="(default: %(default)s first)")
    parser.add_argument("--format", choices=("table", "jsonl", "csv"), default="table", help="(default: %(default)s)")
    parser.add_argument("--output", metavar="FILE", help="where to write (default: standard output)")


def run(options: argparse.Namespace) -> int:
    """Print the actors; gives the exit code."""
    try:
        query = Query(start=options.start, end=options.end)
        given = sources(options, [options.output] if options.output else [])
    except ValueError as error:
        return fail(str(error))
    found = gather(given, {"Roster": (Roster(given.policy, query), Line)}, quiet=options.quiet)
    ranked = sorted(found.rows["Roster"], key=lambda line: (_SORTS[options.sort](line), line.actor.id))
    text = {"table": _table, "jsonl": _lines, "csv": _csv}[options.format](ranked)
    if options.output is None:
        sys.stdout.write(text)
    else:
        with open(options.output, "w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            file.write(text)
    note = unread(found.summary)
    if note and not options.quiet:
        fail(note)
    return ERROR if given.inputs.errors else OK


def _table(ranked: Sequence[Line]) -> str:
    out = io.StringIO()
    console = Console(file=out, width=_PLAIN_WIDTH, color_system=None, force_terminal=False, highlight=False)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    right = ("events", "privileged")
    for name in ("actor", "first seen (UTC)", "last seen", *right, "credentials", "interfaces", "networks", "accounts"):
        table.add_column(name, justify="right" if name in right else "left", overflow="fold")
    for line in ranked:
        actor = line.actor
        denied = f" + {line.privileged_denied} denied" if line.privileged_denied else ""
        cells = (
            f"{actor.name} ({actor.type})",
            when(line.first)[:16],
            when(line.last)[:16],
            str(line.events),
            f"{line.privileged_ok}{denied}",
            str(len(line.credentials)),
            _some(line.interfaces),
            _some(line.networks),
            _some(line.accounts),
        )
        table.add_row(*(Text(safe(cell)) for cell in cells))
    console.print(table)
    console.print(f"{len(ranked)} actors")
    return out.getvalue()


def _some(values: dict[str, int]) -> str:
    ranked = sorted(values, key=lambda value: -values[value])
    more = f" +{len(ranked) - _SHOWN}" if len(ranked) > _SHOWN else ""
    return ", ".join(ranked[:_SHOWN]) + more


def _lines(ranked: Sequence[Line]) -> str:
    return "".join(json.dumps(to_dict(line), ensure_ascii=False) + "\n" for line in ranked)


def _csv(ranked: Sequence[Line]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for line in ranked:
        actor = line.actor
        writer.writerow(
            disarmed(cell)
            for cell in (
                actor.name,
                actor.type,
                actor.provider,
                actor.account or "",
                actor.id,
                when(line.first),
                when(line.last),
                str(line.events),
                str(line.sessions),
                str(line.privileged_ok),
                str(line.privileged_denied),
                *(" ".join(values) for values in (line.credentials, line.interfaces, line.networks, line.accounts)),
            )
        )
    return out.getvalue()


def disarmed(cell: str) -> str:
    """Give a cell that no spreadsheet takes for a formula: an attacker names roles and sessions."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
