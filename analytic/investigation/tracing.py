"""Trace: does each scripted action lead to its accountable person or its documented automation. A fold over an actor.

A known activity says what is meant (interface, time, identity, calls, or the very events) and who answers for it; each
step that it covers must lead there. What no activity covers must lead to a person, or lie inside an envelope.
"""

from functools import lru_cache
from typing import NamedTuple

import msgspec

from analytic.envelopes import find, identities_of, names_of
from analytic.fold import Item, check_version
from analytic.patterns import Globs, any_case, calls_of, networks_of
from analytic.policy import Policy
from analytic.shifts import by_service
from schemas.records import Actor, Step

VERSION = 1

SCRIPTED = ("cloud_shell", "cli", "sdk", "iac")
"""Interfaces whose every action must lead to somebody: a person at a console is there in person."""

PERSON, AUTOMATION, UNTRACED = "person", "automation", "untraced"

_MAX_REASONS = 256
_MAX_SHOWN = 3
_NOT_COVERED = -1


class Activity(msgspec.Struct, frozen=True):
    """A known activity. What is given must all hold at a step that it covers; times are UTC microseconds.

    `who` are the names of the accountable person, `automation` the name of the envelope that documents it.
    """

    name: str
    who: tuple[str, ...] = ()
    automation: str | None = None
    start: int | None = None
    end: int | None = None
    interface: str | None = None
    identity: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    account: str | None = None
    networks: tuple[str, ...] = ()
    events: frozenset[str] = frozenset()


class Verdict(msgspec.Struct, array_like=True):
    """What was found of an actor's steps that are alike: `activity` is its number, or -1; `state` as above.

    `why` says what is wrong, "" for what is not; `examples` are the first places of raw records.
    """

    activity: int
    interface: str
    state: str
    why: str
    events: int
    first: int
    last: int
    examples: list[str] = []


class Traced(msgspec.Struct, array_like=True):
    """All verdicts of one actor: the state, and what comes out."""

    version: int
    actor: Actor
    verdicts: list[Verdict] = []


class _Judged(NamedTuple):
    state: str
    why: str


class Trace:
    """The fold of one actor's steps against the known activities and the policy's envelopes."""

    repeats = True

    def __init__(
        self, policy: Policy, activities: tuple[Activity, ...], interfaces: tuple[str, ...] = SCRIPTED
    ) -> None:
        """Takes the policy, for its envelopes, the activities, and the interfaces that are judged beside them."""
        self._policy = policy
        self._interfaces = interfaces
        self._activities = activities
        self._by_event = {id_: number for number, one in enumerate(activities) for id_ in one.events}
        self._by_rule = [(number, one) for number, one in enumerate(activities) if not one.events]
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode_step = msgspec.msgpack.Decoder(Step).decode
        self._decode_state = msgspec.msgpack.Decoder(Traced).decode

    def __reduce__(self) -> tuple[type["Trace"], tuple[Policy, tuple[Activity, ...], tuple[str, ...]]]:
        """Rebuild from the settings: decoders do not travel to workers."""
        return (Trace, (self._policy, self._activities, self._interfaces))

    def step(self, state: Traced | None, item: Item) -> tuple[Traced | None, list[tuple[str, Traced]]]:
        """Judge one step of the actor."""
        step = self._decode_step(item.body)
        event = step.event
        listed = self._by_event.get(event.event_id)
        if by_service(event) and listed is None:
            return state, []  # Its own call to the service was judged, and this one shows neither program nor place.
        covering = [number for number, one in self._by_rule if covers(one, step)]
        if listed is not None:
            covering.append(listed)
        if event.interface not in self._interfaces and not covering:
            return state, []
        traced = state if state is not None else Traced(VERSION, step.actor)
        for number in covering or [_NOT_COVERED]:
            activity = self._activities[number] if number != _NOT_COVERED else None
            _add(traced, number, step, judge(self._policy, activity, step))
        return traced, [(step.actor.id, traced)]

    def render(self, draft: Traced) -> tuple[str, Item]:
        """Give the actor's verdicts."""
        return "", Item(0, draft.actor.id, msgspec.Raw(self._encode(draft)))

    def retract(self, draft: Traced) -> tuple[str, Item]:
        """Give the verdicts again: a reader of a stream takes the latest."""
        return self.render(draft)

    def recall(self, state: Traced, id_: str) -> Traced | None:
        """Give the actor's verdicts."""
        return state if state.actor.id == id_ else None

    def lost(self, state: Traced) -> int:
        """Nothing: what is listed says how much there is."""
        return 0

    def load(self, data: bytes) -> Traced:
        """Decode a state; raises ValueError on a version that this build does not know."""
        check_version("Trace", data, VERSION)
        return self._decode_state(data)

    def dump(self, state: Traced) -> bytes:
        """Encode a state."""
        return self._encode(state)


def covers(activity: Activity, step: Step) -> bool:
    """Whether a step is part of an activity: by what was done as whom, never by who the step leads to."""
    event = step.event
    if activity.start is not None and event.time < activity.start:
        return False
    if activity.end is not None and event.time >= activity.end:
        return False
    if activity.interface is not None and event.interface != activity.interface:
        return False
    if activity.account is not None and event.account != activity.account:
        return False
    if activity.actions and not calls_of((), activity.actions).match(event.service, event.action):
        return False
    if activity.networks and not networks_of(activity.networks).holds(event.source_ip):
        return False
    if not activity.identity:
        return True
    own = msgspec.structs.replace(step.actor, id="", name="")  # The principal's own names alone.
    return identities_of(activity.identity).match(names_of(own, event))


def judge(policy: Policy, activity: Activity | None, step: Step) -> _Judged:
    """Say where a step leads, and what is wrong with that."""
    actor, event = step.actor, step.event
    found = find(policy, actor, event)
    if activity is not None and activity.automation is not None:
        if found is None:
            return _Judged(UNTRACED, f"no envelope of the policy leads to {actor.name} ({actor.type})")
        envelope, deviations = found
        if envelope.name != activity.automation:
            return _Judged(UNTRACED, f"it is documented as {envelope.name}, not as {activity.automation}")
        return _Judged(UNTRACED, "; ".join(deviations)) if deviations else _Judged(AUTOMATION, "")
    if activity is not None and activity.who:
        people = _people(activity.who)
        if people.match(actor.name) or people.match(actor.id):
            return _Judged(PERSON, "")
        ambiguous = next((hop for hop in step.hops if hop.certainty == "ambiguous"), None)
        if ambiguous is not None:
            return _Judged(UNTRACED, f"it may be any of {', '.join(ambiguous.candidates) or ambiguous.from_}")
        return _Judged(UNTRACED, f"it leads to {actor.name} ({actor.type}), not to {activity.who[0]}")
    if found is not None:
        envelope, deviations = found
        outside = f"outside its envelope {envelope.name}: {'; '.join(deviations)}"
        return _Judged(UNTRACED, outside) if deviations else _Judged(AUTOMATION, "")
    return _nobody(actor)


@lru_cache(4_096)
def _people(who: tuple[str, ...]) -> Globs:
    return any_case(who)


def _nobody(actor: Actor) -> _Judged:
    """Judge an actor that neither an activity nor an envelope knows."""
    if actor.type == "user" or (actor.type == "federated" and "@" in actor.name):
        return _Judged(PERSON, "")
    if actor.type == "root":
        return _Judged(UNTRACED, "the root user is nobody in person")
    if actor.type == "federated":
        return _Judged(UNTRACED, f"{actor.name} is a job that no envelope documents")
    why = "no call that led to it is in these logs, and no envelope documents it"
    return _Judged(UNTRACED, f"nobody is known behind {actor.name} ({actor.type}): {why}")


def _add(traced: Traced, number: int, step: Step, judged: _Judged) -> None:
    event = step.event
    why = judged.why if len(traced.verdicts) < _MAX_REASONS else judged.why and "another reason than those told"
    key = (number, event.interface, judged.state, why)
    known = (one for one in traced.verdicts if (one.activity, one.interface, one.state, one.why) == key)
    verdict = next(known, None)
    if verdict is None:
        verdict = Verdict(*key, 0, event.time, event.time)
        traced.verdicts.append(verdict)
    verdict.events += 1
    verdict.last = event.time
    if why and len(verdict.examples) < _MAX_SHOWN:
        verdict.examples.append(event.origin)
