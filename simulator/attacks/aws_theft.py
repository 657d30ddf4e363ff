"""Stolen credentials of AWS: keys, sessions, instance and function roles, CI tokens.

MITRE ATT&CK: T1078.004, T1552.005, T1651, T1550.001, T1539, T1098.001, T1136.003.
"""

from dataclasses import replace

from simulator.attacks import aws
from simulator.attacks import aws_ways as ways
from simulator.attacks import aws_workloads as works
from simulator.attacks.aws import Held, act, call
from simulator.attacks.scene import Scene, Spot, network_of, program
from simulator.clients import cloud_shell, console, fixed
from simulator.hops.aws_calls import session_identity
from simulator.organization.world import HOUR, Instance, Person

ADMIN = {"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}


def persist(scene: Scene, held: Held) -> None:
    """Leave a way back in: a user with a key and every right."""
    name = scene.rng.choice(("svc-monitoring", "backup-agent", "support-tools", "cloudwatch-export"))
    works.new_user(scene, held, name)
    act(scene, held, "iam", "AttachUserPolicy", ADMIN | {"userName": name})


def plunder(scene: Scene, held: Held) -> None:
    """Take what a stolen role gives: secrets, then rights."""
    aws.recon(scene, held, 2)
    for secret in scene.rng.sample(("orders/database", "payments/api-key", "search/token", "gateway/tls"), 2):
        act(scene, held, "secretsmanager", "GetSecretValue", {"secretId": f"example/{secret}"})
    act(scene, held, "iam", "CreateUser", {"userName": "svc-monitoring"}, error=aws.DENIED)
    key = scene.ids.long_term_key()
    name = "svc-backup"
    act(scene, held, "iam", "CreateAccessKey", {"userName": name}, response=works.access_key(scene, name, key))


def leaked_key(scene: Scene) -> None:
    """A long-term key from a repository: who am I, look around, then a user of one's own."""
    person = scene.person("key", teams=("developers", "platform"))
    own = scene.own(person)
    aws.reads(scene, ways.own_key(scene, person, own), aws.ORDINARY, 8)
    scene.turn()
    held = ways.own_key(scene, person, scene.thief(person))
    aws.recon(scene, held, 4)
    persist(scene, held)


def leaked_machine_key(scene: Scene) -> None:
    """The old key of a program, used by somebody for services that the program never calls."""
    machine = scene.pick(scene.world.machine_users)
    known = machine.known
    scene.behind(known.name, known.arn, known.user_id, known.access_key)
    home = works.machine_user_home(scene, machine)
    scene.at += 9 * HOUR
    bucket = f"example-{machine.job}"
    for _ in range(6):
        scene.quickly()
        call(scene, ways.user(scene, known, home), "s3", "ListObjects", {"bucketName": bucket})
    scene.turn()
    held = ways.user(scene, known, scene.thief(None, home))
    aws.recon(scene, held, 3)
    persist(scene, held)


def _chosen_instance(scene: Scene, person: Person | None = None) -> Instance:
    always = tuple(one for one in scene.world.instances if not one.scaled) or scene.world.instances
    mine = tuple(one for one in always if person and one.account in person.accounts)
    return scene.pick(mine or always)


def _off_home(scene: Scene, held: Held, spot: Spot) -> None:
    """Use a workload's credential from elsewhere, while it is alive."""
    scene.quickly()
    plunder(scene, held.at(spot))


def run_command(scene: Scene) -> None:
    """A stolen session runs a command on an instance; the instance's credential is used where the thief is."""
    person = scene.person(teams=("developers", "platform", "data"))
    one = _chosen_instance(scene, person)
    own = scene.own(person)
    scene.at -= HOUR
    works.instance_work(scene, works.instance(scene, one), one, 6)
    aws.reads(scene, ways.any_way(scene, person, own), aws.ORDINARY, 4)
    scene.turn()
    thief = scene.thief(person)
    held = ways.into(scene, person, thief, one.account.number)
    act(scene, held, "ssm", "DescribeInstanceInformation")
    request, answer = works.command(scene, one, "AWS-RunShellScript")
    act(scene, held, "ssm", "SendCommand", request, response=answer)
    _off_home(scene, works.instance(scene, one), thief)


def session_manager(scene: Scene) -> None:
    """The same through a Session Manager shell."""
    person = scene.person(teams=("developers", "platform", "support"))
    one = _chosen_instance(scene, person)
    scene.at -= HOUR
    works.instance_work(scene, works.instance(scene, one), one, 5)
    scene.turn()
    thief = scene.thief(person)
    held = ways.into(scene, person, thief, one.account.number)
    act(scene, held, "ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}})
    act(
        scene,
        held,
        "ssm",
        "StartSession",
        {"target": one.instance_id},
        response={"sessionId": f"s-{scene.ids.hexadecimal(17)}"},
    )
    _off_home(scene, works.instance(scene, one), thief)


def user_data(scene: Scene) -> None:
    """Stop an instance, change what it starts with, start it, and use its credential."""
    person = scene.person(teams=("developers", "platform"))
    one = _chosen_instance(scene, person)
    scene.at -= HOUR
    works.instance_work(scene, works.instance(scene, one), one, 5)
    scene.turn()
    thief = scene.thief(person)
    held = ways.into(scene, person, thief, one.account.number)
    items = {"instancesSet": {"items": [{"instanceId": one.instance_id}]}}
    act(scene, held, "ec2", "StopInstances", items)
    changed = {"instanceId": one.instance_id, "userData": "<sensitiveDataRemoved>"}
    act(scene, held, "ec2", "ModifyInstanceAttribute", changed)
    act(scene, held, "ec2", "StartInstances", items)
    scene.at += 90_000
    _off_home(scene, works.instance(scene, one), thief)


def instance_credential(scene: Scene) -> None:
    """An instance's credential, taken through a hole in its application: nobody's call shows how."""
    one = _chosen_instance(scene)
    scene.behind(one.role.name, one.role.arn, one.instance_id, one.role.role_id)
    scene.at += 8 * HOUR + scene.rng.randrange(10 * HOUR)
    role = works.instance(scene, one)
    works.instance_work(scene, role, one, 6)
    scene.turn()
    home = program(one.address, network_of(scene.world, one.address), role.client)
    _off_home(scene, role, scene.thief(None, home))


def function_code(scene: Scene) -> None:
    """Change a function's code, and use its role from elsewhere."""
    one = scene.pick(scene.world.functions)
    person = scene.person(teams=("developers", "platform"))
    scene.at -= HOUR
    works.function_work(scene, works.function(scene, one), 6)
    scene.turn()
    thief = scene.thief(person)
    held = ways.into(scene, person, thief, one.account.number)
    act(scene, held, "lambda", "GetFunction20150331v2", {"functionName": one.name})
    changed = {"functionName": one.name, "publish": False, "dryRun": False}
    act(scene, held, "lambda", "UpdateFunctionCode20150331v2", changed)
    act(scene, held, "lambda", "Invoke", {"functionName": one.name})
    _off_home(scene, works.function(scene, one), thief)


def ci_token(scene: Scene) -> None:
    """A CI job's role session, printed by a poisoned build step, used from elsewhere."""
    one = scene.pick(tuple(one for one in scene.world.pipelines if one.role))
    role = one.role.name if one.role else ""
    scene.behind(one.repository, role, f"repo:{one.repository}", f"project_path:{one.repository}")
    scene.at += 9 * HOUR + scene.rng.randrange(8 * HOUR)
    job = works.runner(scene, one)
    held = works.pipeline(scene, one, job)
    for name in ("GetCallerIdentity", "GetCallerIdentity"):
        scene.quickly()
        call(scene, held, "sts", name)
    aws.reads(scene, held, aws.ORDINARY, 6)
    scene.turn((1, 8))
    plunder(scene, held.at(scene.thief(None, job)))


def phished_session(scene: Scene) -> None:
    """A person's Identity Center sign-in, phished with a device code: the thief takes role sessions elsewhere."""
    person = scene.person("sso", teams=("platform", "developers"))
    own, role = scene.own(person), scene.rng.choice(person.sets)
    aws.reads(scene, ways.identity_center(scene, person, own, role), aws.ORDINARY, 6)
    scene.turn()
    held = ways.role_credentials(scene, person, scene.thief(person), role)
    aws.recon(scene, held, 3)
    act(scene, held, "secretsmanager", "GetSecretValue", {"secretId": "example/payments/api-key"})
    persist(scene, held)


def console_cookie(scene: Scene) -> None:
    """The cookie of a console session, taken by malware: the same session goes on in another browser."""
    person = scene.person(teams=("platform", "developers", "it"))
    own = scene.own(person)
    held = works.open_console(scene, person, own)
    aws.reads(scene, held, aws.ORDINARY, 10)
    scene.turn((2, 30))
    thief = held.at(scene.thief(person))
    aws.recon(scene, thief, 2)
    persist(scene, thief)


def shell_abuse(scene: Scene) -> None:
    """A stolen console session opens Cloud Shell, which calls from the cloud's own addresses."""
    person = scene.person(teams=("platform", "developers"))
    held = works.open_console(scene, person, scene.own(person))
    aws.reads(scene, held, aws.ORDINARY, 8)
    scene.turn((2, 30))
    thief = held.at(scene.thief(person))
    environment = {"EnvironmentId": scene.ids.uuid()}
    act(scene, thief, "cloudshell", "CreateEnvironment", None, response=environment)
    for action in ("CreateSession", "PutCredentials"):
        scene.quickly()
        call(scene, thief, "cloudshell", action, environment)
    networks = scene.world.networks.aws
    inside = networks.get(held.region, networks["us-east-1"])[0].address(scene.rng.randrange(200))
    key = {"accessKeyId": scene.ids.temporary_key()}
    shell = replace(thief, identity=thief.identity | key, address=inside, client=cloud_shell, console=True)
    aws.recon(scene, shell, 2)
    persist(scene, shell)


def console_pivot(scene: Scene) -> None:
    """From a stolen key to a console of one's own: GetFederationToken, GetSigninToken, then a browser."""
    person = scene.person("key", "user_mfa", teams=("developers", "platform"))
    own = scene.own(person)
    aws.reads(scene, ways.own_key(scene, person, own), aws.ORDINARY, 5)
    scene.turn()
    spot = scene.thief(person)
    held = ways.own_key(scene, person, spot)
    act(scene, held, "sts", "GetCallerIdentity")
    role = scene.rng.choice(person.roles)
    session = aws.assume(scene, held, role, "admin")
    key = scene.ids.temporary_key()
    broker = replace(session, client=fixed("Jersey/${project.version} (HttpUrlConnection 17.0.12)"))
    scene.quickly()
    extra = {"eventType": "AwsConsoleSignIn", "additionalEventData": {"MobileVersion": "No", "MFAUsed": "No"}}
    answer = {"credentials": {"accessKeyId": key}, "GetSigninToken": "Success"}
    call(scene, broker, "signin", "GetSigninToken", None, answer, extra=extra)
    identity = session_identity(role, "admin", key, scene.at)
    web = replace(session, identity=identity, client=console(spot.browser), console=True)
    aws.reads(scene, web, aws.ORDINARY, 4)
    persist(scene, web)
