"""One Entra sign-in to one ApiEvent: whole golden events, the kinds of sign-in, then bad input."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.context import action as actions
from analytic.sources import entra_signin
from analytic.sources.errors import ParseError
from schemas.records import ApiEvent, Issued
from tests.sources.entra_records import (
    ALICE,
    BROWSER,
    KEY,
    MANAGEMENT,
    ORIGIN,
    SERVICE_PRINCIPAL,
    SESSION,
    SIGN_IN,
    TENANT,
    TOKEN,
    application,
    encoded,
    exported,
    lowered,
    parsed,
    recognised,
    row,
    shown,
    sign_in,
)

VM = "/subscriptions/22222222-2222-4333-8444-555555555555/resourceGroups/RG1/providers/Microsoft.Compute/virtualMachines/web1"


def classified() -> dict[str, Any]:
    """What the classification of actions says of a sign-in, which is not this source's matter."""
    act = actions.classify("azure", "microsoft.aadiam", "Sign-in activity")
    found = {"access": act.access, "stage": act.stage, "technique": act.technique, "action_basis": act.basis}
    return {name: value for name, value in found.items() if value not in (None, "unknown")}


# Reviewed against Microsoft Graph, "signIn resource type" (beta), and Azure Monitor, table reference SigninLogs.
INTERACTIVE: dict[str, Any] = {
    "event_id": SIGN_IN,
    "shared_event_id": f"entra-signin:{SIGN_IN}",
    "time": 1_722_587_004_123_456,
    "provider": "azure",
    "log_class": "signin",
    "service": "microsoft.aadiam",
    "action": "Sign-in activity",
    "organization": TENANT,
    "account": TENANT,
    "principal_id": ALICE,
    "principal_type": "User",
    "principal_name": "alice@example.com",
    "principal_account": TENANT,
    "credential_id": TOKEN,
    "credential_type": "console_session",
    "mfa": True,
    "issued": {
        "credential_id": TOKEN,
        "principal_id": ALICE,
        "expires": None,
        "issued_to": None,
        "session_id": SESSION,
        "known_as": None,
        "delegates": [],
    },
    "source_ip": "203.0.113.9",
    "asn": 64500,
    "country": "CH",
    "interface": "console",
    "user_agent": BROWSER,
    "client": "Edge/120",
    "os": "windows",
    "resources": [MANAGEMENT],
    "origin": ORIGIN,
    "latitude": 46.2,
    "longitude": 6.15,
    "session_id": SESSION,
    "home": "device",
    "known_as": ["person:alice@example.com"],
}


def event_of(**properties: Any) -> ApiEvent:
    return parsed(entra_signin, exported(fields=sign_in(**properties)))


@pytest.mark.parametrize(
    "record",
    [
        exported(),
        sign_in(),
        row(),
        row(DeviceDetail=sign_in()["deviceDetail"], LocationDetails=sign_in()["location"], Status={"errorCode": 0}),
        lowered(exported()),
        lowered(row()),
        exported() | {"properties": json.dumps(sign_in())},
    ],
    ids=["diagnostic settings", "graph", "row of texts", "row of objects", "lower", "lower row", "properties as text"],
)
def test_an_interactive_sign_in_gives_the_same_whole_event_in_every_writing(record: Any) -> None:
    assert shown(parsed(entra_signin, record)) == INTERACTIVE | classified()


# Reviewed against Azure Monitor, table reference AADServicePrincipalSignInLogs, and "signIn resource type".
def test_a_service_principals_sign_in_is_made_with_its_secret_and_issues_a_token() -> None:
    record = exported("ServicePrincipalSignInLogs", application(location={"countryOrRegion": "", "geoCoordinates": {}}))
    assert shown(parsed(entra_signin, record)) == classified() | {
        "event_id": SIGN_IN,
        "shared_event_id": f"entra-signin:{SIGN_IN}",
        "time": 1_722_587_004_123_456,
        "provider": "azure",
        "log_class": "signin",
        "service": "microsoft.aadiam",
        "action": "Sign-in activity",
        "organization": TENANT,
        "account": TENANT,
        "principal_id": SERVICE_PRINCIPAL,
        "principal_type": "ServicePrincipal",
        "principal_name": "deploy",
        "principal_account": TENANT,
        "credential_id": KEY,
        "credential_type": "long_term",
        "issued": {
            "credential_id": TOKEN,
            "principal_id": SERVICE_PRINCIPAL,
            "expires": None,
            "issued_to": None,
            "session_id": None,
            "known_as": None,
            "delegates": [],
        },
        "source_ip": "203.0.113.9",
        "asn": 64500,
        "resources": [MANAGEMENT],
        "origin": ORIGIN,
    }


def test_the_same_sign_in_is_read_out_of_the_service_principals_table() -> None:
    columns = {
        "UserId": "",
        "UserPrincipalName": "",
        "ServicePrincipalId": SERVICE_PRINCIPAL.upper(),
        "ServicePrincipalName": "deploy",
        "ServicePrincipalCredentialKeyId": KEY,
        "Category": "ServicePrincipalSignInLogs",
    }
    event = parsed(entra_signin, row("AADServicePrincipalSignInLogs", **columns))
    assert (event.principal_type, event.principal_id, event.credential_id) == (
        "ServicePrincipal",
        SERVICE_PRINCIPAL,
        KEY,
    )
    assert event.credential_type == "long_term"


# Reviewed against Azure Monitor, table reference AADManagedIdentitySignInLogs, and "managedIdentity resource type".
def test_a_managed_identity_is_at_home_where_its_resource_is() -> None:
    fields = application(
        ipAddress="",
        location={
            "city": "",
            "state": "",
            "countryOrRegion": "",
            "geoCoordinates": {"latitude": 0.0, "longitude": 0.0},
        },
        managedServiceIdentity={"msiType": "systemAssigned", "associatedResourceId": VM},
        clientCredentialType="managedIdentity",
        signInEventTypes=["managedIdentity"],
        servicePrincipalCredentialKeyId="",
    )
    record = exported("ManagedIdentitySignInLogs", fields, callerIpAddress="", location="")
    assert shown(parsed(entra_signin, record)) == classified() | {
        "event_id": SIGN_IN,
        "shared_event_id": f"entra-signin:{SIGN_IN}",
        "time": 1_722_587_004_123_456,
        "provider": "azure",
        "log_class": "signin",
        "service": "microsoft.aadiam",
        "action": "Sign-in activity",
        "organization": TENANT,
        "account": TENANT,
        "principal_id": SERVICE_PRINCIPAL,
        "principal_type": "ManagedIdentity",
        "principal_name": "deploy",
        "principal_account": TENANT,
        "credential_id": TOKEN,
        "credential_type": "managed_identity",
        "issued_to": f"azure:{VM.lower()}",
        "issued": {
            "credential_id": TOKEN,
            "principal_id": SERVICE_PRINCIPAL,
            "expires": None,
            "issued_to": f"azure:{VM.lower()}",
            "session_id": None,
            "known_as": None,
            "delegates": [],
        },
        "asn": 64500,
        "resources": [MANAGEMENT],
        "origin": ORIGIN,
        "home": "instance",
    }


def test_a_managed_identitys_resource_is_read_from_the_record_itself_too() -> None:
    fields = application(associatedResourceId=VM, managedIdentityType="systemAssigned")
    assert parsed(entra_signin, exported("ManagedIdentitySignInLogs", fields)).issued_to == f"azure:{VM.lower()}"


def test_a_non_interactive_sign_in_stays_in_its_session() -> None:
    fields = sign_in(isInteractive=False, signInEventTypes=["nonInteractiveUser"], incomingTokenType="refreshToken")
    event = parsed(entra_signin, exported("NonInteractiveUserSignInLogs", fields))
    assert (event.principal_type, event.session_id) == ("User", SESSION)
    assert event.issued == Issued(TOKEN, ALICE, session_id=SESSION)


def test_a_failed_sign_in_issues_nothing() -> None:
    event = event_of(status={"errorCode": 50126, "failureReason": "Error validating credentials."})
    assert (event.outcome, event.error_code) == ("denied", "50126")
    assert (event.issued, event.credential_id, event.mfa) == (None, None, None)
    assert (event.session_id, event.known_as) == (SESSION, ["person:alice@example.com"])


def test_other_logs_are_not_taken_for_sign_ins() -> None:
    for record in (
        {
            "time": "2024-08-02T08:25:01Z",
            "category": "Administrative",
            "operationName": "MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE",
        },
        {
            "time": "2024-08-02T08:25:01Z",
            "category": "MicrosoftGraphActivityLogs",
            "resourceId": f"/TENANTS/{TENANT}/PROVIDERS/MICROSOFT.AADIAM",
        },
        {
            "Type": "MicrosoftGraphActivityLogs",
            "TimeGenerated": "2024-08-02T08:25:01Z",
            "RequestUri": "https://graph.microsoft.com/v1.0/me",
        },
        {"eventVersion": "1.08", "eventName": "ConsoleLogin", "eventType": "AwsConsoleSignIn", "eventID": SIGN_IN},
        {"protoPayload": {}, "insertId": "1", "logName": "projects/p/logs/x"},
        {"createdDateTime": "2024-08-02T08:25:01Z", "id": "1"},
    ):
        assert recognised(record) == []


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"[]", "not a JSON object"),
        (b"{", "not JSON"),
        (b'{"category": "\xff"}', "not UTF-8"),
        (b'{"category": "SignInLogs"}', "createddatetime or time or timegenerated is no time"),
        (b'{"category": "SignInLogs", "time": "soon"}', "no time: 'soon'"),
        (b'{"category": "SignInLogs", "time": 7}', "no time: '7'"),
        (b'{"properties":' + b"[" * 100_000, "nested too deep"),
    ],
)
def test_what_is_no_sign_in_says_why_in_one_line(data: bytes, error: str) -> None:
    with pytest.raises(ParseError, match=error) as raised:
        entra_signin.parse(data, ORIGIN)
    assert "\n" not in str(raised.value)


def test_hostile_texts_are_cut() -> None:
    long = "x" * 100_000
    event = event_of(userAgent=long, userPrincipalName=f"{long}@example.com", id=long, resourceId=long, sessionId=long)
    event_of(deviceDetail={"deviceId": long, "browser": long}, appDisplayName=long, clientAppUsed=long)
    assert len(event.user_agent or "") == 1_024
    for text in (event.event_id, event.principal_name, event.session_id, *event.resources, *event.known_as):
        assert len(text or "") <= 2_100


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(sorted(sign_in())), JSON, max_size=12), st.sampled_from([exported, sign_in]))
def test_no_value_of_any_field_raises_anything_but_a_parse_error(properties: dict[str, Any], write: Any) -> None:
    fields = sign_in(**properties)
    record = (
        exported(fields=fields | {"status": fields["status"] or {}}) if isinstance(fields["status"], dict) else fields
    )
    with contextlib.suppress(ParseError):
        assert isinstance(entra_signin.parse(encoded(record), ORIGIN), ApiEvent)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_parse_error(data: bytes) -> None:
    with contextlib.suppress(ParseError):
        entra_signin.parse(data, ORIGIN)
