"""Cloud Audit Logs entries as an attacker, or a broken exporter, would write them."""

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources import gcp_audit
from analytic.sources.errors import ParseError
from analytic.sources.gcp_audit import parse
from schemas.records import ApiEvent, to_dict
from tests.sources.gcp_records import ORIGIN, entry, event_of, payload

METHODS = [
    ("GenerateAccessToken", "iamcredentials.googleapis.com"),
    ("google.iam.admin.v1.CreateServiceAccountKey", "iam.googleapis.com"),
    ("google.identity.sts.v1.SecurityTokenService.ExchangeToken", "sts.googleapis.com"),
    ("v1.compute.instances.start", "compute.googleapis.com"),
    ("google.cloud.functions.v1.CloudFunctionsService.UpdateFunction", "cloudfunctions.googleapis.com"),
    ("google.devtools.cloudbuild.v1.CloudBuild.CreateBuild", "cloudbuild.googleapis.com"),
    ("io.k8s.core.v1.pods.exec.create", "k8s.io"),
    ("storage.hmacKeys.create", "storage.googleapis.com"),
    ("google.cloud.osconfig.v1.OsConfigService.ExecutePatchJob", "osconfig.googleapis.com"),
]
FIELDS = [
    *("authenticationInfo", "authorizationInfo", "requestMetadata", "resourceName", "resourceLocation", "status"),
    *("request", "response", "metadata", "serviceName", "methodName", "@type", "at_sign_type"),
]
NAMES = [
    *("name", "delegates", "lifetime", "seconds", "update_mask", "paths", "items", "key", "id", "build", "metadata"),
    *("principalEmail", "principalSubject", "serviceAccountKeyName", "serviceAccountDelegationInfo", "code", "granted"),
    *("firstPartyPrincipal", "thirdPartyPrincipal", "thirdPartyClaims", "mapped_principal", "mapped_attributes"),
    *("permission", "resource", "permissionType", "callerIp", "callerSuppliedUserAgent", "requestAttributes", "reason"),
    *("instance_filter", "instances", "currentLocations", "valid_before_time", "expire_time", "expires_in", "status"),
]
TEXTS = st.sampled_from(
    [
        *("", "x", "principal://iam.googleapis.com/locations/global/workforcePools/p/subject/a@example.com", "3600s"),
        *("projects/p/zones/us-central1-a/instances/i", "a@b.iam.gserviceaccount.com", "true", "\x00", "é" * 40),
        *("arn:aws:sts::111122223333:assumed-role/r/s", "projects/-/serviceAccounts/a@b.c/keys/k", "9" * 400),
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@given(st.binary(max_size=300))
def test_any_bytes_give_an_event_or_a_parse_error(data: bytes) -> None:
    with contextlib.suppress(ParseError):
        parse(data, ORIGIN)


@given(
    st.sampled_from(METHODS),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6),
    st.dictionaries(st.sampled_from(["resource", "operation", "insertId", "logName", "timestamp", "severity"]), JSON),
)
def test_any_types_in_any_place_give_an_event_or_a_parse_error(
    method: tuple[str, str], fields: dict[str, Any], around: dict[str, Any]
) -> None:
    data = json.dumps(entry(payload(*method) | fields, **around)).encode()
    with contextlib.suppress(ParseError):
        event = parse(data, ORIGIN)
        if isinstance(event, ApiEvent):
            json.dumps(to_dict(event))
            assert event.service
            assert event.action


@pytest.mark.parametrize(
    "name", ["request", "response", "metadata", "authenticationInfo", "authorizationInfo", "other"]
)
@pytest.mark.parametrize("method", METHODS)
def test_deep_nesting_is_a_parse_error_or_not_looked_at(name: str, method: tuple[str, str]) -> None:
    deep = '{"a":' * 100_000 + "1" + "}" * 100_000
    data = json.dumps(entry(payload(*method) | {name: "HERE"})).replace('"HERE"', deep).encode()
    with contextlib.suppress(ParseError):
        parse(data, ORIGIN)


def test_a_lone_surrogate_or_bad_utf8_is_a_parse_error() -> None:
    good = json.dumps(entry()).encode()
    with pytest.raises(ParseError):
        parse(good.replace(b"Alice", b"\xff\xfe"), ORIGIN)
    with contextlib.suppress(ParseError):
        parse(good.replace(b"Alice", b"\\ud800"), ORIGIN)


def test_long_texts_are_cut() -> None:
    long = "x" * 1_000_000
    log = payload(
        f"v1.{long}",
        f"{long}.googleapis.com",
        who={
            "principalEmail": f"{long}@example.com",
            "serviceAccountKeyName": f"a/keys/{long}",
            "serviceAccountDelegationInfo": [{"principalSubject": f"principal://{long}"}] * 20,
        },
        resourceName=f"projects/{long}/zones/z/instances/{long}",
        authorizationInfo=[{"permission": long, "resource": long}] * 10,
        requestMetadata={"callerIp": long, "callerSuppliedUserAgent": long, "requestAttributes": {"reason": long}},
    )
    labels = {"project_id": long, "zone": long, "email_id": long}
    event = event_of(entry(log, operation={"id": long}, insertId=long, resource={"type": "x", "labels": labels}))
    for name, value in to_dict(event).items():
        for text in value if isinstance(value, list) else [value]:
            assert not isinstance(text, str) or len(text) <= 2_048, name
    assert len(event.delegation) <= 16
    assert len(event.user_agent or "") == 1_024


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "repo:" * 200_000,
        "projects/" * 100_000,
        "%41" * 300_000,
        "system:serviceaccount:" * 40_000,
        ("a." * 400_000) + "svc.id.goog[",
        "principal://a/locations/b/workloadIdentityPools/c/subject/" + "/" * 500_000,
    ],
)
def test_no_text_takes_long_to_read(text: str) -> None:
    started = time.perf_counter()
    for who in ({"principalEmail": text}, {"principalSubject": text}, {"serviceAccountKeyName": text}):
        event_of(entry(payload(who=who, resourceName=text, methodName=text), logName=text))
    # A second is a hundred times what it takes, and a thousandth of what a quadratic reading would.
    assert time.perf_counter() - started < 1


def test_the_sample_of_a_text_export_that_is_no_json_is_left_out() -> None:
    row = entry(payload() | {"requestJson": '{"name": "cut off', "metadataJson": "[1"})
    row["protopayload_auditlog"] = row.pop("protoPayload")
    assert event_of(row).action == "v1.compute.firewalls.delete"


def test_the_source_tells_all_that_it_ignores() -> None:
    assert gcp_audit.IGNORED == ("gcp_not_audit",)
