"""An actor's session: what it has shown so far, what is new to the actor, and which shifts are still live."""

from math import log2

import msgspec

from analytic.policy import Policy
from analytic.shifts import BITS, Context, remember
from schemas.records import Actor, ApiEvent, Evidence, Hop, Reason, Session, Shift, Stage, Step

VERSION = 1
"""Of the state's bytes; the tests hold golden bytes of each version that was ever deployed."""

HISTORY_BITS = 2.0
"""An actor without history: as surprising as one new actor among the four that an account this size gains in a week."""

_FACETS = ("network", "country", "interface", "client", "os")
_MAX_LISTED = 32
"""Values that a session lists for an analyst; more say nothing more."""


class Trigger(msgspec.Struct, array_like=True):
    """A shift that is still live: later acts in the shifted context follow from it."""

    shift: Shift
    credential_id: str | None
    evidence: Evidence
    hops: list[Hop] = []


class Noted(msgspec.Struct, array_like=True):
    """An event kept because a later one may complete a chain with it."""

    evidence: Evidence
    stage: Stage


class Draft(msgspec.Struct, array_like=True):
    """A finding as it grows. Whoever changes one emits it: it is rendered at the end of the turn."""

    chain: str
    actor: Actor
    session_started: int
    first_evidence: str
    session: Session
    subject: str
    hops: list[Hop] = []
    shifts: list[Shift] = []
    stages: list[Stage] = []
    evidence: list[Evidence] = []
    listed: dict[str, int] = {}
    evidence_total: int = 0
    acts: dict[str, float] = {}
    recon: int = 0
    mfa: bool | None = None
    known_network: bool = False
    calm: list[Reason] = []
    blind_spots: list[str] = []
    located: bool = False


class ActorState(msgspec.Struct, array_like=True):
    """The state at one key of Detect."""

    version: int = VERSION
    sessions: int = 0
    known: dict[str, int] = {}
    session: Session | None = None
    facets: dict[str, int] = {}
    triggers: list[Trigger] = []
    recon: dict[str, Noted] = {}
    executions: list[Noted] = []
    drafts: dict[str, Draft] = {}
    serious: bool = False


def enter(state: ActorState, event: ApiEvent, context: Context, policy: Policy) -> Session:
    """Take an event into the actor's session; a silence longer than the gap begins a new one.

    What a session showed becomes known when it ends, unless it raised a finding of medium or more: an attacker's
    session teaches nothing.
    """
    session = state.session
    if session is None or event.time - session.ended > policy.session_gap:
        if session is not None:
            _close(state, policy)
        session = Session(event.time, event.time)
        state.session = session
    session.ended = event.time
    for values, value in (
        (session.credentials, event.credential_id),
        (session.interfaces, event.interface),
        (session.networks, context.network),
        (session.accounts, event.account),
        (session.services, event.service),
    ):
        if value is not None and value not in values and len(values) < _MAX_LISTED:
            values.append(value)
    return session


def _close(state: ActorState, policy: Policy) -> None:
    if not state.serious:
        for facet, time in state.facets.items():
            remember(state.known, facet, time, 4 * policy.max_facets)
        state.sessions += 1
    state.facets = {}
    state.drafts = {}
    state.serious = False


def news(state: ActorState, step: Step, context: Context, policy: Policy) -> list[Shift]:
    """Give what is new to this actor, once a session: a facet it never had, or the actor itself.

    A new value came `values` times in `sessions` sessions, and so says log2((1 + sessions) / values) bits, at most the
    weight of the same shift within one credential: an actor that comes from a new network each time says nothing by it.
    """
    event = step.event
    found = []
    if not state.known and "history" not in state.facets and _unproven(step):
        state.facets["history"] = event.time
        why = f"{step.actor.name} was never seen before in these logs, and used a long-term key without a second factor"
        found.append(Shift("history", None, None, event.time, event.event_id, HISTORY_BITS, why))
    shifted = {shift.dimension for shift in step.shifts}
    for dimension in _FACETS:
        value = getattr(context, dimension)
        if value is None or value == "unknown":
            continue
        facet = f"{dimension}:{value}"
        if facet in state.facets:
            continue
        if len(state.facets) < 4 * policy.max_facets:
            state.facets[facet] = event.time
        if state.known and facet not in state.known and dimension not in shifted:
            values = sum(known.startswith(f"{dimension}:") for known in state.known)
            bits = round(min(BITS[dimension], log2((1 + state.sessions) / max(1, values))), 2)
            if bits <= 0:
                continue
            why = f"{dimension} {value} was never seen in {state.sessions} earlier sessions of {step.actor.name}"
            found.append(Shift(dimension, None, value, event.time, event.event_id, bits, why))
    return found


def _unproven(step: Step) -> bool:
    """Whether nothing but a static key vouches for the caller: such keys leak, and need nothing else to be used."""
    return (
        step.event.credential_type == "long_term" and step.event.mfa is not True and step.actor.type in ("user", "root")
    )


def live(state: ActorState, event: ApiEvent, context: Context, policy: Policy) -> list[Trigger]:
    """Give the triggers that an event follows from: within the window, and in the context that shifted."""
    return [
        trigger
        for trigger in state.triggers
        if event.time - trigger.shift.time <= policy.chain_window and _same_context(trigger, event, context)
    ]


def _same_context(trigger: Trigger, event: ApiEvent, context: Context) -> bool:
    shift = trigger.shift
    match shift.dimension:
        case "history":
            return True
        case "network" | "issue" | "home":
            return shift.after == context.network
        case "mfa" | "identity" | "travel":
            return trigger.credential_id == event.credential_id
        case dimension:
            return bool(shift.after == getattr(context, dimension))


def arm(state: ActorState, shifts: list[Shift], step: Step, evidence: Evidence, policy: Policy) -> None:
    """Keep shifts as live triggers; what the window has passed goes, and beyond the cap the oldest."""
    oldest = step.event.time - policy.chain_window
    kept = [trigger for trigger in state.triggers if trigger.shift.time >= oldest]
    kept += [Trigger(shift, step.event.credential_id, evidence, step.hops) for shift in shifts]
    state.triggers = kept[-policy.max_facets :]


def note_recon(state: ActorState, noted: Noted, policy: Policy) -> None:
    """Keep the latest of each distinct act of reconnaissance."""
    stage = noted.stage
    name = f"{stage.service}:{stage.action}"
    state.recon.pop(name, None)
    state.recon[name] = noted
    if len(state.recon) > policy.max_facets:
        del state.recon[next(iter(state.recon))]


def note_execution(state: ActorState, noted: Noted, policy: Policy) -> None:
    """Keep an act that ran code on a workload."""
    oldest = noted.stage.time - policy.chain_window
    state.executions = [old for old in state.executions if old.stage.time >= oldest][1 - policy.max_touches :]
    state.executions.append(noted)
