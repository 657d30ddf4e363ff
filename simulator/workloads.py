"""What the company's own machines do all day: instances with instance roles, and Lambda functions.

An instance's credential is replaced some six hours after it was issued; the calls go on from the same place. It has
two clients, the application and the SSM agent, and two ways out: the NAT gateway, and for some the VPC endpoint of S3.
"""

from dataclasses import dataclass, field

from simulator.clients import SSM_AGENT, boto3, lambda_runtime
from simulator.company import Company
from simulator.identities import Credential, Function, Instance, Json
from simulator.issuing import HOUR, function_credential, instance_credential
from simulator.networks import S3_ENDPOINT, Origin
from simulator.records import Recorder, day_second

_APPLICATION = boto3("1.36.23", "6.8.0-1021-aws")
_RUNTIME = lambda_runtime("1.36.20")


@dataclass
class Held:
    """The credentials that an instance held over the day, oldest first: (issued at, credential)."""

    instance: Instance
    issued: list[tuple[int, Credential]] = field(default_factory=list)

    def at(self, at: int) -> Credential:
        """Give the credential that the instance holds at a time; ValueError before the first."""
        held = [credential for issued_at, credential in self.issued if issued_at <= at]
        if not held:
            raise ValueError(f"{self.instance.instance_id} holds no credential yet at {at}")
        return held[-1]


def run_instance(
    recorder: Recorder, instance: Instance, *, first: int, last: int, bucket: str, endpoint: str | None, pause: int
) -> Held:
    """Run one instance from `first` to `last` (seconds since 1970). `pause` is its mean time between S3 calls.

    With an `endpoint` its S3 calls come from its private address through that VPC endpoint, all others from the NAT.
    """
    held = Held(instance)
    at = first
    while at < last:
        held.issued.append((at, instance_credential(recorder, at, instance)))
        at += 6 * HOUR + recorder.rng.randrange(-300, 300)
    application = Origin(instance.address, _APPLICATION)
    s3 = Origin(instance.private_address, _APPLICATION, endpoint) if endpoint else application
    at = first + recorder.rng.randrange(20, 60)
    while at < last:
        who = held.at(at)
        action = recorder.rng.choice(("GetObject", "GetObject", "PutObject"))
        recorder.s3_object(at, who, s3, action, bucket, f"orders/2026/03/03/{recorder.ids.hexadecimal(8)}.json")
        if recorder.rng.randrange(6) == 0:
            name = "example/orders/database"
            recorder.call(at + 1, who, application, "secretsmanager", "GetSecretValue", {"secretId": name})
        at += recorder.rng.randrange(pause // 2, pause * 3 // 2)
    _ssm_agent(recorder, held, first, last)
    return held


def _ssm_agent(recorder: Recorder, held: Held, first: int, last: int) -> None:
    """Report the instance's health to Systems Manager every 15 minutes."""
    instance = held.instance
    request: Json = {
        "instanceId": instance.instance_id,
        "agentVersion": "3.3.1611.0",
        "agentStatus": "Active",
        "platformType": "Linux",
        "platformName": "Ubuntu",
        "platformVersion": "24.04",
        "iPAddress": instance.private_address,
        "computerName": f"ip-{instance.private_address.replace('.', '-')}.ec2.internal",
        "agentName": "amazon-ssm-agent",
    }
    origin = Origin(instance.address, SSM_AGENT)
    at = first + recorder.rng.randrange(5, 60)
    while at < last:
        recorder.call(at, held.at(at), origin, "ssm", "UpdateInstanceInformation", request)
        at += 900 + recorder.rng.randrange(-4, 5)


def after_patching(recorder: Recorder, held: Held, at: int) -> None:
    """Do what the SSM agent does when a patch command reached it, from the instance's own home."""
    origin, who, request = (
        Origin(held.instance.address, SSM_AGENT),
        held.at(at),
        {"instanceId": held.instance.instance_id},
    )
    recorder.call(at + 3, who, origin, "ssm", "GetDeployablePatchSnapshotForInstance", request)
    recorder.call(at + 160, who, origin, "ssm", "PutInventory", request)
    recorder.call(at + 162, who, origin, "ssm", "PutComplianceItems", {"resourceId": held.instance.instance_id})


def run_fleet(recorder: Recorder, company: Company) -> dict[str, Held]:
    """Run all instances; gives what each held, by instance id."""
    first, last = day_second(0, 2), day_second(23, 55)
    web, workers = "example-web-assets", "example-order-archive"
    held = [
        run_instance(recorder, instance, first=first + 40 * n, last=last, bucket=web, endpoint=None, pause=500)
        for n, instance in enumerate(company.web_instances)
    ]
    start, stop = day_second(8, 1), day_second(18, 30)
    held.append(
        run_instance(recorder, company.scaled_instance, first=start, last=stop, bucket=web, endpoint=None, pause=500)
    )
    # One worker reaches S3 through the endpoint, the other was forgotten when it was set up.
    for instance, endpoint in zip(company.worker_instances, (None, S3_ENDPOINT), strict=True):
        start = first + recorder.rng.randrange(60, 900)
        held.append(
            run_instance(recorder, instance, first=start, last=last, bucket=workers, endpoint=endpoint, pause=500)
        )
    return {one.instance.instance_id: one for one in held}


def run_function(recorder: Recorder, function: Function) -> None:
    """Run one function: new environments all day, each with a credential and a few calls from one address."""
    bucket, secret = "example-media", f"example/{function.name}"
    at = day_second(0, recorder.rng.randrange(5, 40))
    while at < day_second(23, 30):
        who = function_credential(recorder, at, function)
        origin = Origin(recorder.rng.choice(function.addresses), _RUNTIME)
        moment = at + 1
        recorder.call(moment, who, origin, "secretsmanager", "GetSecretValue", {"secretId": secret})
        recorder.call(moment, who, origin, "kms", "Decrypt", {"encryptionAlgorithm": "SYMMETRIC_DEFAULT"})
        for _ in range(recorder.rng.randrange(2, 9)):
            moment += recorder.rng.randrange(5, 240)
            action = recorder.rng.choice(("GetObject", "PutObject"))
            key = f"{function.name}/{recorder.ids.hexadecimal(8)}"
            recorder.s3_object(moment, who, origin, action, bucket, key)
        at += recorder.rng.randrange(3000, 6600)
