"""`tokentrail investigate PATH...`: what an actor, credential, address or resource saw, session by session."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence

from analytic.investigation.query import Query
from analytic.investigation.reconstruct import Reconstruct, Told
from analytic.investigation.roster import Line, Roster
from pipelines.investigating.gather import Folds, add_inputs, add_time, gather, sources, unread
from pipelines.investigating.near import near
from pipelines.investigating.page import page
from pipelines.investigating.told import lines, row
from pipelines.outcome import ERROR, OK, fail
from pipelines.views.console import safe


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = (
        "example: tokentrail investigate examples/ --actor jonas.weber --start 2026-03-03T14:00Z\n"
        "example: tokentrail investigate bigquery://my-project.logs.cloudtrail --ip 192.0.2.0/24 --start 2026-03-03 "
        "--end 2026-03-04"
    )
    add_inputs(parser)
    asked = parser.add_argument_group("what to look for: all that is given must hold (docs/investigate.md)")
    asked.add_argument("--actor", metavar="X", help="a name, an id, an ARN (of a role too), with wildcards")
    asked.add_argument("--credential", metavar="Y", help="the id of a credential, session or workload, as it is logged")
    asked.add_argument("--ip", metavar="Z", help="an address or a block: 203.0.113.0/24")
    asked.add_argument("--resource", metavar="R", help="a part of a resource's name, in any case")
    add_time(asked)
    parser.add_argument("--format", choices=("table", "jsonl", "html"), default="table", help="(default: %(default)s)")
    parser.add_argument("--output", metavar="FILE", help="where to write (default: standard output)")


def run(options: argparse.Namespace) -> int:
    """Print the reconstruction; gives the exit code: 0, or 1 with one line where nothing is meant or on an error."""
    asked = {name: getattr(options, name) for name in ("actor", "credential", "ip", "resource")}
    if not any(value is not None for value in asked.values()):
        return fail("nothing is asked for: give --actor, --credential, --ip or --resource")
    try:
        query = Query(**asked, start=options.start, end=options.end)
        given = sources(options, [options.output] if options.output else [])
    except ValueError as error:
        return fail(str(error))
    anybody = Query(start=options.start, end=options.end)
    folds: Folds = {
        "Reconstruct": (Reconstruct(given.policy, query), Told),
        "Roster": (Roster(given.policy, anybody), Line),
    }
    found = gather(given, folds, quiet=options.quiet)
    note = unread(found.summary)
    sessions: list[Told] = found.rows["Reconstruct"]
    if not sessions:
        return fail(_nothing(query, found.rows["Roster"], found.summary["parsed"]))
    _write(options, sessions, " and ".join(f"{name} {value}" for name, value in asked.items() if value), note)
    if note and not options.quiet:
        fail(note)
    return ERROR if given.inputs.errors else OK


def _write(options: argparse.Namespace, sessions: Sequence[Told], asked: str, note: str | None) -> None:
    if options.format == "html":
        text = page(sessions, asked, note)
    else:
        text = "".join(f"{line}\n" for line in _text(options.format, sessions))
    if options.output is None:
        sys.stdout.write(text)
        return
    with open(options.output, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)


def _text(kind: str, sessions: Sequence[Told]) -> Iterator[str]:
    for session in sessions:
        if kind == "jsonl":
            yield json.dumps(row(session), ensure_ascii=False)
        else:
            yield from (safe(line) for line in lines(session))
            yield ""
    if kind == "table":
        actors = len({session.actor.id for session in sessions})
        yield f"sessions: {len(sessions)}; actors: {actors}; > marks what was asked for"


def _nothing(query: Query, roster: Sequence[Line], events: int) -> str:
    """Say that nothing is meant, and what may have been."""
    if not roster:
        when = " in that time" if query.start is not None or query.end is not None else ""
        return f"these logs hold {events} events, and none with somebody behind it{when}"
    told = f"nothing of the {len(roster)} actors in these logs is meant"
    names = [name for line in roster for name in line.names]
    if query.actor is not None:
        people = [name for line in roster for name in (line.actor.name, line.actor.id, *line.names)]
        return f"{told}{_perhaps(near(query.actor, people))}: `tokentrail actors` lists them"
    if query.credential is not None:
        return f"{told}{_perhaps(near(query.credential, names))}"
    if query.ip is not None:
        networks = sorted({name for line in roster for name in line.networks})
        return f"{told}{_perhaps(near(query.ip.rpartition('.')[0] or query.ip, networks))}"
    return f"{told}: give a shorter part of the resource's name"


def _perhaps(names: Sequence[str]) -> str:
    return f"; did you mean {', '.join(names)}?" if names else ""
