"""Coverage on the terminal: an account a line with a heat strip of its hours, then what is blind."""

import sys
from collections import Counter
from collections.abc import Iterator

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from analytic.coverage.blindness import BLIND, PARTLY
from analytic.coverage.digests import BAD
from analytic.coverage.rhythm import Gap
from analytic.coverage.visibility import FIELDS, View
from analytic.policy import HOUR
from pipelines.coverage.report import Report, iso
from pipelines.views.console import safe

_PLAIN_WIDTH = 140
_STRIP = 24
_HEAT = " ▁▂▃▄▅▆▇█"
_GAP = "x"
_MAX_LINES = 40
_FIELDS = "% address agent credential"


def show(found: Report, output: str) -> None:
    """Print the report."""
    console = (
        Console(highlight=False)
        if sys.stdout.isatty()
        else Console(width=_PLAIN_WIDTH, color_system=None, force_terminal=False, highlight=False)
    )
    if found.visible.views:
        console.print(_accounts(found))
    for line in _lines(found, output):
        console.print(Text(line), soft_wrap=True)


def _accounts(found: Report) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    first = min(seen.first for seen in found.visible.views)
    last = max(seen.last for seen in found.visible.views)
    numbers = ("events", "reads", "changes", "regions", _FIELDS, "covered")
    strip = f"{iso(first)[5:13]} to {iso(last)[5:13]}"
    for name in ("account", *numbers[:3], "log classes", *numbers[3:]):
        table.add_column(name, justify="right" if name in numbers else "left", overflow="fold")
    table.add_column(strip, min_width=_STRIP, no_wrap=True)
    for seen in found.visible.views:
        gaps = [gap for other, gap in found.gaps if other is seen and not gap.what]
        fields = " ".join(f"{100 * seen.share(name):.0f}" for name in FIELDS)
        table.add_row(
            Text(f"{seen.provider} {safe(seen.account or '(none)')}"),
            f"{seen.totals['events']:,}",
            f"{seen.totals['reads']:,}",
            f"{seen.totals['changes']:,}",
            Text(", ".join(safe(name) for name in seen.classes)),
            str(len(seen.regions)),
            fields,
            f"{found.covered(seen):.1f} %",
            Text(strip_of(seen, gaps, first, last), no_wrap=True),
        )
    return table


def strip_of(seen: View, gaps: list[Gap], first: int, last: int, width: int = _STRIP) -> str:
    """Give a heat strip: an account's events over the hours from `first` to `last`, x where a gap is."""
    hours = (last - first) // HOUR + 1
    width = min(width, hours)
    heat = [0] * width
    for hour, events in seen.hours.items():
        heat[min((hour - first) // HOUR * width // hours, width - 1)] += events
    silent = {
        (hour - first) // HOUR * width // hours
        for gap in gaps
        for hour in range(max(gap.since, first), min(gap.until, last + HOUR), HOUR)
    }
    most = max(heat, default=0) or 1
    return "".join(
        _GAP if place in silent and not events else _HEAT[-(-events * (len(_HEAT) - 1) // most)]
        for place, events in enumerate(heat)
    )


def _lines(found: Report, output: str) -> Iterator[str]:
    yield from _some("gap: ", [_gap(seen, gap) for seen, gap in found.gaps])
    for state in (BLIND, PARTLY):
        for title, sights in (("chain", found.chains), ("hop", found.hops)):
            told = [f"{one.name} ({one.provider}): lacks {', '.join(one.why)}" for one in sights if one.state == state]
            yield from _some(f"{state} {title}: ", told)
    states = Counter(f"{verdict.kind}s {verdict.state}" for verdict in found.verdicts)
    if states:
        yield "digests: " + ", ".join(f"{number} {name}" for name, number in sorted(states.items()))
        bad = [f"{one.kind} {one.state}: {one.name}: {one.why}" for one in found.verdicts if one.state in BAD]
        yield from _some("", bad)
        unproven = {one.why for one in found.verdicts if one.kind == "digest" and one.why and one.state not in BAD}
        yield from _some("not proven: ", sorted(unproven))
        if found.uncovered:
            yield f"{len(found.uncovered)} files that no digest speaks of"
    else:
        yield "no digest files of CloudTrail: nothing here proves that the logs are unchanged"
    yield f"written to {safe(output)}: coverage.json, coverage.avro, visibility.json"


def _gap(seen: View, gap: Gap) -> str:
    until = "the end" if gap.open else iso(gap.until)
    what = f" {gap.what}" if gap.what else ""
    return f"{seen.provider} {seen.account}{what}, {iso(gap.since)} to {until}: some {gap.missed} events are usual"


def _some(head: str, told: list[str]) -> Iterator[str]:
    yield from (head + safe(line) for line in told[:_MAX_LINES])
    if len(told) > _MAX_LINES:
        yield f"{head}and {len(told) - _MAX_LINES} more: all are in visibility.json"
