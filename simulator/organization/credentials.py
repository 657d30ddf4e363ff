"""The credentials of the organization, as functions of the world and the time: the same whoever asks, and when.

An instance's credential is replaced every six hours or so, as EC2 does it; a person's key when they rotate it.
"""

from dataclasses import dataclass

from simulator.clients import fixed
from simulator.hops.aws_calls import session_identity
from simulator.hops.world import Role
from simulator.identities import Json
from simulator.networks import Origin
from simulator.organization.world import DAY, HOUR, START, Instance, Person, World
from simulator.randomness import Ids, stream
from simulator.records import java_time

INSTANCE_LIFE = 6 * HOUR
ROTATES = 60
"""One person in so many with a long-term key rotates it, on one of the first ten days."""


@dataclass(frozen=True)
class Issue:
    """An issued role credential: its key, when it was issued (ms), and the identity that its calls show."""

    key: str
    at: int
    identity: Json


def instance_credentials(world: World, instance: Instance, first: int, last: int) -> list[Issue]:
    """Give the credentials that an instance holds between two times (ms), oldest first, the one held at `first` too."""
    phase = stream(world.seed, f"organization/instance/{instance.number}").randrange(INSTANCE_LIFE)
    slot = (first - START - phase) // INSTANCE_LIFE
    found = []
    while START + phase + slot * INSTANCE_LIFE < last:
        rng = stream(world.seed, f"organization/instance/{instance.number}/{slot}")
        at = START + phase + slot * INSTANCE_LIFE
        key = Ids(rng).temporary_key()
        identity = session_identity(instance.role, instance.instance_id, key, at)
        arn = f"arn:aws:ec2:{instance.region}:{instance.account.number}:instance/{instance.instance_id}"
        identity["sessionContext"]["ec2RoleDelivery"] = "2.0"
        identity["inScopeOf"] = {"issuerType": "AWS::EC2::Instance", "credentialsIssuedTo": arn}
        found.append(Issue(key, at, identity))
        slot += 1
    return found


def instance_credential(world: World, instance: Instance, at: int) -> Issue:
    """Give the credential that an instance holds at a time (ms)."""
    return instance_credentials(world, instance, at, at + 1)[-1]


def rotation_day(world: World, person: Person) -> int | None:
    """Give the day on which a person replaces their access key, if they do so in the first ten."""
    rng = stream(world.seed, f"organization/rotation/{person.number}")
    turn, day = rng.randrange(ROTATES), rng.choice((1, 2, 3, 4, 7, 8, 9))
    return day if turn == 0 and person.way == "key" else None


def access_key(world: World, person: Person, day: int) -> str:
    """Give the access key that a person has on a day: the one of the directory until they rotate it."""
    rotated = rotation_day(world, person)
    if rotated is None or day <= rotated:
        return person.known.access_key
    return new_access_key(world, person)


def new_access_key(world: World, person: Person) -> str:
    """Give the access key that a person has after the rotation."""
    return Ids(stream(world.seed, f"organization/key/{person.number}")).long_term_key()


def issued(ids: Ids, at: int, role: Role, session: str, key: str, life: int = HOUR) -> Json:
    """Give the response of the AssumeRole calls. `life` is in ms."""
    return {
        "credentials": {
            "accessKeyId": key,
            "sessionToken": ids.session_token(),
            "expiration": java_time((at + life) // 1000),
        },
        "assumedRoleUser": {"assumedRoleId": f"{role.role_id}:{session}", "arn": role.session_arn(session)},
    }


def service_origin(name: str) -> Origin:
    """Give how a service's own calls look: its name in the place of address and user agent."""
    return Origin(name, fixed(name))


def days(at: int) -> int:
    """Give the day of a time (ms)."""
    return (at - START) // DAY
