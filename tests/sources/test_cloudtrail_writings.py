"""CloudTrail records as query engines and other products write them: in other cases, as text, inside another record."""

import contextlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources import struct_text
from analytic.sources.cloudtrail import parse, recognises
from analytic.sources.errors import ParseError
from analytic.sources.json_fields import decode_fields
from analytic.sources.source import parse_record
from schemas.records import ApiEvent
from tests.sources.cloudtrail_records import ACCOUNT, ORIGIN, record, role, shown

ASSUMED = record(
    "sts:AssumeRole",
    role(),
    requestParameters={"roleArn": f"arn:aws:iam::{ACCOUNT}:role/admin", "roleSessionName": "alice"},
    responseElements={
        "credentials": {"accessKeyId": "ASIAEXAMPLEADMIN0001", "expiration": "Aug 2, 2024, 9:23:24 AM"},
        "assumedRoleUser": {
            "assumedRoleId": "AROAEXAMPLEADMIN00001:alice",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/alice",
        },
    },
    resources=[{"ARN": f"arn:aws:iam::{ACCOUNT}:role/admin", "accountId": ACCOUNT, "type": "AWS::IAM::Role"}],
    errorCode=None,
    readOnly=True,
)


def event_of(raw: Any) -> ApiEvent:
    event = parse_record(json.dumps(raw).encode(), ORIGIN)
    assert isinstance(event, ApiEvent)
    return event


def lower(value: Any) -> Any:
    """All keys in lower case, to the last."""
    if isinstance(value, dict):
        return {key.lower(): lower(inner) for key, inner in value.items()}
    return [lower(item) for item in value] if isinstance(value, list) else value


def struct(value: Any) -> str:
    """As Athena and CloudTrail Lake write a struct, a map or an array of structs."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}={struct(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(struct(item) for item in value) + "]"
    return "null" if value is None else str(value)


def athena(raw: dict[str, Any], written: Any) -> dict[str, Any]:
    """A row of the Athena table for CloudTrail logs: columns in lower case, what services write as JSON text."""
    row = {key.lower(): value for key, value in raw.items()}
    row["useridentity"] = written(lower(raw["userIdentity"]))
    row["resources"] = written(lower(raw["resources"]))
    row["requestparameters"] = json.dumps(raw["requestParameters"])
    row["responseelements"] = json.dumps(raw["responseElements"])
    row["readonly"] = "true"
    row["eventtime"] = "2024-08-02 08:23:24.000"
    return row


@pytest.mark.parametrize("written", [struct, json.dumps, lambda value: value], ids=["struct", "json", "object"])
def test_a_row_of_athena_is_the_same_event(written: Any) -> None:
    """Amazon Athena user guide, "Create the table for CloudTrail logs": the columns and their types."""
    assert shown(event_of(athena(ASSUMED, written))) == shown(event_of(ASSUMED))


def test_a_row_of_cloudtrail_lake_is_the_same_event() -> None:
    """CloudTrail user guide, "CloudTrail Lake": columns in CloudTrail's own case, structs and maps as text."""
    row = {key: struct(value) if isinstance(value, dict | list) else value for key, value in ASSUMED.items()}
    row |= {"eventTime": "2024-08-02 08:23:24.000", "readOnly": "true", "managementEvent": "true"}
    # The name of the month holds a comma, which the text cannot show: it is read all the same.
    assert shown(event_of(row)) == shown(event_of(ASSUMED))


def test_a_delivered_record_with_parameters_as_text_is_the_same_event() -> None:
    texts = {key: json.dumps(ASSUMED[key]) for key in ("requestParameters", "responseElements", "resources")}
    assert shown(event_of(ASSUMED | texts)) == shown(event_of(ASSUMED))


def test_an_integrations_event_in_lake_is_read_from_its_data() -> None:
    """CloudTrail user guide, "CloudTrail Lake integrations event schema": eventData is the source's own event."""
    data = {
        "version": "1.0",
        "userIdentity": {"type": "User", "principalId": "carol@example.com", "details": {"group": "shop"}},
        "userAgent": "example-agent/1.0",
        "eventSource": "directory.example.com",
        "eventName": "DeleteUser",
        "eventTime": "2024-08-02T08:23:24Z",
        "UID": "example-1",
        "requestParameters": {"user": "bob"},
        "sourceIPAddress": "198.51.100.7",
        "recipientAccountId": ACCOUNT,
    }
    outer = {
        "eventVersion": "1.08",
        "eventCategory": "ActivityAuditLog",
        "eventType": "ActivityLog",
        "eventID": "6a1f0c52-0000-4000-8000-00000000000b",
        "eventTime": "2024-08-02T08:25:00Z",
        "awsRegion": "eu-west-1",
        "recipientAccountId": ACCOUNT,
        "metadata": {"ingestionTime": "2024-08-02 08:25:01.000", "channelARN": "arn:aws:cloudtrail:x"},
    }
    for wrapped in (data, json.dumps(data)):
        said = shown(event_of(outer | {"eventData": wrapped}))
        for table in ("access", "stage", "technique", "action_basis", "interface", "client", "os"):
            said.pop(table, None)
        assert said == {
            "event_id": "6a1f0c52-0000-4000-8000-00000000000b",
            "time": 1_722_587_004_000_000,
            "provider": "aws",
            "log_class": "management",
            "service": "directory.example.com",
            "action": "DeleteUser",
            "account": ACCOUNT,
            "region": "eu-west-1",
            "principal_id": "carol@example.com",
            "principal_type": "User",
            "source_ip": "198.51.100.7",
            "user_agent": "example-agent/1.0",
            "origin": ORIGIN,
        }


def test_all_keys_in_lower_case_cost_no_more_than_what_they_name() -> None:
    event = event_of(lower(ASSUMED))
    whole = event_of(ASSUMED)
    for name in ("event_id", "time", "principal_arn", "issuer", "session_created", "credential_id", "resources"):
        assert getattr(event, name) == getattr(whole, name), name


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({"eventversion": "1.08"}, "not a CloudTrail record: no eventName, eventSource, eventTime"),
        (lower(record()) | {"eventtime": 5}, "eventTime is not text"),
        (lower(record()) | {"useridentity": "{type=IAMUser"}, "userIdentity is not an object"),
        (record() | {"eventName": None, "userIdentity": {}}, "not a CloudTrail record: no eventName"),
    ],
)
def test_what_lacks_the_essential_is_refused_by_name(raw: dict[str, Any], message: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse(json.dumps(raw).encode(), ORIGIN)
    assert str(refused.value) == message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", {}),
        ("[]", []),
        ("{a=b}", {"a": "b"}),
        ("{a=null, b=, c=x y}", {"a": None, "b": "", "c": "x y"}),
        ("{a={b=c, d={}}, e=[x, y]}", {"a": {"b": "c", "d": {}}, "e": ["x", "y"]}),
        ("[{arn=a, type=b}, {arn=null, type=c}]", [{"arn": "a", "type": "b"}, {"arn": None, "type": "c"}]),
        ("{time=Aug 2, 2024, 9:23:24 AM, arn=arn:aws:x}", {"time": "Aug 2, 2024, 9:23:24 AM", "arn": "arn:aws:x"}),
        ("{query=a=b}", {"query": "a=b"}),
    ],
)
def test_a_struct_is_read_from_its_text(text: str, expected: Any) -> None:
    assert struct_text.parse(text) == expected


@pytest.mark.parametrize(
    "text", ["", "{", "[", "a", "a=b", "{a", "{a=", "{a=b", "{a=b}x", "{a=[b}", "[a", "{a={", "{" * 100, "{a=" * 100]
)
def test_what_is_no_struct_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        struct_text.parse(text)


@pytest.mark.parametrize(
    "text", ["{a=" + ", x" * 300_000, "{" + "=," * 300_000, "[" + "a, " * 300_000, "{a" + "=b, c" * 200_000 + "}"]
)
def test_hostile_text_costs_time_in_proportion(text: str) -> None:
    started = time.process_time()
    with contextlib.suppress(ValueError):
        struct_text.parse(text)
    assert time.process_time() - started < 3


@given(st.text(alphabet="{}[]=, ab", max_size=60))
def test_any_text_is_a_struct_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert isinstance(struct_text.parse(text), dict | list)


@pytest.mark.parametrize("written", [str, str.lower, str.upper])
@pytest.mark.parametrize(
    "record",
    [
        {"eventVersion": "1.08"},
        {"userIdentity": {}},
        {"digestStartTime": "2026-03-03T00:00:00Z"},
        {"messageType": "CONTROL_MESSAGE"},
        {"s3Bucket": "trail", "s3ObjectKey": ["one"]},
        {"Event": "s3:TestEvent"},
        {"TopicArn": "arn:aws:sns:eu-west-1:111122223333:trail", "Type": "SubscriptionConfirmation"},
        {"eventName": "ListBuckets", "eventSource": "s3.amazonaws.com"},
    ],
    ids=lambda record: "+".join(record),
)
def test_each_name_that_tells_a_record_does_so_in_any_case(
    record: dict[str, Any], written: Callable[[str], str]
) -> None:
    data = json.dumps({"other": 1} | {written(name): value for name, value in record.items()}).encode()
    assert recognises(decode_fields(data))
    less = json.dumps({written(name): value for name, value in list(record.items())[1:]} | {"eventTime": 1}).encode()
    assert not recognises(decode_fields(less))
