"""What runs in AWS and what it holds: instances, functions, CI jobs; and the console of people.

Sources: as `simulator.issuing` and `simulator.hops.aws_links`.
"""

import json
from dataclasses import replace

from simulator.attacks import aws
from simulator.attacks import aws_ways as ways
from simulator.attacks.aws import Held, act, call
from simulator.attacks.scene import Scene, Spot, network_of, program
from simulator.clients import OIDC_ACTION, SSM_AGENT, boto3, console, fixed, lambda_runtime
from simulator.hops.aws_calls import iam_user, in_session, session_identity, user_identity
from simulator.hops.world import Role
from simulator.identities import Json
from simulator.organization import tools
from simulator.organization.ci import ISSUERS, subject, upgraded
from simulator.organization.credentials import instance_credential
from simulator.organization.world import Function, Instance, MachineUser, Person, Pipeline
from simulator.randomness import stream
from simulator.records import java_time

_KERNELS = ("6.8.0-1021-aws", "6.1.127-135.201")
"""Those of `simulator.organization.machines_aws`: a service's instances are told by them."""


def instance(scene: Scene, one: Instance) -> Held:
    """Give the role credential that an instance holds now: the very one that the organization's records show."""
    identity = instance_credential(scene.world, one, scene.at).identity
    kernel = stream(scene.world.seed, f"organization/kernel/{one.service}").choice(_KERNELS)
    application = boto3(f"1.{36 + len(one.service) % 5}.23", kernel)
    return Held(identity, one.account.number, one.region, one.address, application)


def instance_work(scene: Scene, held: Held, one: Instance, count: int) -> None:
    """Let an instance work at home: its application's secrets and queues, its agent's reports."""
    for _ in range(count):
        scene.at += scene.rng.randrange(60_000, 900_000)
        if scene.rng.randrange(2):
            agent = replace(held, client=SSM_AGENT)
            call(scene, agent, "ssm", "UpdateInstanceInformation", {"instanceId": one.instance_id})
        else:
            call(scene, held, "secretsmanager", "GetSecretValue", {"secretId": f"example/{one.service}/database"})


def function(scene: Scene, one: Function) -> Held:
    """Give a function its execution role credential, as Lambda does for a new environment."""
    key = _service_assumes(scene, "lambda.amazonaws.com", one.role, one.name, one.region)
    identity = session_identity(one.role, one.name, key, scene.at)
    arn = f"arn:aws:lambda:{one.region}:{one.account.number}:function:{one.name}"
    identity["inScopeOf"] = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": arn}
    address = scene.rng.choice(one.addresses)
    return Held(identity, one.account.number, one.region, address, lambda_runtime(f"1.{34 + one.number % 5}.20"))


def function_work(scene: Scene, held: Held, count: int) -> None:
    """Let a function do what it is for."""
    for _ in range(count):
        scene.at += scene.rng.randrange(60_000, 600_000)
        call(scene, held, "secretsmanager", "GetSecretValue", {"secretId": "example/orders/database"})


def _service_assumes(scene: Scene, service: str, role: Role, session: str, region: str) -> str:
    key = scene.ids.temporary_key()
    answer = aws.issued(scene, role, session, key)
    del answer["assumedRoleUser"]
    caller = Held({"type": "AWSService", "invokedBy": service}, role.account, region, service, fixed(service))
    request = {"roleArn": role.arn, "roleSessionName": session}
    call(scene, caller, "sts", "AssumeRole", request, answer, extra={"resources": role.resources})
    return key


def runner(scene: Scene, one: Pipeline) -> Spot:
    """Give a CI runner of a pipeline's vendor with its tool: a new machine in another network each time."""
    networks = scene.world.networks
    network = scene.rng.choice(networks.github if one.vendor == "github" else networks.gitlab)
    new = upgraded(scene.world, one, scene.day)
    tool = tools.terraform(new) if one.tool == "terraform" else tools.pulumi(new)
    return program(network.address(scene.rng.randrange(200)), network, tool)


def pipeline(scene: Scene, one: Pipeline, spot: Spot) -> Held:
    """Exchange a CI job's token for the pipeline's role."""
    if one.role is None or one.account is None:
        raise ValueError(f"{one.repository} does not deploy to AWS")
    arn = f"arn:aws:iam::{one.role.account}:oidc-provider/{ISSUERS[one.vendor]}"
    who, audience = subject(one), "sts.amazonaws.com" if one.vendor == "github" else "https://gitlab.com"
    caller = {
        "type": "WebIdentityUser",
        "principalId": f"{arn}:{audience}:{who}",
        "userName": who,
        "identityProvider": arn,
    }
    scene.quickly()
    key, role = scene.ids.temporary_key(), one.role
    session = "GitHubActions" if one.vendor == "github" else f"gitlab-{scene.at // 1000}"
    answer = aws.issued(scene, role, session, key) | {
        "subjectFromWebIdentityToken": who,
        "provider": arn,
        "audience": audience,
    }
    asking = Held(caller, role.account, one.account.region, spot.address, OIDC_ACTION)
    request = {"roleArn": role.arn, "roleSessionName": session, "durationSeconds": 43_200}
    extra = {"resources": role.resources}
    call(scene, asking, "sts", "AssumeRoleWithWebIdentity", request, answer, extra=extra)
    identity = session_identity(role, session, key, scene.at, federation=arn)
    return Held(identity, role.account, one.account.region, spot.address, spot.aws)


def open_console(scene: Scene, person: Person, spot: Spot) -> Held:
    """Open the console as the person does."""
    if person.way in ("key", "user_mfa"):
        return _console_user(scene, person, spot)
    held = ways.saml(scene, person, spot) if person.way == "saml" else ways.identity_center(scene, person, spot)
    shown = {name: value for name, value in held.identity.items() if name != "accessKeyId"}
    _console_login(scene, replace(held, identity=shown), spot, "No")
    return replace(held, client=console(spot.browser), console=True)


def _console_user(scene: Scene, person: Person, spot: Spot) -> Held:
    """Sign a person's IAM user in, with a second factor if they have one."""
    return console_user(scene, user_identity(person.known), spot, second=person.way == "user_mfa")


def console_user(scene: Scene, user: Json, spot: Spot, *, second: bool) -> Held:
    """Sign an IAM user in; gives the console's session. `second` says whether with a second factor."""
    caller = {name: value for name, value in user.items() if name != "accessKeyId"}
    region = aws.region_of(scene, user["accountId"])
    asking = Held(caller, user["accountId"], region, spot.address, console(spot.browser))
    _console_login(scene, asking, spot, "Yes" if second else "No")
    identity = in_session(user | {"accessKeyId": scene.ids.temporary_key()}, scene.at, mfa=second)
    return replace(asking, identity=identity, console=True)


def _console_login(scene: Scene, held: Held, spot: Spot, mfa: str) -> None:
    scene.quickly()
    target = f"https://console.aws.amazon.com/console/home?region={held.region}"
    login = {"LoginTo": target, "MobileVersion": "No", "MFAUsed": mfa}
    extra: Json = {"additionalEventData": login, "eventType": "AwsConsoleSignIn"}
    signing = replace(held, client=fixed(spot.browser))
    call(scene, signing, "signin", "ConsoleLogin", None, {"ConsoleLogin": "Success"}, extra=extra)


def command(scene: Scene, one: Instance, document: str) -> tuple[Json, Json]:
    """Give the request and the response of SendCommand; CloudTrail hides the parameters."""
    hidden = "HIDDEN_DUE_TO_SECURITY_REASONS"
    names = [one.instance_id]
    request: Json = {"instanceIds": names, "documentName": document, "parameters": hidden, "interactive": False}
    answer = request | {
        "commandId": scene.ids.uuid(),
        "status": "Pending",
        "requestedDateTime": java_time(scene.at // 1000),
        "targetCount": 1,
    }
    return request, {"command": answer}


def access_key(scene: Scene, name: str, key: str) -> Json:
    """Give the response of CreateAccessKey."""
    made = {"userName": name, "accessKeyId": key, "status": "Active", "createDate": java_time(scene.at // 1000)}
    return {"accessKey": made}


def new_user(scene: Scene, held: Held, name: str) -> tuple[str, str]:
    """Create a user with a key, as an act of the story each; gives the user's id and the key's."""
    user_id, key = scene.ids.user_id(), scene.ids.long_term_key()
    arn = f"arn:aws:iam::{held.account}:user/{name}"
    made = {"user": {"userName": name, "userId": user_id, "arn": arn, "path": "/"}}
    aws.act(scene, held, "iam", "CreateUser", {"userName": name}, response=made)
    aws.act(scene, held, "iam", "CreateAccessKey", {"userName": name}, response=access_key(scene, name, key))
    return user_id, key


def key_of(held: Held, name: str, user_id: str, key: str) -> Held:
    """Hold the key of a user that was created in an account."""
    return replace(held, identity=iam_user(held.account, name, user_id, key), console=False)


def machine_user_home(scene: Scene, one: MachineUser) -> Spot:
    """Give where a program with an IAM user's key runs, with its client."""
    agent = f"Boto3/1.2{one.number % 10}.{one.number % 7} Python/3.8.10 Linux/5.4.0-190-generic Botocore/1.29.1"
    return program(one.address, network_of(scene.world, one.address), agent)


def trust_policy(account: str) -> str:
    """Write the trust policy that lets an account assume a role, as IAM takes it: a text."""
    statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{account}:root"}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust_provider(scene: Scene, held: Held, host: str, subject: str, role: str) -> None:
    """Make an identity provider known in the account, and a role that whom it names as `subject` may assume."""
    arn = f"arn:aws:iam::{held.account}:oidc-provider/{host}"
    act(
        scene,
        held,
        "iam",
        "CreateOpenIDConnectProvider",
        {"url": f"https://{host}", "clientIDList": ["sts.amazonaws.com"]},
    )
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": arn},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": {f"{host}:sub": subject}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    act(scene, held, "iam", "CreateRole", {"roleName": role, "assumeRolePolicyDocument": policy})
