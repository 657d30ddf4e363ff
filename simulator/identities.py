"""Who acts in the simulated account: people, roles, instances, functions, and the credentials they hold."""

from dataclasses import dataclass
from typing import Any

from simulator.randomness import Ids

ACCOUNT = "111122223333"
"""AWS's documentation account id: it belongs to nobody."""

REGION = "us-east-1"
"""The one Region of the simulated account; AWS records its global services (IAM) there as well."""

Json = dict[str, Any]
"""A JSON object as CloudTrail writes it."""


@dataclass(frozen=True)
class Person:
    """An IAM user: a person of the account, with the access key that they keep on their laptop."""

    name: str
    user_id: str
    access_key: str

    @classmethod
    def new(cls, name: str, ids: Ids) -> "Person":
        """Make a person with a new unique id and access key."""
        return cls(name, ids.user_id(), ids.long_term_key())

    @property
    def arn(self) -> str:
        """The user's ARN."""
        return f"arn:aws:iam::{ACCOUNT}:user/{self.name}"


@dataclass(frozen=True)
class Role:
    """An IAM role. `path` is "/" or, for a service-linked role, /aws-service-role/SERVICE/."""

    name: str
    role_id: str
    path: str = "/"

    @classmethod
    def new(cls, name: str, ids: Ids, path: str = "/") -> "Role":
        """Make a role with a new unique id."""
        return cls(name, ids.role_id(), path)

    @property
    def arn(self) -> str:
        """The role's ARN, with its path."""
        return f"arn:aws:iam::{ACCOUNT}:role{self.path}{self.name}"

    def session_arn(self, session_name: str) -> str:
        """Give the ARN of a session of this role, which leaves the path out."""
        return f"arn:aws:sts::{ACCOUNT}:assumed-role/{self.name}/{session_name}"


@dataclass(frozen=True)
class Instance:
    """An EC2 instance with an instance role. `address` is the NAT address that its calls leave from."""

    instance_id: str
    role: Role
    address: str
    private_address: str

    @property
    def arn(self) -> str:
        """The instance's ARN."""
        return f"arn:aws:ec2:{REGION}:{ACCOUNT}:instance/{self.instance_id}"


@dataclass(frozen=True)
class Function:
    """A Lambda function with its execution role. `addresses` are what its environments call from."""

    name: str
    role: Role
    addresses: tuple[str, ...]

    @property
    def arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"


@dataclass(frozen=True)
class Credential:
    """What signs a call: the `userIdentity` that CloudTrail writes, and whether the console holds it."""

    identity: Json
    from_console: bool = False

    @property
    def key(self) -> str:
        """The access key id."""
        return str(self.identity["accessKeyId"])


def long_term(person: Person) -> Credential:
    """Give the credential of a person's own access key."""
    return Credential(
        {
            "type": "IAMUser",
            "principalId": person.user_id,
            "arn": person.arn,
            "accountId": ACCOUNT,
            "accessKeyId": person.access_key,
            "userName": person.name,
        }
    )


def user_session(person: Person, key: str, created: str, *, mfa: bool) -> Credential:
    """Give a person's temporary credential behind a console session, created at the text time `created`."""
    attributes = {"creationDate": created, "mfaAuthenticated": str(mfa).lower()}
    identity = long_term(person).identity | {"accessKeyId": key, "sessionContext": {"attributes": attributes}}
    return Credential(identity, from_console=True)


def role_session(role: Role, session_name: str, key: str, created: str, *, mfa: bool = False) -> Credential:
    """Give a session of a role, created at the text time `created`."""
    return Credential(
        {
            "type": "AssumedRole",
            "principalId": f"{role.role_id}:{session_name}",
            "arn": role.session_arn(session_name),
            "accountId": ACCOUNT,
            "accessKeyId": key,
            "sessionContext": {
                "sessionIssuer": {
                    "type": "Role",
                    "principalId": role.role_id,
                    "arn": role.arn,
                    "accountId": ACCOUNT,
                    "userName": role.name,
                },
                "attributes": {"creationDate": created, "mfaAuthenticated": str(mfa).lower()},
            },
        }
    )


def service(name: str) -> Credential:
    """Give what an AWS service shows when it acts for itself; such calls name no access key."""
    return Credential({"type": "AWSService", "invokedBy": name})
