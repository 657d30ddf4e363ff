"""Dispatch by content: each log's record goes to its own source, and what is no log's is refused in one line."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources import source
from analytic.sources.envelope import Record, records
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import decode_fields
from analytic.sources.source import IGNORED_KINDS, SOURCES, parse_record
from schemas.records import ApiEvent
from tests.sources.cloudtrail_records import record
from transforms import metrics

SUBSCRIPTION = "/subscriptions/6a1f0c52-0000-4000-8000-000000000001"
DIRECTORY = "/tenants/7a1c9d3e-0000-4000-8000-00000000000f/providers/Microsoft.aadiam"
OID = "aaaaaaaa-0000-4000-8000-00000000000a"

SAMPLES: dict[str, dict[str, Any]] = {
    "cloudtrail": record(),
    "gcp_audit": {
        "insertId": "i1",
        "logName": "projects/example/logs/cloudaudit.googleapis.com%2Factivity",
        "timestamp": "2024-08-02T08:23:24Z",
        "resource": {"type": "gce_instance", "labels": {"project_id": "example"}},
        "protoPayload": {
            "@type": "type.googleapis.com/google.cloud.audit.AuditLog",
            "serviceName": "compute.googleapis.com",
            "methodName": "v1.compute.instances.stop",
            "authenticationInfo": {"principalEmail": "alice@example.com"},
            "requestMetadata": {"callerIp": "203.0.113.9"},
        },
    },
    "azure_activity": {
        "time": "2024-08-02T08:23:24Z",
        "resourceId": f"{SUBSCRIPTION}/RESOURCEGROUPS/WEB/PROVIDERS/MICROSOFT.COMPUTE/VIRTUALMACHINES/WEB1",
        "operationName": "MICROSOFT.COMPUTE/VIRTUALMACHINES/START/ACTION",
        "category": "Administrative",
        "resultType": "Success",
        "correlationId": OID,
        "callerIpAddress": "203.0.113.9",
        "identity": {"claims": {"oid": OID}},
    },
    "graph_activity": {
        "time": "2024-08-02T08:23:24Z",
        "resourceId": DIRECTORY,
        "operationName": "Microsoft Graph Activity",
        "category": "MicrosoftGraphActivityLogs",
        "properties": {
            "requestId": "6a1f0c52-0000-4000-8000-000000000002",
            "requestMethod": "GET",
            "requestUri": "https://graph.microsoft.com/v1.0/users",
            "responseStatusCode": 200,
            "timeGenerated": "2024-08-02T08:23:24Z",
        },
    },
    "entra_signin": {
        "time": "2024-08-02T08:23:24Z",
        "resourceId": DIRECTORY,
        "operationName": "Sign-in activity",
        "category": "SignInLogs",
        "properties": {
            "id": "6a1f0c52-0000-4000-8000-000000000003",
            "createdDateTime": "2024-08-02T08:23:24Z",
            "userPrincipalName": "alice@example.com",
            "userId": OID,
            "status": {"errorCode": 0},
        },
    },
    "entra_audit": {
        "time": "2024-08-02T08:23:24Z",
        "resourceId": DIRECTORY,
        "operationName": "Add user",
        "category": "AuditLogs",
        "properties": {
            "id": "Directory_6a1f",
            "activityDisplayName": "Add user",
            "activityDateTime": "2024-08-02T08:23:24Z",
            "result": "success",
            "initiatedBy": {"user": {"id": OID, "userPrincipalName": "alice@example.com"}},
            "targetResources": [],
        },
    },
    "m365": {
        "Id": "6a1f0c52-0000-4000-8000-000000000004",
        "RecordType": 15,
        "CreationTime": "2024-08-02T08:23:24",
        "Operation": "UserLoggedIn",
        "OrganizationId": "7a1c9d3e-0000-4000-8000-00000000000f",
        "UserType": 0,
        "UserKey": OID,
        "Workload": "AzureActiveDirectory",
        "ResultStatus": "Success",
        "UserId": "alice@example.com",
        "ClientIP": "203.0.113.9",
    },
    "okta": {
        "uuid": "6a1f0c52-0000-4000-8000-000000000005",
        "published": "2024-08-02T08:23:24.000Z",
        "eventType": "user.session.start",
        "version": "0",
        "severity": "INFO",
        "displayMessage": "User login to Okta",
        "actor": {"id": "00uexample", "type": "User", "alternateId": "alice@example.com"},
        "outcome": {"result": "SUCCESS"},
        "client": {"ipAddress": "203.0.113.9"},
    },
}
PROVIDERS = {"cloudtrail": "aws", "gcp_audit": "gcp", "okta": "okta"}
NAMES = [getattr(one, "__name__", "").rpartition(".")[2] for one in SOURCES]


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_is_recognised_by_its_own_source_and_no_other(name: str) -> None:
    fields = decode_fields(encoded(SAMPLES[name]))
    assert [one for one, module in zip(NAMES, SOURCES, strict=True) if module.recognises(fields)] == [name]


@pytest.mark.parametrize("name", SAMPLES)
def test_a_record_of_each_log_becomes_an_event_with_its_place(name: str) -> None:
    event = parse_record(encoded(SAMPLES[name]), "file:///x.json#7")
    assert isinstance(event, ApiEvent)
    assert (event.provider, event.origin) == (PROVIDERS.get(name, "azure"), "file:///x.json#7")
    assert event.time == 1_722_587_004_000_000


def test_every_source_has_a_sample_here() -> None:
    assert sorted(SAMPLES) == sorted(NAMES)


def test_logs_of_all_clouds_in_one_file_each_find_their_source() -> None:
    lines = b"\n".join(encoded(sample) for sample in SAMPLES.values())
    for data in (lines, encoded(list(SAMPLES.values())), encoded({"records": list(SAMPLES.values())})):
        found = list(records(data))
        assert all(isinstance(piece, Record) for piece in found)
        events = [parse_record(piece.data, "x#0") for piece in found]
        assert [event.provider for event in events if isinstance(event, ApiEvent)] == [
            PROVIDERS.get(name, "azure") for name in SAMPLES
        ]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ({}, "no record of a known log: it is empty"),
        ({"schemaVersion": "2.0", "arn": "x"}, "no record of a known log: its keys are 'schemaVersion', 'arn'"),
        (
            dict.fromkeys("abcdefgh"),
            "no record of a known log: its keys are 'a', 'b', 'c', 'd', 'e', 'f', ...",
        ),
        (
            {"k" * 500: 1, "line\nbreak": 2, "\x1b[31m": 3},
            f"no record of a known log: its keys are '{'k' * 32}', 'line\\nbreak', '\\x1b[31m'",
        ),
        ([1], "not a JSON object"),
        ("text", "not a JSON object"),
    ],
)
def test_what_is_no_known_record_is_refused_by_its_keys(raw: Any, message: str) -> None:
    with pytest.raises(ParseError) as refused:
        parse_record(encoded(raw), "x#0")
    assert str(refused.value) == message


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b'{"a":"\xff"}',
        b'{"a":' * 100_000,
        b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"eventName":NaN}',
        b'{"protoPayload":' + b'{"a":' * 100_000,
    ],
)
def test_no_bytes_raise_anything_but_a_parse_error(data: bytes) -> None:
    with pytest.raises(ParseError) as refused:
        parse_record(data, "x#0")
    assert "\n" not in str(refused.value)


KEYS = sorted({key for sample in SAMPLES.values() for key in sample} | {"properties", "AuditData", "eventVersion"})
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=10,
)


@given(st.sampled_from(sorted(SAMPLES)), st.dictionaries(st.sampled_from(KEYS), JSON, max_size=4))
def test_any_value_in_any_field_of_any_log_gives_an_event_or_a_parse_error(name: str, fields: dict[str, Any]) -> None:
    found: ApiEvent | Ignored | ParseError
    try:
        found = parse_record(encoded(SAMPLES[name] | fields), "x#0")
    except ParseError as error:
        found = error
    assert "\n" not in str(found) or not isinstance(found, ParseError)
    assert not isinstance(found, Ignored) or found.kind in IGNORED_KINDS


@given(st.binary(max_size=200))
def test_any_bytes_give_an_event_or_a_parse_error(data: bytes) -> None:
    with contextlib.suppress(ParseError):
        assert isinstance(parse_record(data, "x#0"), ApiEvent | Ignored)


def test_the_kinds_that_are_passed_over_are_one_closed_list() -> None:
    assert len(set(IGNORED_KINDS)) == len(IGNORED_KINDS)
    assert (*IGNORED_KINDS, "other") == metrics.IGNORED_KINDS
    for kind in IGNORED_KINDS:
        assert metrics.ignored(kind) == f"ignored_{kind}"
        assert metrics.ignored(kind) in metrics.COUNTERS


def test_a_cloudtrail_record_costs_one_decode(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_data: bytes) -> Any:
        raise AssertionError("a plain CloudTrail record is decoded once")

    monkeypatch.setattr(source, "decode_fields", refuse)
    assert isinstance(parse_record(encoded(record()), "x#0"), ApiEvent)
