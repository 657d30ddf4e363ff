"""Coverage as a heat map: accounts by hours, darker where more was logged, empty where nothing was."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from markupsafe import Markup

from pipelines.report.drawing.svg import drawing, rect, tag, text
from pipelines.report.text import clock, middle

HOUR = 3_600_000_000
DAY = 24 * HOUR
MAX_ROWS = 40
MAX_COLUMNS = 24 * 7
"""Hours that are drawn one by one; more are drawn as days."""

_LEFT, _TOP, _ROW, _CELL_GAP = 190.0, 24.0, 20.0, 1.0
_WIDTH = 1040.0
_WIDEST = 34.0
_NAME = 28
_LEVELS = (1, 10, 100, 1_000, 10_000)
"""Where a shade begins: a step is ten times as many."""

_LABELS = 12


class Heat(NamedTuple):
    """The drawing and what it leaves out."""

    svg: Markup
    step: str
    rows_left_out: int


def heat(counts: Mapping[tuple[str, int], int]) -> Heat:
    """Give the map of events by (account, start of the hour in UTC microseconds). `counts` is not empty."""
    hours = sorted({hour for _, hour in counts})
    daily = (hours[-1] - hours[0]) // HOUR >= MAX_COLUMNS
    step = DAY if daily else HOUR
    cells: dict[tuple[str, int], int] = {}
    for (account, hour), number in counts.items():
        place = account, hour // step
        cells[place] = cells.get(place, 0) + number
    totals: dict[str, int] = {}
    for (account, _), number in cells.items():
        totals[account] = totals.get(account, 0) + number
    accounts = sorted(totals, key=lambda account: (-totals[account], account))
    columns = _columns([slot for _, slot in cells])
    drawn = _drawn(accounts[:MAX_ROWS], columns, cells, step)
    return Heat(drawn, "day" if daily else "hour", max(0, len(accounts) - MAX_ROWS))


def _columns(slots: Sequence[int]) -> list[int]:
    """Give the columns: every hour or day between the first and the last, the latest ones where they are too many."""
    first, last = min(slots), max(slots)
    return list(range(max(first, last - 2 * MAX_COLUMNS + 1), last + 1))


def _drawn(accounts: Sequence[str], columns: Sequence[int], cells: Mapping[tuple[str, int], int], step: int) -> Markup:
    width = min(_WIDEST, (_WIDTH - _LEFT) / len(columns))
    every = max(1, -(-len(columns) // _LABELS))
    form = "%m-%d" if step == DAY else "%d %Hh"
    parts = [
        text(_LEFT + place * width, _TOP - 8, clock(slot * step, form), "tick")
        for place, slot in enumerate(columns)
        if place % every == 0
    ]
    for row, account in enumerate(accounts):
        y = _TOP + row * _ROW
        parts.append(
            tag("g", tag("title", account), text(_LEFT - 10, y + 14, middle(account, _NAME), "lane-value", "end"))
        )
        for place, slot in enumerate(columns):
            number = cells.get((account, slot), 0)
            said = f"{account}, {clock(slot * step, '%Y-%m-%d %H:%M')} UTC: {number:,} events"
            x = _LEFT + place * width
            box = max(width - _CELL_GAP, 0.5)
            parts.append(rect(x, y, box, _ROW - 2, f"heat-{shade(number)}", said))
    height = _TOP + len(accounts) * _ROW + 4
    return drawing(_LEFT + len(columns) * width, height, "Events by account and time", parts, "heat")


def shade(number: int) -> int:
    """Give the shade of a count: 0 for none, up to 5."""
    return sum(number >= least for least in _LEVELS)
