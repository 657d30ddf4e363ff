"""`tokentrail drill`: known activities against the logs, and every other scripted action; 2 where one is untraced."""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from analytic.investigation.query import Query
from analytic.investigation.tracing import AUTOMATION, PERSON, SCRIPTED, UNTRACED, Activity, Trace, Traced, Verdict
from analytic.policy import Policy
from pipelines.drill.list import load
from pipelines.investigating.gather import add_inputs, add_time, gather, sources, unread
from pipelines.investigating.told import when
from pipelines.outcome import ERROR, FOUND, OK, fail
from pipelines.views.console import safe

_MAX_LINES = 200


class Result(NamedTuple):
    """What a drill found: of each activity its verdicts, and the verdicts of what none covers, each with its actor."""

    activities: list[tuple[Activity, list[tuple[str, Verdict]]]]
    others: list[tuple[str, Verdict]]

    @property
    def untraced(self) -> list[tuple[str, str, Verdict]]:
        """What leads nowhere, or elsewhere: the activity's name ("" for none), the actor's, and the verdict."""
        of_activities = [(one.name, actor, verdict) for one, found in self.activities for actor, verdict in found]
        every = of_activities + [("", actor, verdict) for actor, verdict in self.others]
        return [row for row in every if row[2].state == UNTRACED]

    @property
    def unseen(self) -> list[str]:
        """The activities that nothing in the logs is like."""
        return [activity.name for activity, found in self.activities if not found]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.epilog = (
        "example: tokentrail drill --list docs/drill.yaml --policy docs/policy.yaml --known-only examples/\n"
        "example: tokentrail drill --simulate --identities 20"
    )
    add_inputs(parser, several="*")
    add_time(parser)
    parser.add_argument("--list", metavar="LIST", help="the known activities, a YAML file (docs/drill.md)")
    parser.add_argument(
        "--known-only", action="store_true", help="judge the known activities alone, not every other scripted action"
    )
    simulated = parser.add_argument_group("a simulated day, with what is true of it")
    simulated.add_argument("--simulate", action="store_true", help="make the day and its list; give no PATH")
    simulated.add_argument(
        "--seed", type=int, default=1, metavar="N", help="another organization (default: %(default)s)"
    )
    simulated.add_argument("--identities", type=int, default=40, metavar="N", help="from 20 on (default: %(default)s)")
    parser.add_argument("--format", choices=("table", "json"), default="table", help="(default: %(default)s)")


def run(options: argparse.Namespace) -> int:
    """Run the drill; gives the exit code: 0 when all is traced, 2 when something is not, 1 on an error."""
    if options.simulate and (options.list or options.paths or options.policy):
        return fail("--simulate makes its own logs, list and policy: leave PATH, --list and --policy out")
    if not options.simulate and not options.paths:
        return fail("nothing to drill: give PATH with --list LIST, or --simulate")
    with tempfile.TemporaryDirectory() as folder:
        try:
            activities = load(options.list) if options.list else ()
            policy: Policy | None = None
            if options.simulate:
                from pipelines.drill import simulate

                logs, policy, activities = simulate.day(folder, options.seed, options.identities, 100)
                options.paths = [logs]
            asked = Query(start=options.start, end=options.end)
            given = sources(options, [])
        except ValueError as error:
            return fail(str(error))
        if policy is not None:
            given = given._replace(policy=policy)
        fold = Trace(given.policy, activities, () if options.known_only else SCRIPTED, asked)
        found = gather(given, {"Trace": (fold, Traced)}, quiet=options.quiet)
    result = _result(activities, found.rows["Trace"])
    if options.format == "json":
        sys.stdout.write(json.dumps(to_json(result), indent=2, ensure_ascii=False) + "\n")
    else:
        sys.stdout.write("".join(f"{safe(line)}\n" for line in lines(result)))
    if (note := unread(found.summary)) and not options.quiet:
        fail(note)
    if given.inputs.errors:
        return ERROR
    return FOUND if result.untraced or result.unseen else OK


def _result(activities: Sequence[Activity], traced: Sequence[Traced]) -> Result:
    by_activity: dict[int, list[tuple[str, Verdict]]] = {}
    for one in sorted(traced, key=lambda one: (one.actor.name, one.actor.id)):
        for verdict in one.verdicts:
            by_activity.setdefault(verdict.activity, []).append((one.actor.name, verdict))
    return Result(
        [(activity, by_activity.get(number, [])) for number, activity in enumerate(activities)], by_activity.get(-1, [])
    )


def lines(result: Result) -> Iterator[str]:
    """Tell the drill: what does not lead where it must, with why and where, then the sums."""
    for name in result.unseen[:_MAX_LINES]:
        yield f"not seen  {name}: nothing in these logs is like it"
    for name, actor, verdict in result.untraced[:_MAX_LINES]:
        yield f"untraced  {name or actor}: {verdict.why}"
        span = f"{when(verdict.first)} to {when(verdict.last)}"
        places = ", ".join(verdict.examples)
        yield f"          {verdict.events} {verdict.interface} actions of {actor}, {span}: {places}"
    if len(result.untraced) > _MAX_LINES:
        yield f"and {len(result.untraced) - _MAX_LINES} more: --format json has all"
    known = [verdict for _, found in result.activities for _, verdict in found]
    if result.activities:
        fine = sum(
            bool(found) and all(verdict.state != UNTRACED for _, verdict in found) for _, found in result.activities
        )
        yield f"{fine} of {len(result.activities)} known activities lead where they must ({_sums(known)})"
    listed = sum(len(activity.events) for activity, _ in result.activities)
    if listed:
        judged = sum(verdict.events for activity, found in result.activities if activity.events for _, verdict in found)
        yield f"{judged} of {listed} listed events judged; the others are copies or halves of these, or not in the logs"
    others = [verdict for _, verdict in result.others]
    if others:
        yield f"every other scripted action: {_sums(others)}"


def _sums(verdicts: Sequence[Verdict]) -> str:
    words = ((PERSON, "actions lead to a person"), (AUTOMATION, "to documented automation"), (UNTRACED, "are untraced"))
    return ", ".join(
        f"{sum(verdict.events for verdict in verdicts if verdict.state == state)} {text}" for state, text in words
    )


def to_json(result: Result) -> dict[str, Any]:
    """Give the drill as --format json has it. Times are UTC microseconds."""
    return {
        "activities": [
            {"name": activity.name, "seen": bool(found), "verdicts": [_row(actor, one) for actor, one in found]}
            for activity, found in result.activities
        ],
        "others": [_row(actor, one) for actor, one in result.others],
        "untraced": len(result.untraced),
        "unseen": result.unseen,
    }


def _row(actor: str, verdict: Verdict) -> dict[str, Any]:
    return {
        "actor": actor,
        "interface": verdict.interface,
        "state": verdict.state,
        "why": verdict.why,
        "events": verdict.events,
        "first": verdict.first,
        "last": verdict.last,
        "examples": verdict.examples,
    }
