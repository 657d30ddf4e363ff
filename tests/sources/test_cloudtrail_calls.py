"""What calls issue, whose workloads they touch, what they name and which account they reach into."""

from typing import Any

import pytest

from schemas.records import Issued
from tests.sources.cloudtrail_records import ACCOUNT, USER, parsed, role

INSTANCE = "i-0abc0123456789def"
WORKLOAD = f"aws:{ACCOUNT}:instance/{INSTANCE}"
TASK = "0123456789abcdef0123456789abcdef"
FUNCTION = f"aws:{ACCOUNT}:function/eu-west-1/resize"
CREDENTIALS = {"accessKeyId": "ASIAEXAMPLENEW000001", "sessionToken": "x", "expiration": "Aug 2, 2024 9:23:24 AM"}
EXPIRES = 1_722_590_604_000_000


def assumed(session: str) -> dict[str, Any]:
    return {
        "requestParameters": {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/web", "roleSessionName": session},
        "responseElements": {
            "credentials": CREDENTIALS,
            "assumedRoleUser": {
                "assumedRoleId": f"AROAEXAMPLEWEB0000001:{session}",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/web/{session}",
            },
        },
    }


@pytest.mark.parametrize("action", ["AssumeRole", "AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"])
def test_an_assumed_role_is_issued(action: str) -> None:
    event = parsed(f"sts:{action}", **assumed("alice"))
    arn = f"arn:aws:sts::{ACCOUNT}:assumed-role/web/alice"
    expected = Issued("ASIAEXAMPLENEW000001", "AROAEXAMPLEWEB0000001:alice", EXPIRES, known_as=f"aws:{arn}")
    assert event.issued == expected


def test_a_role_issued_to_an_instance_meets_its_use_at_one_key() -> None:
    issuing = parsed(
        "sts:AssumeRole",
        {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
        **assumed(INSTANCE.upper().replace("I-", "i-")),
    )
    using = parsed(identity=role(INSTANCE))
    assert issuing.issued is not None
    assert issuing.issued.issued_to == using.issued_to == WORKLOAD


@pytest.mark.parametrize(
    ("call", "asked", "answer", "expected"),
    [
        (
            "sts:GetSessionToken",
            None,
            {"credentials": CREDENTIALS},
            ("ASIAEXAMPLENEW000001", "AIDAEXAMPLEALICE00001", EXPIRES),
        ),
        (
            "sts:GetFederationToken",
            {"name": "bob"},
            {"credentials": CREDENTIALS, "federatedUser": {"federatedUserId": f"{ACCOUNT}:bob"}},
            ("ASIAEXAMPLENEW000001", f"{ACCOUNT}:bob", EXPIRES),
        ),
        (
            "sts:AssumeRoot",
            {"targetPrincipal": "arn:aws:iam::444455556666:root"},
            {"credentials": CREDENTIALS},
            ("ASIAEXAMPLENEW000001", "444455556666", EXPIRES),
        ),
        (
            "iam:CreateAccessKey",
            {"userName": "bob"},
            {"accessKey": {"accessKeyId": "AKIAEXAMPLEBOB000001", "userName": "bob"}},
            ("AKIAEXAMPLEBOB000001", "bob", None),
        ),
        ("iam:CreateAccessKey", None, {"accessKey": {"accessKeyId": "AKIAEXAMPLE"}}, ("AKIAEXAMPLE", "alice", None)),
        (
            "signin:GetSigninToken",
            None,
            {"credentials": {"accessKeyId": "ASIAX"}},
            ("ASIAX", "AIDAEXAMPLEALICE00001", None, None, None, f"aws:arn:aws:iam::{ACCOUNT}:user/team/alice"),
        ),
    ],
)
def test_each_call_that_issues_names_what_and_to_whom(
    call: str, asked: Any, answer: Any, expected: tuple[Any, ...]
) -> None:
    event = parsed(call, requestParameters=asked, responseElements=answer)
    assert event.issued == Issued(*expected)


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("sts:AssumeRole", {"responseElements": None}),
        ("sts:AssumeRole", {**assumed("alice"), "errorCode": "AccessDenied"}),
        ("signin:ConsoleLogin", {"responseElements": {"ConsoleLogin": "Failure"}}),
        ("sts:GetCallerIdentity", {"responseElements": {"credentials": CREDENTIALS}}),
    ],
)
def test_a_call_that_hands_nothing_out_issues_nothing(call: str, fields: dict[str, Any]) -> None:
    assert parsed(call, **fields).issued is None


@pytest.mark.parametrize(
    ("call", "asked", "answer", "expected"),
    [
        ("ssm:SendCommand", {"instanceIds": [INSTANCE, "i-0ABC0123456789DEF"]}, None, [WORKLOAD]),
        ("ssm:SendCommand", {"targets": [{"key": "InstanceIds", "values": [INSTANCE]}]}, None, [WORKLOAD]),
        (
            "ssm:SendCommand",
            {"targets": [{"key": "tag:a", "values": ["b"]}]},
            {"command": {"instanceIds": [INSTANCE]}},
            [WORKLOAD],
        ),
        ("ssm:StartSession", {"target": INSTANCE}, None, [WORKLOAD]),
        ("ssm:StartAutomationExecution", {"parameters": {"InstanceId": [INSTANCE]}}, None, [WORKLOAD]),
        ("ec2-instance-connect:SendSSHPublicKey", {"instanceId": INSTANCE}, None, [WORKLOAD]),
        ("ec2-instance-connect:SendSerialConsoleSSHPublicKey", {"instanceId": INSTANCE}, None, [WORKLOAD]),
        (
            "ec2:ModifyInstanceAttribute",
            {"instanceId": INSTANCE, "userData": "<sensitiveDataRemoved>"},
            None,
            [WORKLOAD],
        ),
        (
            "ec2:ModifyInstanceAttribute",
            {"instanceId": INSTANCE, "attribute": "userData", "value": "x"},
            None,
            [WORKLOAD],
        ),
        ("ec2:GetPasswordData", {"instanceId": INSTANCE}, None, [WORKLOAD]),
        (
            "ec2:AssociateIamInstanceProfile",
            {"AssociateIamInstanceProfileRequest": {"InstanceId": INSTANCE}},
            None,
            [WORKLOAD],
        ),
        (
            "ec2:ReplaceIamInstanceProfileAssociation",
            {"ReplaceIamInstanceProfileAssociationRequest": {"AssociationId": "iip-assoc-1"}},
            {
                "ReplaceIamInstanceProfileAssociationResponse": {
                    "iamInstanceProfileAssociation": {"instanceId": INSTANCE}
                }
            },
            [WORKLOAD],
        ),
        ("ssm:StartSession", {"target": f"ecs:main_{TASK}_{TASK}-123"}, None, [f"aws:{ACCOUNT}:task/{TASK}"]),
        ("ecs:ExecuteCommand", {"cluster": "main", "task": TASK}, None, [f"aws:{ACCOUNT}:task/{TASK}"]),
        (
            "ecs:ExecuteCommand",
            {"task": f"arn:aws:ecs:eu-west-1:444455556666:task/main/{TASK}"},
            None,
            [f"aws:444455556666:task/{TASK}"],
        ),
        ("lambda:UpdateFunctionCode20150331v2", {"functionName": "resize"}, None, [FUNCTION]),
        ("lambda:UpdateFunctionCode20150331v2", {"functionName": f"{ACCOUNT}:function:resize:live"}, None, [FUNCTION]),
        (
            "lambda:UpdateFunctionConfiguration20150331v2",
            {"functionName": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:resize:$LATEST"},
            None,
            [FUNCTION],
        ),
    ],
)
def test_a_call_that_runs_or_changes_code_touches_the_workload(
    call: str, asked: Any, answer: Any, expected: list[str]
) -> None:
    assert parsed(call, requestParameters=asked, responseElements=answer).touched == expected


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("ssm:SendCommand", {"requestParameters": {"instanceIds": [INSTANCE]}, "errorCode": "AccessDenied"}),
        ("ssm:SendCommand", {"requestParameters": {"instanceIds": ["not-an-instance"]}}),
        ("ssm:StartSession", {"requestParameters": {"target": "ecs:cluster_task_container"}}),
        (
            "ec2:ModifyInstanceAttribute",
            {"requestParameters": {"instanceId": INSTANCE, "ebsOptimized": {"value": True}}},
        ),
        ("ec2:StartInstances", {"requestParameters": {"instancesSet": {"items": [{"instanceId": INSTANCE}]}}}),
        ("lambda:Invoke", {"requestParameters": {"functionName": "resize"}}),
        ("lambda:UpdateFunctionCode", {"requestParameters": {"functionName": "arn:aws:lambda:eu-west-1"}}),
        ("lambda:UpdateFunctionCode", {"requestParameters": {"functionName": "a b"}}),
    ],
)
def test_a_call_that_changes_no_workload_touches_none(call: str, fields: dict[str, Any]) -> None:
    assert parsed(call, **fields).touched == []


def test_a_privileged_call_names_what_it_was_done_to() -> None:
    attached = parsed(
        "iam:AttachUserPolicy",
        requestParameters={"userName": "bob", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    )
    assert attached.resources == ["bob", "arn:aws:iam::aws:policy/AdministratorAccess"]
    assert parsed("cloudtrail:DeleteTrail", requestParameters={"name": "main"}).resources == ["main"]
    stopped = {"instancesSet": {"items": [{"instanceId": INSTANCE}]}}
    assert parsed("ec2:TerminateInstances", requestParameters=stopped).resources == [INSTANCE]


def test_resources_are_taken_in_either_writing_and_once() -> None:
    arn = f"arn:aws:s3:::bucket-{ACCOUNT}"
    event = parsed(resources=[{"ARN": arn}, {"arn": arn}, {"type": "AWS::S3::Object", "ARNPrefix": "x"}])
    assert event.resources == [arn]


@pytest.mark.parametrize(
    ("identity", "fields", "expected"),
    [
        (USER, {"resources": [{"ARN": "a", "accountId": "444455556666"}]}, "444455556666"),
        (USER, {"resources": [{"ARN": "a", "accountId": ACCOUNT}]}, None),
        (USER, {"requestParameters": {"roleArn": "arn:aws:iam::444455556666:role/x"}}, "444455556666"),
        (USER, {"requestParameters": {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/x"}}, None),
        # A service has no account of its own to leave.
        ({"type": "AWSService"}, {"requestParameters": {"roleArn": "arn:aws:iam::444455556666:role/x"}}, None),
    ],
)
def test_the_account_that_a_call_reaches_into(identity: Any, fields: dict[str, Any], expected: str | None) -> None:
    assert parsed("sts:AssumeRole", identity, **fields).target_account == expected
