"""What AWS services do in the account for themselves: Config, CloudTrail and Auto Scaling."""

from simulator.clients import fixed
from simulator.company import Company
from simulator.identities import ACCOUNT, REGION, Instance, Json, service
from simulator.issuing import service_linked_credential
from simulator.networks import Origin
from simulator.records import Recorder, day_second, java_time

_CONFIG_READS = (
    ("ec2", "DescribeSecurityGroups"),
    ("ec2", "DescribeNatGateways"),
    ("lambda", "ListFunctions20150331"),
    ("iam", "ListRoles"),
    ("s3", "GetBucketPolicy"),
    ("rds", "DescribeDBInstances"),
)
_TRAIL_BUCKET = f"example-audit-logs-{ACCOUNT}"
_TRAIL_KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/5d0f6f0e-8f8c-4c57-9f3e-2b1f0a7c9d11"


def _origin(name: str) -> Origin:
    return Origin(name, fixed(name))


def config(recorder: Recorder, company: Company) -> None:
    """Config takes stock every 40 minutes or so: a service-linked role session for each service that it describes."""
    name = "config.amazonaws.com"
    at = day_second(0, 5)
    while at < day_second(23, 45):
        for described, action in recorder.rng.sample(_CONFIG_READS, 2):
            session_name = f"{described.upper()}DescribeHandlerSession"
            session = service_linked_credential(recorder, at, name, company.config_role, session_name)
            recorder.call(at + 1, session, _origin(name), described, action)
            at += recorder.rng.randrange(2, 20)
        at += recorder.rng.randrange(1800, 3000)


def cloudtrail(recorder: Recorder) -> None:
    """CloudTrail delivers: it looks at the bucket's ACL and asks KMS for a data key."""
    name = "cloudtrail.amazonaws.com"
    at = day_second(0, 4)
    while at < day_second(23, 50):
        shared = {"sharedEventID": recorder.ids.uuid()}
        request: Json = {"bucketName": _TRAIL_BUCKET, "Host": f"{_TRAIL_BUCKET}.s3.{REGION}.amazonaws.com", "acl": ""}
        recorder.call(at, service(name), _origin(name), "s3", "GetBucketAcl", request, extra=shared)
        trail = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"
        request = {"keyId": _TRAIL_KEY, "encryptionContext": {"aws:cloudtrail:arn": trail}, "keySpec": "AES_256"}
        shared = {"sharedEventID": recorder.ids.uuid()}
        recorder.call(at, service(name), _origin(name), "kms", "GenerateDataKey", request, extra=shared)
        at += recorder.rng.randrange(1500, 2400)


def autoscaling(recorder: Recorder, company: Company) -> None:
    """Auto Scaling adds a web server for the day and removes it in the evening, under its service-linked role."""
    name = "autoscaling.amazonaws.com"
    instance = company.scaled_instance
    for at, action in ((day_second(8, 0), "RunInstances"), (day_second(18, 30), "TerminateInstances")):
        session = service_linked_credential(recorder, at, name, company.autoscaling_role, "AutoScaling")
        recorder.call(at + 1, session, _origin(name), "ec2", "DescribeLaunchTemplates")
        request, response = _scaling(instance, action, at + 2)
        recorder.call(at + 2, session, _origin(name), "ec2", action, request, response)
        recorder.call(at + 30, session, _origin(name), "ec2", "DescribeInstanceStatus")


def _scaling(instance: Instance, action: str, at: int) -> tuple[Json, Json]:
    item = {"instanceId": instance.instance_id}
    if action == "TerminateInstances":
        return {"instancesSet": {"items": [item]}}, {"instancesSet": {"items": [item]}}
    launched = item | {
        "instanceType": "t3.medium",
        "privateIpAddress": instance.private_address,
        "launchTime": java_time(at),
        "iamInstanceProfile": {"arn": f"arn:aws:iam::{ACCOUNT}:instance-profile/{instance.role.name}"},
    }
    request = {"launchTemplate": {"launchTemplateName": "web", "version": "12"}, "minCount": 1, "maxCount": 1}
    return request, {"instancesSet": {"items": [launched]}}
