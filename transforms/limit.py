"""DeadLetterLimit: fails the bundle that would send too much to the dead letters, before its source is told.

So what a bad deployment can't parse stays in the subscription for a good one. It counts for the whole process, which
outlives the bundles that it fails: counting in a bundle or in a DoFn would begin anew with every retry.
"""

import threading
import time

from analytic.limit import Limit, Part, step


class TooManyDeadLettersError(Exception):
    """Most records can't be parsed. One argument, so that Beam keeps the type."""


class _Counted:
    """The window of this process."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.parts: list[Part] | None = None


_counted = _Counted()


def check(limit: Limit | None, records: int, letters: int) -> None:
    """Count what one block gave. Raises TooManyDeadLettersError while the limit is exceeded."""
    if limit is None:
        return
    with _counted.lock:
        _counted.parts, exceeded = step(_counted.parts, limit, time.time_ns() // 1_000, records, letters)
    if exceeded is not None and letters:
        raise TooManyDeadLettersError(
            f"{exceeded.letters} of {exceeded.records} records became dead letters within "
            f"{limit.window // 60_000_000} minutes, the limit is {limit.ratio:g}: look at the last ones, "
            "and at what was deployed last; what was not taken stays in the subscription "
            "(--dead-letter-limit 1 lets all pass)"
        )


def reset() -> None:
    """Forget what was counted, as a new process does."""
    with _counted.lock:
        _counted.parts = None
