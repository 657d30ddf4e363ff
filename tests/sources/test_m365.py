"""One record of the Microsoft 365 unified audit log: whole golden events, then one field at a time, then bad input."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.context import action as actions
from analytic.sources import m365
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from schemas.records import ApiEvent, Issued
from tests.sources.entra_audit_records import change, logon, pairs
from tests.sources.entra_records import (
    ALICE,
    APP,
    AZURE_CLI,
    BROWSER,
    KEY,
    MANAGEMENT,
    ORIGIN,
    PARTNER,
    SESSION,
    SIGN_IN,
    TENANT,
    TOKEN,
    encoded,
    lowered,
    parsed,
    recognised,
    shown,
)


def classified(action: str, read_only: bool | None) -> dict[str, Any]:
    """What the classification of actions says of it, which is not this source's matter."""
    act = actions.classify("azure", "microsoft.aadiam", action, read_only)
    found = {"access": act.access, "stage": act.stage, "technique": act.technique, "action_basis": act.basis}
    return {name: value for name, value in found.items() if value not in (None, "unknown")}


# Reviewed against the Office 365 Management Activity API schema: "Common schema" and "Azure Active Directory Secure
# Token Service (STS) Logon schema".
LOGON: dict[str, Any] = {
    "event_id": SIGN_IN,
    "shared_event_id": "entra-signin:58f8ce73-9fc8-4f02-8ea8-1908964f8400",
    "time": 1_722_587_004_000_000,
    "provider": "azure",
    "log_class": "signin",
    "service": "microsoft.aadiam",
    "action": "UserLoggedIn",
    "organization": TENANT,
    "account": TENANT,
    "principal_id": ALICE,
    "principal_type": "User",
    "principal_name": "Alice@example.com",
    "principal_account": TENANT,
    "credential_id": TOKEN,
    "credential_type": "console_session",
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
    "interface": "console",
    "user_agent": BROWSER,
    "client": "Edge/120",
    "os": "windows",
    "resources": [MANAGEMENT],
    "origin": ORIGIN,
    "session_id": SESSION,
    "home": "device",
    "known_as": ["person:alice@example.com"],
}


def exported_row(record: dict[str, Any], *, as_text: bool) -> dict[str, Any]:
    """The record as Search-UnifiedAuditLog and Graph's audit log query give it: inside AuditData."""
    if as_text:
        outer = {"CreationDate": "8/2/2024 8:23:24 AM", "UserIds": "Alice@example.com", "Operations": "UserLoggedIn"}
        return outer | {"RecordType": "AzureActiveDirectoryStsLogon", "AuditData": json.dumps(record)}
    outer = {"id": "other", "createdDateTime": "2024-08-02T08:23:24Z", "operation": "UserLoggedIn"}
    return outer | {"auditLogRecordType": "azureActiveDirectoryStsLogon", "auditData": record}


@pytest.mark.parametrize(
    "record",
    [logon(), lowered(logon()), exported_row(logon(), as_text=True), exported_row(logon(), as_text=False)],
    ids=["api", "lower", "Search-UnifiedAuditLog", "audit log query"],
)
def test_a_sign_in_gives_the_same_whole_event_in_every_writing(record: Any) -> None:
    assert shown(parsed(m365, record)) == LOGON | classified("UserLoggedIn", None)


# Reviewed against "Azure Active Directory Base schema" and "Azure Active Directory schema" (Actor, Target).
def test_an_added_secret_is_issued_to_the_application() -> None:
    action = "Update application \N{EN DASH} Certificates and secrets management"
    assert shown(parsed(m365, change())) == classified(action.replace("\N{EN DASH}", "-"), False) | {
        "event_id": "00000000-0000-4000-8000-0000000000e1",
        "time": 1_722_587_400_000_000,
        "provider": "azure",
        "log_class": "management",
        "service": "microsoft.aadiam",
        "action": action,
        "organization": TENANT,
        "account": TENANT,
        "principal_id": ALICE,
        "principal_type": "User",
        "principal_name": "alice@example.com",
        "principal_account": TENANT,
        "issued": {
            "credential_id": KEY,
            "principal_id": APP,
            "expires": None,
            "issued_to": None,
            "session_id": None,
            "known_as": None,
            "delegates": [],
        },
        "interface": "browser",
        "user_agent": BROWSER,
        "client": "Edge/120",
        "os": "windows",
        "resources": [APP, "deploy"],
        "origin": ORIGIN,
    }


def test_the_properties_of_a_change_name_actor_and_target_first() -> None:
    extended = pairs(actorObjectId=ALICE.upper(), targetObjectId=APP.upper(), targetName="deploy")
    event = parsed(m365, change(ExtendedProperties=extended, Actor=[], Target=[], UserKey="Not Available"))
    assert (event.principal_id, event.issued, event.resources) == (ALICE, Issued(KEY, APP), [APP])


def test_an_old_full_stop_does_not_make_another_action() -> None:
    event = parsed(m365, change(Operation="Add service principal credentials."))
    assert event.action == "Add service principal credentials."
    assert shown(event).items() >= classified("Add service principal credentials", False).items()


def test_a_change_that_failed_issued_nothing() -> None:
    event = parsed(m365, change(ResultStatus="Failure"))
    assert (event.outcome, event.error_code, event.issued) == ("error", "Failure", None)


def test_the_token_that_made_a_change_is_its_credential() -> None:
    context = {
        "AADSessionId": SESSION,
        "UniqueTokenId": TOKEN,
        "IssuedAtTime": "2024-08-02T08:20:00",
        "ClientAppId": AZURE_CLI,
    }
    event = parsed(m365, change(AppAccessContext=context))
    assert (event.credential_id, event.session_id, event.credential_type) == (TOKEN, SESSION, "access_token")
    assert (event.session_created, event.credential_age) == (1_722_586_800_000_000, 600_000_000)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, ("success", None)),
        ({"ErrorNumber": None}, ("success", None)),
        (
            {"Operation": "UserLoginFailed", "LogonError": "InvalidUserNameOrPassword"},
            ("denied", "InvalidUserNameOrPassword"),
        ),
        (
            {"Operation": "UserLoginFailed", "ErrorNumber": "50126", "LogonError": "InvalidUserNameOrPassword"},
            ("denied", "50126"),
        ),
        ({"Operation": "UserLoginFailed", "ErrorCode": "50140", "LogonError": "KmsiInterrupt"}, ("error", "50140")),
        (
            {"Operation": "UserLoginFailed", "LogonError": "UserStrongAuthClientAuthNRequiredInterrupt"},
            ("error", "UserStrongAuthClientAuthNRequiredInterrupt"),
        ),
        ({"Operation": "UserLoginFailed", "ErrorNumber": "1", "LogonError": "KmsiInterrupt"}, ("error", "1")),
        ({"Operation": "UserLoginFailed", "ErrorNumber": "0"}, ("denied", None)),
        ({"ErrorNumber": "50140"}, ("error", "50140")),
        (
            {"ResultStatus": "Succeeded", "LogonError": "BlockedByConditionalAccess"},
            ("denied", "BlockedByConditionalAccess"),
        ),
    ],
)
def test_a_logon_is_what_its_error_says_not_its_result_status(fields: Any, expected: tuple[str, str | None]) -> None:
    event = parsed(m365, logon(**fields))
    assert (event.outcome, event.error_code) == expected
    assert (event.issued is not None) is (event.credential_id is not None) is (expected[0] == "success")


def test_the_tokens_own_id_goes_before_the_requests() -> None:
    event = parsed(m365, logon(AppAccessContext={"UniqueTokenId": "AAAAAAAAAAAAAAAAAAAAAA", "AADSessionId": "session"}))
    assert (event.credential_id, event.session_id) == ("AAAAAAAAAAAAAAAAAAAAAA", "session")


def test_a_logon_that_shows_no_token_and_no_session_issues_nothing_to_follow() -> None:
    event = parsed(m365, logon(IntraSystemId=None, DeviceProperties=[]))
    assert (event.outcome, event.issued, event.credential_id, event.home) == ("success", None, None, None)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"UserKey": "1003200000000001@example.com"}, ALICE),
        (
            {
                "UserKey": "1003200000000001@example.com",
                "Actor": [{"ID": APP, "Type": 2}, {"ID": f"ServicePrincipal_{KEY}", "Type": 2}],
            },
            KEY,
        ),
        ({"UserKey": "1003200000000001@example.com", "Actor": None}, "1003200000000001@example.com"),
        ({"UserKey": None, "Actor": "nobody"}, "alice@example.com"),
    ],
)
def test_the_actors_object_id_is_found_behind_older_keys(fields: dict[str, Any], expected: str) -> None:
    assert parsed(m365, logon(**fields)).principal_id == expected


@pytest.mark.parametrize(
    ("user_type", "expected"),
    [
        (0, "User"),
        ("2", "User"),
        (3, "Service"),
        (4, "Service"),
        (5, "ServicePrincipal"),
        (6, "ServicePrincipal"),
        (None, "unknown"),
    ],
)
def test_the_type_of_user_is_the_principals(user_type: Any, expected: str) -> None:
    event = parsed(m365, logon(UserType=user_type))
    assert event.principal_type == expected
    assert event.known_as == (["person:alice@example.com"] if expected == "User" else [])


def test_a_guests_sign_in_reaches_into_another_tenant() -> None:
    event = parsed(m365, logon(ActorContextId=PARTNER))
    assert (event.principal_account, event.account, event.target_account) == (PARTNER, TENANT, TENANT)


def test_a_command_lines_sign_in_gets_a_token() -> None:
    assert parsed(m365, logon(ApplicationId=AZURE_CLI)).credential_type == "access_token"


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"Workload": "Exchange", "RecordType": 1, "Operation": "New-InboxRule"}, "m365_exchange"),
        ({"Workload": "SharePoint", "RecordType": 6, "Operation": "FileDownloaded"}, "m365_sharepoint"),
        ({"Workload": "MicrosoftTeams", "RecordType": 25, "Operation": "MessageSent"}, "m365_microsoftteams"),
        ({"Workload": "Some New Thing", "RecordType": 999, "Operation": "X"}, "m365_other"),
        ({"Workload": None, "RecordType": 20, "Operation": "ViewReport"}, "m365_other"),
        ({"Workload": {"a": 1}, "RecordType": [], "Operation": "X"}, "m365_other"),
    ],
)
def test_other_workloads_are_left_out(fields: dict[str, Any], kind: str) -> None:
    record = logon(**fields)
    assert recognised(record) == [m365]
    assert m365.parse(encoded(record), ORIGIN) == Ignored(kind)
    assert kind in m365.IGNORED


def test_rows_of_the_table_of_other_workloads_are_left_out() -> None:
    row = {
        "Type": "OfficeActivity",
        "TimeGenerated": "2024-08-02T08:23:24Z",
        "OfficeWorkload": "OneDrive",
        "Operation": "FileDownloaded",
    }
    assert recognised(row) == [m365]
    assert m365.parse(encoded(row), ORIGIN) == Ignored("m365_onedrive")


def test_a_record_without_a_workload_is_told_by_its_type() -> None:
    assert parsed(m365, logon(Workload=None)).action == "UserLoggedIn"
    assert parsed(m365, change(Workload=None, RecordType="AzureActiveDirectory")).log_class == "management"


def test_what_is_no_audit_record_says_why() -> None:
    with pytest.raises(ParseError, match="creationtime or createddatetime is no time"):
        m365.parse(encoded(logon(CreationTime="soon")), ORIGIN)
    with pytest.raises(ParseError, match="no Operation"):
        m365.parse(encoded(logon(Operation=" ")), ORIGIN)
    with pytest.raises(ParseError, match="not a JSON object"):
        m365.parse(b"7", ORIGIN)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["ID", "Type", "Name", "Value", "NewValue", "UniqueTokenId"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@given(st.sampled_from([logon, change]), st.dictionaries(st.sampled_from(sorted(logon())), JSON, max_size=10))
def test_no_value_of_any_field_raises_anything_but_a_parse_error(record: Any, fields: dict[str, Any]) -> None:
    with contextlib.suppress(ParseError):
        assert isinstance(m365.parse(encoded(record(**fields)), ORIGIN), ApiEvent | Ignored)


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_parse_error(data: bytes) -> None:
    with contextlib.suppress(ParseError):
        m365.parse(data, ORIGIN)
