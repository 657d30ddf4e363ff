"""Bars: bits of one reason, counts by severity, counts by day."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from analytic.scoring import SEVERITIES
from pipelines.report.drawing.svg import drawing, line, rect, tag, text
from pipelines.report.text import counted

GRAVEST_FIRST: Sequence[str] = SEVERITIES[::-1]

_BAR, _BAR_HEIGHT = 160.0, 12.0
_ROW, _ROW_HEIGHT = 520.0, 12.0
_DAYS_HEIGHT, _DAY_TOP, _DAY_BOTTOM, _DAY_LEFT = 190.0, 14.0, 26.0, 44.0
_DAYS_WIDTH = 640.0
_WIDEST_DAY = 46.0
_LABELS = 10


def bits(value: float, least: float, most: float) -> Markup:
    """Give one bar from zero: to the right what accuses, to the left what speaks against it.

    `least` (at most 0) and `most` (at least 0) are the ends of the axis that all bars of a table share.
    """
    span = (most - least) or 1.0
    zero = _BAR * -least / span
    end = _BAR * (min(max(value, least), most) - least) / span
    box = rect(min(zero, end), 1, abs(end - zero), _BAR_HEIGHT - 2, "bar-for" if value >= 0 else "bar-against")
    axis = line(zero, 0, zero, _BAR_HEIGHT, "axis")
    return drawing(_BAR, _BAR_HEIGHT, f"{value:+.1f} bits", [box, axis], "bits")


def stacked(counts: Mapping[str, int], most: int) -> Markup:
    """Give one bar parted by severity; `most` is the count that fills it."""
    parts, x = [], 0.0
    for severity in GRAVEST_FIRST:
        number = counts.get(severity, 0)
        if number:
            width = max(2.0, _ROW * number / max(most, 1))
            parts.append(rect(x, 0, width, _ROW_HEIGHT, f"s-{severity}", f"{number} {severity}"))
            x += width
    said = ", ".join(f"{counts[severity]} {severity}" for severity in GRAVEST_FIRST if counts.get(severity))
    # What is counted by the thousand leaves the least of parts two pixels, hence the width that was needed.
    return drawing(max(_ROW, x), _ROW_HEIGHT, said or "none", parts, "stacked", "none")


def days(by_day: Mapping[str, Mapping[str, int]]) -> Markup:
    """Give columns by day, parted by severity: the days in order, as they are given."""
    most = max((sum(counts.values()) for counts in by_day.values()), default=0) or 1
    room = _DAYS_HEIGHT - _DAY_TOP - _DAY_BOTTOM
    step = (_DAYS_WIDTH - _DAY_LEFT) / max(len(by_day), 1)
    width = min(_WIDEST_DAY, step * 0.8)
    every = max(1, -(-len(by_day) // _LABELS))
    floor = _DAY_TOP + room
    parts = [
        line(_DAY_LEFT, _DAY_TOP, _DAYS_WIDTH, _DAY_TOP, "grid"),
        line(_DAY_LEFT, floor, _DAYS_WIDTH, floor, "axis"),
        text(_DAY_LEFT - 6, _DAY_TOP + 4, f"{most:,}", "tick", "end"),
        text(_DAY_LEFT - 6, floor + 4, "0", "tick", "end"),
    ]
    for place, (day, counts) in enumerate(by_day.items()):
        middle = _DAY_LEFT + step * (place + 0.5)
        y = floor
        for severity in GRAVEST_FIRST:
            number = counts.get(severity, 0)
            height = room * number / most
            if number:
                y -= height
                parts.append(rect(middle - width / 2, y, width, height, f"s-{severity}", f"{day}: {number} {severity}"))
        if place % every == 0:
            parts.append(text(middle, _DAYS_HEIGHT - 8, day[5:] or day, "tick", "middle"))
    total = counted(sum(sum(counts.values()) for counts in by_day.values()), "finding")
    return drawing(_DAYS_WIDTH, _DAYS_HEIGHT, f"{total} by day", [tag("g", *parts)], "days")
