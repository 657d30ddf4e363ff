"""How texts and times stand in the report. Texts of logs are shortened and their invisible characters spelt out."""

from datetime import UTC, datetime, timedelta

from pipelines.views.console import safe

MAX_TEXT = 600
"""Characters of one text of a log that are shown: the whole of it is in the finding."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def shown(text: str, most: int = MAX_TEXT) -> str:
    """Give a text as it is shown: direction marks, controls and the like as \\uXXXX, a long one cut."""
    escaped = safe(text)
    return escaped if len(escaped) <= most else f"{escaped[: most - 1]}…"


def middle(text: str, most: int) -> str:
    """Give a name of at most `most` characters: what tells names apart stands at their beginning and end."""
    escaped = safe(text)
    if len(escaped) <= most:
        return escaped
    head = (most - 1) // 2
    return f"{escaped[:head]}…{escaped[len(escaped) - (most - 1 - head) :]}"


def clock(time: int, form: str) -> str:
    """Give a time (UTC microseconds) by strftime's `form`; an empty text for what no calendar has."""
    try:
        return f"{_EPOCH + timedelta(microseconds=time):{form}}"
    except OverflowError:
        return ""


def day_of(time: int) -> str:
    """Give the UTC day of a time, as 2026-03-03."""
    return clock(time, "%Y-%m-%d") or "unknown"


def duration(micros: int) -> str:
    """Say how long something took: 4 min 58 s."""
    seconds = max(0, micros) // 1_000_000
    if seconds < _MINUTE:
        return f"{seconds} s"
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min {seconds % _MINUTE} s"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR} h {seconds % _HOUR // _MINUTE} min"
    return f"{seconds // _DAY} days {seconds % _DAY // _HOUR} h"


def counted(number: int, one: str, many: str = "") -> str:
    """Say a number of things: 1 event, 1,200 events."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"
