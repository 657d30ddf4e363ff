"""Reconstruct: an actor's sessions as they went, without any finding, as a fold: for those that a query means.

A session that holds a step that is meant is told whole: what came before and after it is what is asked next.
"""

from typing import Any

import msgspec

from analytic.chains.facets import privileged
from analytic.context import action
from analytic.fold import Item
from analytic.investigation.query import Query
from analytic.investigation.retold import Retold
from analytic.policy import Policy
from analytic.shifts import by_service, context_of
from schemas.records import Actor, Hop, Shift, Step

VERSION = 1

MAX_ACTS = 1_000
"""Acts that are told of one session; the rest is counted."""

MAX_LISTED = 64
"""Credentials, networks and the like of one session."""

_MAX_RESOURCES = 4


class Deed(msgspec.Struct, array_like=True, frozen=True):
    """A call that is told: a privileged one, or one that touched the resource that was asked for."""

    time: int
    event_id: str
    service: str
    action: str
    outcome: str
    stage: str | None
    technique: str | None
    interface: str
    source: str | None
    principal: str | None
    credential_id: str | None
    account: str | None
    region: str | None
    resources: list[str]
    origin: str
    meant: bool


class Told(msgspec.Struct, array_like=True):
    """One session of an actor. The dicts have the number of events by value, in order of first appearance."""

    actor: Actor
    started: int
    ended: int
    events: int = 0
    meant: int = 0
    privileged_ok: int = 0
    privileged_denied: int = 0
    credentials: dict[str, int] = {}
    principals: dict[str, int] = {}
    interfaces: dict[str, int] = {}
    networks: dict[str, int] = {}
    countries: dict[str, int] = {}
    accounts: dict[str, int] = {}
    regions: dict[str, int] = {}
    services: dict[str, int] = {}
    hops: list[Hop] = []
    shifts: list[Shift] = []
    acts: list[Deed] = []
    acts_total: int = 0


class Open(msgspec.Struct, array_like=True):
    """The state at one actor: the session that is going on."""

    version: int = VERSION
    session: Told | None = None


class Reconstruct(Retold[Open, Told]):
    """The fold of one actor's sessions. Its drafts are sessions, under their actor and start."""

    version = VERSION

    def __init__(self, policy: Policy, query: Query) -> None:
        """Takes the policy's session gap, and what is asked for."""
        super().__init__(Open, policy, query)
        self._policy = policy
        self._query = query

    def step(self, state: Open | None, item: Item) -> tuple[Open | None, list[tuple[str, Told]]]:
        """Take one step of the actor; give its session where something in it is meant."""
        state = state if state is not None else Open()
        if not self._query.within(item.time):
            return state, []
        step = self._decode_step(item.body)
        event = step.event
        session = state.session
        if session is None or event.time - session.ended > self._policy.session_gap:
            session = state.session = Told(step.actor, event.time, event.time)
        meant = self._query.matches(step)
        session.meant += meant
        _add(session, step, meant=meant, wanted=self._query.resource is not None and meant)
        return state, [(_key(session), session)] if session.meant else []

    def item_of(self, draft: Told) -> tuple[int, str]:
        """Give the session's time and id."""
        return draft.started, _key(draft)

    def recall(self, state: Open, id_: str) -> Told | None:
        """Give the session of this id that is still going on."""
        return state.session if state.session is not None and _key(state.session) == id_ else None


def _key(session: Told) -> str:
    return f"{session.actor.id}|{session.started}"


def _add(session: Told, step: Step, *, meant: bool, wanted: bool) -> None:
    event = step.event
    context = context_of(event)
    session.ended = event.time
    session.events += 1
    for values, value in (
        (session.credentials, event.credential_id or event.session_id),
        (session.principals, event.principal_arn or event.principal_name or event.principal_id),
        (session.interfaces, event.interface),
        (session.networks, None if by_service(event) else context.network),
        (session.countries, event.country),
        (session.accounts, event.account),
        (session.regions, event.region),
        (session.services, event.service),
    ):
        tally(values, value)
    for hop in step.hops:
        if hop not in session.hops and len(session.hops) < MAX_LISTED:
            session.hops.append(hop)
    session.shifts += step.shifts[: MAX_LISTED - len(session.shifts)]
    act = action.of_event(event)
    matters = privileged(act)
    if matters and event.outcome == "success":
        session.privileged_ok += 1
    elif matters:
        session.privileged_denied += 1
    if not (matters or wanted):
        return
    session.acts_total += 1
    if len(session.acts) < MAX_ACTS:
        session.acts.append(_deed(step, act, meant=meant))


def _deed(step: Step, act: Any, *, meant: bool) -> Deed:
    event = step.event
    return Deed(
        event.time,
        event.event_id,
        event.service,
        event.action,
        event.outcome if event.error_code is None else f"{event.outcome}: {event.error_code}",
        act.stage,
        act.technique,
        event.interface,
        event.source_ip or event.vpc_endpoint or event.source_service,
        event.principal_arn or event.principal_name or event.principal_id,
        event.credential_id or event.session_id,
        event.account,
        event.region,
        event.resources[:_MAX_RESOURCES],
        event.origin,
        meant,
    )


def tally(values: dict[str, int], value: str | None) -> None:
    """Count a value, where there is one and there is room."""
    if value is not None and (value in values or len(values) < MAX_LISTED):
        values[value] = values.get(value, 0) + 1
