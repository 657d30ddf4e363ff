"""What a chain looks at: one event of an actor, with what came before it that is still live."""

from collections.abc import Sequence
from typing import NamedTuple

from analytic.context.action import Act
from analytic.policy import Policy
from analytic.session import ActorState, Noted, Trigger
from analytic.shifts import Context
from schemas.records import Evidence, Reason, Stage, Step


class Moment(NamedTuple):
    """One event as a chain sees it."""

    state: ActorState
    step: Step
    act: Act
    context: Context
    evidence: Evidence
    live: list[Trigger]
    policy: Policy
    surprise: float = 0.0
    """Bits: how little the actor's baseline expects this event."""
    new: frozenset[str] = frozenset()
    """The facets whose value the actor's baseline has never seen (chain.py, NewFacet)."""
    usual: frozenset[str] = frozenset()
    """The facets whose value is usual of the identity that the actor was lent (chain.py, UsualFacet)."""

    def stage(self, name: str) -> Stage:
        """Give this event as a stage of a chain."""
        event = self.step.event
        return Stage(name, event.time, event.event_id, event.service, event.action, event.technique)


class Match(NamedTuple):
    """What a chain adds to its finding: earlier evidence with its stages, then this event's stage.

    `subject` is the rest of the title behind the actor's name, used by the first match alone; `bits` is what the shape
    says beyond its parts; chains of one `story` are told as one finding; `against` speaks for a benign twin.
    """

    chain: str
    stage: Stage
    earlier: list[Noted]
    triggers: list[Trigger]
    recon: int
    subject: str
    blind_spots: list[str]
    bits: float = 0.0
    story: str = ""
    against: Sequence[Reason] = ()
