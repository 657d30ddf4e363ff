"""Twins in AWS at machines, keys and sessions: who does each is said in its docstring."""

from dataclasses import replace

from simulator import grants
from simulator.attacks import aws
from simulator.attacks import aws_ways as ways
from simulator.attacks import aws_workloads as works
from simulator.attacks.aws import Held, act, call
from simulator.attacks.scene import Scene, Spot
from simulator.clients import cloud_shell, console, fixed
from simulator.hops.aws_calls import session_identity
from simulator.organization.world import HOUR, MINUTE, Person

PATCH = "AWS-RunPatchBaseline"
QUEUE_POLICY = {
    "roleName": "orders-worker",
    "policyName": "queue",
    "policyDocument": grants.aws("sqs:SendMessage", "sqs:ReceiveMessage"),
}


def begin(scene: Scene, *teams: str, by: tuple[str, ...] = ()) -> tuple[Person, Spot, Held]:
    """Let somebody work from where they always do; the twin goes on from there, with what they hold."""
    person = scene.person(*by, teams=teams or ("platform", "developers"))
    own = scene.own(person)
    held = ways.any_way(scene, person, own)
    aws.reads(scene, held, aws.ORDINARY, 5)
    scene.turn((1, 10))
    return person, own, held


def patching(scene: Scene) -> None:
    """An operator patches instances by Run Command; they go on working at home."""
    person, own, _ = begin(scene, "platform")
    some = [one for one in scene.world.instances if one.account in person.accounts] or list(scene.world.instances)
    chosen = scene.rng.sample(some, min(3, len(some)))
    held = ways.into(scene, person, own, chosen[0].account.number)
    act(scene, held, "ssm", "DescribeInstanceInformation")
    for one in chosen:
        request, answer = works.command(scene, one, PATCH)
        act(scene, held, "ssm", "SendCommand", request, response=answer)
        works.instance_work(scene, works.instance(scene, one), one, 3)


def debugging(scene: Scene) -> None:
    """Somebody on call opens a shell on an instance from the VPN, and looks at secrets there."""
    person, _, _ = begin(scene, "platform", "developers")
    vpn = scene.own(person, person.vpn)
    one = scene.pick(tuple(i for i in scene.world.instances if i.account in person.accounts) or scene.world.instances)
    held = ways.into(scene, person, vpn, one.account.number)
    act(scene, held, "ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}})
    act(scene, held, "ssm", "StartSession", {"target": one.instance_id})
    works.instance_work(scene, works.instance(scene, one), one, 4)
    act(scene, held, "secretsmanager", "GetSecretValue", {"secretId": f"example/{one.service}/database"})


def resizing(scene: Scene) -> None:
    """An operator stops an instance, changes its user data and type, and starts it; it comes back where it was."""
    person, own, _ = begin(scene, "platform")
    one = scene.pick(tuple(i for i in scene.world.instances if not i.scaled) or scene.world.instances)
    held = ways.into(scene, person, own, one.account.number)
    items = {"instancesSet": {"items": [{"instanceId": one.instance_id}]}}
    act(scene, held, "ec2", "StopInstances", items)
    act(
        scene,
        held,
        "ec2",
        "ModifyInstanceAttribute",
        {"instanceId": one.instance_id, "userData": "<sensitiveDataRemoved>"},
    )
    act(scene, held, "ec2", "StartInstances", items)
    scene.at += 2 * MINUTE
    works.instance_work(scene, works.instance(scene, one), one, 4)


def new_gateway(scene: Scene) -> None:
    """The platform moves a subnet behind a new NAT gateway: an instance works on from another network of the cloud."""
    person, own, _ = begin(scene, "platform")
    one = scene.pick(tuple(i for i in scene.world.instances if not i.scaled) or scene.world.instances)
    held = ways.into(scene, person, own, one.account.number)
    act(
        scene,
        held,
        "ec2",
        "CreateNatGateway",
        {"CreateNatGatewayRequest": {"SubnetId": f"subnet-{scene.ids.hexadecimal(17)}"}},
    )
    act(scene, held, "ec2", "ReplaceRoute", {"routeTableId": f"rtb-{scene.ids.hexadecimal(17)}"})
    role, pool = works.instance(scene, one), scene.world.networks.aws[one.region]
    works.instance_work(scene, replace(role, address=pool[20].address(one.number)), one, 5)


def deploying(scene: Scene) -> None:
    """A developer deploys a function from the laptop; it runs on where functions do."""
    person, own, _ = begin(scene, "developers")
    one = scene.pick(scene.world.functions)
    held = ways.into(scene, person, own, one.account.number)
    changed = {"functionName": one.name, "publish": False, "dryRun": False}
    act(scene, held, "lambda", "UpdateFunctionCode20150331v2", changed)
    act(scene, held, "lambda", "UpdateFunctionConfiguration20150331v2", {"functionName": one.name, "memorySize": 512})
    works.function_work(scene, works.function(scene, one), 5)


def two_runners(scene: Scene) -> None:
    """A pipeline's plan and apply run as two jobs on two runners, each with a token of its own."""
    one = scene.pick(tuple(p for p in scene.world.pipelines if p.role))
    scene.behind(one.repository, one.role.name if one.role else "")
    scene.at += 9 * HOUR + scene.rng.randrange(6 * HOUR)
    scene.label = scene.kind
    for _ in range(2):
        held = works.pipeline(scene, one, works.runner(scene, one))
        aws.reads(scene, held, aws.ORDINARY, 5)
        name = {"roleName": "orders-worker"}
        for action in ("CreateRole", "AttachRolePolicy", "PutRolePolicy"):
            act(scene, held, "iam", action, name)


def travelling(scene: Scene) -> None:
    """A person works from a hotel in another country, with the laptop they always have."""
    person, hotel = scene.traveller("developers", "platform")
    scene.label = scene.kind
    held = ways.any_way(scene, person, hotel)
    aws.recon(scene, held, 3)
    act(scene, held, "lambda", "UpdateFunctionCode20150331v2", {"functionName": "thumbnailer-dev"})
    act(scene, held, "secretsmanager", "GetSecretValue", {"secretId": "example/dev/database"})


def tethering(scene: Scene) -> None:
    """The office's network is down: the same session goes on over the phone."""
    person, _, held = begin(scene, "developers", "platform")
    phone = scene.own(person, person.mobile[0])
    moved = held.at(phone)
    aws.reads(scene, moved, aws.ORDINARY, 4)
    act(scene, moved, "lambda", "UpdateFunctionCode20150331v2", {"functionName": "thumbnailer-dev"})
    act(scene, moved, "iam", "PutRolePolicy", QUEUE_POLICY)


def new_laptop(scene: Scene) -> None:
    """A person gets another laptop: other system, other versions, the same desk."""
    person, own, _ = begin(scene, "developers", "platform")
    linux = fixed(
        "aws-cli/2.33.1 md/awscrt#0.23.8 ua/2.0 os/linux#6.12.9-200.fc41.x86_64 md/arch#x86_64 lang/python#3.13.1 "
        "md/pyimpl#CPython cfg/retry-mode#standard md/installer#exe md/prompt#off md/command#sts.get-caller-identity"
    )
    held = ways.any_way(scene, person, replace(own, aws=linux))
    aws.recon(scene, held, 2)
    act(scene, held, "iam", "PutRolePolicy", QUEUE_POLICY)
    act(scene, held, "lambda", "UpdateFunctionCode20150331v2", {"functionName": "thumbnailer-dev"})


def shell_review(scene: Scene) -> None:
    """An administrator reviews access in Cloud Shell and takes an unused key away."""
    person = scene.person(teams=("platform", "security", "it"))
    held = works.open_console(scene, person, scene.own(person))
    aws.reads(scene, held, aws.ORDINARY, 6)
    scene.turn((1, 5))
    environment = {"EnvironmentId": scene.ids.uuid()}
    act(scene, held, "cloudshell", "CreateEnvironment", None, response=environment)
    for action in ("CreateSession", "PutCredentials"):
        scene.quickly()
        call(scene, held, "cloudshell", action, environment)
    inside = scene.world.networks.aws[held.region][0].address(scene.rng.randrange(200))
    key = {"accessKeyId": scene.ids.temporary_key()}
    shell = replace(held, identity=held.identity | key, address=inside, client=cloud_shell, console=True)
    aws.recon(scene, shell, 3)
    act(scene, shell, "iam", "UpdateAccessKey", {"userName": "former-colleague", "status": "Inactive"})
    act(scene, shell, "iam", "DeleteAccessKey", {"userName": "former-colleague"})


def vault_login(scene: Scene) -> None:
    """A developer opens the console out of the command line, as aws-vault does it, on one laptop."""
    person, own, held = begin(scene, "developers", "platform", by=("key", "user_mfa"))
    role = scene.rng.choice(person.roles)
    session = aws.assume(scene, held, role, person.name)
    key = scene.ids.temporary_key()
    broker = replace(session, client=fixed("Jersey/${project.version} (HttpUrlConnection 17.0.12)"))
    scene.quickly()
    extra = {"eventType": "AwsConsoleSignIn", "additionalEventData": {"MobileVersion": "No", "MFAUsed": "No"}}
    answer = {"credentials": {"accessKeyId": key}, "GetSigninToken": "Success"}
    call(scene, broker, "signin", "GetSigninToken", None, answer, extra=extra)
    identity = session_identity(role, person.name, key, scene.at)
    web = replace(session, identity=identity, client=console(own.browser), console=True)
    aws.reads(scene, web, aws.ORDINARY, 6)
    act(scene, web, "ec2", "StartInstances", {"instancesSet": {"items": []}})


def machine_grows(scene: Scene) -> None:
    """A backup program is set up for another service: new calls from where it always was."""
    machine = scene.pick(scene.world.machine_users)
    known = machine.known
    scene.behind(known.name, known.arn, known.user_id)
    scene.at += 9 * HOUR
    held = ways.user(scene, known, works.machine_user_home(scene, machine))
    for _ in range(5):
        scene.quickly()
        call(scene, held, "s3", "ListObjects", {"bucketName": f"example-{machine.job}"})
    scene.turn()
    act(scene, held, "rds", "DescribeDBInstances")
    act(scene, held, "rds", "CreateDBSnapshot", {"dBInstanceIdentifier": "orders", "dBSnapshotIdentifier": "nightly"})
    act(scene, held, "dynamodb", "CreateBackup", {"tableName": "orders"})
