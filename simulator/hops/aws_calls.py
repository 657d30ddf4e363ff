"""AWS's side of the chains: the identities that CloudTrail shows, and its records in several accounts and Regions.

Sources: CloudTrail user guide, "CloudTrail userIdentity element", "CloudTrail record contents", "AWS Management Console
sign-in events"; IAM user guide, "Logging IAM and AWS STS API calls with AWS CloudTrail".
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from simulator.clients import CHROME_WINDOWS, Client, aws_cli, boto3, console, fixed
from simulator.hops.scribe import Scribe, Used
from simulator.hops.truth import Node, Root
from simulator.hops.world import REGIONS, Person, Role
from simulator.identities import Credential, Json
from simulator.menus import Call
from simulator.networks import Origin
from simulator.records import Recorder, iso, java_time

HOUR = 3600
CLI = aws_cli("24.9", "os/linux#6.8.0-52-generic md/arch#x86_64")
SDK = boto3("1.36.23", "6.8.0-1021-aws")
BROWSER = console(CHROME_WINDOWS)
INTERNAL = Origin("AWS Internal", fixed("AWS Internal"))

_CALLS = (
    Call("s3", "ListBuckets"),
    Call("ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}}),
    Call("iam", "ListRoles"),
    Call("dynamodb", "DescribeTable", {"tableName": "orders"}),
    Call("secretsmanager", "GetSecretValue", {"secretId": "example/orders/database"}),
    Call("lambda", "ListFunctions20150331"),
    Call("kms", "Decrypt", {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}),
    Call("sqs", "ListQueues"),
)


@dataclass(frozen=True)
class AwsHeld:
    """What somebody holds in AWS: the identity that it shows, and where they call from.

    `session` is the ARN of a role session, `creator` the identity in short, as the copy of another account shows it.
    `console` is true behind the console, `may_assume` false for what AWS lets call no STS.
    """

    root: Root
    node: Node
    identity: Json
    account: str
    origin: Origin
    session: str | None = None
    console: bool = False
    may_assume: bool = True
    tags: frozenset[str] = frozenset()

    def tagged(self, tag: str) -> "AwsHeld":
        """Give the same with a tag more."""
        return replace(self, tags=self.tags | {tag})


def address(scribe: Scribe, name: str) -> str:
    """Give the address that a person or machine calls from: always the same of the office's."""
    return f"203.0.113.{sum(name.encode()) % 250 + 1}"


def record(
    scribe: Scribe,
    at: int,
    identity: Json,
    account: str,
    origin: Origin,
    call: Call,
    response: Json | None = None,
    *,
    region: str = "us-east-1",
    console: bool = False,
    error: tuple[str, str] | None = None,
    extra: Mapping[str, object] | None = None,
) -> Json:
    """Make one CloudTrail record of `account`'s trail."""
    place: Json = {"awsRegion": region, "recipientAccountId": account}
    if not origin.address.endswith(("amazonaws.com", "AWS Internal")):
        place["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{call.service}.{region}.amazonaws.com",
        }
    recorder = Recorder(scribe.rng)
    recorder.call(
        at // 1000,
        Credential(identity, console),
        origin,
        call.service,
        call.action,
        call.request,
        response,
        error=error,
        extra=place | dict(extra or {}),
    )
    made = recorder.records[0]
    if "tlsDetails" not in place:
        made.pop("tlsDetails", None)
    return made


def trail(account: str, region: str = "us-east-1") -> str:
    """Give the start of the name of an account's and Region's files."""
    return f"aws/{account}/{region}"


def use(scribe: Scribe, at: int, held: AwsHeld) -> None:
    """Make an ordinary call with what somebody holds."""
    call, region = scribe.rng.choice(_CALLS), scribe.rng.choice(REGIONS)
    made = record(scribe, at, held.identity, held.account, held.origin, call, region=region, console=held.console)
    scribe.use(trail(held.account, region), made, Used(made["eventID"], at, held.root, held.node, held.tags))


def user_identity(person: Person, key: str | None = None, created: int | None = None, *, mfa: bool = False) -> Json:
    """Give an IAM user's identity: with their own key, or with a temporary one of a session created at `created`."""
    identity = iam_user(person.account, person.name, person.user_id, key or person.access_key)
    return identity if created is None else in_session(identity, created, mfa=mfa)


def iam_user(account: str, name: str, user_id: str, key: str) -> Json:
    """Give the identity of an IAM user of the root path, with a key."""
    return {
        "type": "IAMUser",
        "principalId": user_id,
        "arn": f"arn:aws:iam::{account}:user/{name}",
        "accountId": account,
        "accessKeyId": key,
        "userName": name,
    }


def in_session(identity: Json, created: int, *, mfa: bool) -> Json:
    """Give an IAM user's identity in a session created at `created`."""
    attributes = {"creationDate": iso(created // 1000), "mfaAuthenticated": str(mfa).lower()}
    return identity | {"sessionContext": {"attributes": attributes}}


def session_identity(
    role: Role,
    session: str,
    key: str,
    created: int,
    *,
    source_identity: str | None = None,
    federation: str | None = None,
) -> Json:
    """Give a role session's identity. `federation` is the provider of a web identity that it came from."""
    context: Json = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": role.role_id,
            "arn": role.arn,
            "accountId": role.account,
            "userName": role.name,
        },
        "attributes": {"creationDate": iso(created // 1000), "mfaAuthenticated": "false"},
    }
    if federation:
        context["webIdFederationData"] = {"federatedProvider": federation, "attributes": {}}
    if source_identity:
        context["sourceIdentity"] = source_identity
    return {
        "type": "AssumedRole",
        "principalId": f"{role.role_id}:{session}",
        "arn": role.session_arn(session),
        "accountId": role.account,
        "accessKeyId": key,
        "sessionContext": context,
    }


def issued(scribe: Scribe, at: int, role: Role, session: str, key: str) -> Json:
    """Give the response of the AssumeRole calls."""
    return {
        "credentials": {
            "accessKeyId": key,
            "sessionToken": scribe.ids.session_token(),
            "expiration": java_time(at // 1000 + HOUR),
        },
        "assumedRoleUser": {
            "assumedRoleId": f"{role.role_id}:{session}",
            "arn": role.session_arn(session),
        },
    }


def session_node(role: Role, session: str, how: str, parent: Node, *, shown: bool, direct: bool, at: int) -> Node:
    """Give the node of a role session."""
    labels = role.labels | {role.session_arn(session).lower(), f"{role.name}/{session}".lower()}
    return Node(labels, how, parent, shown=shown, direct=direct, at=at)


def iam_root(person: Person) -> Root:
    """Give the root that an IAM user is."""
    root = Root("aws", "person", person.name)
    return root.also(person.name, person.arn, person.user_id, f"aws:{person.user_id}")


def email_root(provider: str, person: Person, *names: str) -> Root:
    """Give the root that a person is where logs know them by their address."""
    return Root(provider, "person", person.email).also(person.email, f"{provider}:{person.email}", *names)


def terminal(scribe: Scribe, name: str, client: Client = CLI) -> Origin:
    """Give where a person works from."""
    return Origin(address(scribe, name), client)
