"""An actor's session: what it has shown so far, what is new to the actor, and which shifts are still live."""

import msgspec

from analytic.baseline import Baseline, Facet, learn
from analytic.caps import FACETS, LESSONS, SHIFTS, TAINTS, Cuts, lose
from analytic.chains.marks import Marks
from analytic.policy import Policy
from analytic.shifts import Context, remember
from schemas.records import Actor, ApiEvent, Evidence, Hop, Reason, Remedy, Session, Shift, Stage, Step

VERSION = 2
"""Of the state's bytes; the tests hold golden bytes of each version that was ever deployed."""

_MAX_LESSONS = 64
"""Sessions that wait out the quarantine: with a gap of an hour a day has at most 24."""

MAX_LISTED = 32
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
    impact: float | None = None


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
    others: int = 0
    proven: bool = False
    inside: int = 0
    matched: int = 0
    envelope: str | None = None
    deviations: list[str] = []
    break_glass: bool = False
    bits: float = 0.0
    rollback: list[Remedy] = []
    revoke: list[Remedy] = []
    pull: list[str] = []
    against: list[Reason] = []
    sessions: float = 0.0


class Lesson(msgspec.Struct, array_like=True):
    """What a clean session showed, while it waits out the quarantine."""

    ended: int
    facets: list[Facet]


class ActorState(msgspec.Struct, array_like=True):
    """The state at one key of Detect.

    `tainted` are facets that were new in a session with a finding: they teach nothing until they are forgotten.
    `kinds` are the session's kinds of calls that do not matter by themselves, as many as are asked for. `cuts` is what
    the caps let go. `places` are the countries that the actor called from, with when it last did.
    """

    version: int = VERSION
    baseline: Baseline = msgspec.field(default_factory=Baseline)
    lessons: list[Lesson] = []
    tainted: dict[str, int] = {}
    session: Session | None = None
    facets: dict[str, dict[str, int]] = {}
    kinds: list[str] = []
    triggers: list[Trigger] = []
    marks: Marks = msgspec.field(default_factory=Marks)
    drafts: dict[str, Draft] = {}
    serious: bool = False
    last_act: str | None = None
    cuts: Cuts = {}
    places: dict[str, int] = {}


def enter(state: ActorState, event: ApiEvent, context: Context, policy: Policy) -> Session:
    """Take an event into the actor's session, and list what it shows there."""
    session = reach(state, event.time, policy)
    list_(session, event, context)
    return session


def reach(state: ActorState, time: int, policy: Policy) -> Session:
    """Bring the actor's session up to a time; a silence longer than the gap begins a new one.

    A program that never falls silent has no sessions by that: what has lasted for a chain's window ends at the next
    multiple of it since 1970 (noon and midnight UTC), the same for whoever reads from there on.

    What a session showed is learnt when it ended long enough ago (the policy's quarantine), unless it raised a
    finding of medium or more: what was new in such a session teaches nothing, however often it comes again.
    """
    session = state.session
    if session is None or _is_over(session, time, policy):
        if session is not None:
            _close(state, session, policy)
        session = Session(time, time)
        state.session = session
    if state.lessons and time - state.lessons[0].ended >= policy.quarantine:
        _learn(state, time, policy)
    session.ended = time
    return session


def list_(session: Session, event: ApiEvent, context: Context) -> None:
    """List an event's values for an analyst."""
    for values, value in (
        (session.credentials, event.credential_id),
        (session.interfaces, event.interface),
        (session.networks, context.network),
        (session.accounts, event.account),
        (session.services, event.service),
    ):
        if value is not None and value not in values and len(values) < MAX_LISTED:
            values.append(value)


def _is_over(session: Session, now: int, policy: Policy) -> bool:
    if now - session.ended > policy.session_gap:
        return True
    edge = now - now % policy.chain_window
    return session.ended < edge and edge - session.started >= policy.chain_window


def _close(state: ActorState, session: Session, policy: Policy) -> None:
    facets = [(name, value) for name, values in state.facets.items() if name != "history" for value in values]
    if state.serious:
        for facet in facets:
            if facet[1] not in state.baseline.values.get(facet[0], {}):
                gone = remember(state.tainted, _text(facet), session.ended, 4 * policy.max_facets)
                lose(state.cuts, TAINTS, gone, session.ended)
    else:
        lose(state.cuts, LESSONS, len(state.lessons) + 1 - _MAX_LESSONS, session.ended)
        state.lessons = [*state.lessons, Lesson(session.ended, facets)][-_MAX_LESSONS:]
    state.facets = {}
    state.kinds = []
    state.last_act = None
    state.drafts = {}
    state.serious = False


def learnt(state: ActorState, at: int, policy: Policy) -> Baseline:
    """Give what a state has learnt by a time, without changing it; what the quarantine still holds is left out."""
    copy = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=ActorState)
    if copy.session is not None and at - copy.session.ended > policy.session_gap:
        _close(copy, copy.session, policy)
    _learn(copy, at, policy)
    return copy.baseline


def _learn(state: ActorState, now: int, policy: Policy) -> None:
    forgotten = now - policy.baseline_half_life
    state.tainted = {facet: since for facet, since in state.tainted.items() if since > forgotten}
    while state.lessons and now - state.lessons[0].ended >= policy.quarantine:
        lesson = state.lessons.pop(0)
        clean = [facet for facet in lesson.facets if _text(facet) not in state.tainted]
        learn(state.baseline, clean, lesson.ended, policy.baseline_half_life)


def _text(facet: Facet) -> str:
    return f"{facet[0]}:{facet[1]}"


def show(state: ActorState, facet: Facet, time: int, policy: Policy) -> bool:
    """Note that the session showed a facet's value; says whether for the first time in it."""
    name, value = facet
    values = state.facets.get(name)
    if values is None:
        state.facets[name] = {value: time}
        return True
    if value in values:
        return False
    if len(values) < 2 * policy.max_facets:
        values[value] = time
    else:
        lose(state.cuts, FACETS, 1, time)
    return True


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
        case "network" | "country" | "cloud" if context.interface == "cloud_shell":
            return True  # It opens from the console, wherever that was moved to.
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
    lose(state.cuts, SHIFTS, len(kept) - policy.max_facets, step.event.time)
    state.triggers = kept[-policy.max_facets :]
