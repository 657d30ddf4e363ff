"""Gaps: hours in which a log is silent although its own rhythm says that it would not be.

The rhythm is how often each hour of the day, on workdays and at weekends, had an event. A silence is judged by the
other days alone, and its surprise is the sum of -log2 P(no event) over its hours: a log that never sleeps is missed
after a few hours, one that is used by day is not missed at night.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from math import log2

import msgspec

from analytic.policy import DAY, HOUR

GAP_BITS = 14.0
"""From so many bits on a silence is a gap: once in 16,000 silences of that length by chance."""

MAX_HOURS = 3 * 366 * 24
"""Hours that are looked at, the latest: a wrong clock's year must not cost an hour of work."""

_LEAST_DAYS = 3
"""Below so many days there is no rhythm; only what is nearly always there can then be missed."""

_ALWAYS = 0.8
_NEVER_SLEEPS = 0.9
_MOST = 0.95
_STRENGTH = 1.0
"""How many days the share of all hours weighs against the hour's own."""


class Gap(msgspec.Struct, array_like=True, frozen=True):
    """A silence. `what` is the log class or region that was silent, "" for the whole account.

    `since` is the start of its first hour and `until` the end of its last, UTC microseconds; `missed` is how many
    events the rhythm leads one to expect; `open` says that it lasts to the end of the logs.
    """

    what: str
    since: int
    until: int
    missed: int
    bits: float
    open: bool = False


def gaps(what: str, hours: Mapping[int, int], end: int) -> list[Gap]:
    """Give the gaps of a log: `hours` are its events by the start of the hour, `end` the start of the last hour of all.

    Silence before its first event is none: nobody knows that it existed.
    """
    if not hours:
        return []
    first = max(min(hours), end - (MAX_HOURS - 1) * HOUR)
    seen: Counter[tuple[bool, int]] = Counter()
    active: Counter[tuple[bool, int]] = Counter()
    for hour in range(first, end + HOUR, HOUR):
        slot = _slot(hour)
        seen[slot] += 1
        active[slot] += hour in hours
    span = seen.total()
    up = active.total()
    share = up / span
    if span < _LEAST_DAYS * 24 and share < _ALWAYS:
        return []
    mean = sum(events for hour, events in hours.items() if hour >= first) / span
    found = []
    for since, until in _silences(hours, first, end):
        silent = Counter(_slot(hour) for hour in range(since, until, HOUR))
        bits = 0.0
        for slot, times in silent.items():
            others = seen[slot] - times
            likely = (active[slot] + _STRENGTH * share) / (others + _STRENGTH)
            if others == 0:
                # The first weekend: a log that is used on workdays says nothing of it, one that never sleeps does.
                likely = awake if (awake := up / (span - silent.total())) >= _NEVER_SLEEPS else 0.0
            bits -= times * log2(1 - min(likely, _MOST))
        if bits >= GAP_BITS:
            missed = round(mean * (until - since) / HOUR)
            found.append(Gap(what, since, until, missed, round(bits, 1), until > end))
    return found


def _silences(hours: Mapping[int, int], first: int, end: int) -> Iterator[tuple[int, int]]:
    since = None
    for hour in range(first, end + HOUR, HOUR):
        if hour in hours:
            if since is not None:
                yield since, hour
            since = None
        elif since is None:
            since = hour
    if since is not None:
        yield since, end + HOUR


def _slot(hour: int) -> tuple[bool, int]:
    """Give whether it is a weekend (1970-01-01 was a Thursday), and the hour of the day."""
    return (hour // DAY + 3) % 7 >= 5, hour % DAY // HOUR
