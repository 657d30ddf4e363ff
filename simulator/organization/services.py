"""What the clouds do in the organization for themselves: service-linked roles, CloudTrail, Google's and Microsoft's."""

from simulator import gcp_records as gcp
from simulator.hops.aws_calls import session_identity
from simulator.identities import Json
from simulator.menus import Call
from simulator.organization.credentials import issued, service_origin
from simulator.organization.notebook import AwsHeld, GoogleCall, Notebook
from simulator.organization.schedule import day_start
from simulator.organization.world import DAY, HOUR, Account, Project

RUNS = 36
"""How often a service-linked role works in a day, for `activity` 100 and from MANY identities on; less with fewer."""

MANY = 400

_WORK: dict[str, tuple[Call, ...]] = {
    "config.amazonaws.com": (
        Call("ec2", "DescribeSecurityGroups"),
        Call("ec2", "DescribeNatGateways"),
        Call("lambda", "ListFunctions20150331"),
        Call("iam", "ListRoles"),
        Call("s3", "GetBucketPolicy"),
        Call("rds", "DescribeDBInstances"),
        Call("kms", "ListKeys"),
    ),
    "autoscaling.amazonaws.com": (
        Call("ec2", "DescribeInstances"),
        Call("ec2", "DescribeInstanceStatus"),
        Call("ec2", "DescribeLaunchTemplates"),
        Call("elasticloadbalancing", "DescribeTargetHealth"),
        Call("ec2", "RunInstances", {"minCount": 1, "maxCount": 1}),
        Call("ec2", "TerminateInstances"),
    ),
    "elasticloadbalancing.amazonaws.com": (
        Call("ec2", "DescribeNetworkInterfaces"),
        Call("ec2", "CreateNetworkInterface"),
        Call("ec2", "DescribeSubnets"),
    ),
    "guardduty.amazonaws.com": (
        Call("ec2", "DescribeInstances"),
        Call("organizations", "ListAccounts"),
        Call("iam", "ListRoles"),
    ),
    "trustedadvisor.amazonaws.com": (
        Call("ec2", "DescribeVolumes"),
        Call("iam", "ListUsers"),
        Call("rds", "DescribeDBInstances"),
        Call("s3", "GetBucketAcl"),
        Call("cloudfront", "ListDistributions"),
    ),
}
_AGENTS = ("compute-system", "container-engine-robot", "gcp-sa-logging", "dataflow-service-producer-prod")
_SNAPSHOT = GoogleCall(
    "compute",
    "v1.compute.disks.createSnapshot",
    "compute.disks.createSnapshot",
    "ADMIN_WRITE",
    "gce_disk",
    "zones/a/disks/{}",
)
_LOOK = GoogleCall(
    "compute", "v1.compute.instances.list", "compute.instances.list", "ADMIN_READ", "gce_instance", "zones/a"
)


def account_day(book: Notebook, account: Account, day: int, activity: int) -> None:
    """Write what AWS's services do in an account in a day."""
    rng, start = book.rng, day_start(day)
    activity = activity * min(book.world.identities, MANY) // MANY
    for service, calls in _WORK.items():
        role = book.world.service_roles[account.number, service]
        origin = service_origin(service)
        for _ in range(max(1, RUNS * activity // 100)):
            at, key = start + rng.randrange(DAY - HOUR), book.ids.temporary_key()
            session = (
                "AutoScaling"
                if service.startswith("autoscaling")
                else f"{service.partition('.')[0]}-{rng.randrange(9)}"
            )
            response = issued(book.ids, at, role, session, key)
            caller = AwsHeld({"type": "AWSService", "invokedBy": service}, account.number, account.region, origin)
            call = Call("sts", "AssumeRole", {"roleArn": role.arn, "roleSessionName": session})
            shared = {"resources": role.resources, "sharedEventID": book.ids.uuid()}
            book.aws(at, caller, call, response, extra=shared)
            identity = session_identity(role, session, key, at) | {"invokedBy": service}
            held = AwsHeld(identity, account.number, account.region, origin)
            for one in rng.sample(calls, min(len(calls), rng.randrange(1, 4))):
                at += rng.randrange(1_000, 20_000)
                book.aws(at, held, one)
    _trail(book, account, start, activity)


def _trail(book: Notebook, account: Account, start: int, activity: int) -> None:
    """Write what CloudTrail does to deliver: it looks at the bucket's ACL and asks KMS for a data key."""
    name, rng = "cloudtrail.amazonaws.com", book.rng
    held = AwsHeld({"type": "AWSService", "invokedBy": name}, account.number, account.region, service_origin(name))
    bucket = f"example-audit-logs-{account.number}"
    for _ in range(max(2, 48 * activity // 100)):
        at = start + rng.randrange(DAY)
        shared: Json = {"sharedEventID": book.ids.uuid()}
        book.aws(at, held, Call("s3", "GetBucketAcl", {"bucketName": bucket, "acl": ""}), extra=shared)
        shared = {"sharedEventID": book.ids.uuid()}
        book.aws(at, held, Call("kms", "GenerateDataKey", {"keySpec": "AES_256"}), extra=shared)


def project_day(book: Notebook, project: Project, day: int, activity: int) -> None:
    """Write what Google's service agents do in a project in a day."""
    rng, start = book.rng, day_start(day)
    for agent in _AGENTS:
        email = f"service-{project.number}@{agent}.iam.gserviceaccount.com"
        caller = gcp.Caller(f"serviceAccount:{email}", email)
        place = gcp.Place("private", "Google-API-Java-Client")
        for _ in range(max(1, 24 * activity // 100)):
            call = _SNAPSHOT if rng.randrange(4) == 0 else _LOOK
            book.google(start + rng.randrange(DAY), caller, place, call, project.project_id, f"disk-{rng.randrange(9)}")
