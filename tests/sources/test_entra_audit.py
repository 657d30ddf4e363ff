"""One Entra audit record to one ApiEvent: whole golden events, then one field at a time, then bad input."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.context import action as actions
from analytic.sources import entra_audit
from analytic.sources.entra.keys import added_key
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from schemas.records import ApiEvent, Issued
from tests.sources.entra_audit_records import audit, audit_exported, audit_row, key
from tests.sources.entra_records import (
    ALICE,
    APP,
    BROWSER,
    KEY,
    ORIGIN,
    SERVICE_PRINCIPAL,
    SESSION,
    TENANT,
    TOKEN,
    encoded,
    lowered,
    parsed,
    recognised,
    shown,
)

OLD = "00000000-0000-4000-8000-0000000000ff"


def classified(action: str) -> dict[str, Any]:
    """What the classification of actions says of it, which is not this source's matter."""
    act = actions.classify("azure", "microsoft.aadiam", action, read_only=False)
    found = {"access": act.access, "stage": act.stage, "technique": act.technique, "action_basis": act.basis}
    return {name: value for name, value in found.items() if value not in (None, "unknown")}


def event_of(**properties: Any) -> ApiEvent:
    return parsed(entra_audit, audit_exported(**properties))


# Reviewed against Microsoft Graph, "directoryAudit resource type", and Azure Monitor, table reference AuditLogs.
ADDED: dict[str, Any] = {
    "event_id": "Directory_00000000-0000-4000-8000-0000000000c2_ABCDE_12345678",
    "time": 1_722_587_400_765_432,
    "provider": "azure",
    "log_class": "management",
    "service": "microsoft.aadiam",
    "action": "Add service principal credentials",
    "organization": TENANT,
    "account": TENANT,
    "principal_id": ALICE,
    "principal_type": "User",
    "principal_name": "alice@example.com",
    "principal_account": TENANT,
    "issued": {
        "credential_id": KEY,
        "principal_id": SERVICE_PRINCIPAL,
        "expires": None,
        "issued_to": None,
        "session_id": None,
        "known_as": None,
        "delegates": [],
    },
    "source_ip": "203.0.113.9",
    "interface": "browser",
    "user_agent": BROWSER,
    "client": "Edge/120",
    "os": "windows",
    "resources": [SERVICE_PRINCIPAL, "deploy"],
    "origin": ORIGIN,
}


@pytest.mark.parametrize(
    "record",
    [
        audit_exported(),
        audit_row(),
        audit_row(InitiatedBy=audit()["initiatedBy"], TargetResources=audit()["targetResources"]),
        lowered(audit_exported()),
        lowered(audit_row()),
    ],
    ids=["diagnostic settings", "row of texts", "row of objects", "lower", "lower row"],
)
def test_an_added_secret_gives_the_same_whole_event_in_every_writing(record: Any) -> None:
    assert shown(parsed(entra_audit, record)) == ADDED | classified("Add service principal credentials")


def test_graphs_object_names_no_tenant() -> None:
    expected = {name: value for name, value in ADDED.items() if value != TENANT}
    assert shown(parsed(entra_audit, audit())) == expected | classified("Add service principal credentials")


# Reviewed against "auditActivityInitiator", "linkableIdentifiers" and "tokenDetails resource type" (beta).
def test_an_applications_change_with_the_token_that_made_it() -> None:
    by = {
        "app": {"appId": APP.upper(), "displayName": "deploy", "servicePrincipalId": SERVICE_PRINCIPAL},
        "linkableIdentifiers": {
            "sessionId": SESSION,
            "deviceId": "ffffffff-0006-4006-8006-000000000006",
            "tokenDetails": {"uniqueTokenIdentifier": TOKEN, "issuedAtDateTime": "2024-08-02T08:20:00Z"},
        },
    }
    target = {"id": ALICE, "displayName": None, "type": "User", "userPrincipalName": "alice@example.com"}
    record = audit_exported(
        activityDisplayName="Reset user password",
        initiatedBy=by,
        targetResources=[target, {"id": None, "displayName": "All users", "type": "Group"}],
        additionalDetails=[],
        userAgent="python-requests/2.31.0",
    )
    event = shown(parsed(entra_audit, record))
    for name in ("interface", "client", "os", "interface_conflict"):
        event.pop(name, None)
    assert event == classified("Reset user password") | {
        "event_id": "Directory_00000000-0000-4000-8000-0000000000c2_ABCDE_12345678",
        "time": 1_722_587_400_765_432,
        "provider": "azure",
        "log_class": "management",
        "service": "microsoft.aadiam",
        "action": "Reset user password",
        "organization": TENANT,
        "account": TENANT,
        "principal_id": SERVICE_PRINCIPAL,
        "principal_type": "ServicePrincipal",
        "principal_name": "deploy",
        "principal_account": TENANT,
        "credential_id": TOKEN,
        "credential_type": "access_token",
        "session_created": 1_722_586_800_000_000,
        "source_ip": "203.0.113.9",
        "user_agent": "python-requests/2.31.0",
        "resources": [ALICE, "alice@example.com", "All users"],
        "origin": ORIGIN,
        "session_id": SESSION,
        "home": "device",
        "credential_age": 600_765_432,
    }


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ({"user": {"id": ALICE, "userPrincipalName": None, "displayName": "Alice"}}, ("User", ALICE, "Alice")),
        (
            {"user": {"id": "", "userPrincipalName": "a@example.com"}, "app": None},
            ("User", "a@example.com", "a@example.com"),
        ),
        ({"app": {"appId": APP, "displayName": "deploy"}, "user": None}, ("ServicePrincipal", APP, "deploy")),
        ({"app": {"appId": None, "displayName": "Sync", "servicePrincipalId": None}}, ("Service", None, "Sync")),
        ({"app": {}, "user": {}}, ("unknown", None, None)),
        (None, ("unknown", None, None)),
        ("nobody", ("unknown", None, None)),
    ],
)
def test_who_made_the_change_is_a_user_an_app_or_the_system(
    by: Any, expected: tuple[str, str | None, str | None]
) -> None:
    event = event_of(initiatedBy=by)
    assert (event.principal_type, event.principal_id, event.principal_name) == expected


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"result": "success"}, ("success", None)),
        ({"result": "Success"}, ("success", None)),
        (
            {"result": "failure", "resultReason": "Insufficient privileges to complete the operation"},
            ("denied", "Insufficient privileges to complete the operation"),
        ),
        ({"result": "failure", "resultReason": "Object was not found"}, ("error", "Object was not found")),
        ({"result": "failure", "resultReason": ""}, ("error", "failure")),
        ({"result": "timeout", "resultReason": None}, ("error", "timeout")),
    ],
)
def test_a_failure_is_a_refusal_when_its_reason_says_so(result: Any, expected: tuple[str, str | None]) -> None:
    event = event_of(**result)
    assert (event.outcome, event.error_code) == expected
    assert (event.issued is not None) is (expected[0] == "success")


def test_the_name_of_a_change_is_read_without_its_spaces_and_dash() -> None:
    name = "Update application \N{EN DASH} Certificates and secrets management "
    event = event_of(activityDisplayName=name)
    assert event.action == name.strip()
    assert shown(event).items() >= classified("Update application - Certificates and secrets management").items()


def changed(before: Any, after: Any) -> list[dict[str, Any]]:
    return [{"displayName": "KeyDescription", "oldValue": before, "newValue": after}]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("[]", json.dumps([key(KEY)]), KEY),
        (None, json.dumps([key(KEY)]), KEY),
        (json.dumps([key(OLD)]), json.dumps([key(OLD), key(KEY)]), KEY),
        (json.dumps([key(OLD)]), json.dumps([key(KEY)]), KEY),
        (json.dumps([key(OLD)]), json.dumps([key(OLD)]), None),
        (json.dumps([key(KEY)]), "[]", None),
        ([key(OLD)], [key(OLD), key(KEY)], KEY),
        (None, key(KEY), KEY),
        (json.dumps([key(OLD)]), json.dumps([key(OLD, f"[KeyIdentifier={KEY},")]), None),
        ("", "[not json", None),
        (None, 7, None),
    ],
)
def test_an_added_key_is_one_that_is_there_after_and_was_not_before(
    before: Any, after: Any, expected: str | None
) -> None:
    assert added_key(changed(before, after)) == expected


def test_a_key_of_the_second_target_is_issued_to_it() -> None:
    targets = [
        {"id": ALICE, "modifiedProperties": None},
        {"id": APP, "modifiedProperties": changed("[]", json.dumps([key(KEY)]))},
    ]
    assert event_of(targetResources=targets).issued == Issued(KEY, APP)


def test_a_change_without_targets_names_nothing() -> None:
    for targets in (None, [], "[]", "text", [None, 7, []]):
        event = event_of(targetResources=targets)
        assert (event.resources, event.issued) == ([], None)


def test_many_targets_are_named_to_the_bound() -> None:
    targets = [{"id": str(number), "displayName": f"user {number}"} for number in range(1_000)]
    assert len(event_of(targetResources=targets).resources) == 32


@pytest.mark.parametrize("category", ["ProvisioningLogs", "RiskyUsers", "UserRiskEvents", "NetworkAccessTrafficLogs"])
def test_the_tenants_other_logs_are_left_out(category: str) -> None:
    record = audit_exported(category)
    assert recognised(record) == [entra_audit]
    assert entra_audit.parse(encoded(record), ORIGIN) == Ignored("entra_not_audit")
    assert "entra_not_audit" in entra_audit.IGNORED


def test_custom_security_attributes_are_audited_too() -> None:
    assert parsed(entra_audit, audit_exported("CustomSecurityAttributeAuditLogs")).log_class == "management"


def test_other_services_audit_logs_are_not_taken_for_the_directorys() -> None:
    vault = "/SUBSCRIPTIONS/1/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.HEALTHCAREAPIS/SERVICES/S"
    assert (
        recognised({"time": "2024-08-02T08:30:00Z", "category": "AuditLogs", "resourceId": vault, "properties": {}})
        == []
    )
    assert recognised({"time": "2024-08-02T08:30:00Z", "category": "AuditLogs"}) == []


@pytest.mark.parametrize(
    ("properties", "error"),
    [
        ({"activityDateTime": "soon"}, None),
        ({"activityDisplayName": None}, None),
    ],
)
def test_the_outer_record_stands_in_for_what_its_properties_lack(properties: dict[str, Any], error: None) -> None:
    record = audit_exported() | {"properties": audit(**properties)}
    assert parsed(entra_audit, record).action == "Add service principal credentials"


def test_what_is_no_audit_record_says_why() -> None:
    with pytest.raises(ParseError, match="activitydatetime or time or timegenerated is no time"):
        entra_audit.parse(b"{}", ORIGIN)
    with pytest.raises(ParseError, match="no activityDisplayName, no operationName"):
        entra_audit.parse(b'{"time": "2024-08-02T08:30:00Z"}', ORIGIN)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["user", "app", "id", "modifiedProperties", "displayName", "newValue"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(audit())), JSON, max_size=10))
def test_no_value_of_any_field_raises_anything_but_a_parse_error(properties: dict[str, Any]) -> None:
    with contextlib.suppress(ParseError):
        assert isinstance(entra_audit.parse(encoded(audit() | properties), ORIGIN), ApiEvent)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_parse_error(data: bytes) -> None:
    with contextlib.suppress(ParseError):
        entra_audit.parse(data, ORIGIN)
