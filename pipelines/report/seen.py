"""What `tokentrail coverage` wrote, as far as the report shows it: events by account and hour, gaps, what is blind.

Files of a later version may say more: what is not known here is left out.
"""

import json
from collections.abc import Iterable

import msgspec

from analytic.sources.times import iso_micros

BLIND = ("blind", "partly")
"""The states of a chain or hop for which logs are missing."""

_HOUR = 3_600_000_000


class _Row(msgspec.Struct):
    account: str | None = None
    provider: str | None = None
    hour: int | str | None = None
    events: int = 0


class Gap(msgspec.Struct, frozen=True):
    """Hours in which an account, or a part of its logs, was silent against its own rhythm; `until` None: still is."""

    provider: str | None = None
    account: str | None = None
    what: str | None = None
    since: str = ""
    until: str | None = None

    def __str__(self) -> str:
        """Say it in a line."""
        who = " ".join(filter(None, (self.provider, self.account)))
        part = f" ({self.what})" if self.what and self.what != "account" else ""
        return f"{who}{part} fell silent from {self.since} {f'to {self.until}' if self.until else 'on, to the end'}"


class Sight(msgspec.Struct, frozen=True):
    """How far a chain or a hop can be seen at a provider, and which logs it lacks."""

    name: str = ""
    provider: str = ""
    state: str = ""
    lacks: list[str] = []

    def __str__(self) -> str:
        """Say it in a line."""
        lacks = f": lacks {', '.join(self.lacks)}" if self.lacks else ""
        state = "partly blind" if self.state == "partly" else self.state
        return f"{self.provider}: {state} to {self.name}{lacks}"


class Visibility(msgspec.Struct, frozen=True):
    """The content of visibility.json."""

    gaps: list[Gap] = []
    chains: list[Sight] = []
    hops: list[Sight] = []

    def blind(self) -> list[Sight]:
        """Give the hops and chains that cannot be seen, or not all of them: hops first, for they name the person."""
        return [sight for sight in [*self.hops, *self.chains] if sight.state in BLIND]


def by_hour(data: bytes) -> dict[tuple[str, int], int]:
    """Give coverage.json's events by account and start of the hour, in UTC microseconds. Raises ValueError."""
    counts: dict[tuple[str, int], int] = {}
    found = json.loads(data)
    for row in _rows(found.get("rows", []) if isinstance(found, dict) else found):
        if row.hour is not None:
            micros = row.hour if isinstance(row.hour, int) else iso_micros(row.hour)
            place = row.account or row.provider or "unknown", micros // _HOUR * _HOUR
            counts[place] = counts.get(place, 0) + row.events
    return counts


def _rows(found: object) -> Iterable[_Row]:
    return msgspec.convert(found, list[_Row])


def visibility(data: bytes) -> Visibility:
    """Give visibility.json. Raises ValueError."""
    return msgspec.convert(json.loads(data), Visibility)
