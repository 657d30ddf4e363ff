"""Moments made by hand, and an actor driven through the engine without the rest of the analytic."""

from collections.abc import Iterable, Sequence
from typing import Any

from analytic.chains.chain import Chain, Stage, Where
from analytic.chains.engine import Rules, step
from analytic.chains.marks import Marks
from analytic.chains.moment import Match, Moment
from analytic.chains.rows import Example, Examples, Row
from analytic.context.action import Act, classify
from analytic.draft import evidence_of
from analytic.identity import actor_of
from analytic.policy import Policy
from analytic.session import ActorState, Trigger
from analytic.shifts import context_of
from schemas.records import ApiEvent, Shift, Step

NO_EXAMPLES = Examples((Example("a", (Row("0", "alice", "s3:A"),)),), (Example("b", (Row("0", "alice", "s3:A"),)),))


def chain(*stages: Stage, name: str = "told", window: str = "1h", **more: Any) -> Chain:
    """Make a chain of stages."""
    fields = {"title": "called {call}", "bits": 1.0, "attack": ("T1580",), "check": ("it",), "benign": ("it",)}
    return Chain(name=name, stages=stages, examples=NO_EXAMPLES, window=window, **(fields | more))


def on(action: str, name: str | None = None, **more: Any) -> Stage:
    """Make a stage of the calls of these names."""
    where = {key: more.pop(key) for key in list(more) if key in Where.__struct_fields__}
    return Stage(name or action.lower(), (Where(action=tuple(action.split("|")), **where),), **more)


def shift(dimension: str, bits: float, event: ApiEvent, before: str | None = "here") -> Trigger:
    """Make a live shift."""
    made = Shift(dimension, before, "there", event.time, event.event_id, bits, "it moved")
    return Trigger(made, event.credential_id, evidence_of(event))


def moment(event: ApiEvent, act: Act | None = None, live: Sequence[Trigger] = (), **more: Any) -> Moment:
    """Make the moment of an event."""
    act = act or classify(event.provider, event.service, event.action)
    one = Step(event, actor_of(event), more.pop("hops", []), [])
    state = ActorState()
    return Moment(state, one, act, context_of(event), evidence_of(event), list(live), Policy(), **more)


def run(chains: Sequence[Chain], events: Iterable[ApiEvent], marks: Marks | None = None) -> list[tuple[str, Match]]:
    """Step events in order; give each match with the id of the event that completed it."""
    rules, marks = Rules(chains, Policy()), marks if marks is not None else Marks()
    return [(event.event_id, match) for event in events for match in one(rules, moment(event), marks)]


def one(rules: Rules, moment: Moment, marks: Marks | None = None) -> list[Match]:
    """Step one moment, after nothing or after what was marked before."""
    return step(rules, rules.possible(moment.step.event, moment.act), marks if marks is not None else Marks(), moment)
