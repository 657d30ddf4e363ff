"""What thieves do in AWS: logging impaired, rights given, data taken or destroyed, tried doors.

MITRE ATT&CK: T1685.002, T1136.003, T1098.001, T1098.003, T1537, T1555.006, T1530, T1485, T1580, T1496.
"""

from dataclasses import replace

from simulator import grants
from simulator.attacks import aws
from simulator.attacks import aws_ways as ways
from simulator.attacks import aws_workloads as works
from simulator.attacks.aws import Held, act, call
from simulator.attacks.aws_theft import persist
from simulator.attacks.scene import Scene
from simulator.hops.aws_calls import session_identity
from simulator.hops.world import Role

OUTSIDER = "210987654321"
"""An account of nobody in the organization."""

_EXPORTS, _PART = "example-customer-exports", "2026/02/part-{number:05}.parquet"
"""A bucket worth taking, and its objects."""


def _taken_over(scene: Scene, *teams: str) -> Held:
    """Let somebody work, then go on as they from the thief's place; gives what the thief holds."""
    person = scene.person(teams=teams or ("platform", "developers"))
    own = scene.own(person)
    held = ways.any_way(scene, person, own)
    aws.reads(scene, held, aws.ORDINARY, 6)
    scene.turn()
    return ways.any_way(scene, person, scene.thief(person)) if scene.rng.randrange(2) else held.at(scene.thief(person))


def impair_trail(scene: Scene) -> None:
    """Stop the trail and the detector, then act unseen."""
    held = _taken_over(scene, "platform")
    act(scene, held, "cloudtrail", "DescribeTrails")
    trail = f"arn:aws:cloudtrail:{held.region}:{held.account}:trail/organization"
    act(scene, held, "cloudtrail", "StopLogging", {"name": trail})
    if scene.rng.randrange(2):
        act(scene, held, "guardduty", "DeleteDetector", {"detectorId": scene.ids.hexadecimal(32)})
    policy = {"userName": "svc-backup", "policyName": "p", "policyDocument": grants.aws("*")}
    act(scene, held, "iam", "PutUserPolicy", policy)
    persist(scene, held)


def narrow_trail(scene: Scene) -> None:
    """Blind the trail without stopping it: other event selectors, another bucket; then take data."""
    held = _taken_over(scene, "platform")
    selectors = {"trailName": "organization", "eventSelectors": [{"readWriteType": "ReadOnly"}]}
    act(scene, held, "cloudtrail", "PutEventSelectors", selectors)
    act(scene, held, "logs", "DeleteLogGroup", {"logGroupName": "/aws/cloudtrail/organization"})
    for name in ("orders", "payments", "search"):
        act(scene, held, "secretsmanager", "GetSecretValue", {"secretId": f"example/{name}/database"})


def new_user_elsewhere(scene: Scene) -> None:
    """Create a user with a key, and use the key from yet another place."""
    held = _taken_over(scene, "platform")
    name = "temp-deploy"
    user_id, key = works.new_user(scene, held, name)
    act(
        scene,
        held,
        "iam",
        "AttachUserPolicy",
        {"userName": name, "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    )
    network = scene.rng.choice(scene.world.networks.hosting)
    scene.names |= {name, key.lower(), user_id.lower()}
    new = replace(works.key_of(held, name, user_id, key), address=network.address(9), client=aws.user_client())
    aws.recon(scene, new, 2)
    act(scene, new, "secretsmanager", "GetSecretValue", {"secretId": "example/payments/api-key"})
    act(scene, new, "iam", "CreateLoginProfile", {"userName": name})


def trust_opened(scene: Scene) -> None:
    """Open a role's trust policy to an account outside, and come in through it."""
    held = _taken_over(scene, "platform")
    role = scene.rng.choice(
        [one for one in scene.world.roles if one.account == held.account] or list(scene.world.roles)
    )
    held = replace(held, account=role.account)
    policy = {"roleName": role.name, "policyDocument": works.trust_policy(OUTSIDER)}
    act(scene, held, "iam", "UpdateAssumeRolePolicy", policy)
    _from_outside(scene, role, held)


def provider_added(scene: Scene) -> None:
    """Make the organization trust an identity provider of the thief's, with a role for whom it names."""
    held = _taken_over(scene, "platform")
    act(scene, held, "iam", "ListOpenIDConnectProviders")
    works.trust_provider(scene, held, "token.sync.example.net", "repo:example-sync/agent:*", "ops-sync")
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    act(scene, held, "iam", "AttachRolePolicy", {"roleName": "ops-sync", "policyArn": arn})


def _from_outside(scene: Scene, role: Role, held: Held) -> None:
    scene.pause()
    network = scene.rng.choice(scene.world.networks.hosting)
    caller = {"type": "AWSAccount", "principalId": scene.ids.user_id(), "accountId": OUTSIDER}
    outsider = replace(held, identity=caller, address=network.address(3), client=aws.user_client(), console=False)
    key, session = scene.ids.temporary_key(), "maintenance"
    request = {"roleArn": role.arn, "roleSessionName": session}
    extra = {"resources": role.resources, "sharedEventID": scene.ids.uuid()}
    call(scene, outsider, "sts", "AssumeRole", request, aws.issued(scene, role, session, key), extra=extra)
    scene.names |= {role.name.lower(), role.arn.lower(), OUTSIDER}
    inside = replace(outsider, identity=session_identity(role, session, key, scene.at))
    aws.recon(scene, inside, 2)
    act(scene, inside, "secretsmanager", "GetSecretValue", {"secretId": "example/payments/api-key"})
    persist(scene, inside)


def share_out(scene: Scene) -> None:
    """Share a disk's and a database's snapshot, or an image, with an account outside."""
    held = _taken_over(scene, "platform", "data")
    volume, snapshot = f"vol-{scene.ids.hexadecimal(17)}", f"snap-{scene.ids.hexadecimal(17)}"
    act(scene, held, "ec2", "DescribeVolumes")
    act(scene, held, "ec2", "CreateSnapshot", {"volumeId": volume}, response={"snapshotId": snapshot})
    permission = {"add": {"items": [{"userId": OUTSIDER}]}}
    shared = {"snapshotId": snapshot, "createVolumePermission": permission, "attributeType": "CREATE_VOLUME_PERMISSION"}
    act(scene, held, "ec2", "ModifySnapshotAttribute", shared)
    database = {"dBSnapshotIdentifier": "orders-2026", "attributeName": "restore", "valuesToAdd": [OUTSIDER]}
    act(scene, held, "rds", "ModifyDBSnapshotAttribute", database)
    if scene.rng.randrange(2):
        image = {"imageId": f"ami-{scene.ids.hexadecimal(17)}", "launchPermission": permission}
        act(scene, held, "ec2", "ModifyImageAttribute", image)


def secrets_in_bulk(scene: Scene) -> None:
    """Read every secret and parameter there is."""
    held = _taken_over(scene)
    act(scene, held, "secretsmanager", "ListSecrets")
    for number in range(scene.rng.randrange(12, 25)):
        scene.quickly() if scene.style.pacing != "day" else scene.pause()
        if scene.at - scene.notes[0].at > 10 * 3_600_000:
            break
        call(scene, held, "secretsmanager", "GetSecretValue", {"secretId": f"example/service-{number}/credentials"})
    act(scene, held, "ssm", "GetParametersByPath", {"path": "/", "recursive": True, "withDecryption": True})


def objects_in_bulk(scene: Scene) -> None:
    """Read a bucket empty (data events)."""
    held = _taken_over(scene, "data", "developers")
    act(scene, held, "s3", "ListBuckets")
    act(scene, held, "s3", "ListObjects", {"bucketName": _EXPORTS})
    aws.data_events(scene, held, "GetObject", _EXPORTS, _PART, scene.rng.randrange(60, 120), 9_000)


def objects_destroyed(scene: Scene) -> None:
    """Delete a bucket's objects one by one, and leave a note (data events)."""
    held = _taken_over(scene, "data", "developers")
    act(scene, held, "s3", "ListBuckets")
    act(scene, held, "s3", "GetBucketVersioning", {"bucketName": _EXPORTS})
    aws.data_events(scene, held, "DeleteObject", _EXPORTS, _PART, scene.rng.randrange(50, 110), 9_000)
    aws.data_event(scene, held, "PutObject", _EXPORTS, "HOW-TO-RECOVER.txt")


def probing(scene: Scene) -> None:
    """Try doors until one opens: denied, denied, denied, allowed."""
    held = _taken_over(scene)
    tried = [
        ("iam", "CreateUser", {"userName": "svc-audit"}),
        ("iam", "ListAccessKeys", {"userName": "admin"}),
        ("secretsmanager", "ListSecrets", None),
        ("kms", "ListKeys", None),
        ("organizations", "DescribeOrganization", None),
        ("iam", "AttachUserPolicy", {"userName": "svc-backup"}),
    ]
    for service, action, request in scene.rng.sample(tried, 4):
        act(scene, held, service, action, request, error=aws.DENIED)
    role = scene.rng.choice(scene.world.roles)
    act(
        scene,
        held,
        "lambda",
        "UpdateFunctionConfiguration20150331v2",
        {"functionName": "thumbnailer", "role": role.arn},
    )
    key = works.access_key(scene, "svc-backup", scene.ids.long_term_key())
    act(scene, held, "iam", "CreateAccessKey", {"userName": "svc-backup"}, response=key)


def role_chaining(scene: Scene) -> None:
    """From role to role over the accounts, then act in the last."""
    held = _taken_over(scene, "platform")
    near = [one for one in scene.world.roles if one.account == held.account] or list(scene.world.roles)
    far = [one for one in scene.world.roles if one.account != held.account]
    first = aws.assume(scene, held, scene.rng.choice(near), f"session-{scene.at // 1000}")
    act(scene, first, "iam", "ListRoles")
    second = aws.assume(scene, first, scene.rng.choice(far), f"session-{scene.at // 1000}")
    act(scene, second, "secretsmanager", "GetSecretValue", {"secretId": "example/payments/api-key"})
    persist(scene, second)


def fan_out(scene: Scene) -> None:
    """Use what the identity may in one service after the other, and end with machines that mine."""
    held = _taken_over(scene)
    services = [
        ("ses", "GetSendQuota"),
        ("bedrock", "ListFoundationModels"),
        ("sagemaker", "ListNotebookInstances"),
        ("ecs", "ListClusters"),
        ("eks", "ListClusters"),
        ("lightsail", "GetInstances"),
        ("servicequotas", "ListServiceQuotas"),
        ("batch", "DescribeComputeEnvironments"),
        ("amplify", "ListApps"),
        ("glue", "GetDatabases"),
    ]
    for service, action in scene.rng.sample(services, 8):
        act(scene, held, service, action)
    keys = {"keyName": "ops"}
    group = {"groupId": f"sg-{scene.ids.hexadecimal(17)}", "ipPermissions": grants.ingress("0.0.0.0/0", 22)}
    act(scene, held, "ec2", "CreateKeyPair", keys)
    act(scene, held, "ec2", "AuthorizeSecurityGroupIngress", group)
    act(scene, held, "ec2", "RunInstances", {"instanceType": "p4d.24xlarge", "minCount": 8, "maxCount": 8})


def quiet_policy(scene: Scene) -> None:
    """One new policy version for a role, and nothing else: the smallest change that keeps a door open."""
    held = _taken_over(scene, "platform")
    policy = f"arn:aws:iam::{held.account}:policy/deploy"
    act(scene, held, "iam", "GetPolicyVersion", {"policyArn": policy, "versionId": "v4"})
    # Half of them are quiet in this as well, and allow what looks like a deployment's.
    document = grants.aws("*") if scene.at // 1_000 % 2 else grants.aws("lambda:*", "iam:PassRole", "s3:GetObject")
    request = {"policyArn": policy, "policyDocument": document, "setAsDefault": True}
    act(scene, held, "iam", "CreatePolicyVersion", request)
    act(scene, held, "lambda", "AddPermission20150331v2", {"functionName": "thumbnailer", "principal": OUTSIDER})
