"""A finding's session on a timeline: interfaces, networks and credentials as lanes, with hops, shifts and stages above.

Time runs to the right in equal steps. Events are dots in the lane of each of their facets; what was refused is hollow.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import NamedTuple

from markupsafe import Markup

from pipelines.report.drawing.svg import drawing, line, rect, tag, text
from pipelines.report.text import clock, middle
from pipelines.views.story import moment
from schemas.records import Evidence, Finding

WIDTH = 1040.0
_LEFT, _RIGHT, _TOP = 230.0, 18.0, 22.0
_LANE, _MARKS = 24.0, 22.0
_NAME = 32
MAX_LANES = 8
"""Of one facet. What has more is told in the table of evidence."""

Network = IPv4Network | IPv6Network

_SECOND = 1_000_000
_STEPS = [
    step * _SECOND
    for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)
]
_MAX_TICKS = 9

_SHAPES = {
    "hop": "M{x:.1f} {y:.1f} m-4 -5.5 l9.5 5.5 l-9.5 5.5 Z",
    "shift": "M{x:.1f} {y:.1f} m-5.5 0 l5.5 -5.5 l5.5 5.5 l-5.5 5.5 Z",
    "stage": "M{x:.1f} {y:.1f} m-4.5 -4.5 h9 v9 h-9 Z",
}
"""Told apart by shape too, not by colour alone."""


class _Lane(NamedTuple):
    facet: str
    value: str
    pieces: list[Evidence]


class _Scale(NamedTuple):
    start: int
    end: int

    def x(self, time: int) -> float:
        """Give the place of a time; what lies outside stands at the edge."""
        share = (min(max(time, self.start), self.end) - self.start) / max(self.end - self.start, 1)
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)


def timeline(finding: Finding) -> Markup:
    """Give the drawing of a finding."""
    scale = _scale(finding)
    lanes = _lanes(finding)
    rows: list[Markup] = []
    y = _TOP
    for facet, marks in (("hops", _hops(finding)), ("shifts", _shifts(finding)), ("stages", _stages(finding))):
        if marks:
            rows.append(_marks(facet, marks, scale, y))
            y += _MARKS
    before = ""
    for lane in lanes:
        if lane.facet != before:
            y += 8
            rows.append(line(0, y, WIDTH - _RIGHT, y, "grid"))
        rows.append(_lane(lane, scale, y, first=lane.facet != before))
        before = lane.facet
        y += _LANE
    height = y + 12
    said = f"{len(finding.evidence)} events from {moment(scale.start)} to {moment(scale.end)} UTC"
    return drawing(WIDTH, height, said, [*_axis(scale, height), *rows], "lanes")


def _scale(finding: Finding) -> _Scale:
    times = [
        finding.first_event_time,
        *(piece.time for piece in finding.evidence),
        *(stage.time for stage in finding.stages),
        *(shift.time for shift in finding.shifts),
    ]
    return _Scale(min(times), max(*times, min(times) + _SECOND))


def _axis(scale: _Scale, height: float) -> list[Markup]:
    span = scale.end - scale.start
    step = next((step for step in _STEPS if span / step <= _MAX_TICKS), _STEPS[-1] * -(-span // (_STEPS[-1] * 9)))
    form = "%m-%d %H:%M" if span > _STEPS[-1] else "%H:%M" if step >= 60 * _SECOND else "%H:%M:%S"
    first = -(-scale.start // step) * step
    parts = []
    for time in range(first, scale.end + 1, step):
        x = scale.x(time)
        parts += [line(x, _TOP - 6, x, height - 8, "grid"), text(x, 11, clock(time, form), "tick", "middle")]
    return parts


def _lanes(finding: Finding) -> list[_Lane]:
    networks = _networks(finding.session.networks)
    facets: list[tuple[str, dict[str, list[Evidence]]]] = [("interface", {}), ("network", {}), ("credential", {})]
    for piece in finding.evidence:
        values = (piece.interface, _network(piece.source_ip, networks), piece.credential_id or "not given")
        for (_, lanes), value in zip(facets, values, strict=True):
            lanes.setdefault(value, []).append(piece)
    return [
        _Lane(facet, value, pieces)
        for facet, lanes in facets
        for value, pieces in sorted(lanes.items(), key=lambda lane: (lane[1][0].time, lane[0]))[:MAX_LANES]
    ]


def _networks(names: Sequence[str]) -> list[Network]:
    found = []
    for name in names:
        try:
            found.append(ip_network(name))
        except ValueError:
            continue  # With a database of networks a session may name them otherwise.
    return found


def _network(source: str | None, networks: Sequence[Network]) -> str:
    """Give the session's network that an address lies in; the address, or the service, where there is none."""
    if source is None:
        return "not given"
    try:
        address = ip_address(source)
    except ValueError:
        return source
    return next((str(network) for network in networks if address in network), source)


def _lane(lane: _Lane, scale: _Scale, y: float, *, first: bool) -> Markup:
    middle_y = y + _LANE / 2
    times = [piece.time for piece in lane.pieces]
    x1, x2 = scale.x(min(times)), scale.x(max(times))
    parts = [
        tag(
            "g",
            tag("title", lane.value),
            text(_LEFT - 12, middle_y + 4, middle(lane.value, _NAME - 10), "lane-value", "end"),
        ),
        rect(x1 - 5, middle_y - 5, x2 - x1 + 10, 10, f"lane lane-{lane.facet}", rx=5),
    ]
    if first:
        parts.append(text(0, middle_y + 4, lane.facet, "lane-facet"))
    for piece in lane.pieces:
        said = f"{moment(piece.time)} {piece.service}:{piece.action}, {piece.outcome}"
        kind = "dot" if piece.outcome == "success" else "dot-refused"
        parts.append(tag("circle", tag("title", said), cx=scale.x(piece.time), cy=middle_y, r=3.2, class_=kind))
    return tag("g", *parts)


class _Mark(NamedTuple):
    time: int
    said: str
    shape: str


def _hops(finding: Finding) -> list[_Mark]:
    return [_Mark(hop.time, f"{hop.from_} became {hop.to} by {hop.how}", "hop") for hop in finding.hops]


def _shifts(finding: Finding) -> list[_Mark]:
    return [_Mark(shift.time, f"{shift.dimension}: {shift.why}", "shift") for shift in finding.shifts]


def _stages(finding: Finding) -> list[_Mark]:
    return [_Mark(stage.time, f"{stage.stage}: {stage.service}:{stage.action}", "stage") for stage in finding.stages]


def _marks(name: str, marks: Iterable[_Mark], scale: _Scale, y: float) -> Markup:
    middle_y = y + _MARKS / 2
    parts = [text(0, middle_y + 4, name, "lane-facet"), line(_LEFT, middle_y, WIDTH - _RIGHT, middle_y, "grid")]
    for mark in marks:
        x = scale.x(mark.time)
        said = tag("title", f"{moment(mark.time)} {mark.said}")
        parts.append(tag("path", said, d=_SHAPES[mark.shape].format(x=x, y=middle_y), class_=mark.shape))
    return tag("g", *parts)
