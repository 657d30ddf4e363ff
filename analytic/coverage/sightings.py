"""What a bundle of a stream's events shows, on its way to the hours that count it (analytic/coverage/hours.py).

Events that show the same travel together: what one of them adds to its cell, and the hashes of their ids.
"""

from hashlib import blake2b

import msgspec

from analytic.coverage.cells import Cell, cell_at, count
from analytic.policy import HOUR, MINUTE
from schemas.coverage import Coverage
from schemas.records import ApiEvent

ID_BYTES = 8
"""Of a hash: two of a million events of one account's hour fall together once in 30 million such hours."""


class Sighting(msgspec.Struct, array_like=True):
    """Events of one cell and minute that show the same: `row` is what each adds, `ids` their hashes in a row.

    `minute` is that of the event time, counted from the hour's start.
    """

    minute: int
    row: Coverage
    ids: bytes


class Sightings:
    """Gathers the sightings of one bundle, by account and hour."""

    def __init__(self) -> None:
        """Starts at nothing."""
        self.held = 0
        self._ids: dict[tuple[Cell, int, tuple[int, ...]], tuple[Coverage, list[bytes]]] = {}

    def add(self, event: ApiEvent) -> None:
        """Take an event; copies too, which the hours tell apart."""
        cell = cell_at(event)
        row = Coverage(*cell, 0)
        count(row, event)
        shown = msgspec.structs.astuple(row)[len(cell) :]
        key = (cell, event.time % HOUR // MINUTE, shown)
        known = self._ids.get(key)
        if known is None:
            known = self._ids[key] = (row, [])
        known[1].append(hash_of(event))
        self.held += 1

    def by_hour(self) -> dict[str, list[Sighting]]:
        """Give the sightings by the key of their account's hour."""
        found: dict[str, list[Sighting]] = {}
        for (_, minute, _), (row, ids) in self._ids.items():
            key = f"{row.provider}|{row.account or ''}|{row.hour}"
            found.setdefault(key, []).append(Sighting(minute, row, b"".join(ids)))
        return found


def hash_of(event: ApiEvent) -> bytes:
    """Give the hash by which a copy of an event is known; another account's copy of a call is no copy here."""
    text = f"{event.event_id}\0{event.account}\0{event.time}"
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=ID_BYTES).digest()
