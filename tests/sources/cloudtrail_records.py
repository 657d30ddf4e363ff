"""Synthetic CloudTrail records for these tests, one line each: what matters is an argument, the rest has a default."""

import json
from typing import Any

from analytic.sources.cloudtrail import parse
from schemas.records import ApiEvent, to_dict

ACCOUNT = "111122223333"
ORIGIN = "file:///trail.json#0"

USER = {
    "type": "IAMUser",
    "principalId": "AIDAEXAMPLEALICE00001",
    "arn": f"arn:aws:iam::{ACCOUNT}:user/team/alice",
    "accountId": ACCOUNT,
    "accessKeyId": "AKIAEXAMPLEALICE0001",
    "userName": "alice",
}


def role(session: str = "alice", **more: Any) -> dict[str, Any]:
    """The userIdentity of a session of the role `deploy`."""
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLEDEPLOY0001:{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/{session}",
        "accountId": ACCOUNT,
        "accessKeyId": "ASIAEXAMPLEDEPLOY001",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLEDEPLOY0001",
                "arn": f"arn:aws:iam::{ACCOUNT}:role/ci/deploy",
                "accountId": ACCOUNT,
                "userName": "deploy",
            },
            "attributes": {"creationDate": "2024-08-02T08:20:52Z", "mfaAuthenticated": "false"},
        },
    } | more


def record(call: str = "ec2:DescribeInstances", identity: Any = USER, **fields: Any) -> dict[str, Any]:
    """A record of `call`, written service:Action."""
    service, _, action = call.partition(":")
    return {
        "eventVersion": "1.08",
        "userIdentity": identity,
        "eventTime": "2024-08-02T08:23:24Z",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": action,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.9",
        "userAgent": "aws-cli/2.13.0 Python/3.11.4 Linux/5.10.0 exe/x86_64.ubuntu.22",
        "requestParameters": None,
        "responseElements": None,
        "eventID": "6a1f0c52-0000-4000-8000-000000000001",
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Management",
    } | fields


def parsed(call: str = "ec2:DescribeInstances", identity: Any = USER, **fields: Any) -> ApiEvent:
    """The event of such a record."""
    event = parse(json.dumps(record(call, identity, **fields)).encode(), ORIGIN)
    assert isinstance(event, ApiEvent)
    return event


def shown(event: ApiEvent) -> dict[str, Any]:
    """What an event says: its fields by name, those at their default left out."""
    bare = to_dict(ApiEvent("", 0, "", "", "", ""))
    return {name: _said(value) for name, value in to_dict(event).items() if value != bare[name]}


def _said(value: Any) -> Any:
    return {key: inner for key, inner in value.items() if inner is not None} if isinstance(value, dict) else value
