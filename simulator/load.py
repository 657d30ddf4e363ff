"""A load of CloudTrail records for measurements: as many as asked for, made one at a time and in order of eventTime.

The shape does not depend on the number: N records make N/5000 busy workloads (half of all records, credentials renewed
every six hours, each renewal in the log), and role sessions of 10 to 40 records by N/500 people, so that there are
some N/50 credentials and the longest history of a key stays the same. One session in 500 is taken over half-way.
"""

import random
from collections.abc import Iterator

from simulator.clients import aws_cli, boto3
from simulator.identities import Credential, Instance, Json, Person, Role, long_term
from simulator.issuing import HOUR, assume_role, instance_credential
from simulator.menus import DEVELOPER_CHANGES, DEVELOPER_COMMANDS, Call
from simulator.networks import HOSTING, Origin
from simulator.randomness import Ids, stream
from simulator.records import Recorder, day_second

DAY = 24 * HOUR
RECORDS_PER_WORKLOAD = 5_000
"""One busy workload for so many records: it makes half of them, some 2,500 a day."""

RECORDS_PER_PERSON = 500
RECORDS_PER_ACTIVE_SESSION = 1_200
"""With so many sessions open at a time, a session of 25 records lasts for about an hour."""

SESSIONS_PER_THEFT = 500

_CLIENTS = tuple(aws_cli(f"24.{minor}", "os/linux#6.8.0-52-generic md/arch#x86_64") for minor in range(4))
_APPLICATION = boto3("1.36.23", "6.8.0-1021-aws")
_OTHER_PLACE = Origin(HOSTING, boto3("1.34.46", "6.6.15-amd64"))
_WORKLOAD_CALLS = (
    Call("kms", "Decrypt", {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}),
    Call("dynamodb", "DescribeTable", {"tableName": "orders"}),
    Call("secretsmanager", "GetSecretValue", {"secretId": "example/orders/database"}),
)
_AFTER_THEFT = (
    Call("sts", "GetCallerIdentity"),
    Call("s3", "ListBuckets"),
    Call("iam", "ListRoles"),
    Call("secretsmanager", "GetSecretValue", {"secretId": "example/payments/api-key"}),
    Call("iam", "CreateAccessKey", {"userName": "backup-sync"}),
)


class _Workload:
    """An instance that works all day with a credential that is renewed every six hours."""

    def __init__(self, rng: random.Random, number: int) -> None:
        ids = Ids(rng)
        role, address = Role.new(f"service-{number}", ids), f"198.51.100.{number % 250 + 1}"
        private = f"10.30.{number >> 8 & 255}.{number & 255}"
        self.instance = Instance(f"i-{ids.hexadecimal(17)}", role, address, private)
        self.origin = Origin(address, _APPLICATION)
        self.renewed = -1
        self.credential: Credential | None = None

    def act(self, recorder: Recorder, at: int) -> None:
        """Write one record: the renewal of the credential when it is due, else a call."""
        period = at // (6 * HOUR)
        if self.credential is None or period != self.renewed:
            self.credential, self.renewed = instance_credential(recorder, at, self.instance), period
            return
        if recorder.rng.randrange(4):
            recorder.call(at, self.credential, self.origin, *recorder.rng.choice(_WORKLOAD_CALLS))
            return
        key = f"orders/{recorder.rng.getrandbits(32):08x}.json"
        recorder.s3_object(at, self.credential, self.origin, "GetObject", "example-order-archive", key)


class _Session:
    """A person's session of a role: its first record is the AssumeRole that issued it."""

    def __init__(self, recorder: Recorder, at: int, person: Person, role: Role, *, stolen: bool) -> None:
        rng = recorder.rng
        client = _CLIENTS[int(person.name[7:]) % len(_CLIENTS)]
        self.origin = Origin(f"203.0.113.{int(person.name[7:]) % 250 + 1}", client)
        self.left = rng.randrange(10, 40)
        self.stolen_at = self.left // 2 if stolen else -1
        name = f"botocore-session-{at}"
        self.credential = assume_role(recorder, at, long_term(person), self.origin, role, name, mfa=None)

    def act(self, recorder: Recorder, at: int) -> None:
        """Write one record of the session."""
        self.left -= 1
        rng = recorder.rng
        if self.left < self.stolen_at:
            recorder.call(at, self.credential, _OTHER_PLACE, *rng.choice(_AFTER_THEFT))
            return
        menu = DEVELOPER_COMMANDS if rng.randrange(20) else DEVELOPER_CHANGES
        recorder.call(at, self.credential, self.origin, *rng.choice(menu))


def events(n: int, seed: int) -> Iterator[Json]:
    """Make n CloudTrail records of about 1.4 KB of JSON spread evenly over one day, in order of eventTime."""
    recorder = Recorder(stream(seed, "load"))
    rng, ids = recorder.rng, recorder.ids
    workloads = [_Workload(rng, number) for number in range(max(1, n // RECORDS_PER_WORKLOAD))]
    people = [Person.new(f"person-{number}", ids) for number in range(max(1, n // RECORDS_PER_PERSON))]
    roles = [Role.new(f"team-{number}", ids) for number in range(20)]
    active: list[_Session | None] = [None] * max(1, n // RECORDS_PER_ACTIVE_SESSION)
    start, opened = day_second(0), 0
    for number in range(n):
        at = start + number * DAY // n
        if rng.getrandbits(1):
            rng.choice(workloads).act(recorder, at)
        else:
            place = rng.randrange(len(active))
            session = active[place]
            if session is None or session.left == 0:
                opened += 1
                stolen = opened % SESSIONS_PER_THEFT == 0
                active[place] = _Session(recorder, at, rng.choice(people), rng.choice(roles), stolen=stolen)
            else:
                session.act(recorder, at)
        yield recorder.records.pop()
