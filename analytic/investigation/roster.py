"""Roster: a line for each actor, as a fold: when it was seen, with what, from where, and what it did that matters."""

import msgspec

from analytic.chains.facets import privileged
from analytic.context import action
from analytic.fold import Item, check_version
from analytic.investigation.query import Query, credentials_of, names_of
from analytic.investigation.reconstruct import tally
from analytic.policy import Policy
from analytic.shifts import by_service, context_of
from schemas.records import Actor, Step

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


class Roster:
    """The fold of one actor's line: state and draft are the same."""

    repeats = True

    def __init__(self, policy: Policy, query: Query) -> None:
        """Takes the policy's session gap, and the time that is asked about."""
        self._policy = policy
        self._query = query
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode_step = msgspec.msgpack.Decoder(Step).decode
        self._decode_line = msgspec.msgpack.Decoder(Line).decode

    def __reduce__(self) -> tuple[type["Roster"], tuple[Policy, Query]]:
        """Rebuild from the settings: decoders do not travel to workers."""
        return (Roster, (self._policy, self._query))

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
        act = action.classify(event.provider, event.service, event.action, event.access in ("list", "read") or None)
        if privileged(act):
            line.privileged_ok += event.outcome == "success"
            line.privileged_denied += event.outcome != "success"
        for name in (*names_of(step), *credentials_of(step)):
            if len(line.names) < _MAX_NAMES and name not in line.names:
                line.names.append(name)
        return line, [(step.actor.id, line)]

    def render(self, draft: Line) -> tuple[str, Item]:
        """Give the line."""
        return "", Item(draft.first, draft.actor.id, msgspec.Raw(self._encode(draft)))

    def retract(self, draft: Line) -> tuple[str, Item]:
        """Give the line again: a reader of a stream takes the latest."""
        return self.render(draft)

    def recall(self, state: Line, id_: str) -> Line | None:
        """Give the actor's line."""
        return state if state.actor.id == id_ else None

    def lost(self, state: Line) -> int:
        """Nothing: what is listed says how much there is."""
        return 0

    def load(self, data: bytes) -> Line:
        """Decode a state; raises ValueError on a version that this build does not know."""
        check_version("Roster", data, VERSION)
        return self._decode_line(data)

    def dump(self, state: Line) -> bytes:
        """Encode a state."""
        return self._encode(state)
