"""The baseline of one actor, or of its peers: how many sessions showed each value of each facet, decayed.

A count is of *sessions*, so that a burst of calls teaches no more than one. It halves with each half-life, on a scale
that is fixed for all baselines: a session adds 2^((time - ANCHOR) / half-life), and a count is read by dividing by that
power of the moment. So counts do not depend on the order in which they were made, and those of two histories are
simply added. The weights are rounded to 1/256 of a power of two, so that the sums are exact (a float holds 53 bits:
some thirty half-lives of thousands of sessions) and the same whatever the order.
"""

from collections.abc import Iterable
from functools import lru_cache
from math import floor, ldexp

import msgspec

from schemas.records import BaselineRow, FacetCounts, ValueCount

ANCHOR = 1_577_836_800_000_000
"""2020-01-01T00:00:00Z in UTC microseconds: where a session's weight is 1."""

MAX_VALUES = 128
"""Values of one facet that a baseline remembers; the least counted goes first. An actor's baseline of ten full facets
is some 100 KB; a person's has a few KB, a machine's less."""

MAX_GROUP_VALUES = 2_048
"""Values of one facet that the baseline of a group remembers: what one of many did once must not be forgotten, or the
next one's doing it again would be unheard of. A group of full facets is some 2 MB."""

BEGINNING = -(2**62)
"""The time of an item that is no event but what was learnt before: it goes before every event."""

VERSION = 1

_MOST_EXPONENT = 1_000
"""A double's exponent ends at 1,023: with a half-life of 30 days in the year 2102."""

_STEPS = 256

Facet = tuple[str, str]
"""A facet's name and its value: ("network", "198.51.100.0/24")."""


class Baseline(msgspec.Struct, array_like=True):
    """Decayed counts of sessions: of all, of those that showed a facet at all, and of those that showed each value.

    `new` counts the sessions that showed a facet's value for the first time: who comes from a new network each day
    surprises nobody by one more.
    """

    version: int = VERSION
    sessions: float = 0.0
    values: dict[str, dict[str, float]] = {}
    new: dict[str, float] = {}
    shown: dict[str, float] = {}


@lru_cache(4_096)
def weight(time: int, half_life: int) -> float:
    """Give what a session of a time (UTC microseconds) adds to a count."""
    exponent = max(-_MOST_EXPONENT, min(_MOST_EXPONENT, (time - ANCHOR) / half_life))
    whole = floor(exponent)
    return ldexp(round(2.0 ** (exponent - whole) * _STEPS) / _STEPS, whole)


def learn(baseline: Baseline, facets: Iterable[Facet], time: int, half_life: int) -> None:
    """Count one session with the values that it showed, each once."""
    added = weight(time, half_life)
    baseline.sessions += added
    distinct = set(facets)
    for name in {name for name, _ in distinct}:
        baseline.shown[name] = baseline.shown.get(name, 0.0) + added
    for name, value in distinct:
        values = baseline.values.setdefault(name, {})
        if value not in values:
            baseline.new[name] = baseline.new.get(name, 0.0) + added
        values[value] = values.get(value, 0.0) + added
        if len(values) > MAX_VALUES:
            del values[min(values, key=lambda known: (values[known], known))]


def sessions(baseline: Baseline, at: int, half_life: int, name: str | None = None) -> float:
    """Give how many sessions were counted, as they weigh at a time: all, or those that showed a facet."""
    counted = baseline.sessions if name is None else baseline.shown.get(name, 0.0)
    return counted / weight(at, half_life)


def seen(baseline: Baseline, facet: Facet, at: int, half_life: int) -> float:
    """Give in how many sessions a value was seen, as they weigh at a time."""
    return baseline.values.get(facet[0], {}).get(facet[1], 0.0) / weight(at, half_life)


def news(baseline: Baseline, name: str, at: int, half_life: int) -> float:
    """Give how many new values a facet has had, as they weigh at a time."""
    return baseline.new.get(name, 0.0) / weight(at, half_life)


def as_rare(baseline: Baseline, facet: Facet) -> float:
    """Give which share of what was seen of a facet is as rare as this value, itself among it; 0 when it is new."""
    values = baseline.values.get(facet[0], {})
    own = values.get(facet[1])
    if own is None:
        return 0.0
    return sum(count for count in values.values() if count <= own) / sum(values.values())


def merged(one: Baseline, other: Baseline, max_values: int = MAX_VALUES) -> Baseline:
    """Add two baselines: of two windows of one history, or of several actors."""
    both = Baseline(sessions=one.sessions + other.sessions)
    for name in sorted(one.values.keys() | other.values.keys()):
        mine, theirs = one.values.get(name, {}), other.values.get(name, {})
        values = {value: mine.get(value, 0.0) + theirs.get(value, 0.0) for value in mine.keys() | theirs.keys()}
        kept = sorted(values, key=lambda value: (-values[value], value))[:max_values]
        both.values[name] = {value: values[value] for value in sorted(kept)}
        # What was new to both was new but once: the later window's news are overcounted by it, never by more.
        both.new[name] = one.new.get(name, 0.0) + other.new.get(name, 0.0)
        both.shown[name] = one.shown.get(name, 0.0) + other.shown.get(name, 0.0)
    return both


def to_row(key: str, baseline: Baseline, half_life: int) -> BaselineRow:
    """Give a baseline as the row of a file, facets and values by name."""
    facets = [
        FacetCounts(
            name,
            baseline.new.get(name, 0.0),
            [ValueCount(*pair) for pair in sorted(values.items())],
            baseline.shown.get(name, 0.0),
        )
        for name, values in sorted(baseline.values.items())
    ]
    return BaselineRow(key, half_life, baseline.sessions, facets)


def from_row(row: BaselineRow) -> Baseline:
    """Give the baseline of a file's row."""
    return Baseline(
        sessions=row.sessions,
        values={facet.name: {count.value: count.sessions for count in facet.values} for facet in row.facets},
        new={facet.name: facet.new for facet in row.facets},
        shown={facet.name: facet.shown for facet in row.facets},
    )
