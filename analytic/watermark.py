"""A source's watermark: how far event time has surely come, judged by the records themselves.

Records come unordered within a bound: while they flow, the watermark stays that far behind the newest. When none has
come for a while it moves on without them, as fast as the clock on the wall: what was held is let go, and a source that
sends seldom holds nothing up. A record from the future counts as far as the policy lets it.

Pure: whoever asks says what time it is. All times are UTC microseconds.
"""

import msgspec

from analytic.policy import Policy


class Progress(msgspec.Struct, array_like=True):
    """What a watermark is judged by: the newest event time, the wall clock when a record last came, the watermark."""

    newest: int | None = None
    heard: int = 0
    watermark: int | None = None
    ended: bool = False


def bounded_by(time: int, arrived: int | None, policy: Policy) -> int:
    """Give an event time cut at as far ahead of its arrival as the policy lets a clock be."""
    return time if arrived is None else min(time, arrived + policy.clock_skew)


def heard(progress: Progress, latest: int | None, arrived: int | None, now: int, policy: Policy) -> None:
    """Take a message with its latest event time (None where it shows none) and the time it was published."""
    progress.heard = now
    if latest is None:
        return
    latest = bounded_by(latest, arrived, policy)
    progress.newest = latest if progress.newest is None else max(progress.newest, latest)
    _advance(progress, progress.newest - policy.disorder)


def waited(progress: Progress, now: int, policy: Policy) -> None:
    """Take that nothing is waiting to be read."""
    quiet = now - progress.heard
    if progress.newest is not None and quiet >= policy.idle_after:
        _advance(progress, min(progress.newest + policy.hold + quiet, max(now, progress.newest + policy.hold)))


def ended(progress: Progress, policy: Policy) -> None:
    """Take that no more will be read: everything held is due."""
    progress.ended = True
    if progress.newest is not None:
        _advance(progress, progress.newest + policy.hold + 1_000_000)


def _advance(progress: Progress, to: int) -> None:
    progress.watermark = to if progress.watermark is None else max(progress.watermark, to)
