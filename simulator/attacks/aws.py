"""How the stories call AWS: what somebody holds there, and the ways to come to hold it.

Sources: as `simulator.hops.aws_calls`, `simulator.issuing`. Calls are written at the scene's time of now.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from simulator.attacks.scene import Scene, Spot
from simulator.clients import Client, console, fixed
from simulator.hops.aws_calls import session_identity
from simulator.hops.world import Role
from simulator.identities import Credential, Json
from simulator.menus import Call
from simulator.networks import Origin
from simulator.organization.world import HOUR
from simulator.records import Recorder, java_time

DENIED = "AccessDenied"
LIFE = 12 * HOUR


@dataclass(frozen=True)
class Held:
    """What somebody holds in AWS and where they are: identity, account and Region, address and client."""

    identity: Json
    account: str
    region: str
    address: str
    client: Client
    console: bool = False

    def at(self, spot: Spot) -> "Held":
        """Give the same credential in another place, used by the client there."""
        return replace(self, address=spot.address, client=console(spot.browser) if self.console else spot.aws)

    @property
    def session(self) -> str:
        """The name of the role session."""
        return str(self.identity["principalId"]).partition(":")[2]


def call(
    scene: Scene,
    held: Held,
    service: str,
    action: str,
    request: Json | None = None,
    response: Json | None = None,
    *,
    error: str | None = None,
    extra: Mapping[str, object] | None = None,
    account: str | None = None,
    region: str | None = None,
) -> Json:
    """Write one call and give its record. `error` is an error code; `account` is whose trail has it."""
    trail, where = account or held.account, region or ("us-east-1" if service == "iam" else held.region)
    place: Json = {"awsRegion": where, "recipientAccountId": trail}
    if held.address.endswith(("amazonaws.com", "AWS Internal")):
        place["tlsDetails"] = None
    else:
        place["tlsDetails"] = {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{service}.{where}.amazonaws.com",
        }
    recorder, message = Recorder(scene.rng), f"User: {held.identity.get('arn')} is not authorized to perform: "
    recorder.call(
        scene.at // 1000,
        Credential(held.identity, held.console),
        Origin(held.address, held.client),
        service,
        action,
        request,
        response,
        error=(error, f"{message}{service}:{action}") if error else None,
        extra=place | dict(extra or {}),
    )
    record = recorder.records[0]
    if record["tlsDetails"] is None:
        del record["tlsDetails"]
    scene.put(f"aws/{trail}/{where}", record)
    return record


def data_event(scene: Scene, held: Held, action: str, bucket: str, key: str) -> None:
    """Write the data event of an object's GetObject or PutObject."""
    resources = [
        {"type": "AWS::S3::Object", "ARN": f"arn:aws:s3:::{bucket}/{key}"},
        {"accountId": held.account, "type": "AWS::S3::Bucket", "ARN": f"arn:aws:s3:::{bucket}"},
    ]
    extra = {"resources": resources, "managementEvent": False, "eventCategory": "Data"}
    request = {"bucketName": bucket, "Host": f"{bucket}.s3.{held.region}.amazonaws.com", "key": key}
    call(scene, held, "s3", action, request, extra=extra)


def data_events(scene: Scene, held: Held, action: str, bucket: str, key: str, count: int, slowest: int) -> None:
    """Write the data events of so many objects, up to `slowest` ms apart; `key` has {number}."""
    for number in range(count):
        scene.at += scene.rng.randrange(200, slowest)
        data_event(scene, held, action, bucket, key.format(number=number))


def reads(scene: Scene, held: Held, menu: tuple[Call, ...], count: int) -> None:
    """Make so many calls of a menu, seconds apart."""
    for _ in range(count):
        chosen = scene.rng.choice(menu)
        scene.at += scene.rng.randrange(1_000, 40_000)
        call(scene, held, chosen.service, chosen.action, chosen.request)


def act(scene: Scene, held: Held, service: str, action: str, request: Json | None = None, **more: Any) -> Json:
    """Make a call of the story: after the style's pause, behind the style's noise."""
    scene.pause()
    reads(scene, held, ORDINARY, scene.noise())
    scene.quickly()
    return call(scene, held, service, action, request, **more)


ORDINARY = (
    Call("s3", "ListBuckets"),
    Call("ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}}),
    Call("lambda", "ListFunctions20150331"),
    Call("logs", "DescribeLogGroups"),
    Call("cloudwatch", "GetMetricData"),
    Call("sqs", "ListQueues"),
    Call("dynamodb", "DescribeTable", {"tableName": "orders"}),
    Call("ecr", "DescribeRepositories"),
)
"""What everybody looks at."""

RECON = (
    Call("iam", "ListUsers"),
    Call("iam", "ListRoles"),
    Call("iam", "GetAccountAuthorizationDetails"),
    Call("ec2", "DescribeSecurityGroups"),
    Call("secretsmanager", "ListSecrets"),
    Call("iam", "ListAttachedUserPolicies", {"userName": "admin"}),
    Call("rds", "DescribeDBInstances"),
    Call("organizations", "ListAccounts"),
    Call("iam", "GetAccountSummary"),
    Call("cloudtrail", "DescribeTrails"),
    Call("guardduty", "ListDetectors"),
)
"""What somebody looks at who is new here."""


def recon(scene: Scene, held: Held, kinds: int) -> None:
    """Ask who one is, then look around with so many kinds of calls."""
    scene.quickly()
    call(scene, held, "sts", "GetCallerIdentity")
    for chosen in scene.rng.sample(RECON, kinds):
        act(scene, held, chosen.service, chosen.action, chosen.request)


def region_of(scene: Scene, account: str) -> str:
    """Give the Region where most of an account is."""
    return next((one.region for one in scene.world.accounts if one.number == account), "us-east-1")


def assume(scene: Scene, held: Held, role: Role, session: str) -> Held:
    """Assume a role; where it is another account's, both accounts have a copy."""
    scene.quickly()
    key = scene.ids.temporary_key()
    request = {"roleArn": role.arn, "roleSessionName": session, "durationSeconds": 43_200}
    extra: Json = {"resources": role.resources}
    if role.account != held.account:
        extra["sharedEventID"] = scene.ids.uuid()
    response = issued(scene, role, session, key)
    call(scene, held, "sts", "AssumeRole", request, response, extra=extra)
    if role.account != held.account:
        caller = {"type": "AWSAccount", "principalId": held.identity["principalId"], "accountId": held.account}
        theirs = replace(held, identity=caller)
        call(scene, theirs, "sts", "AssumeRole", request, response, extra=extra, account=role.account)
    identity = session_identity(role, session, key, scene.at)
    return replace(held, identity=identity, account=role.account, region=region_of(scene, role.account))


def issued(scene: Scene, role: Role, session: str, key: str) -> Json:
    """Give the response of the AssumeRole calls."""
    return {
        "credentials": {
            "accessKeyId": key,
            "sessionToken": scene.ids.session_token(),
            "expiration": java_time((scene.at + LIFE) // 1000),
        },
        "assumedRoleUser": {"assumedRoleId": f"{role.role_id}:{session}", "arn": role.session_arn(session)},
    }


def user_client() -> Client:
    """Give the client of somebody who works on a rented server."""
    return fixed("aws-cli/2.15.0 Python/3.11.6 Linux/6.1.0-18-amd64 exe/x86_64.debian.12 prompt/off")
