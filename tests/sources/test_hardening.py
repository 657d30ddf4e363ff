"""Changes that only take back or tighten serve no stage, where the record shows it; all that is left open does."""

import json
from typing import Any

import pytest

from analytic.context import action as actions
from analytic.sources import entra_audit, m365
from tests.sources.cloudtrail_records import parsed as aws
from tests.sources.entra_audit_records import audit_exported
from tests.sources.entra_audit_records import change as m365_change
from tests.sources.entra_records import parsed as entra
from tests.sources.gcp_records import parsed as gcp

OTHER, THIRD = "444455556666", "777788889999"
BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
OTHERS = ("s3:PutBucketPublicAccessBlock", "s3:PutBucketVersioning", "guardduty:UpdateDetector")
FEATURES = [{"name": "S3_DATA_EVENTS", "status": "DISABLED"}]


def items(*accounts: Any) -> dict[str, Any]:
    return {"items": [account if isinstance(account, dict) else {"userId": account} for account in accounts]}


def blocks(**changed: Any) -> dict[str, Any]:
    return {"PublicAccessBlockConfiguration": dict.fromkeys(BLOCKS, True) | changed}


def opened(*ranges: str, **more: Any) -> dict[str, Any]:
    rule = {"ipProtocol": "tcp", "ipRanges": {"items": [{"cidrIp": one} for one in ranges]}, "groups": {}} | more
    return {"groupId": "sg-1", "ipPermissions": {"items": [rule]}}


def versioning(**fields: Any) -> dict[str, Any]:
    return {"VersioningConfiguration": fields}


@pytest.mark.parametrize(
    ("call", "tightens", "opens"),
    [
        (
            "ec2:ModifySnapshotAttribute",
            {"createVolumePermission": {"remove": items(OTHER)}},
            {"createVolumePermission": {"remove": items(THIRD), "add": items(OTHER)}},
        ),
        (
            "ec2:ModifyImageAttribute",
            {"launchPermission": {"remove": items({"group": "all"})}},
            {"launchPermission": {"add": items({"group": "all"})}},
        ),
        (
            "rds:ModifyDBSnapshotAttribute",
            {"attributeName": "restore", "valuesToRemove": ["all"]},
            {"attributeName": "restore", "valuesToRemove": [THIRD], "valuesToAdd": ["all"]},
        ),
        ("rds:ModifyDBClusterSnapshotAttribute", {"valuesToRemove": [OTHER]}, {"valuesToAdd": [OTHER]}),
        ("s3:PutBucketPublicAccessBlock", blocks(), blocks(BlockPublicPolicy=False)),
        ("s3:PutAccountPublicAccessBlock", blocks(), {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}}),
        ("s3:PutBucketVersioning", versioning(Status="Enabled"), versioning(Status="Suspended")),
        ("s3:PutBucketAcl", {"x-amz-acl": ["private"]}, {"x-amz-acl": ["public-read"]}),
        (
            "ec2:ModifyInstanceAttribute",
            {"instanceId": "i-1", "instanceType": {"value": "m7i.large"}},
            {"instanceId": "i-1", "instanceType": {"value": "m7i.large"}, "userData": "<sensitiveDataRemoved>"},
        ),
        ("ec2:ModifyInstanceAttribute", {"instanceId": "i-1", "ebsOptimized": True}, {"instanceId": "i-1"}),
        (
            "ec2:CreateVpcPeeringConnection",
            {"vpcId": "vpc-1", "peerVpcId": "vpc-2", "peerRegion": "eu-west-1"},
            {"vpcId": "vpc-1", "peerVpcId": "vpc-2", "peerOwnerId": OTHER},
        ),
        ("ec2:CreateVpcPeeringConnection", {"vpcId": "vpc-1", "peerVpcId": "vpc-2"}, {"vpcId": "vpc-1"}),
        ("ec2:AuthorizeSecurityGroupIngress", opened("10.0.0.0/16", "192.168.7.0/24"), opened("0.0.0.0/0")),
        ("ec2:AuthorizeSecurityGroupIngress", opened("172.16.0.0/12"), opened("10.0.0.0/16", "203.0.113.0/24")),
        ("ec2:AuthorizeSecurityGroupIngress", opened("10.0.0.1/32"), opened("10.0.0.0/4")),
        ("ec2:AuthorizeSecurityGroupIngress", opened("10.0.0.0/8"), opened("10.0.0.0/8") | {"cidrIp": "0.0.0.0/0"}),
        (
            "ec2:AuthorizeSecurityGroupIngress",
            opened("10.0.0.0/8"),
            opened("10.0.0.0/8", ipv6Ranges={"items": ["::/0"]}),
        ),
        ("ec2:AuthorizeSecurityGroupIngress", opened("10.0.0.0/8"), opened("fd00::/8")),
        ("ec2:AuthorizeSecurityGroupIngress", opened("10.0.0.0/8"), opened("nowhere")),
        ("iam:UpdateAccessKey", {"status": "Inactive"}, {"status": "Active"}),
        ("guardduty:UpdateDetector", {"enable": True}, {"enable": True, "features": FEATURES}),
        ("ec2:ModifyInstanceMetadataOptions", {"httpTokens": "required"}, {"httpTokens": "optional"}),
        (
            "ec2:ModifyInstanceMetadataOptions",
            {"ModifyInstanceMetadataOptionsRequest": {"HttpTokens": "required"}},
            {"ModifyInstanceMetadataOptionsRequest": {"HttpEndpoint": "enabled"}},
        ),
    ],
)
def test_the_request_of_an_aws_call_says_which_way_it_goes(
    call: str, tightens: dict[str, Any], opens: dict[str, Any]
) -> None:
    service, _, action = call.partition(":")
    usual = actions.classify("aws", service, action)
    closed, opened, unknown = (aws(call, requestParameters=request) for request in (tightens, opens, None))
    assert usual.stage is not None
    assert (closed.stage, closed.technique, closed.action_basis) == (None, None, "record")
    assert actions.of_event(closed).impact <= actions.ROUTINE_BITS < usual.impact
    for event in (opened, unknown):
        assert (event.stage, event.action_basis) == (usual.stage, "catalogue")
        assert actions.of_event(event) == usual


@pytest.mark.parametrize("value", [None, 7, "x", [], ["x"], {}, {"items": 7}, {"remove": 7, "add": "x"}])
@pytest.mark.parametrize(
    "name",
    [
        "ipPermissions",
        "instanceId",
        "createVolumePermission",
        "PublicAccessBlockConfiguration",
        "x-amz-acl",
        "enable",
        "valuesToAdd",
    ],
)
def test_no_value_of_a_request_raises(name: str, value: Any) -> None:
    for call in (
        "ec2:AuthorizeSecurityGroupIngress",
        "ec2:ModifySnapshotAttribute",
        "rds:ModifyDBSnapshotAttribute",
        "s3:PutBucketAcl",
        *OTHERS,
    ):
        assert aws(call, requestParameters={name: value}).stage is not None


@pytest.mark.parametrize(
    ("call", "request_", "account"),
    [
        ("ec2:ModifySnapshotAttribute", {"createVolumePermission": {"add": items(OTHER)}}, OTHER),
        ("ec2:ModifySnapshotAttribute", {"createVolumePermission": {"add": items(OTHER, OTHER)}}, OTHER),
        ("ec2:ModifySnapshotAttribute", {"createVolumePermission": {"add": items(OTHER, THIRD)}}, None),
        ("ec2:ModifySnapshotAttribute", {"createVolumePermission": {"add": items({"group": "all"})}}, None),
        ("ec2:ModifyImageAttribute", {"launchPermission": {"add": items(OTHER, {"group": "all"})}}, None),
        ("ec2:ModifyImageAttribute", {"launchPermission": {"add": items({"organizationArn": "arn:aws:x"})}}, None),
        ("ec2:CreateVpcPeeringConnection", {"peerVpcId": "vpc-2", "peerOwnerId": OTHER}, OTHER),
        ("ec2:CreateVpcPeeringConnection", {"peerVpcId": "vpc-2", "peerOwnerId": [OTHER]}, None),
        ("rds:ModifyDBSnapshotAttribute", {"attributeName": "restore", "valuesToAdd": [OTHER]}, OTHER),
        ("rds:ModifyDBSnapshotAttribute", {"attributeName": "restore", "valuesToAdd": ["all"]}, None),
        ("rds:ModifyDBClusterSnapshotAttribute", {"valuesToAdd": [OTHER, "all"]}, None),
    ],
)
def test_a_share_names_the_one_account_that_gets_it(call: str, request_: dict[str, Any], account: str | None) -> None:
    """Whose the snapshot is says nothing of who gets it: an owner that is known must not hide a receiver that is not."""
    owned = [{"ARN": "arn:aws:ec2:eu-west-1::snapshot/snap-1", "accountId": THIRD}]
    assert aws(call, requestParameters=request_, resources=owned).target_account == account


def policy(**state: str) -> str:
    return json.dumps({"id": "p", "displayName": "require compliant device", "conditions": {}} | state)


REPORT, ON, OFF = (policy(state=state) for state in ("enabledForReportingButNotEnforced", "enabled", "disabled"))


@pytest.mark.parametrize(
    ("before", "after", "tightened"),
    [
        (REPORT, ON, True),
        (OFF, ON, True),
        (ON, OFF, False),
        (ON, REPORT, False),
        (ON, ON, False),
        (None, ON, False),
        (OFF, REPORT, False),
        (policy(), ON, False),
        ("[not json", ON, False),
        (json.dumps([OFF]), json.dumps([ON]), True),
        (json.dumps([OFF, ON]), json.dumps([ON, OFF]), False),
    ],
)
def test_conditional_access_is_tightened_when_it_begins_to_be_enforced(
    before: str | None, after: str, tightened: bool
) -> None:
    shown = [{"displayName": "ConditionalAccessPolicy", "oldValue": before, "newValue": after}]
    targets = [{"id": "p", "type": "Policy", "modifiedProperties": shown}]
    name = "Update conditional access policy"
    event = entra(entra_audit, audit_exported(activityDisplayName=name, targetResources=targets))
    assert event.action == name
    assert (event.stage is None) is tightened
    written = [{"Name": "ConditionalAccessPolicy", "OldValue": before, "NewValue": after}]
    event = entra(m365, m365_change(Operation=f"{name}.", ModifiedProperties=written))
    assert (event.stage is None) is tightened, event.action


@pytest.mark.parametrize(
    ("deltas", "tightened"),
    [
        ([{"action": "REMOVE", "role": "roles/owner", "member": "user:mallory@example.net"}], True),
        ([{"action": "REMOVE"}, {"action": "ADD", "role": "roles/owner", "member": "user:mallory@example.net"}], False),
        ([], False),
        (None, False),
        ("REMOVE", False),
        ([7], False),
    ],
)
@pytest.mark.parametrize("method", ["SetIamPolicy", "google.iam.v1.IAMPolicy.SetIamPolicy"])
def test_a_policy_that_only_gives_less_is_tightened(method: str, deltas: Any, tightened: bool) -> None:
    data = {"@type": "type.googleapis.com/google.iam.v1.logging.AuditData", "policyDelta": {"bindingDeltas": deltas}}
    event = gcp(method, "cloudresourcemanager.googleapis.com", serviceData=data)
    assert (event.stage is None) is tightened
