"""The theft inside the day: a leaked access key, a command on an instance, and the instance's role used elsewhere.

MITRE ATT&CK: T1078.004 (valid cloud accounts), T1580 (infrastructure discovery), T1651 (cloud administration
command), T1552.005 (instance metadata API), T1555.006 (secrets management stores), T1098.001 (additional credentials).
"""

from simulator.clients import boto3
from simulator.company import Company
from simulator.identities import Instance, Json, Person, long_term
from simulator.networks import HOSTING, Origin
from simulator.people import access_key, command
from simulator.records import Recorder, day_second
from simulator.workloads import Held

START = day_second(14, 12, 5)
"""When the leaked key first appears from elsewhere; its owner's last call from the office was before noon."""


def steal_instance_role(recorder: Recorder, company: Company, thief_of: Person, held: Held) -> None:
    """Use a person's leaked key to run a command on an instance, then that instance's credential from elsewhere.

    Everything that `recorder` takes down here is the attack.
    """
    origin = Origin(HOSTING, boto3("1.34.46", "6.6.15-amd64"))
    _run_command(recorder, origin, thief_of, held.instance)
    _use_role(recorder, company, origin, held)


def _run_command(recorder: Recorder, origin: Origin, person: Person, instance: Instance) -> None:
    key, named = long_term(person), [instance.instance_id]
    recorder.call(START, key, origin, "sts", "GetCallerIdentity")
    recorder.call(START + 31, key, origin, "ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}})
    recorder.call(START + 58, key, origin, "ssm", "DescribeInstanceInformation")
    request, response = command(recorder, START + 95, named, "AWS-RunShellScript")
    recorder.call(START + 95, key, origin, "ssm", "SendCommand", request, response)
    seen = {"commandId": response["command"]["commandId"], "instanceId": instance.instance_id}
    recorder.call(START + 99, key, origin, "ssm", "GetCommandInvocation", seen)
    recorder.call(START + 106, key, origin, "ssm", "GetCommandInvocation", seen)


def _use_role(recorder: Recorder, company: Company, origin: Origin, held: Held) -> None:
    start = START + 135
    who = held.at(start)

    def denied(action: str, resource: str) -> tuple[str, str]:
        message = f"User: {who.identity['arn']} is not authorized to perform: iam:{action} on resource: {resource}"
        return "AccessDenied", f"{message} because no identity-based policy allows the iam:{action} action"

    recorder.call(start, who, origin, "sts", "GetCallerIdentity")
    recorder.call(start + 9, who, origin, "s3", "ListBuckets")
    recorder.call(start + 22, who, origin, "iam", "ListRoles")
    recorder.call(start + 35, who, origin, "ec2", "DescribeInstances", {"instancesSet": {}, "filterSet": {}})
    recorder.call(start + 51, who, origin, "secretsmanager", "ListSecrets")
    for wait, secret in ((70, "example/orders/database"), (74, "example/payments/api-key")):
        recorder.call(start + wait, who, origin, "secretsmanager", "GetSecretValue", {"secretId": secret})
    user: Json = {"userName": "svc-monitoring"}
    error = denied("CreateUser", company.backup_user.arn.replace(company.backup_user.name, "svc-monitoring"))
    recorder.call(start + 118, who, origin, "iam", "CreateUser", user, error=error)
    user = {"userName": company.admin.name}
    error = denied("CreateAccessKey", company.admin.arn)
    recorder.call(start + 140, who, origin, "iam", "CreateAccessKey", user, error=error)
    user = {"userName": company.backup_user.name}
    made = access_key(company.backup_user.name, recorder.ids.long_term_key(), start + 163)
    recorder.call(start + 163, who, origin, "iam", "CreateAccessKey", user, made)
