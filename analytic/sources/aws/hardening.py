"""Changes that take something back, tighten it or open nothing, where the request says so: the name alone does not.

Amazon EC2 API reference, ModifySnapshotAttribute and ModifyImageAttribute (add, remove), ModifyInstanceMetadataOptions
(HttpTokens), ModifyInstanceAttribute, AuthorizeSecurityGroupIngress (RFC 1918: what the internet does not route),
CreateVpcPeeringConnection (PeerOwnerId: without it the peer is of the caller's own account);
Amazon RDS API reference, ModifyDBSnapshotAttribute (ValuesToAdd, ValuesToRemove); Amazon S3 API reference,
PutPublicAccessBlock, PutBucketVersioning, PutBucketAcl; IAM API reference, UpdateAccessKey (Status); Amazon GuardDuty
API reference, UpdateDetector (enable). A request that says anything besides is no such change.
"""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, ip_network
from typing import Any

from analytic.sources.json_fields import inner, items, text

Request = Mapping[str, Any]

_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")

_SIZE = frozenset({"instanceId", "instanceType", "ebsOptimized", "enaSupport", "sriovNetSupport"})
_GROUP = frozenset({"groupId", "groupName", "ipPermissions"})
_PEERING = frozenset({"vpcId", "peerVpcId", "peerRegion", "tagSpecificationSet"})
_PRIVATE = tuple(IPv4Network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"))
_MAX_RULES = 1_000
"""Rules of a security group that a quota can be raised to (Amazon VPC, quotas): no request has more."""


def test_of(service: str, action: str) -> Callable[[Request], bool] | None:
    """Give the test of whether a call's request parameters only take back or tighten; None where nothing tells.

    `action` is the operation without its date.
    """
    return _TESTS.get((service, action))


def _unshared(request: Request) -> bool:
    """Whether permissions of a snapshot or image are taken away, and none is given."""
    changes = [inner(request, name) for name in ("createVolumePermission", "launchPermission")]
    removed = any(change.get("remove") for change in changes)
    return removed and not any(change.get("add") for change in changes) and "description" not in request


def _restore_removed(request: Request) -> bool:
    return bool(request.get("valuesToRemove")) and not request.get("valuesToAdd")


def _blocked(request: Request) -> bool:
    block = inner(request, "PublicAccessBlockConfiguration")
    return all(block.get(name) is True for name in _BLOCKS)


def _versioned(request: Request) -> bool:
    versioning = inner(request, "VersioningConfiguration")
    return versioning.get("Status") == "Enabled" and versioning.get("MfaDelete") != "Disabled"


def _private(request: Request) -> bool:
    return request.get("x-amz-acl") in ("private", ["private"]) and not request.get("AccessControlPolicy")


def _inactive(request: Request) -> bool:
    return request.get("status") == "Inactive"


def _resized(request: Request) -> bool:
    """Whether an instance's size alone is changed: what it starts with, and who reaches it, stays."""
    return "instanceId" in request and len(request) > 1 and _SIZE.issuperset(request)


def _opened_inside(request: Request) -> bool:
    """Whether a security group is opened to private ranges of IPv4 alone: nobody comes in from the internet."""
    rules = items(inner(request, "ipPermissions").get("items"), cap=_MAX_RULES + 1)
    if not _GROUP.issuperset(request) or not 0 < len(rules) <= _MAX_RULES:
        return False
    return all(map(_is_private, rules))


def _is_private(rule: Any) -> bool:
    if not isinstance(rule, dict) or any(rule.get(name) for name in ("groups", "ipv6Ranges", "prefixListIds")):
        return False
    ranges = items(inner(rule, "ipRanges").get("items"), cap=_MAX_RULES + 1)
    if not 0 < len(ranges) <= _MAX_RULES:
        return False
    try:
        found = [ip_network(text(inner(one).get("cidrIp")) or "", strict=False) for one in ranges]
    except ValueError:
        return False
    return all(isinstance(one, IPv4Network) and any(one.subnet_of(private) for private in _PRIVATE) for one in found)


def _peered_at_home(request: Request) -> bool:
    """Whether a network is joined to another of the caller's own account: nobody outside of it comes nearer."""
    return bool(request.get("peerVpcId")) and _PEERING.issuperset(request)


def _detecting(request: Request) -> bool:
    return request.get("enable") is True and not (request.get("features") or request.get("dataSources"))


def _tokens_required(request: Request) -> bool:
    # CloudTrail nests what only EC2's query interface names so: {"ModifyInstanceMetadataOptionsRequest": {...}}.
    asked = inner(request, "ModifyInstanceMetadataOptionsRequest") or request
    return (asked.get("HttpTokens") or asked.get("httpTokens")) == "required"


_TESTS: dict[tuple[str, str], Callable[[Request], bool]] = {
    ("ec2", "ModifySnapshotAttribute"): _unshared,
    ("ec2", "ModifyImageAttribute"): _unshared,
    ("ec2", "ModifyInstanceMetadataOptions"): _tokens_required,
    ("ec2", "ModifyInstanceAttribute"): _resized,
    ("ec2", "AuthorizeSecurityGroupIngress"): _opened_inside,
    ("ec2", "CreateVpcPeeringConnection"): _peered_at_home,
    ("rds", "ModifyDBSnapshotAttribute"): _restore_removed,
    ("rds", "ModifyDBClusterSnapshotAttribute"): _restore_removed,
    ("s3", "PutBucketPublicAccessBlock"): _blocked,
    ("s3", "PutPublicAccessBlock"): _blocked,
    ("s3", "PutAccountPublicAccessBlock"): _blocked,
    ("s3", "PutBucketVersioning"): _versioned,
    ("s3", "PutBucketAcl"): _private,
    ("iam", "UpdateAccessKey"): _inactive,
    ("guardduty", "UpdateDetector"): _detecting,
}
