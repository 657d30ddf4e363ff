"""How often the person behind a chain of identity hops is found: simulated chains over AWS, Google Cloud, Entra, Okta.

    python -m benchmarks.hops --chains 2000 --seed 1

The simulator's records go to bytes, through `parse_record` and `follow`, and each used event's actor is compared with
the ground truth. The aims: right for 99 % of the events whose evidence is there, and never a wrong name in silence.
Exit code 1 when an aim is missed.
"""

import argparse
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import msgspec

from analytic.analysis import follow
from analytic.sources.errors import ParseError
from analytic.sources.source import parse_record
from benchmarks.arguments import positive
from schemas.records import ApiEvent, Step
from simulator.hops import Chains, Evidence, Root, Truth, chains

AIM = 0.99

RIGHT, AMBIGUOUS, UNKNOWN, SHORT = "right", "ambiguous", "unknown", "short"
GUESSED, MARKED, WRONG, MISSING = "guessed", "marked", "wrong", "no step"
VERDICTS = (RIGHT, AMBIGUOUS, UNKNOWN, SHORT, GUESSED, MARKED, WRONG, MISSING)
"""What is said of a used event.

right: its actor is the root. ambiguous: a hop says so, and its candidates include the root. unknown: the actor is the
principal at which the evidence breaks. short: a principal of the chain, nearer than the evidence reaches. guessed: the
right person, with certain hops only, where the logs name several. marked: another actor, with a hop that says
probable or ambiguous. wrong: another actor in silence. no step: the event was not parsed or not followed.
"""

_LEGEND = "guessed: right without a mark where the logs name several people; marked: wrong, but said to be probable"


@dataclass
class Table:
    """Verdicts by row."""

    rows: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, names: Iterable[str], verdict: str) -> None:
        """Count a verdict in each of several rows."""
        for name in names:
            self.rows[name][verdict] += 1


@dataclass
class Result:
    """What was asked and said. `mismatches` are the events of which something other than the truth was said."""

    verdicts: list[tuple[Truth, str, Step | None]] = field(default_factory=list)
    unparsed: Counter[str] = field(default_factory=Counter)

    def share_right(self) -> float:
        """Give the share of right answers where the evidence is there and unambiguous."""
        asked = [verdict for truth, verdict, _ in self.verdicts if truth.evidence is Evidence.FULL]
        return asked.count(RIGHT) / len(asked) if asked else 1.0

    def honest(self) -> tuple[int, int]:
        """Give how many of the ambiguous events are called so, and how many there are."""
        asked = [verdict for truth, verdict, _ in self.verdicts if truth.evidence is Evidence.AMBIGUOUS]
        return asked.count(AMBIGUOUS), len(asked)

    def silent(self) -> int:
        """Give how many wrong names were given in silence, whatever the evidence."""
        return sum(verdict == WRONG for _, verdict, _ in self.verdicts)

    @property
    def passed(self) -> bool:
        """Whether both aims are met."""
        return self.share_right() >= AIM and self.silent() == 0


def deliver(made: Chains) -> dict[str, list[bytes]]:
    """Write the records to JSON lines, by file, in the order of their delivery."""
    files: dict[str, list[bytes]] = defaultdict(list)
    for written in made.records:
        files[written.file].append(msgspec.json.encode(written.record))
    return files


def parse(files: dict[str, list[bytes]], unparsed: Counter[str]) -> Iterator[ApiEvent]:
    """Parse the files' records, and count what no source reads, by file."""
    for name, lines in files.items():
        for number, line in enumerate(lines):
            try:
                event = parse_record(line, f"{name}#{number}")
            except ParseError as error:
                unparsed[f"{name.partition('/')[0]}: {error}"[:100]] += 1
                continue
            if isinstance(event, ApiEvent):
                yield event
            else:
                unparsed[f"{name.partition('/')[0]}: ignored as {event.kind}"] += 1


def compare(made: Chains) -> Result:
    """Follow the chains and judge every used event."""
    result = Result()
    places: dict[str, str] = {}
    count: Counter[str] = Counter()
    for written in made.records:
        if written.event_id is not None:
            places[f"{written.file}#{count[written.file]}"] = written.event_id
        count[written.file] += 1
    said: dict[str, Step] = {}
    for step in follow(parse(deliver(made), result.unparsed)):
        event_id = places.get(step.event.origin)
        if event_id is not None:
            said[event_id] = step
    for event_id, truth in made.truths.items():
        step_of = said.get(event_id)
        result.verdicts.append((truth, verdict(truth, step_of), step_of))
    return result


def verdict(truth: Truth, step: Step | None) -> str:
    """Judge what a step says of its event's actor."""
    if step is None:
        return MISSING
    marks = {hop.certainty for hop in step.hops}
    offered = [candidate.lower() for hop in step.hops if hop.certainty == "ambiguous" for candidate in hop.candidates]
    names = (step.actor.name.lower(), step.actor.id.lower())
    named = any(_is(truth.root, name) for name in names)
    if named and truth.evidence is not Evidence.AMBIGUOUS:
        return RIGHT
    if any(_is(truth.root, candidate) for candidate in offered):
        return AMBIGUOUS
    if named:
        return GUESSED if marks <= {"certain"} else RIGHT
    if _among(names, truth.ends):
        return UNKNOWN
    if _among(names, truth.later):
        return SHORT
    return WRONG if marks <= {"certain"} else MARKED


def _is(root: Root, name: str) -> bool:
    return name == root.name.lower() or name in root.names


def _among(names: tuple[str, ...], labels: frozenset[str]) -> bool:
    """Whether a name is one of the labels, or an id has one in it: ids wrap the providers' own (gcp:EMAIL)."""
    return any(name == label or (len(label) > 11 and label in name) for name in names for label in labels)


def tables(result: Result) -> dict[str, Table]:
    """Sort the verdicts into tables: by evidence and number of hops, and by kind of hop."""
    by_length, by_kind = Table(), Table()
    for truth, said, _ in result.verdicts:
        hops = f"{len(truth.hops)} hop{'s' if len(truth.hops) > 1 else ''}"
        by_length.add([f"{truth.evidence.value:10}{hops}", f"{truth.evidence.value:10}all"], said)
        if truth.evidence is Evidence.FULL:
            by_kind.add({*truth.hops, *(f"[{tag}]" for tag in truth.tags)}, said)
    return {"by evidence and length": by_length, "where the evidence is there, by kind of hop in the chain": by_kind}


def table(title: str, rows: Table) -> str:
    """Write one table."""
    width = max(map(len, rows.rows), default=0) + 2
    lines = [f"\n{title}", " " * width + f"{'asked':>9}" + "".join(f"{name:>11}" for name in VERDICTS)]
    for name, counts in sorted(rows.rows.items()):
        cells = "".join(f"{counts[kind] or '·':>11}" for kind in VERDICTS)
        lines.append(f"{name:{width}}{counts.total():>9,}{cells}")
    return "\n".join(lines)


def mismatches(result: Result, limit: int) -> Iterator[str]:
    """Write the first events of which something other than the truth was said, worst first."""
    order = (WRONG, MISSING, GUESSED, MARKED, SHORT, UNKNOWN, AMBIGUOUS)
    fine = {
        Evidence.FULL: {RIGHT},
        Evidence.AMBIGUOUS: {RIGHT, AMBIGUOUS, UNKNOWN},
        Evidence.BROKEN: {RIGHT, UNKNOWN},
        Evidence.WEAK: {RIGHT, AMBIGUOUS, UNKNOWN, SHORT},
    }
    odd = [found for found in result.verdicts if found[1] not in fine[found[0].evidence]]
    odd.sort(key=lambda found: order.index(found[1]))
    for truth, said, step in odd[:limit]:
        hops = " > ".join(truth.hops)
        yield f"{said}: {truth.event_id} of {truth.root.name} ({truth.evidence.value}) {hops}"
        if step is not None:
            shown = ", ".join(f"{hop.how} {hop.certainty}" for hop in step.hops)
            yield f"    said {step.actor.type} {step.actor.name} ({step.actor.id}) over {shown or 'no hop'}"


def command_line(arguments: list[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.hops",
        description="Measure how often the person behind a chain of identity hops is found in simulated logs.",
        epilog=f"Exit code 1 unless {AIM:.0%} are right where the evidence is there, and none is wrong in silence.",
    )
    parser.add_argument("--chains", type=positive, default=2_000, help="how many chains to make (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the simulation (%(default)s)")
    parser.add_argument("--show", type=int, default=0, metavar="N", help="list the first N events that are not right")
    return parser.parse_args(arguments)


def report(made: Chains, result: Result, seconds: float) -> str:
    """Write the tables and the headline."""
    right, (said, several) = result.share_right(), result.honest()
    asked = sum(truth.evidence is Evidence.FULL for truth, _, _ in result.verdicts)
    lines = [
        f"{len(made.records):,} records, {len(made.truths):,} used events; parsed and followed in {seconds:.1f} s",
        *(table(title, rows) for title, rows in tables(result).items()),
        _LEGEND,
        *(f"not parsed: {count} x {what}" for what, count in result.unparsed.most_common(20)),
        "",
        f"right where the evidence is there: {right:.2%} of {asked:,} (aim {AIM:.0%})",
        f"wrong in silence: {result.silent()} of {len(made.truths):,} (aim 0)",
        f"called ambiguous where it is: {said} of {several}",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print; exits with 1 when an aim is missed."""
    chosen = command_line()
    made = chains(chosen.seed, chosen.chains)
    started = time.perf_counter()
    result = compare(made)
    print(f"{chosen.chains:,} chains, seed {chosen.seed}: {report(made, result, time.perf_counter() - started)}")
    for line in mismatches(result, chosen.show):
        print(line)
    sys.exit(0 if result.passed else 1)


if __name__ == "__main__":
    main()
