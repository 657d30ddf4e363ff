"""The people, roles, service accounts and apps of the simulated company, in four accounts of AWS and three clouds."""

import random
from dataclasses import dataclass, field

from simulator.azure_records import SUBSCRIPTIONS, EntraApp, EntraUser
from simulator.gcp_records import PROJECT_NUMBERS, ServiceAccount
from simulator.identities import Json
from simulator.okta_records import OktaUser
from simulator.randomness import Ids

ACCOUNTS = ("111122223333", "444455556666", "777788889999", "123456789012")
"""AWS's documentation account ids."""

REGIONS = ("us-east-1", "eu-west-1", "eu-central-1", "ap-southeast-2")
PEOPLE = 240
SAME_NAME_GAP = 3 * 3_600_000
"""How long an app or service account rests (ms) before somebody else uses it: its tokens live for an hour or so."""

_GIVEN = (
    *("amara", "jonas", "priya", "diego", "lena", "tom", "noor", "mateo", "yuki", "elif"),
    *("oluwaseun", "ines", "pavel", "grace", "hassan", "sofia", "liam", "wei", "aisha", "bruno"),
)
_FAMILY = (
    *("okafor", "weber", "nair", "santos", "fischer", "becker", "haddad", "rossi", "tanaka", "demir"),
    *("adeyemi", "lopes", "novak", "murphy", "farouk", "berg", "oneill", "chen", "khan", "silva"),
)
_JOBS = (
    "deploy",
    "data-sync",
    "reporting",
    "billing-export",
    "network-admin",
    "audit-read",
    "support",
    "etl",
    "backup",
)


@dataclass(frozen=True)
class Person:
    """One person, as each directory knows them. `account` is where their IAM user lives."""

    name: str
    account: str
    user_id: str
    access_key: str
    entra: EntraUser
    okta: OktaUser
    identity_store_id: str

    @property
    def email(self) -> str:
        """The address that is their Okta login, Google account and Entra UPN."""
        return self.entra.upn

    @property
    def arn(self) -> str:
        """The ARN of their IAM user."""
        return f"arn:aws:iam::{self.account}:user/{self.name}"


@dataclass(frozen=True)
class Role:
    """An IAM role of one of the accounts."""

    name: str
    role_id: str
    account: str
    path: str = "/"

    @property
    def arn(self) -> str:
        """The role's ARN, with its path."""
        return f"arn:aws:iam::{self.account}:role{self.path}{self.name}"

    def session_arn(self, session: str) -> str:
        """Give the ARN of a session of this role."""
        return f"arn:aws:sts::{self.account}:assumed-role/{self.name}/{session}"

    @property
    def labels(self) -> frozenset[str]:
        """The names and ids that logs have for the role."""
        return frozenset({self.name.lower(), self.arn.lower(), self.role_id.lower()})

    @property
    def resources(self) -> list[Json]:
        """The `resources` of the call that assumes it."""
        return [{"accountId": self.account, "type": "AWS::IAM::Role", "ARN": self.arn}]


@dataclass
class World:
    """Everybody and everything. Apps and service accounts are taken in turn, see `SAME_NAME_GAP`."""

    rng: random.Random
    people: list[Person] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    sso_roles: list[Role] = field(default_factory=list)
    _accounts: list[tuple[int, ServiceAccount]] = field(default_factory=list)
    _apps: list[tuple[int, EntraApp]] = field(default_factory=list)

    @classmethod
    def new(cls, rng: random.Random) -> "World":
        """Make the world of a random stream."""
        world = cls(rng)
        names = [f"{given}.{family}" for given in _GIVEN for family in _FAMILY]
        rng.shuffle(names)
        world.people = [world._person(name) for name in names[:PEOPLE]]
        for account in ACCOUNTS:
            for job in _JOBS:
                world.roles += [Role(f"{job}-{suffix}", world.ids.role_id(), account) for suffix in ("dev", "prod")]
            for access in ("AdministratorAccess", "PowerUserAccess", "ViewOnlyAccess"):
                name = f"AWSReservedSSO_{access}_{world.ids.hexadecimal(16)}"
                path = "/aws-reserved/sso.amazonaws.com/eu-west-1/"
                world.sso_roles.append(Role(name, world.ids.role_id(), account, path))
        return world

    @property
    def ids(self) -> Ids:
        """Identifiers from the world's random stream."""
        return Ids(self.rng)

    def _person(self, name: str) -> Person:
        ids, email = self.ids, f"{name}@example.com"
        shown = name.replace(".", " ").title()
        return Person(
            name,
            self.rng.choice(ACCOUNTS),
            ids.user_id(),
            ids.long_term_key(),
            EntraUser(ids.uuid(), email, shown),
            OktaUser("00u" + ids.file_suffix() + "5d7", email, shown),
            f"{ids.hexadecimal(10)}-{ids.uuid()}",
        )

    def role(self, account: str | None = None) -> Role:
        """Give any role, or any of one account."""
        return self.rng.choice([role for role in self.roles if account in (None, role.account)])

    def role_elsewhere(self, account: str) -> Role:
        """Give a role of another account."""
        return self.rng.choice([role for role in self.roles if role.account != account])

    def service_account(self, at: int) -> ServiceAccount:
        """Give a service account that has rested for long enough at `at`, a new one when none has."""
        rested = [found for found in self._accounts if found[0] + SAME_NAME_GAP <= at]
        if rested:
            found = self.rng.choice(rested)
            self._accounts.remove(found)
            account = found[1]
        else:
            project = self.rng.choice(tuple(PROJECT_NUMBERS))
            name = f"{self.rng.choice(_JOBS)}-{len(self._accounts) + 100}-{self.ids.hexadecimal(3)}"
            number = "1" + "".join(self.rng.choices("0123456789", k=20))
            account = ServiceAccount(f"{name}@{project}.iam.gserviceaccount.com", number, project)
        self._accounts.append((at, account))
        return account

    def app(self, at: int) -> EntraApp:
        """Give an application that has rested for long enough at `at`, a new one when none has."""
        rested = [found for found in self._apps if found[0] + SAME_NAME_GAP <= at]
        if rested:
            found = self.rng.choice(rested)
            self._apps.remove(found)
            app = found[1]
        else:
            ids = self.ids
            name = f"{self.rng.choice(_JOBS)}-app-{ids.hexadecimal(4)}"
            app = EntraApp(ids.uuid(), ids.uuid(), ids.uuid(), name)
        self._apps.append((at, app))
        return app

    def machine(self) -> EntraApp:
        """Give a new virtual machine's managed identity."""
        ids = self.ids
        name = f"vm-{self.rng.choice(_JOBS)}-{ids.hexadecimal(4)}"
        group = f"/subscriptions/{self.rng.choice(SUBSCRIPTIONS)}/resourcegroups/rg-{self.rng.choice(_JOBS)}"
        vm = f"{group}/providers/Microsoft.Compute/virtualMachines/{name}"
        return EntraApp(ids.uuid(), ids.uuid(), ids.uuid(), name, vm)
