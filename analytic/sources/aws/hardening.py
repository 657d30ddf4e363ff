"""Changes that take something back or tighten it, where the request says so: the operation's name alone does not.

Amazon EC2 API reference, ModifySnapshotAttribute and ModifyImageAttribute (add, remove), ModifyInstanceMetadataOptions
(HttpTokens); Amazon RDS API reference, ModifyDBSnapshotAttribute (ValuesToAdd, ValuesToRemove); Amazon S3 API
reference, PutPublicAccessBlock, PutBucketVersioning, PutBucketAcl; IAM API reference, UpdateAccessKey (Status); Amazon
GuardDuty API reference, UpdateDetector (enable). A request that says anything besides is no such change.
"""

from collections.abc import Callable, Mapping
from typing import Any

from analytic.sources.json_fields import inner

Request = Mapping[str, Any]

_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


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
