"""The hops of a finding as a graph: who authenticated on the left, what was used in the end on the right."""

from collections.abc import Sequence
from typing import NamedTuple

from markupsafe import Markup

from pipelines.report.drawing.svg import drawing, line, tag, text
from pipelines.report.text import middle
from schemas.records import Hop

MAX_HOPS = 12
"""More than the longest chain of hops that is followed, and enough for a session over several credentials."""

_NODE, _NODE_HEIGHT, _GAP, _ROW = 178.0, 40.0, 168.0, 92.0
_LEFT, _TOP = 2.0, 26.0
_NAME, _HOW = 25, 20


class _Place(NamedTuple):
    column: int
    row: int

    @property
    def x(self) -> float:
        return _LEFT + self.column * (_NODE + _GAP)

    @property
    def y(self) -> float:
        return _TOP + self.row * _ROW


def graph(hops: Sequence[Hop], actor: str) -> Markup:
    """Give the graph of hops; `actor` is who is behind them all. Of more than `MAX_HOPS` the first are drawn."""
    edges = _edges(hops)
    places = _places(edges)
    drawn = [_edge(edge.hop, places[edge.start], places[edge.end]) for edge in edges]
    nodes = [_node(name, place, first=name == actor or place.column == 0) for (name, _), place in places.items()]
    width = max(place.x for place in places.values()) + _NODE + _LEFT
    height = max(place.y for place in places.values()) + _NODE_HEIGHT + 18
    said = "; ".join(f"{edge.hop.from_} became {edge.hop.to} by {edge.hop.how}" for edge in edges)
    return drawing(width, height, f"Hops: {said}", [*drawn, *nodes], "hops")


class _Edge(NamedTuple):
    hop: Hop
    start: tuple[str, int]
    end: tuple[str, int]


def _edges(hops: Sequence[Hop]) -> list[_Edge]:
    """Give each hop once, between numbered names: whoever signs in elsewhere under the same name is a second node."""
    told = {(hop.from_, hop.to, hop.how, hop.certainty): hop for hop in reversed(hops)}
    latest: dict[str, int] = {}
    edges = []
    for hop in sorted(told.values(), key=hops.index)[:MAX_HOPS]:
        start = (hop.from_, latest.setdefault(hop.from_, 0))
        latest[hop.to] = latest[hop.from_] + 1 if hop.to == hop.from_ else latest.get(hop.to, 0)
        edges.append(_Edge(hop, start, (hop.to, latest[hop.to])))
    return edges


def _places(edges: Sequence[_Edge]) -> dict[tuple[str, int], _Place]:
    """Place each name once: a column behind who became it, and in the next free row there."""
    columns: dict[tuple[str, int], int] = {}
    for edge in edges:
        column = columns.setdefault(edge.start, 0)
        # A name that is met again keeps its place: an actor may come back to a credential, and a graph may have loops.
        columns.setdefault(edge.end, column + 1)
    rows: dict[int, int] = {}
    places = {}
    for name, column in columns.items():
        row = rows.get(column, 0)
        rows[column] = row + 1
        places[name] = _Place(column, row)
    return places


def _node(name: str, place: _Place, *, first: bool) -> Markup:
    return tag(
        "g",
        tag("title", name),
        tag(
            "rect",
            x=place.x,
            y=place.y,
            width=_NODE,
            height=_NODE_HEIGHT,
            rx=4,
            class_="node-person" if first else "node",
        ),
        text(place.x + _NODE / 2, place.y + _NODE_HEIGHT / 2 + 4, middle(name, _NAME), "node-name", "middle"),
    )


def _edge(hop: Hop, start: _Place, end: _Place) -> Markup:
    kind = hop.certainty if hop.certainty in ("certain", "probable", "ambiguous") else "ambiguous"
    if end.column <= start.column:
        return _back(hop, start, end, kind)
    x1, y1 = start.x + _NODE, start.y + _NODE_HEIGHT / 2
    x2, y2 = end.x, end.y + _NODE_HEIGHT / 2
    # The label stands on the last stretch, the one between two columns that no other edge of the row crosses.
    bend = x2 - _GAP * 0.88
    where = (bend + x2) / 2
    path = f"M{x1:.0f} {y1:.0f} C{bend:.0f} {y1:.0f} {x1:.0f} {y2:.0f} {bend + 12:.0f} {y2:.0f} L{x2 - 7:.0f} {y2:.0f}"
    return tag(
        "g",
        tag("title", f"{hop.from_} became {hop.to} by {hop.how} ({hop.certainty})"),
        tag("path", d=path, class_=f"edge edge-{kind}"),
        tag("path", d=_arrow(x2, y2), class_="arrow"),
        text(where, y2 - 8, middle(hop.how, _HOW), "edge-how", "middle"),
        text(where, y2 + 16, hop.certainty, "edge-certainty", "middle"),
    )


def _back(hop: Hop, start: _Place, end: _Place, kind: str) -> Markup:
    """Give a hop that leads back to a name that stands left of it, or to itself."""
    x1, x2 = start.x + _NODE / 2 + 20, end.x + _NODE / 2 - 20
    y1, y2 = start.y + _NODE_HEIGHT, end.y + _NODE_HEIGHT
    low = max(y1, y2) + 14
    return tag(
        "g",
        tag("title", f"{hop.from_} became {hop.to} by {hop.how} ({hop.certainty})"),
        tag("path", d=f"M{x1:.0f} {y1:.0f} L{x1:.0f} {low:.0f} L{x2:.0f} {low:.0f}", class_=f"edge edge-{kind}"),
        line(x2, low, x2, y2, f"edge edge-{kind}"),
    )


def _arrow(x: float, y: float) -> str:
    return f"M{x - 8:.0f} {y - 4:.0f} L{x:.0f} {y:.0f} L{x - 8:.0f} {y + 4:.0f} Z"
