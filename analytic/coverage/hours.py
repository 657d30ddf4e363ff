"""An account's hour of a stream, counted as it comes: its rows are given again as they grow.

Events are counted by the set of their ids, so that neither order nor bundling matters, and a copy counts once
however late it comes, for as long as ids are kept. Every count only ever rises: of a cell's rows the largest stands.

Pure, in the manner of analytic/event_time.py: an engine gives the state's bytes, the sightings and a time, and sets one
timer, `Turn.wake`. All times are UTC microseconds.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from analytic.coverage.cells import COUNTS, Cell, cell_of
from analytic.coverage.sightings import ID_BYTES, Sighting
from analytic.fold import check_version
from analytic.policy import MINUTE, Policy
from schemas.coverage import Coverage

VERSION = 1

GRID = MINUTE
"""Timers lie on this grid of event time. The first event since an hour's rows were told sets the time of telling and
later ones leave it: on a stream that runs `disorder` behind its newest event a row comes again after about that."""

MAX_IDS = 1 << 18
"""Ids that an hour keeps: 2 MB. Beyond it those of the earliest minutes go, and copies of them count again."""


class Hour(msgspec.Struct, array_like=True):
    """The state of one account's hour.

    `rows` in the order in which their cells came, `grown` the places of those not yet told and `due` when they are,
    `ids` the hashes by minute, `newest` the latest of event times and of what the engine said, `wake` the set timer.
    """

    version: int = VERSION
    rows: list[Coverage] = []
    grown: list[int] = []
    due: int | None = None
    ids: dict[int, bytes] = {}
    newest: int = 0
    wake: int = 0


class Turn(NamedTuple):
    """The result of a turn: the new state (None: forget it), the rows to tell, when to wake, the ids that a cap cut.

    `rearm` says that the wake is not the one that is set.
    """

    state: bytes | None
    rows: list[Coverage]
    wake: int | None
    rearm: bool
    cut: int = 0


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Hour).decode


class Hours:
    """Counts the hours of a stream."""

    def __init__(self, policy: Policy, max_ids: int = MAX_IDS) -> None:
        """Takes the policy with horizon and time to live, and the cap on an hour's ids."""
        self._policy = policy
        self._max_ids = max_ids

    def receive(self, data: bytes | None, sightings: Iterable[Sighting], at: int) -> Turn:
        """Take an hour's new sightings and the engine's time of them. Raises ValueError on an unknown version."""
        hour = _load(data)
        hour.newest = max(hour.newest, at)
        known = {cell_of(row): place for place, row in enumerate(hour.rows)}
        grown = set(hour.grown)
        seen: dict[int, set[bytes]] = {}
        for sighting in sightings:
            if sighting.minute not in seen:
                seen[sighting.minute] = set(_split(hour.ids.get(sighting.minute, b"")))
            grown.add(_count(hour, known, sighting, seen[sighting.minute]))
            hour.newest = max(hour.newest, sighting.row.hour + (sighting.minute + 1) * MINUTE)
        hour.grown = sorted(grown)
        for minute, ids in seen.items():
            hour.ids[minute] = b"".join(sorted(ids))
        if hour.grown and hour.due is None:
            hour.due = _on_grid(hour.newest)
        return self._turn(hour, [], self._cap(hour), fired=None)

    def wake(self, data: bytes | None, at: int) -> Turn:
        """Take that the timer fired: the watermark has come to `at`. Raises ValueError on an unknown version."""
        hour = _load(data)
        rows = []
        if hour.due is not None and hour.due <= at:
            rows = [hour.rows[place] for place in hour.grown]
            hour.grown, hour.due = [], None
        if at >= hour.newest + self._policy.horizon:
            hour.ids = {}
        return self._turn(hour, rows, 0, fired=at)

    def _cap(self, hour: Hour) -> int:
        """Let the ids of the earliest minutes go where there are too many; gives how many went."""
        kept = sum(map(len, hour.ids.values())) // ID_BYTES
        cut = 0
        for minute in sorted(hour.ids):
            if kept - cut <= self._max_ids:
                break
            cut += len(hour.ids.pop(minute)) // ID_BYTES
        return cut

    def _turn(self, hour: Hour, rows: list[Coverage], cut: int, fired: int | None) -> Turn:
        """Set the one timer: to tell what grew, else to let the ids go, else to forget the hour."""
        if hour.due is not None:
            at = hour.due
        elif hour.ids:
            at = hour.newest + self._policy.horizon
        else:
            at = hour.newest + self._policy.time_to_live
            if fired is not None and at <= fired:
                return Turn(None, rows, None, rearm=False)
        wake = _on_grid(at)
        rearm = fired is not None or wake != hour.wake
        hour.wake = wake
        return Turn(_encode(hour), rows, wake, rearm, cut)


def _on_grid(time: int) -> int:
    return -(-time // GRID) * GRID


def _load(data: bytes | None) -> Hour:
    if data is None:
        return Hour()
    check_version("coverage", data, VERSION)
    return _decode(data)


def _count(hour: Hour, known: dict[Cell, int], sighting: Sighting, seen: set[bytes]) -> int:
    """Count a sighting's events into the row of its cell; gives the row's place."""
    cell = cell_of(sighting.row)
    place = known.get(cell)
    if place is None:
        place = known[cell] = len(hour.rows)
        hour.rows.append(Coverage(*cell, 0))
    before = len(seen)
    ids = _split(sighting.ids)
    seen.update(ids)
    new = len(seen) - before
    row = hour.rows[place]
    for name in COUNTS:
        setattr(row, name, getattr(row, name) + new * getattr(sighting.row, name))
    row.copies += len(ids) - new
    return place


def _split(ids: bytes) -> list[bytes]:
    return [ids[start : start + ID_BYTES] for start in range(0, len(ids), ID_BYTES)]
