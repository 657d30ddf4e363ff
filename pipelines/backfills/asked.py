"""What a backfill is asked for: times as people and schedulers write them, and the name of its job."""

import time
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import msgspec

from analytic import patterns
from analytic.finding import ANALYTIC_VERSION
from analytic.policy import DAY, MINUTE, SECOND, Policy

_DAYS_AGO = {"today": 0, "yesterday": 1}


class Asked(msgspec.Struct, frozen=True):
    """The window [start, end) and what is read around it; UTC microseconds."""

    start: int
    end: int
    warm_up: int
    lateness: int

    def __post_init__(self) -> None:
        """Refuse a window that holds nothing."""
        if self.start >= self.end:
            raise ValueError(
                f"--start {shown(self.start)} is not before --end {shown(self.end)}: a window is [start, end)"
            )


def instant(text: str) -> int:
    """Read an ISO 8601 date or time as UTC microseconds; one without a zone is UTC. Raises ValueError, in one line.

    `today` and `yesterday` are their UTC midnights: a scheduler that sends the same words each day needs them.
    """
    if text in _DAYS_AGO:
        now = time.time_ns() // 1_000
        return now - now % DAY - _DAYS_AGO[text] * DAY
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time: write 2026-03-03, 2026-03-03T09:00Z, today or yesterday") from None
    at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def moment(text: str) -> int:
    """Read a window's bound: a time as above, at a whole minute. Raises ValueError, in one line."""
    micros = instant(text)
    if micros % MINUTE:
        raise ValueError(f"{text!r} is within a minute: windows begin and end at whole minutes")
    return micros


def duration(text: str) -> int:
    """Read a duration such as 24h, 90m or 0s as microseconds. Raises ValueError, in one line."""
    try:
        return patterns.micros(text)
    except ValueError as error:
        raise ValueError(f"{text!r} {error}") from None


def shown(micros: int) -> str:
    """Give a time as people write it."""
    at = datetime.fromtimestamp(micros // SECOND, UTC)
    return f"{at:%Y-%m-%dT%H:%MZ}"


def job_name(asked: Asked, policy: Policy) -> str:
    """Give the job's name: by its window and its policy alone, fit for Dataflow ([a-z0-9-], 63 at most)."""
    settings = msgspec.msgpack.encode((ANALYTIC_VERSION, policy))
    times = [datetime.fromtimestamp(at // SECOND, UTC).strftime("%Y%m%dt%H%M") for at in (asked.start, asked.end)]
    return f"tokentrail-backfill-{times[0]}-{times[1]}-{blake2b(settings, digest_size=4).hexdigest()}"
