"""Microsoft Graph activity: whole golden events in both shapes, the actions' names, and bad input."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources.errors import ParseError
from analytic.sources.graph_activity import MAX_ACTION_CHARS, parse, path
from schemas.records import ApiEvent
from tests.sources import azure_records as az
from tests.sources.test_azure_activity import knows

REQUEST = "eeeeeeee-0000-4000-8000-00000000a9e1"
AGENT = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
)
URI = f"https://graph.microsoft.com/v1.0/servicePrincipals/{az.ROBOT}/addPassword"


def logged(**properties: Any) -> dict[str, Any]:
    """A record of the diagnostic setting: a person adds a password to an application."""
    return {
        "time": az.TIME,
        "resourceId": f"/TENANTS/{az.TENANT.upper()}/PROVIDERS/MICROSOFT.AADIAM",
        "operationName": "Microsoft Graph Activity",
        "operationVersion": "v1.0",
        "category": "MicrosoftGraphActivityLogs",
        "resultSignature": "200",
        "durationMs": "497815",
        "callerIpAddress": "198.51.100.7",
        "correlationId": REQUEST,
        "level": "Informational",
        "location": "West Europe",
        "properties": {
            "timeGenerated": az.TIME,
            "requestId": REQUEST,
            "operationId": REQUEST,
            "apiVersion": "v1.0",
            "requestMethod": "POST",
            "responseStatusCode": 200,
            "tenantId": az.TENANT,
            "signInActivityId": "IdExampleOfAToken00001",
            "sessionId": az.SESSION,
            "deviceId": az.DEVICE,
            "tokenIssuedAt": "2026-03-03T07:00:00.0000000Z",
            "appId": az.PORTAL,
            "userId": az.ALICE,
            "UserPrincipalObjectID": az.ALICE,
            "scopes": "Application.ReadWrite.All",
            "identityProvider": f"https://sts.windows.net/{az.TENANT}/",
            "clientAuthMethod": "0",
            "wids": "",
            "C_Idtyp": "user",
            "ipAddress": "198.51.100.7",
            "userAgent": AGENT,
            "requestUri": URI,
        }
        | properties,
        "tenantId": az.TENANT,
    }


def row(**columns: Any) -> dict[str, Any]:
    """The same request as a row of the table MicrosoftGraphActivityLogs."""
    return {
        "TenantId": "99999999-0000-4000-8000-000000000009",
        "TimeGenerated": az.TIME,
        "Location": "West Europe",
        "RequestId": REQUEST,
        "OperationId": REQUEST,
        "ApiVersion": "v1.0",
        "RequestMethod": "POST",
        "ResponseStatusCode": 200,
        "AadTenantId": az.TENANT,
        "IPAddress": "198.51.100.7",
        "UserAgent": AGENT,
        "RequestUri": URI,
        "SignInActivityId": "IdExampleOfAToken00001",
        "SessionId": az.SESSION,
        "DeviceId": az.DEVICE,
        "TokenIssuedAt": "2026-03-03T07:00:00Z",
        "AppId": az.PORTAL,
        "UserId": az.ALICE,
        "Scopes": "Application.ReadWrite.All",
        "ClientAuthMethod": 0,
        "Type": "MicrosoftGraphActivityLogs",
    } | columns


def parsed(record: dict[str, Any]) -> ApiEvent:
    event = parse(json.dumps(record).encode(), az.ORIGIN)
    assert isinstance(event, ApiEvent)
    return event


# Against the table "MicrosoftGraphActivityLogs" and "Track and investigate identity activities with linkable
# identifiers in Microsoft Entra" (uti is SignInActivityId, sid SessionId, iat TokenIssuedAt).
GOLDEN = {
    "event_id": REQUEST,
    "time": az.MICROS,
    "provider": "azure",
    "log_class": "management",
    "service": "microsoft.graph",
    "action": "POST /v1.0/servicePrincipals/{id}/addPassword",
    "organization": az.TENANT,
    "account": az.TENANT,
    **az.classified("microsoft.graph", "POST /v1.0/servicePrincipals/{id}/addPassword", False),
    "principal_id": az.ALICE,
    "principal_type": "User",
    "principal_account": az.TENANT,
    "credential_id": "IdExampleOfAToken00001",
    "credential_type": "access_token",
    "session_created": 1_772_521_200_000_000,
    "source_ip": "198.51.100.7",
    **az.through(az.PORTAL, AGENT),
    "user_agent": AGENT,
    "resources": [URI],
    "origin": az.ORIGIN,
    "session_id": az.SESSION,
    "home": "device",
    "credential_age": 3_600_123_456,
}


@pytest.mark.parametrize("record", [logged(), row()])
def test_a_request_gives_the_whole_event(record: dict[str, Any]) -> None:
    assert az.shown(parsed(record)) == GOLDEN
    assert knows(record) == ["graph_activity"]


def test_keys_in_lower_case_change_nothing() -> None:
    lower = {key.lower(): value for key, value in row().items()}
    assert az.shown(parsed(lower)) == GOLDEN
    assert knows(lower) == ["graph_activity"]


def test_the_older_graph_s_requests_are_read_too() -> None:
    record = row(Type="AADGraphActivityLogs", Category="AzureADGraphActivityLogs", RequestUri="https://graph.windows.net/myorganization/users?api-version=1.6")  # fmt: skip
    event = parsed(record)
    assert knows(record) == ["graph_activity"]
    assert (event.service, event.action) == ("microsoft.azureadgraph", "POST /myorganization/users")


@pytest.mark.parametrize(
    ("fields", "principal", "kind"),
    [
        ({"UserId": None, "ServicePrincipalId": az.ROBOT.upper()}, az.ROBOT, "ServicePrincipal"),
        ({"UserId": "", "ServicePrincipalId": az.ROBOT, "ClientAuthMethod": 2}, az.ROBOT, "ServicePrincipal"),
        ({"UserId": None, "ServicePrincipalId": az.ROBOT, "AppId": "01fc33a7-78ba-4d2f-a4b7-768e336e890e", "ClientAuthMethod": 2}, az.ROBOT, "Service"),
        ({"UserId": None, "ServicePrincipalId": az.ROBOT, "AppId": "01fc33a7-78ba-4d2f-a4b7-768e336e890e", "ClientAuthMethod": 1}, az.ROBOT, "ServicePrincipal"),
        ({"UserId": None, "UserPrincipalObjectID": az.ALICE, "C_Idtyp": "user"}, az.ALICE, "User"),
        ({"UserId": None, "UserPrincipalObjectID": az.ROBOT, "C_Idtyp": "app"}, az.ROBOT, "ServicePrincipal"),
        ({"UserId": None, "AppId": az.ROBOT_APP}, az.ROBOT_APP, "ServicePrincipal"),
        ({"UserId": None, "AppId": None}, None, "unknown"),
    ],
)  # fmt: skip
def test_who_asked(fields: dict[str, Any], principal: str | None, kind: str) -> None:
    event = parsed(row(**fields))
    assert (event.principal_id, event.principal_type) == (principal, kind)


@pytest.mark.parametrize(
    ("status", "outcome", "error"),
    [(200, "success", None), ("204", "success", None), (401, "denied", "401"), (403.0, "denied", "403"), (404, "error", "404"), (429, "error", "429"), (None, "success", None)],
)  # fmt: skip
def test_the_status_of_the_answer(status: Any, outcome: str, error: str | None) -> None:
    event = parsed(row(ResponseStatusCode=status))
    assert (event.outcome, event.error_code) == (outcome, error)


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ("/v1.0/users", "/v1.0/users"),
        ("//beta/users/", "/beta/users"),
        (f"/v1.0/users/{az.ALICE}/messages?$top=5", "/v1.0/users/{id}/messages"),
        ("/beta/users/alice@example.com/informationProtection", "/beta/users/{id}/informationProtection"),
        ("/v1.0/users('alice@example.com')/photo", "/v1.0/users({id})/photo"),
        ("/v1.0/applications(appId='x-1')/addPassword", "/v1.0/applications(appId={id})/addPassword"),
        ("/v1.0/applications(appId=%27x-1%27)", "/v1.0/applications(appId={id})"),
        ("/v1.0/reports/getOffice365ActiveUserDetail(period='D7')", "/v1.0/reports/getOffice365ActiveUserDetail(period={id})"),
        ("/v1.0/users/delta()", "/v1.0/users/delta()"),
        ("/v1.0/oauth2PermissionGrants", "/v1.0/oauth2PermissionGrants"),
        ("/v1.0/me/authentication/fido2Methods/_jpuR-TGZtk6aQCLF3BQjA2", "/v1.0/me/authentication/fido2Methods/{id}"),
        ("/v1.0/me/messages/AAMkAGI2THVSAAA=", "/v1.0/me/messages/{id}"),
        ("/v1.0/drives/b!-RIj2DuyvEyV1T4N/items/01BYE5RZ6QN3ZWBTUFOFD3GSPGOHDJD36K", "/v1.0/drives/{id}/items/{id}"),
        ("/v1.0/me/drive/root:/Pay/2026 plan.xlsx:/content", "/v1.0/me/drive/root:/{path}:/content"),
        ("/v1.0/me/drive/root:/Pay/2026", "/v1.0/me/drive/root:/{path}"),
        ("/v1.0/sites/contoso.sharepoint.com,1,2/lists", "/v1.0/sites/{id}/lists"),
        ("/v1.0/teams/19:abc@thread.tacv2/channels", "/v1.0/teams/{id}/channels"),
        ("/v1.0/groups/$count", "/v1.0/groups/$count"),
        ("/v1.0/$batch", "/v1.0/$batch"),
        ("/v1.0/groups/1/members/microsoft.graph.user/$ref", "/v1.0/groups/{id}/members/microsoft.graph.user/$ref"),
        ("", "/"),
    ],
)  # fmt: skip
def test_an_action_is_the_path_without_its_ids(asked: str, named: str) -> None:
    assert path(asked) == named
    assert path(f"https://graph.microsoft.com{asked}") == named


@pytest.mark.parametrize(("method", "reads"), [("GET", True), ("get", True), ("HEAD", True), ("PATCH", False), ("DELETE", False)])  # fmt: skip
def test_the_method_says_whether_it_only_reads(method: str, reads: bool) -> None:
    event = parsed(row(RequestMethod=method, RequestUri="/v1.0/me"))
    assert event.action == f"{method.upper()} /v1.0/me"
    assert event.access == az.classified("microsoft.graph", event.action, reads).get("access", "unknown")


def test_long_addresses_are_cut() -> None:
    event = parsed(row(RequestUri="https://graph.microsoft.com/v1.0" + "/users" * 100_000))
    assert len(event.action) == MAX_ACTION_CHARS
    assert len(event.resources[0]) <= 2_048


@pytest.mark.parametrize(
    ("record", "says"),
    [
        (row(RequestMethod=None), "no requestMethod"),
        (row(RequestUri=[]), "no requestUri"),
        (row(TimeGenerated="x"), "timegenerated: "),
        (row(TimeGenerated=None), "no time"),
    ],
)
def test_what_is_no_request_is_a_parse_error(record: dict[str, Any], says: str) -> None:
    with pytest.raises(ParseError, match=says):
        parse(json.dumps(record).encode(), az.ORIGIN)


@given(st.dictionaries(st.sampled_from([*row(), "properties"]), st.none() | st.integers() | st.text(max_size=40) | st.dictionaries(st.sampled_from([*logged()["properties"]]), st.text(max_size=9))))  # fmt: skip
def test_any_values_give_an_event_or_a_parse_error(changes: dict[str, Any]) -> None:
    with contextlib.suppress(ParseError):
        assert isinstance(parse(json.dumps(row() | changes).encode(), az.ORIGIN), ApiEvent)


@given(st.text())
def test_any_address_has_a_path(uri: str) -> None:
    assert path(uri).startswith("/")
