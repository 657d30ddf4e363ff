"""A backfill's windows: which findings a window tells, cut so that the cut changes nothing (docs/adr/0005).

A window [start, end) tells each finding that one of its events opened or added to, as the finding stands after the last
of them. What stood before, and who is behind an event, is read from events outside it: from `origin`, which hangs on
the UTC day and not on the window, to `until`. So the windows of any cut say together what one over all of them says;
of one finding_id the highest revision stands.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from analytic.fold import D, Fold, Item, S
from analytic.policy import DAY, HOUR, MINUTE, Policy
from schemas.records import Finding

_MILLISECOND = 1_000


class Window(msgspec.Struct, frozen=True):
    """A part of one UTC day. Times are UTC microseconds; [start, end) is told, [origin, until) is read."""

    start: int
    end: int
    origin: int
    until: int


def cut(start: int, end: int, warm_up: int, policy: Policy) -> list[Window]:
    """Cut [start, end) at the midnights of UTC, each part with its day's origin: `warm_up` before its midnight."""
    found = []
    while start < end:
        midnight = start - start % DAY
        stop = min(end, midnight + DAY)
        found.append(Window(start, stop, midnight - warm_up, stop + foresight(policy)))
        start = stop
    return found


def foresight(policy: Policy) -> int:
    """Say how far after an event lies what may still tell who made it, in microseconds.

    A name is asked for at the end of its hour (analytic/links.py). What is found there in the first minute of the next
    hour may rest on a name again, which is asked for an hour later; further coincidences are not followed.
    """
    return 2 * HOUR + 4 * policy.issue_skew + MINUTE


class Within:
    """A fold that tells only what the items of a window draft: earlier ones build state, later ones are not stepped."""

    def __init__(self, fold: Fold[S, D], window: Window) -> None:
        """Takes the fold and the window."""
        self._fold: Fold[Any, Any] = fold
        self._window = window
        self.repeats = fold.repeats

    def step(self, state: Any, item: Item) -> tuple[Any, Sequence[tuple[str, Any]]]:
        """Take one item; give drafts for those of the window alone."""
        if item.time >= self._window.end:
            return state, []
        state, drafts = self._fold.step(state, item)
        return state, drafts if item.time >= self._window.start else []

    def render(self, draft: Any) -> tuple[str, Item]:
        """As the fold does."""
        return self._fold.render(draft)

    def retract(self, draft: Any) -> tuple[str, Item]:
        """As the fold does."""
        return self._fold.retract(draft)

    def recall(self, state: Any, id_: str) -> Any:
        """As the fold does."""
        return self._fold.recall(state, id_)

    def lost(self, state: Any) -> int:
        """As the fold does."""
        return self._fold.lost(state)

    def begin_after(self, last: int) -> Any:
        """As the fold does."""
        return self._fold.begin_after(last)

    def load(self, data: bytes) -> Any:
        """As the fold does."""
        return self._fold.load(data)

    def dump(self, state: Any) -> bytes:
        """As the fold does."""
        return self._fold.dump(state)


def numbered(finding: Finding, window: Window, policy: Policy) -> Finding:
    """Give a finding as its window tells it: with its revision, and with what the window's origin cut off.

    The revision is the milliseconds from the session's start to the last event told, and the pieces of evidence by
    then (two may lie within one millisecond): it rises as the finding grows, and is the same whatever the window.
    """
    revision = (finding.last_event_time - finding.session.started) // _MILLISECOND + finding.evidence_total
    blind_spots = finding.blind_spots
    if is_cut(finding.session.started, window, policy):
        blind_spots = [*blind_spots, _cut_text(window)]
    return msgspec.structs.replace(finding, revision=revision, blind_spots=blind_spots)


def is_cut(started: int, window: Window, policy: Policy) -> bool:
    """Whether a session began so near the origin that it, or what led to it, may have begun before."""
    return started < window.origin + max(policy.session_gap, policy.chain_window)


def _cut_text(window: Window) -> str:
    origin = datetime.fromtimestamp(window.origin // 1_000_000, UTC)
    return (
        f"nothing before {origin:%Y-%m-%d %H:%M} UTC was read (--warm-up): the session may have begun earlier, "
        "and what led to it may lie there"
    )


def standing(findings: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the findings of several windows as one: of each id the highest revision, by first event time, then id."""
    latest: dict[str, dict[str, Any]] = {}
    for finding in findings:
        known = latest.get(finding["finding_id"])
        if known is None or finding["revision"] >= known["revision"]:
            latest[finding["finding_id"]] = finding
    return sorted(latest.values(), key=_place)


def _place(finding: dict[str, Any]) -> tuple[int, str]:
    return finding["first_event_time"], finding["finding_id"]
