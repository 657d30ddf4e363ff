"""Times as logs write them, to UTC microseconds."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

MAX_TIME_CHARS = 40
"""The longest form met, "2025-01-13T19:58:59.000000000+00:00", has 35 characters."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# "Jul 30, 2024, 9:46:15 PM" and, from older services, "Jul 30, 2024 9:46:15 PM" (real trails). Java's newer locale data
# puts a narrow no-break space before the PM; \s knows it.
_JAVA_TIME = re.compile(r"([A-Za-z]{3})[a-z]*\.?\s+(\d{1,2}),\s*(\d{4}),?\s+(\d{1,2}):(\d{2}):(\d{2})\s*([AaPp])[Mm]")
# The second form is ISO 8601's basic one (CloudTrail user guide, "CloudTrail userIdentity element": creationDate).
_ISO_HEAD = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}|\d{8}T\d{6}", re.ASCII)

# Numbers are seconds, unless they are too large to be: 10^11 s is the year 5138, 10^11 ms is 1973.
_MILLISECONDS_FROM = 10**11
_LATEST_MILLISECONDS = 253_402_300_800_000
"""The end of year 9999, the last that Python's and Avro's calendars write."""


_SECONDS = {f"{second:02}Z": second * 1_000_000 for second in range(60)}


def iso_micros(text: str) -> int:
    """Give the UTC microseconds of an ISO 8601 time; without an offset it is UTC. Raises ValueError.

    Digits beyond the microsecond are cut. Athena's "2024-08-02 08:23:24.000 UTC" is read too.
    """
    # Most logs write "2026-03-03T14:12:05Z": of these the minute is read once.
    second = _SECONDS.get(text[17:]) if text[16:17] == ":" else None
    return _iso_micros(text) if second is None else _iso_micros(text[:17] + "00Z") + second


@lru_cache(4_096)
def _iso_micros(text: str) -> int:
    text = text.removesuffix(" UTC")
    if len(text) > MAX_TIME_CHARS or not _ISO_HEAD.match(text):
        raise ValueError("not an ISO 8601 date and time")
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def expiry_micros(value: Any) -> int | None:
    """Give the UTC microseconds of a credential's `expiration` in any form AWS writes it; None when not understood."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        if not 0 < value < _LATEST_MILLISECONDS:
            return None
        return round(value * (1_000 if value >= _MILLISECONDS_FROM else 1_000_000))
    if not isinstance(value, str) or len(value) > MAX_TIME_CHARS:
        return None
    java = _JAVA_TIME.fullmatch(value.strip())
    try:
        return _java_micros(*java.groups()) if java else iso_micros(value)
    except ValueError:
        return None


def _java_micros(month: str, day: str, year: str, hour: str, minute: str, second: str, half: str) -> int:
    hours = int(hour) % 12 + (12 if half in "Pp" else 0)
    number = _MONTHS.index(month.lower()) + 1
    moment = datetime(int(year), number, int(day), hours, int(minute), int(second), tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND
