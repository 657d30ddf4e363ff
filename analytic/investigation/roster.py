"""Roster: a line for each actor, as a fold: when it was seen, with what, from where, and what it did that matters."""

import msgspec

from analytic.chains.facets import privileged
from analytic.context import action
from analytic.fold import Item
from analytic.investigation.query import Query, credentials_of, names_of
from analytic.investigation.reconstruct import tally
from analytic.investigation.retold import Retold
from analytic.policy import Policy
from analytic.shifts import by_service, context_of
from schemas.records import Actor

VERSION = 1

_MAX_NAMES = 24


class Line(msgspec.Struct, array_like=True):
    """One actor: the state, and what comes out.

    The dicts have the number of events by value; `names` are those that it can be asked for by.
    """

    version: int
    actor: Actor
    first: int
    last: int
    events: int = 0
    sessions: int = 0
    privileged_ok: int = 0
    privileged_denied: int = 0
    credentials: dict[str, int] = {}
    interfaces: dict[str, int] = {}
    networks: dict[str, int] = {}
    accounts: dict[str, int] = {}
    providers: dict[str, int] = {}
    names: list[str] = []


class Roster(Retold[Line, Line]):
    """The fold of one actor's line: state and draft are the same."""

    version = VERSION

    def __init__(self, policy: Policy, query: Query) -> None:
        """Takes the policy's session gap, and the time that is asked about."""
        super().__init__(Line, policy, query)
        self._policy = policy
        self._query = query

    def step(self, state: Line | None, item: Item) -> tuple[Line | None, list[tuple[str, Line]]]:
        """Take one step into the actor's line."""
        if not self._query.within(item.time):
            return state, []
        step = self._decode_step(item.body)
        event = step.event
        line = state if state is not None else Line(VERSION, step.actor, event.time, event.time, sessions=1)
        line.sessions += event.time - line.last > self._policy.session_gap
        line.last = event.time
        line.events += 1
        for values, value in (
            (line.credentials, event.credential_id or event.session_id),
            (line.interfaces, event.interface),
            (line.networks, None if by_service(event) else context_of(event).network),
            (line.accounts, event.account),
            (line.providers, event.provider),
        ):
            tally(values, value)
        act = action.of_event(event)
        if privileged(act):
            line.privileged_ok += event.outcome == "success"
            line.privileged_denied += event.outcome != "success"
        for name in (*names_of(step), *credentials_of(step)):
            if len(line.names) < _MAX_NAMES and name not in line.names:
                line.names.append(name)
        return line, [(step.actor.id, line)]

    def item_of(self, draft: Line) -> tuple[int, str]:
        """Give the line's time and id: when the actor was first seen, and its id."""
        return draft.first, draft.actor.id

    def recall(self, state: Line, id_: str) -> Line | None:
        """Give the actor's line."""
        return state if state.actor.id == id_ else None
