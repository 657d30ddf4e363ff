"""A simulated day for a drill: logs in a folder, the known activities of everybody in it, and the policy that documents
its automation. The one place of the drill that knows the simulator.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from analytic.investigation.tracing import Activity
from analytic.policy import Policy
from analytic.policy_entries import Credential, Envelope
from simulator.attacks.scene import person_names
from simulator.organization.world import World
from simulator.organization.writing import TABLE, Settings, write

_SERVICES = ("AWS services", "Google services")
_TOKENS: tuple[Credential, ...] = (
    "temporary",
    "federated",
    "access_token",
    "managed_identity",
    "service_account_key",
    "long_term",
)


def day(folder: str, seed: int, identities: int, activity: int) -> tuple[str, Policy, tuple[Activity, ...]]:
    """Write a Monday's logs; give their folder, the policy and the activities. Raises ValueError, OSError."""
    world = World.new(seed, identities)
    target = Path(folder)
    write(target, Settings(seed, identities, 1, activity), world, (), lambda done, in_all: None)
    envelopes = tuple(_envelopes(world))
    people = {person.email: person_names(person) for person in world.people}
    return str(target / "logs"), Policy(automation=envelopes), tuple(_activities(target, people, envelopes))


def _activities(folder: Path, people: dict[str, frozenset[str]], envelopes: tuple[Envelope, ...]) -> Iterator[Activity]:
    """Give an activity for each actor of the truth: its very events."""
    events: dict[tuple[str, bool], set[str]] = defaultdict(set)
    with (folder / TABLE).open(encoding="utf-8", newline="") as truth:
        for note in csv.DictReader(truth):
            if note["scenario"] not in _SERVICES:
                events[note["actor"], note["actor"] in people].add(note["event_id"])
    documented = {envelope.name for envelope in envelopes}
    for (actor, is_person), ids in sorted(events.items()):
        if is_person:
            names = sorted({glob for name in people[actor] for glob in (name, f"*:{name}")})
            yield Activity(f"the day of {actor}", who=tuple(names), events=frozenset(ids))
        elif actor in documented:
            yield Activity(f"the day of {actor}", automation=actor, events=frozenset(ids))


def _envelopes(world: World) -> Iterator[Envelope]:
    """Document the organization's automation: who it runs as, with credentials of the kinds that a log tells."""
    for instance in world.instances:
        yield _envelope(instance.instance_id, f"*instance/{instance.instance_id}")
    for function in world.functions:
        yield _envelope(function.name, function.role.arn)
    for user in world.machine_users:
        yield _envelope(user.known.name, user.known.arn)
    for robot in world.service_accounts:
        yield _envelope(robot.account.email, robot.account.email)
    for app in (*(one.app for one in world.applications), *(one.app for one in world.machines)):
        yield _envelope(app.name, app.name, app.object_id)
    for pipeline in world.pipelines:
        yield _envelope(pipeline.repository, f"*{pipeline.repository}:*", *_runs_as(pipeline.role, pipeline.app))
    yield _envelope("security-scanner", *(role.arn for role in world.audit_roles.values()))


def _runs_as(role: object, app: object) -> tuple[str, ...]:
    names = (getattr(role, "arn", None), getattr(app, "name", None), getattr(app, "object_id", None))
    return tuple(name for name in names if name)


def _envelope(name: str, *identities: str) -> Envelope:
    return Envelope(name, "the simulated organization", identities, credential_type=_TOKENS)
