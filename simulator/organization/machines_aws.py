"""What the organization's own machines do in AWS: instances, functions, and programs with an IAM user's key.

Amounts are for `activity` 100; less of it thins calls, never the credentials' rotation.
"""

from simulator.clients import SSM_AGENT, boto3, fixed, lambda_runtime
from simulator.hops.aws_calls import session_identity, user_identity
from simulator.hops.world import Role
from simulator.identities import Json
from simulator.menus import Call
from simulator.networks import Origin
from simulator.organization.credentials import Issue, instance_credentials, issued, service_origin
from simulator.organization.notebook import AwsHeld, Notebook
from simulator.organization.schedule import day_start
from simulator.organization.world import DAY, HOUR, MINUTE, Function, Instance, MachineUser
from simulator.randomness import stream

INSTANCE_CALLS, FUNCTION_CALLS, USER_CALLS = 230, 190, 120
"""Calls a day: some instances make a third of it, some twice as much."""

HEARTBEAT = 20 * MINUTE
"""How often the SSM agent reports; in truth it is every 5 minutes."""

_BUSY = (35, 50, 80, 100, 100, 140, 200)


def many(book: Notebook, mean: int, number: int, activity: int) -> int:
    """Give how many calls a machine makes in a day: its own amount, about, and never none."""
    wanted = mean * _BUSY[number % len(_BUSY)] * activity // 10_000
    return max(1, wanted * book.rng.randrange(85, 116) // 100)


def instance_day(book: Notebook, instance: Instance, day: int, activity: int) -> None:
    """Write an instance's day: credentials as EC2 renews them, the application's calls, the SSM agent's reports."""
    rng, world = book.rng, book.world
    first, last = day_start(day), day_start(day + 1)
    if instance.scaled:
        first, last = first + 7 * HOUR + rng.randrange(HOUR), first + 18 * HOUR + rng.randrange(HOUR)
    held = instance_credentials(world, instance, first, last)
    for issue in held:
        if first <= issue.at:
            _issue(book, issue.at, "ec2.amazonaws.com", instance.role, instance.instance_id, issue.key, instance.region)
    if instance.scaled:
        # A new instance takes the role when it starts.
        _issue(book, first, "ec2.amazonaws.com", instance.role, instance.instance_id, held[0].key, instance.region)
    # An application's version: all instances of a service have the same.
    kernel = stream(world.seed, f"organization/kernel/{instance.service}").choice(("6.8.0-1021-aws", "6.1.127-135.201"))
    application = boto3(f"1.{36 + len(instance.service) % 5}.23", kernel)
    nat, private = (
        Origin(instance.address, application),
        Origin(instance.private_address, application, instance.endpoint),
    )
    s3 = private if instance.endpoint else nat
    bucket, name = f"example-{instance.service}", instance.service
    for at in sorted(
        rng.randrange(first + MINUTE, last) for _ in range(many(book, INSTANCE_CALLS, instance.number, activity))
    ):
        who, draw = _at(held, at), rng.randrange(100)
        current = AwsHeld(who.identity, instance.account.number, instance.region, nat)
        if draw < 62:
            action = rng.choice(("GetObject", "GetObject", "PutObject"))
            book.s3_object(at, current.using(s3), action, bucket, f"{name}/{book.ids.hexadecimal(8)}.json")
        elif draw < 74:
            book.aws(at, current, Call("kms", "Decrypt", {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}))
        elif draw < 82:
            book.aws(at, current, Call("secretsmanager", "GetSecretValue", {"secretId": f"example/{name}/database"}))
        elif draw < 92:
            book.aws(at, current, Call("sqs", "ReceiveMessage", {"queueUrl": name}))
        else:
            book.aws(at, current, Call("ssm", "GetParametersByPath", {"path": f"/{name}"}))
    _agent(book, instance, held, first, last, activity)


def _at(held: list[Issue], at: int) -> Issue:
    return next((issue for issue in reversed(held) if issue.at <= at), held[0])


def _agent(book: Notebook, instance: Instance, held: list[Issue], first: int, last: int, activity: int) -> None:
    request: Json = {
        "instanceId": instance.instance_id,
        "agentVersion": "3.3.1611.0",
        "agentStatus": "Active",
        "platformType": "Linux",
        "iPAddress": instance.private_address,
        "agentName": "amazon-ssm-agent",
    }
    origin, at = Origin(instance.address, SSM_AGENT), first + book.rng.randrange(MINUTE, HEARTBEAT)
    while at < last:
        who = AwsHeld(_at(held, at).identity, instance.account.number, instance.region, origin)
        book.aws(at, who, Call("ssm", "UpdateInstanceInformation", request))
        at += HEARTBEAT * 100 // max(activity, 5) + book.rng.randrange(-4_000, 4_000)


def _issue(book: Notebook, at: int, service: str, role: Role, session: str, key: str, region: str) -> None:
    """Write that a service took a role for a workload: its record names the credential, and no session."""
    response = issued(book.ids, at, role, session, key, 6 * HOUR)
    del response["assumedRoleUser"]
    caller = AwsHeld({"type": "AWSService", "invokedBy": service}, role.account, region, service_origin(service))
    call = Call("sts", "AssumeRole", {"roleArn": role.arn, "roleSessionName": session})
    book.aws(at, caller, call, response, extra={"resources": role.resources, "sharedEventID": book.ids.uuid()})


def function_day(book: Notebook, function: Function, day: int, activity: int) -> None:
    """Write a function's day: new environments all the time, each with a credential and an address of its own.

    One function in three is a job of every hour; the others follow their callers, who are fewer at night.
    """
    rng = book.rng
    left, at = many(book, FUNCTION_CALLS, function.number, activity), day_start(day) + rng.randrange(MINUTE, HOUR)
    environments = max(1, min(14, left // 12))
    runtime, account, region = (
        lambda_runtime(f"1.{34 + function.number % 5}.20"),
        function.account.number,
        function.region,
    )
    for _ in range(environments):
        key = book.ids.temporary_key()
        _issue(book, at, "lambda.amazonaws.com", function.role, function.name, key, region)
        identity = session_identity(function.role, function.name, key, at)
        arn = f"arn:aws:lambda:{region}:{account}:function:{function.name}"
        identity["inScopeOf"] = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": arn}
        held = AwsHeld(identity, account, region, Origin(rng.choice(function.addresses), runtime))
        moment = at + 1_000
        book.aws(moment, held, Call("secretsmanager", "GetSecretValue", {"secretId": f"example/{function.name}"}))
        lasts = DAY // environments
        for _ in range(left // environments):
            moment += rng.randrange(500, max(1_000, 2 * lasts * environments // max(left, 1)))
            if rng.randrange(4):
                action = rng.choice(("GetObject", "PutObject"))
                book.s3_object(moment, held, action, f"example-{function.name}", f"in/{book.ids.hexadecimal(8)}")
            else:
                book.aws(moment, held, Call("kms", "Decrypt", {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"}))
        at += lasts + rng.randrange(-lasts // 8, lasts // 8)


_USER_JOBS: dict[str, tuple[Call, ...]] = {
    "backup": (Call("s3", "ListBuckets"), Call("kms", "GenerateDataKey"), Call("s3", "GetBucketLocation")),
    "metrics": (Call("cloudwatch", "GetMetricData"), Call("ec2", "DescribeInstances"), Call("tagging", "GetResources")),
    "mail": (Call("ses", "SendRawEmail"), Call("ses", "GetSendQuota")),
    "sync": (Call("s3", "ListBuckets"), Call("sqs", "ReceiveMessage"), Call("dynamodb", "DescribeTable")),
}


def machine_user_day(book: Notebook, user: MachineUser, day: int, activity: int) -> None:
    """Write the day of a program with an old key: a backup of an hour at night, or the same few calls all day."""
    rng, start = book.rng, day_start(day)
    agent = fixed(
        f"Boto3/1.2{user.number % 10}.{user.number % 7} Python/3.8.10 Linux/5.4.0-190-generic Botocore/1.29.1"
    )
    held = AwsHeld(user_identity(user.known), user.account.number, user.account.region, Origin(user.address, agent))
    count, nightly = many(book, USER_CALLS, user.number, activity), user.job == "backup"
    begins, lasts = (start + 2 * HOUR + user.number % 50 * MINUTE, HOUR) if nightly else (start, DAY)
    for at in sorted(begins + rng.randrange(lasts) for _ in range(count)):
        if user.job in ("backup", "sync") and rng.randrange(2):
            bucket = f"example-{user.job}-{user.number}"
            book.s3_object(at, held, "PutObject" if nightly else "GetObject", bucket, f"{book.ids.hexadecimal(8)}.gz")
        else:
            book.aws(at, held, rng.choice(_USER_JOBS[user.job]))
