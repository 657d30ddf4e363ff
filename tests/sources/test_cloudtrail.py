"""One CloudTrail record to one ApiEvent: whole golden events, then one field at a time, then bad input."""

import contextlib
import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources.cloudtrail import IGNORED, parse
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.source import parse_record
from schemas.records import ApiEvent, Issued
from tests.sources.cloudtrail_records import ACCOUNT, ORIGIN, USER, parsed, record, role, shown

NAMES = [
    *("type", "accessKeyId", "accountId", "arn", "principalId", "sessionContext", "sessionIssuer", "attributes"),
    *(
        "inScopeOf",
        "issuerType",
        "onBehalfOf",
        "credentials",
        "assumedRoleUser",
        "expiration",
        "instanceIds",
        "targets",
    ),
    *("SwitchFrom", "UserName", "CredentialType", "tags", "principalTags", "value", "credentialSet", "identityId"),
    *("credentialId", "webIdFederationData", "federatedProvider", "identityProvider", "userName", "userId"),
    *("key", "values", "command", "iamInstanceProfileAssociation", "roleArn", "roleSessionName", "creationDate", "ARN"),
]

ASSUME_ROLE = record(
    "sts:AssumeRole",
    identity=USER,
    requestParameters={
        "roleArn": "arn:aws:iam::444455556666:role/admin",
        "roleSessionName": "alice-session",
        "durationSeconds": 900,
    },
    responseElements={
        "credentials": {
            "accessKeyId": "ASIAEXAMPLEADMIN0001",
            "sessionToken": "not-a-token",
            "expiration": "Aug 2, 2024, 8:38:24 AM",
        },
        "assumedRoleUser": {
            "assumedRoleId": "AROAEXAMPLEADMIN00001:alice-session",
            "arn": "arn:aws:sts::444455556666:assumed-role/admin/alice-session",
        },
    },
    resources=[{"ARN": "arn:aws:iam::444455556666:role/admin", "accountId": "444455556666", "type": "AWS::IAM::Role"}],
    sharedEventID="b0b0b0b0-0000-4000-8000-000000000002",
    readOnly=True,
)

ASSUME_ROLE_EVENT = ApiEvent(
    event_id="6a1f0c52-0000-4000-8000-000000000001",
    time=1_722_587_004_000_000,
    provider="aws",
    log_class="management",
    service="sts",
    action="AssumeRole",
    shared_event_id="b0b0b0b0-0000-4000-8000-000000000002",
    organization=None,
    account=ACCOUNT,
    region="eu-west-1",
    access="credential",
    stage=None,
    technique=None,
    outcome="success",
    error_code=None,
    principal_id="AIDAEXAMPLEALICE00001",
    principal_type="IAMUser",
    principal_name="alice",
    principal_arn="arn:aws:iam::111122223333:user/team/alice",
    principal_account="111122223333",
    credential_id="AKIAEXAMPLEALICE0001",
    credential_type="long_term",
    session_name=None,
    session_created=None,
    mfa=None,
    source_identity=None,
    issuer=None,
    issuer_id=None,
    invoked_by=None,
    delegation=[],
    issued_to=None,
    issued=Issued(
        credential_id="ASIAEXAMPLEADMIN0001",
        principal_id="AROAEXAMPLEADMIN00001:alice-session",
        expires=1_722_587_904_000_000,
        issued_to=None,
        known_as="aws:arn:aws:sts::444455556666:assumed-role/admin/alice-session",
    ),
    touched=[],
    source_ip="203.0.113.9",
    source_service=None,
    vpc_endpoint=None,
    interface="cli",
    user_agent="aws-cli/2.13.0 Python/3.11.4 Linux/5.10.0 exe/x86_64.ubuntu.22",
    client="aws-cli/2",
    os="linux",
    resources=["arn:aws:iam::444455556666:role/admin"],
    target_account="444455556666",
    origin="file:///trail.json#0",
)

STOLEN_ROLE = record(
    "iam:CreateUser",
    identity=role(
        "i-0ABC0123456789def",
        sessionContext={
            "sessionIssuer": {
                "type": "Role",
                "principalId": "AROAEXAMPLEDEPLOY0001",
                "arn": "arn:aws:iam::111122223333:role/ci/deploy",
                "accountId": ACCOUNT,
                "userName": "deploy",
            },
            "attributes": {"creationDate": "2024-08-02T08:20:52Z", "mfaAuthenticated": "false"},
            "ec2RoleDelivery": "2.0",
            "sourceIdentity": "alice@example.com",
        },
    ),
    sourceIPAddress="2001:DB8::7",
    userAgent="Boto3/1.26.165 Python/3.10.6 Linux/5.19.0-46-generic Botocore/1.29.165",
    errorCode="AccessDenied",
    errorMessage="User is not authorized to perform: iam:CreateUser",
    requestParameters={"userName": "backdoor"},
    vpcEndpointId="vpce-0a1b2c3d",
)

STOLEN_ROLE_EVENT = ApiEvent(
    event_id="6a1f0c52-0000-4000-8000-000000000001",
    time=1_722_587_004_000_000,
    provider="aws",
    log_class="management",
    service="iam",
    action="CreateUser",
    account="111122223333",
    region="eu-west-1",
    access="credential",
    stage="persistence",
    technique="T1136.003",
    outcome="denied",
    error_code="AccessDenied",
    principal_id="AROAEXAMPLEDEPLOY0001:i-0ABC0123456789def",
    principal_type="AssumedRole",
    principal_name="deploy",
    principal_arn="arn:aws:sts::111122223333:assumed-role/deploy/i-0ABC0123456789def",
    principal_account="111122223333",
    credential_id="ASIAEXAMPLEDEPLOY001",
    credential_type="temporary",
    session_name="i-0ABC0123456789def",
    session_created=1_722_586_852_000_000,
    mfa=False,
    source_identity="alice@example.com",
    issuer="arn:aws:iam::111122223333:role/ci/deploy",
    issuer_id="AROAEXAMPLEDEPLOY0001",
    issued_to="aws:111122223333:instance/i-0abc0123456789def",
    source_ip="2001:db8::7",
    vpc_endpoint="vpce-0a1b2c3d",
    interface="sdk",
    user_agent="Boto3/1.26.165 Python/3.10.6 Linux/5.19.0-46-generic Botocore/1.29.165",
    client="boto3/1",
    os="linux",
    resources=["backdoor"],
    origin="file:///trail.json#0",
    home="instance",
    credential_age=152_000_000,
)


@pytest.mark.parametrize(("raw", "expected"), [(ASSUME_ROLE, ASSUME_ROLE_EVENT), (STOLEN_ROLE, STOLEN_ROLE_EVENT)])
def test_a_record_becomes_exactly_this_event(raw: dict[str, Any], expected: ApiEvent) -> None:
    event = parse_record(json.dumps(raw).encode(), ORIGIN)
    assert isinstance(event, ApiEvent)
    # How an action is classified is the action table's own business, and has its own tests.
    expected = msgspec.structs.replace(
        expected,
        access=event.access,
        stage=event.stage,
        technique=event.technique,
        action_basis=event.action_basis,
    )
    assert event == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "management"),
        ({"eventCategory": "Data", "managementEvent": False}, "data"),
        ({"eventCategory": None, "managementEvent": False}, "data"),
        ({"eventCategory": None, "managementEvent": None}, "management"),
        ({"eventCategory": "NetworkActivity", "eventType": "AwsVpceEvent"}, "network"),
        ({"eventCategory": None, "eventType": "AwsVpceEvent"}, "network"),
        ({"eventCategory": "Insight", "eventType": "AwsCloudTrailInsight"}, "insight"),
        ({"eventType": "AwsConsoleSignIn"}, "signin"),
        ({"eventSource": "signin.amazonaws.com", "eventName": "ConsoleLogin"}, "signin"),
    ],
)
def test_the_class_of_log(fields: dict[str, Any], expected: str) -> None:
    assert parsed(**fields).log_class == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (None, "success"),
        ("", "success"),
        ("AccessDenied", "denied"),
        ("AccessDeniedException", "denied"),
        ("Client.UnauthorizedOperation", "denied"),
        ("UnauthorizedAccess", "denied"),
        ("NotAuthorized", "denied"),
        ("VpceAccessDenied", "denied"),
        ("AuthFailure", "denied"),
        ("ForbiddenException", "denied"),
        ("NoSuchEntityException", "error"),
        ("ThrottlingException", "error"),
    ],
)
def test_the_outcome_tells_a_denial_from_another_failure(code: str | None, expected: str) -> None:
    event = parsed(errorCode=code)
    assert (event.outcome, event.error_code) == (expected, code or None)


def test_a_failed_sign_in_is_denied_though_it_has_no_error_code() -> None:
    event = parsed(
        "signin:ConsoleLogin",
        eventType="AwsConsoleSignIn",
        responseElements={"ConsoleLogin": "Failure"},
        additionalEventData={"MFAUsed": "Yes"},
        errorMessage="Failed authentication",
        userAgent="Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/114.0",
    )
    assert (event.outcome, event.log_class, event.mfa) == ("denied", "signin", True)
    assert (event.interface, event.client, event.os) == ("browser", "Firefox/114", "linux")
    assert event.credential_type == "console_session"


def test_a_sign_in_with_an_error_message_alone_is_an_error_and_another_call_is_not() -> None:
    assert parsed("signin:SwitchRole", errorMessage="Invalid information").outcome == "error"
    assert parsed(errorMessage="a note").outcome == "success"


@pytest.mark.parametrize(("used", "expected"), [("Yes", True), ("No", False), ("?", None)])
def test_a_sign_in_says_itself_whether_there_was_a_second_factor(used: str, expected: bool | None) -> None:
    event = parsed(
        "signin:ConsoleLogin", responseElements={"ConsoleLogin": "Success"}, additionalEventData={"MFAUsed": used}
    )
    assert (event.outcome, event.mfa) == ("success", expected)


@pytest.mark.parametrize(
    "name", ["UpdateFunctionCode20150331v2", "UpdateFunctionCode20150331", "UpdateFunctionCode2015_03_31"]
)
def test_a_dated_operation_keeps_its_name_and_is_classified_without_the_date(name: str) -> None:
    dated, plain = parsed(f"lambda:{name}"), parsed("lambda:UpdateFunctionCode")
    assert dated.action == name
    assert (dated.access, dated.stage, dated.technique) == (plain.access, plain.stage, plain.technique)


def test_the_service_loses_its_domain_only() -> None:
    assert parsed(eventSource="ec2.amazonaws.com.cn").service == "ec2"
    assert parsed(eventSource="elasticmapreduce.amazonaws.com").service == "elasticmapreduce"
    assert parsed(eventSource="aws.internal").service == "aws.internal"


def test_a_record_without_an_event_id_is_named_by_its_bytes() -> None:
    raw = record()
    del raw["eventID"]
    first, again = (parse(json.dumps(raw).encode(), origin) for origin in ("a#0", "b#7"))
    other = parsed(eventID=None, awsRegion="us-east-1")
    assert isinstance(first, ApiEvent)
    assert isinstance(again, ApiEvent)
    assert first.event_id == again.event_id != other.event_id
    assert first.event_id.startswith("sha256:")
    assert len(first.event_id) == len("sha256:") + 32


def test_a_service_in_place_of_an_address() -> None:
    event = parsed(sourceIPAddress="config.amazonaws.com", userAgent="config.amazonaws.com")
    assert (event.source_ip, event.source_service, event.interface) == (None, "config.amazonaws.com", "service")


def test_the_oldest_and_emptiest_record_is_an_event() -> None:
    bare = b'{"eventTime":"2013-11-13T00:00:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers"}'
    event = parse(bare, "x#0")
    assert isinstance(event, ApiEvent)
    assert (event.principal_type, event.principal_id, event.credential_type) == ("unknown", None, "unknown")
    assert (event.account, event.source_ip, event.interface, event.outcome) == (None, None, "unknown", "success")


def test_every_field_may_be_null() -> None:
    raw = dict.fromkeys(record()) | {
        "eventTime": "2024-08-02T08:23:24Z",
        "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances",
        "resources": None,
        "additionalEventData": None,
        "serviceEventDetails": None,
    }
    assert isinstance(parse(json.dumps(raw).encode(), "x#0"), ApiEvent)


def test_insight_and_service_events_parse_without_an_identity() -> None:
    insight = record("ec2:RunInstances", eventType="AwsCloudTrailInsight", eventCategory="Insight")
    del insight["userIdentity"]
    event = parse(json.dumps(insight).encode(), "x#0")
    assert isinstance(event, ApiEvent)
    assert event.log_class == "insight"
    assert parsed("kms:RotateKey", None, eventType="AwsServiceEvent").log_class == "management"


INSIGHT = {
    "eventVersion": "1.08",
    "eventTime": "2024-08-02T08:23:00Z",
    "awsRegion": "eu-west-1",
    "eventID": "6a1f0c52-0000-4000-8000-000000000009",
    "eventType": "AwsCloudTrailInsight",
    "recipientAccountId": ACCOUNT,
    "sharedEventID": "b0b0b0b0-0000-4000-8000-000000000009",
    "insightDetails": {
        "state": "Start",
        "eventSource": "iam.amazonaws.com",
        "eventName": "CreateAccessKey",
        "insightType": "ApiErrorRateInsight",
        "errorCode": "AccessDenied",
        "insightContext": {"statistics": {"baseline": {"average": 0.0}, "insight": {"average": 9.0}}},
    },
    "eventCategory": "Insight",
}


def test_an_insight_is_an_event_of_its_class_that_nobody_made() -> None:
    """CloudTrail user guide, "CloudTrail record contents for Insights events": the call is in insightDetails."""
    event = parse_record(json.dumps(INSIGHT).encode(), ORIGIN)
    assert isinstance(event, ApiEvent)
    assert shown(event) == {
        "event_id": "6a1f0c52-0000-4000-8000-000000000009",
        "time": 1_722_586_980_000_000,
        "provider": "aws",
        "log_class": "insight",
        "service": "iam",
        "action": "CreateAccessKey",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "error_code": "AccessDenied",
        "origin": ORIGIN,
    }


def test_a_network_activity_event_is_a_call_through_an_endpoint() -> None:
    """CloudTrail user guide, "Logging network activity events": a call that the endpoint's policy refused."""
    caller = {"type": "AWSAccount", "principalId": "AROAEXAMPLEOTHER00001:carol", "accountId": "444455556666"}
    event = parsed(
        "cloudtrail:LookupEvents",
        caller,
        eventType="AwsVpceEvent",
        eventCategory="NetworkActivity",
        vpcEndpointId="vpce-0a1b2c3d",
        vpcEndpointAccountId=ACCOUNT,
        errorCode="VpceAccessDenied",
    )
    assert (event.log_class, event.outcome, event.vpc_endpoint) == ("network", "denied", "vpce-0a1b2c3d")
    assert (event.principal_account, event.session_name) == ("444455556666", "carol")


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ({"awsAccountId": ACCOUNT, "digestStartTime": "2024-08-02T08:00:00Z", "logFiles": []}, "cloudtrail_digest"),
        ({"messageType": "CONTROL_MESSAGE", "logEvents": [{"message": "checking"}]}, "cloudwatch_control"),
        # CloudTrail user guide, "CloudTrail record contents for aggregated events".
        (
            {
                "eventVersion": "1.0",
                "accountId": ACCOUNT,
                "eventId": "6a1f0c52-0000-4000-8000-00000000000a",
                "eventCategory": "Aggregated",
                "eventType": "AwsAggregatedEvent",
                "eventSource": "s3.amazonaws.com",
                "timeWindow": {"windowStart": "2024-08-02T08:20:00Z", "windowSize": "PT5M"},
                "summary": {"primaryDimension": {"dimension": "eventName"}},
            },
            "cloudtrail_aggregated",
        ),
        # A file was delivered: CloudTrail's own notice, S3's notice, and the message by which S3 tries a topic.
        ({"s3Bucket": "trail", "s3ObjectKey": ["AWSLogs/1.json.gz"]}, "cloudtrail_notice"),
        (record("s3:x", eventSource="aws:s3", eventName="ObjectCreated:Put", s3={}), "cloudtrail_notice"),
        ({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "trail"}, "cloudtrail_notice"),
        ({"Type": "SubscriptionConfirmation", "TopicArn": "arn:aws:sns:eu-west-1:1:x"}, "cloudtrail_notice"),
    ],
)
def test_records_that_are_no_events_are_ignored_by_name(raw: dict[str, Any], kind: str) -> None:
    assert parse_record(json.dumps(raw).encode(), "x#0") == Ignored(kind)
    assert kind in IGNORED


@pytest.mark.parametrize(
    "fields",
    [
        {"userAgent": 5, "errorCode": 404, "eventID": 17},
        {"requestParameters": "", "responseElements": "", "additionalEventData": [], "resources": "none"},
        {"readOnly": "true", "managementEvent": "true", "sessionCredentialFromConsole": True},
        {"awsRegion": {"name": "x"}, "sourceIPAddress": ["203.0.113.9"], "vpcEndpointId": True},
        {"resources": [None, 5, {"ARN": 5, "accountId": 6}]},
        {"identity": {**USER, "accountId": 111122223333, "sessionContext": "", "inScopeOf": []}},
        {"identity": role(sessionContext={"attributes": {"mfaAuthenticated": True, "creationDate": 5}})},
        {"identity": role(sessionContext={"attributes": {"creationDate": ""}, "sessionIssuer": {}})},
        {"call": "sts:AssumeRole", "requestParameters": [1], "responseElements": {"credentials": "x"}},
        {"call": "ssm:SendCommand", "requestParameters": {"instanceIds": {"a": 1}, "targets": [5, {"key": 1}]}},
        {"call": "ec2:RunInstances", "requestParameters": {"instancesSet": {"items": [1, {}]}, "instanceId": 5}},
    ],
)
def test_a_field_of_another_type_costs_itself_and_not_the_event(fields: dict[str, Any]) -> None:
    event = parsed(**fields)
    assert event.time == 1_722_587_004_000_000
    assert event.principal_account == ACCOUNT


def test_numbers_in_place_of_text_become_text() -> None:
    event = parsed(eventID=17, errorCode=404, identity={**USER, "accountId": 111122223333})
    assert (event.event_id, event.error_code, event.principal_account) == ("17", "404", ACCOUNT)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"{}", "not a CloudTrail record: no eventName, eventSource, eventTime"),
        (json.dumps(record() | {"eventName": None}).encode(), "not a CloudTrail record: no eventName"),
        (json.dumps(record() | {"eventTime": ""}).encode(), "not a CloudTrail record: no eventTime"),
        (json.dumps(record() | {"eventTime": "redacted"}).encode(), "eventTime is no time: 'redacted'"),
        (json.dumps(record() | {"eventName": 5}).encode(), "eventName is not text"),
        (json.dumps(record() | {"eventTime": 1722587004}).encode(), "eventTime is not text"),
        (json.dumps(record() | {"userIdentity": "alice"}).encode(), "userIdentity is not an object"),
        (b"[]", "not a JSON object"),
        (b"5", "not a JSON object"),
        (b"", "not JSON: Input data was truncated"),
        (b'{"eventName":', "not JSON: Input data was truncated"),
        (b'{"eventName":NaN}', "not JSON: JSON is malformed: invalid character (byte 13)"),
        (b'{"userAgent":"\xff"}', "not UTF-8: invalid start byte"),
        (
            b'{"userAgent":"\\ud800 tail"}',
            "not JSON: JSON is malformed: unexpected end of escaped utf-16 surrogate pair (byte 20)",
        ),
        (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nested too deep"),
    ],
)
def test_what_is_no_record_is_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse(data, "x#0")
    assert str(refused.value) == message


def test_a_bad_part_that_an_action_needs_is_refused_by_name() -> None:
    raw = json.dumps(record("sts:AssumeRole", requestParameters={"roleArn": "REPLACED"})).encode()
    with pytest.raises(ParseError, match=r"^requestParameters: "):
        parse(raw.replace(b"REPLACED", b"\xff"), "x#0")


CALLS = [
    *("sts:AssumeRole", "ssm:SendCommand", "ec2:ReplaceIamInstanceProfileAssociation", "signin:ConsoleLogin"),
    *("signin:SwitchRole", "signin:UserAuthentication", "signin:GetSigninToken", "sso:GetRoleCredentials"),
    *("rolesanywhere:CreateSession", "cognito-identity:GetCredentialsForIdentity", "sso-oauth:CreateToken"),
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


FIELDS = [*record(), "resources", "additionalEventData", "serviceEventDetails", "insightDetails", "eventData"]


@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6))
def test_any_value_in_any_field_gives_an_event_or_a_parse_error(fields: dict[str, Any]) -> None:
    for call in CALLS:
        with contextlib.suppress(ParseError):
            event = parse(json.dumps(record(call) | fields).encode(), "x#0")
            assert isinstance(event, ApiEvent | Ignored)


def test_texts_are_bounded() -> None:
    long = "x" * 9_000
    event = parsed(
        "iam:CreateUser",
        identity={**role(long), "accessKeyId": long},
        userAgent=long,
        awsRegion=long,
        eventID=long,
        errorCode=long,
        requestParameters={"userName": long},
        resources=[{"ARN": f"arn:aws:iam::{ACCOUNT}:user/{n}"} for n in range(100)],
    )
    values = [value for value in msgspec.structs.astuple(event) if isinstance(value, str | list)]
    assert max(len(text) for value in values for text in ([value] if isinstance(value, str) else value)) == 2_048
    assert len(event.user_agent or "") == 1_024
    assert len(event.resources) == 32
