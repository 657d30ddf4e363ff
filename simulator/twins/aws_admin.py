"""Twins in AWS of those who run it: users, rights, logs, data; who does each is said in its docstring."""

from dataclasses import replace

from simulator import grants
from simulator.attacks import aws
from simulator.attacks import aws_ways as ways
from simulator.attacks import aws_workloads as works
from simulator.attacks.aws import act, call
from simulator.attacks.scene import Scene
from simulator.hops.aws_calls import session_identity, user_identity
from simulator.organization.world import HOUR
from simulator.twins.aws_work import QUEUE_POLICY, begin

VENDOR = "345678901234"
"""The account of a vendor that the organization works with."""


def new_hire(scene: Scene) -> None:
    """An administrator makes a user with a key; the new colleague uses it from home an hour later."""
    person, _, held = begin(scene, "platform")
    name = "new.colleague"
    user_id, key = works.new_user(scene, held, name)
    act(scene, held, "iam", "AddUserToGroup", {"userName": name, "groupName": "developers"})
    scene.at += HOUR
    home = scene.rng.choice([one for town in scene.world.networks.homes.values() for one in town])
    new = replace(works.key_of(held, name, user_id, key), address=home.address(5), client=scene.own(person).aws)
    scene.quickly()
    call(scene, new, "sts", "GetCallerIdentity")
    aws.reads(scene, new, aws.ORDINARY, 8)
    act(scene, new, "lambda", "UpdateFunctionCode20150331v2", {"functionName": "thumbnailer-dev"})


def key_rotation(scene: Scene) -> None:
    """A person replaces their own key and goes on with the new one."""
    person, own, held = begin(scene, "developers", "platform", by=("key",))
    key = scene.ids.long_term_key()
    act(
        scene,
        held,
        "iam",
        "CreateAccessKey",
        {"userName": person.name},
        response=works.access_key(scene, person.name, key),
    )
    new = replace(ways.own_key(scene, person, own), identity=user_identity(person.known, key))
    aws.reads(scene, new, aws.ORDINARY, 5)
    act(scene, new, "iam", "UpdateAccessKey", {"userName": person.name, "status": "Inactive"})
    act(scene, new, "iam", "DeleteAccessKey", {"userName": person.name})


def trails_moved(scene: Scene) -> None:
    """A platform engineer moves the trail to another bucket, with a pause in the logging."""
    _, _, held = begin(scene, "platform", "security")
    act(scene, held, "cloudtrail", "DescribeTrails")
    name = {"name": "organization"}
    act(scene, held, "cloudtrail", "UpdateTrail", name | {"s3BucketName": "example-trail-2026"})
    act(scene, held, "cloudtrail", "PutEventSelectors", {"trailName": "organization"})
    act(scene, held, "cloudtrail", "StopLogging", name)
    act(scene, held, "cloudtrail", "StartLogging", name)


def retention(scene: Scene) -> None:
    """A platform engineer shortens retention and clears away the logs of what is gone."""
    _, _, held = begin(scene, "platform", "developers")
    for service in ("old-orders", "old-search", "poc"):
        act(scene, held, "logs", "DeleteLogGroup", {"logGroupName": f"/aws/lambda/{service}"})
    act(scene, held, "logs", "PutRetentionPolicy", {"logGroupName": "/aws/lambda/order-api", "retentionInDays": 30})


def vendor_trust(scene: Scene) -> None:
    """A platform engineer lets a vendor into a read-only role, and the vendor comes."""
    _, _, held = begin(scene, "platform", "security")
    role = scene.rng.choice(
        [one for one in scene.world.roles if one.account == held.account] or list(scene.world.roles)
    )
    held = replace(held, account=role.account)
    policy = {"roleName": role.name, "policyDocument": works.trust_policy(VENDOR)}
    act(scene, held, "iam", "UpdateAssumeRolePolicy", policy)
    scene.pause()
    network = scene.world.networks.aws["us-east-1"][22]
    caller = {"type": "AWSAccount", "principalId": scene.ids.user_id(), "accountId": VENDOR}
    vendor = replace(held, identity=caller, address=network.address(3), client=aws.user_client(), console=False)
    key, session = scene.ids.temporary_key(), "vendor-inventory"
    request, extra = {"roleArn": role.arn, "roleSessionName": session}, {"resources": role.resources}
    call(scene, vendor, "sts", "AssumeRole", request, aws.issued(scene, role, session, key), extra=extra)
    inside = replace(vendor, identity=session_identity(role, session, key, scene.at))
    aws.reads(scene, inside, (*aws.ORDINARY, *aws.RECON), 14)


def ci_set_up(scene: Scene) -> None:
    """A platform engineer lets a new CI system in: its identity provider, and a role that may deploy."""
    _, _, held = begin(scene, "platform")
    works.trust_provider(scene, held, "ci.example.com", "project_path:example-org/web:*", "ci-web")
    # Many a pipeline may do everything: one in three here.
    own = f"arn:aws:iam::{held.account}:policy/deploy"
    policy = "arn:aws:iam::aws:policy/AdministratorAccess" if scene.at // 1_000 % 3 == 0 else own
    act(scene, held, "iam", "AttachRolePolicy", {"roleName": "ci-web", "policyArn": policy})


def backup_shared(scene: Scene) -> None:
    """A database administrator shares a snapshot with another account of the organization."""
    _, _, held = begin(scene, "data", "platform")
    other = next(one.number for one in scene.world.accounts if one.number != held.account)
    act(scene, held, "ec2", "CreateSnapshot", {"volumeId": f"vol-{scene.ids.hexadecimal(17)}"})
    permission = {"add": {"items": [{"userId": other}]}}
    act(scene, held, "ec2", "ModifySnapshotAttribute", {"createVolumePermission": permission})
    database = {"dBSnapshotIdentifier": "orders-2026", "attributeName": "restore", "valuesToAdd": [other]}
    act(scene, held, "rds", "ModifyDBSnapshotAttribute", database)


def secret_rotation(scene: Scene) -> None:
    """A platform engineer checks every secret before the quarter's rotation."""
    _, _, held = begin(scene, "platform")
    act(scene, held, "secretsmanager", "ListSecrets")
    for number in range(14):
        scene.quickly()
        call(scene, held, "secretsmanager", "GetSecretValue", {"secretId": f"example/service-{number}/credentials"})
    for number in range(3):
        act(scene, held, "secretsmanager", "RotateSecret", {"secretId": f"example/service-{number}/credentials"})


def bulk_export(scene: Scene) -> None:
    """A data engineer reads a whole month of objects for a model."""
    _, _, held = begin(scene, "data")
    act(scene, held, "s3", "ListObjects", {"bucketName": "example-clickstream"})
    aws.data_events(scene, held, "GetObject", "example-clickstream", "2026/02/part-{number:05}.parquet", 80, 4_000)


def bucket_emptied(scene: Scene) -> None:
    """A data engineer empties the bucket of a project that is over, and deletes it."""
    _, _, held = begin(scene, "data")
    bucket = {"bucketName": "example-trial-2025"}
    act(scene, held, "s3", "ListObjects", bucket)
    aws.data_events(scene, held, "DeleteObject", bucket["bucketName"], "run-{number:04}/result.json", 60, 4_000)
    act(scene, held, "s3", "DeleteBucket", bucket)


def asking_for_rights(scene: Scene) -> None:
    """A developer is refused, asks a colleague for the right, and then does what was refused."""
    _, _, held = begin(scene, "developers")
    for action in ("GetSecretValue", "DescribeSecret", "ListSecrets"):
        act(scene, held, "secretsmanager", action, {"secretId": "example/orders/database"}, error=aws.DENIED)
    scene.at += HOUR // 2
    act(scene, held, "secretsmanager", "GetSecretValue", {"secretId": "example/orders/database"})
    act(scene, held, "lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": "order-api"})


def role_hopping(scene: Scene) -> None:
    """A platform engineer goes from the tooling account's role into others, as the tooling asks."""
    _, _, held = begin(scene, "platform")
    near = [one for one in scene.world.roles if one.account == held.account] or list(scene.world.roles)
    far = [one for one in scene.world.roles if one.account != held.account]
    first = aws.assume(scene, held, scene.rng.choice(near), f"botocore-session-{scene.at // 1000}")
    second = aws.assume(scene, first, scene.rng.choice(far), f"botocore-session-{scene.at // 1000}")
    aws.reads(scene, second, aws.ORDINARY, 4)
    act(scene, second, "iam", "PutRolePolicy", QUEUE_POLICY)


def tour(scene: Scene) -> None:
    """Somebody new to a team opens every page of the console, and starts a machine to try it."""
    person = scene.person(teams=("developers", "support"))
    held = works.open_console(scene, person, scene.own(person))
    scene.turn((1, 3))
    pages: tuple[str, ...] = (
        "ses:GetSendQuota",
        "ecs:ListClusters",
        "eks:ListClusters",
        "glue:GetDatabases",
        "batch:DescribeJobQueues",
    )
    pages += ("sagemaker:ListNotebookInstances", "lightsail:GetInstances", "amplify:ListApps", "kms:ListAliases")
    for page in pages:
        service, _, action = page.partition(":")
        act(scene, held, service, action)
    act(scene, held, "ec2", "RunInstances", {"instanceType": "t3.small", "minCount": 1, "maxCount": 1})


def policy_change(scene: Scene) -> None:
    """A platform engineer gives a role a new policy version, as they do every week."""
    _, _, held = begin(scene, "platform")
    policy = f"arn:aws:iam::{held.account}:policy/deploy"
    act(scene, held, "iam", "GetPolicyVersion", {"policyArn": policy, "versionId": "v4"})
    document = grants.aws("lambda:UpdateFunctionCode", "s3:GetObject", "sqs:SendMessage")
    request = {"policyArn": policy, "policyDocument": document, "setAsDefault": True}
    act(scene, held, "iam", "CreatePolicyVersion", request)
    act(scene, held, "iam", "DeletePolicyVersion", {"policyArn": policy, "versionId": "v1"})


def break_glass(scene: Scene) -> None:
    """The drill: security takes the emergency role with a second factor, proves it works, and undoes it."""
    _, _, held = begin(scene, "security", "platform")
    role = scene.world.break_glass[scene.world.accounts[0].number]
    inside = aws.assume(scene, held, role, "drill-2026-q1")
    scene.quickly()
    call(scene, inside, "sts", "GetCallerIdentity")
    act(scene, inside, "iam", "CreateUser", {"userName": "drill"})
    act(scene, inside, "iam", "DeleteUser", {"userName": "drill"})
