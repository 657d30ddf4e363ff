"""Coverage: what the logs could have shown, counted by provider, account, region, service, log class and hour.

A row is a cell's counts (`schemas.records.Coverage`). Rows of one cell merge by adding their counts, in any order; what
they mean for findings is worked out in analytic/coverage/visibility.py; how a stream keeps them, in hours.py.
"""

from collections.abc import Iterable

from analytic.policy import HOUR
from analytic.routing import SERVICES
from schemas.coverage import Coverage
from schemas.records import ApiEvent

Cell = tuple[str, str | None, str | None, str, str, int]
"""Provider, account, region, service, log class, and the start of the hour."""

COUNTS = Coverage.__struct_fields__[6:]
"""The fields of a row that are counts, and add up."""

MAX_IDS = 1 << 20
"""Ids of events that a counter remembers, to count copies once: some 60 MB. Then it begins anew."""

SHORT_LIVED = frozenset({"temporary", "console_session", "federated", "access_token", "managed_identity"})
"""Kinds of credential that end by themselves, within hours."""

_READS = frozenset({"list", "read"})
_CHANGES = frozenset({"write", "permissions", "credential", "execute"})


class Counter:
    """Counts the events of one bundle into rows."""

    def __init__(self) -> None:
        """Starts at nothing."""
        self.rows: dict[Cell, Coverage] = {}
        self._ids: set[int] = set()

    def add(self, event: ApiEvent) -> None:
        """Count an event; a copy of one that was counted goes under `copies`.

        Another account's copy of a call is that account's log, and counts there.
        """
        cell = cell_at(event)
        row = self.rows.get(cell)
        if row is None:
            row = self.rows[cell] = Coverage(*cell, 0)
        id_ = hash((event.event_id, event.account, event.time))
        if id_ in self._ids:
            row.copies += 1
            return
        if len(self._ids) >= MAX_IDS:
            self._ids.clear()
        self._ids.add(id_)
        count(row, event)

    def clear(self) -> None:
        """Forget everything."""
        self.rows = {}
        self._ids = set()


def count(row: Coverage, event: ApiEvent) -> None:
    """Count what an event shows into the row of its cell."""
    row.events += 1
    if event.access in _READS:
        row.reads += 1
    elif event.access in _CHANGES:
        row.changes += 1
    if event.log_class == "data":
        row.data_events += 1
    if event.issued is not None and event.outcome == "success":
        row.issued_keys += 1
    if event.principal_type not in SERVICES and event.log_class != "insight":
        _identify(row, event)


def _identify(row: Coverage, event: ApiEvent) -> None:
    """Count what an event shows of whoever made it."""
    row.identified += 1
    row.source_addresses += event.source_ip is not None or event.vpc_endpoint is not None or bool(event.source_service)
    row.user_agents += event.user_agent is not None
    row.credential_ids += event.credential_id is not None or event.session_id is not None
    row.mfa += event.mfa is not None
    row.touches += bool(event.touched) and event.outcome == "success"
    row.workloads += event.issued_to is not None
    row.delegated += bool(event.delegation) or event.source_identity is not None
    row.cloud_shell += event.interface == "cloud_shell"
    row.short_lived += event.credential_type in SHORT_LIVED


def cell_at(event: ApiEvent) -> Cell:
    """Give the cell that counts an event."""
    hour = event.time - event.time % HOUR
    return (event.provider, event.account, event.region, event.service, event.log_class, hour)


def cell_of(row: Coverage) -> Cell:
    """Give the cell of a row."""
    return (row.provider, row.account, row.region, row.service, row.log_class, row.hour)


def merge(into: dict[Cell, Coverage], rows: Iterable[Coverage]) -> dict[Cell, Coverage]:
    """Add rows to others by cell, in any order; `into` is changed and given back, `rows` stay as they are."""
    for row in rows:
        cell = cell_of(row)
        known = into.get(cell)
        if known is None:
            known = into[cell] = Coverage(*cell, 0)
        for name in COUNTS:
            setattr(known, name, getattr(known, name) + getattr(row, name))
    return into


def ordered(rows: Iterable[Coverage]) -> list[Coverage]:
    """Sort rows by provider, account, region, service, log class and hour; what is not named goes first."""
    return sorted(
        rows,
        key=lambda row: (row.provider, row.account or "", row.region or "", row.service, row.log_class, row.hour),
    )
