"""Who and what there is in the simulated organization. `World.new(seed, identities)` makes it; nothing in it changes.

Every identity is one of the lists: people, instances, functions, machine users, service accounts, applications,
virtual machines and pipelines. The shares are the simulator's own assumptions (SHARES, TEAMS, WAYS), not a survey's.
The directory entries are those of `simulator.hops.world` (`Person.known`, `Role`), so that its writers take them.
Times are milliseconds since 1970-01-01 UTC; day 0 is Monday, 2 March 2026.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from simulator.azure_records import EntraApp, EntraUser
from simulator.gcp_records import ServiceAccount
from simulator.hops.world import Person as Known
from simulator.hops.world import Role
from simulator.okta_records import OktaUser
from simulator.organization.places import Network, Networks

START = 1000 * int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
"""Midnight UTC of day 0, a Monday."""

MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR

SHARES = {
    "people": 50,
    "instances": 12,
    "functions": 9,
    "service_accounts": 12,
    "applications": 5,
    "machines": 5,
    "pipelines": 4,
    "machine_users": 3,
}
"""Per cent of the identities by kind."""

TEAMS = {"developers": 45, "data": 15, "platform": 12, "it": 10, "support": 8, "security": 5, "finance": 5}
"""Per cent of the people by team."""

WAYS = {"sso": 56, "saml": 12, "user_mfa": 14, "key": 18}
"""Per cent of the people by their way into AWS: Identity Center through Okta, SAML through Okta, an IAM user with a
second factor, an IAM user with a long-term key and none."""


@dataclass(frozen=True)
class Account:
    """An AWS account: its number, name, stage (prod, staging, dev, shared) and where most of it is."""

    number: str
    name: str
    stage: str
    region: str


@dataclass(frozen=True)
class Project:
    """A Google Cloud project: its id, number and stage."""

    project_id: str
    number: str
    stage: str


@dataclass(frozen=True)
class Subscription:
    """An Azure subscription: its id, name and stage."""

    subscription_id: str
    name: str
    stage: str


@dataclass(frozen=True)
class Device:
    """What a person works on: operating system (macos, windows, linux), browser, and the versions of their tools.

    `aws_system` is the system part of the AWS CLI's user agent, `google_system` of gcloud's.
    """

    system: str
    browser: str
    aws_minor: str
    aws_system: str
    google_system: str
    gcloud: str
    boto: str


@dataclass(frozen=True)
class Person:
    """One person. `starts` and `ends` are minutes of their local day; `joins` and `leaves` days, or None.

    `clouds` has the cloud that they work in most first; `way` is one of WAYS; `sets` are the roles of their permission
    set by account number (Identity Center), `roles` the ones that the other ways may assume. `trip` is (first day, last
    day, city) of travelling. `on_call` people are paged at night now and then.
    """

    number: int
    known: Known
    team: str
    city: str
    utc_minutes: int
    starts: int
    ends: int
    device: Device
    office: Network
    vpn: Network
    home: Network
    mobile: tuple[Network, ...]
    host: int
    clouds: tuple[str, ...]
    way: str
    accounts: tuple[Account, ...]
    sets: tuple[Role, ...]
    roles: tuple[Role, ...]
    projects: tuple[Project, ...]
    subscriptions: tuple[Subscription, ...]
    on_call: bool = False
    remote: bool = False
    trip: tuple[int, int, str] | None = None
    joins: int | None = None
    leaves: int | None = None

    @property
    def name(self) -> str:
        """The name of their IAM user, such as amara.okafor."""
        return self.known.name

    @property
    def email(self) -> str:
        """Their login at Okta, Google and Entra."""
        return self.known.email

    @property
    def entra(self) -> EntraUser:
        """Their Entra user."""
        return self.known.entra

    @property
    def okta(self) -> OktaUser:
        """Their Okta user."""
        return self.known.okta

    def employed(self, day: int) -> bool:
        """Whether they are with the organization on a day."""
        return (self.joins is None or self.joins <= day) and (self.leaves is None or day <= self.leaves)

    def local(self, day: int, minute: int) -> int:
        """Give the time (ms) of a minute of their local day."""
        return START + day * DAY + (minute - self.utc_minutes) * MINUTE


@dataclass(frozen=True)
class Instance:
    """An EC2 instance: `address` is the NAT gateway's, `endpoint` the VPC endpoint that its S3 calls pass, if any.

    `scaled` instances exist in office hours only. `buckets` and `secrets` are what it works with.
    """

    instance_id: str
    role: Role
    account: Account
    region: str
    address: str
    private_address: str
    endpoint: str | None
    service: str
    scaled: bool
    number: int


@dataclass(frozen=True)
class Function:
    """A Lambda function. `addresses` are what its environments call from; None stands for one inside a VPC."""

    name: str
    role: Role
    account: Account
    region: str
    addresses: tuple[str, ...]
    number: int


@dataclass(frozen=True)
class MachineUser:
    """An IAM user of a program: a backup tool on a server in the office, or a vendor's software, with one old key."""

    known: Known
    account: Account
    address: str
    job: str
    number: int


@dataclass(frozen=True)
class Robot:
    """A Google service account at work. `how`: "vm" and "function" hold tokens of the metadata server, "key" has a
    long-term key (`key`) and runs outside the cloud, "scheduler" is started by Cloud Scheduler."""

    account: ServiceAccount
    project: Project
    how: str
    key: str | None
    address: str
    job: str
    number: int
    vm: str | None = None


@dataclass(frozen=True)
class Application:
    """An Entra application at work with a client secret, whose key id is `key`: a scheduled job in `address`."""

    app: EntraApp
    key: str
    address: str
    subscription: Subscription
    job: str
    number: int


@dataclass(frozen=True)
class Machine:
    """An Azure virtual machine with a managed identity; `app.vm` is its resource id."""

    app: EntraApp
    address: str
    subscription: Subscription
    job: str
    number: int


@dataclass(frozen=True)
class Pipeline:
    """A CI pipeline of a repository. `vendor` is github or gitlab, `tool` terraform or pulumi; `nightly` a minute UTC.

    It deploys with OIDC and no stored key: into AWS as `role`, else into Google Cloud as `robot`, else into Azure as
    `app` (a federated credential). `upgrades` is the day from which it runs a newer tool, None for never.
    """

    repository: str
    vendor: str
    tool: str
    team: str
    nightly: int
    merges: int
    role: Role | None
    account: Account | None
    robot: ServiceAccount | None
    project: Project | None
    app: EntraApp | None
    subscription: Subscription | None
    upgrades: int | None
    number: int


@dataclass(frozen=True)
class World:
    """Everybody and everything; frozen, and the same for the same seed and number of identities.

    `service_roles` are the service-linked roles by (account number, service); `audit_role` the security scanner's by
    account number, `break_glass` the emergency role's; `migration` the days (first, last) of the migration week.
    """

    seed: int
    identities: int
    networks: Networks
    accounts: tuple[Account, ...]
    projects: tuple[Project, ...]
    subscriptions: tuple[Subscription, ...]
    people: tuple[Person, ...]
    roles: tuple[Role, ...]
    instances: tuple[Instance, ...]
    functions: tuple[Function, ...]
    machine_users: tuple[MachineUser, ...]
    service_accounts: tuple[Robot, ...]
    applications: tuple[Application, ...]
    machines: tuple[Machine, ...]
    pipelines: tuple[Pipeline, ...]
    service_roles: dict[tuple[str, str], Role]
    audit_roles: dict[str, Role]
    break_glass: dict[str, Role]
    migration: tuple[int, int]

    @classmethod
    def new(cls, seed: int, identities: int) -> "World":
        """Make the world. Raises ValueError below 20 identities, which are too few for one of each kind."""
        from simulator.organization.founding import found  # the builders need these classes

        return found(seed, identities)

    @property
    def workloads(self) -> tuple[Instance | Function | Machine | Robot, ...]:
        """What runs with a role or identity of its own."""
        return (*self.instances, *self.functions, *self.machines, *self.service_accounts)
