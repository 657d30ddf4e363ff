"""What the chains remember of an actor: the events that a later one may complete a chain with. Bounded."""

import msgspec

from schemas.records import Evidence

Position = tuple[int, str]
"""Where an event stands in the order of the fold: its time (UTC microseconds), then its id."""

NOWHERE: Position = (-1, "")
"""Before all events."""


class Mark(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An event noted for one stage of one chain.

    `counted` is what tells it apart from others of its stage; `same` and `apart` hold the values of the chain's facets
    of those names, in the chain's order. `impact` is what the act weighs by itself, in bits; None in marks of an older
    state.
    """

    evidence: Evidence
    technique: str | None
    counted: str
    same: list[list[str]] = []
    apart: list[list[str]] = []
    impact: float | None = None

    @property
    def position(self) -> Position:
        """Where the event stands in the fold's order."""
        return (self.evidence.time, self.evidence.event_id)


class Marks(msgspec.Struct, array_like=True):
    """All that is noted of an actor, oldest first, under "<chain>/<stage>": part of the actor's state."""

    noted: dict[str, list[Mark]] = {}
