"""Synthetic Entra and Microsoft 365 records for these tests: what matters is an argument, the rest has a default."""

import json
from types import ModuleType
from typing import Any

import msgspec

from analytic.sources import entra_audit, entra_signin, m365, okta
from schemas.records import ApiEvent, to_dict

TENANT = "11111111-2222-4333-8444-555555555555"
PARTNER = "99999999-2222-4333-8444-555555555555"
ALICE = "aaaaaaaa-0001-4001-8001-000000000001"
APP = "bbbbbbbb-0002-4002-8002-000000000002"
SERVICE_PRINCIPAL = "cccccccc-0003-4003-8003-000000000003"
KEY = "dddddddd-0004-4004-8004-000000000004"
SESSION = "eeeeeeee-0005-4005-8005-000000000005"
SIGN_IN = "58f8ce73-9fc8-4f02-8ea8-1908964f8400"
TOKEN = "c874WMifAk-OqBkIlk-EAA"
"""The `uti` of the request SIGN_IN: its GUID's bytes in .NET's order, as base64url."""

AZURE_PORTAL = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
AZURE_CLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
MANAGEMENT = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
BROWSER = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 "
    "Safari/537.36 Edg/120.0.0.0"
)
ORIGIN = "file:///logs.json#3"
SOURCES = (entra_signin, entra_audit, m365, okta)

_BLANK = to_dict(ApiEvent("", 0, "", "", "", ""))


def shown(event: ApiEvent) -> dict[str, Any]:
    """The event as a dict, fields that are at their default left out."""
    return {name: value for name, value in to_dict(event).items() if value != _BLANK[name]}


def recognised(record: Any) -> list[ModuleType]:
    """The sources of these tests that take the record for theirs."""
    fields = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode(encoded(record))
    return [source for source in SOURCES if source.recognises(fields)]


def parsed(source: ModuleType, record: Any) -> ApiEvent:
    """The event of a record, which must be recognised as that source's and no other's."""
    assert recognised(record) == [source]
    event = source.parse(encoded(record), ORIGIN)
    assert isinstance(event, ApiEvent)
    return event


def encoded(record: Any) -> bytes:
    return json.dumps(record).encode()


def lowered(record: Any) -> Any:
    """The record as a product leaves it that lowers all keys."""
    if isinstance(record, dict):
        return {key.lower(): lowered(value) for key, value in record.items()}
    return [lowered(item) for item in record] if isinstance(record, list) else record


def sign_in(**properties: Any) -> dict[str, Any]:
    """The properties of an interactive sign-in to the Azure portal, in Graph's and diagnostic settings' writing."""
    return {
        "id": SIGN_IN,
        "createdDateTime": "2024-08-02T08:23:24.1234567Z",
        "userDisplayName": "Alice Example",
        "userPrincipalName": "alice@example.com",
        "userId": ALICE,
        "appId": AZURE_PORTAL,
        "appDisplayName": "Azure Portal",
        "ipAddress": "203.0.113.9",
        "clientAppUsed": "Browser",
        "userAgent": BROWSER,
        "correlationId": "00000000-0000-4000-8000-0000000000c1",
        "conditionalAccessStatus": "success",
        "isInteractive": True,
        "tokenIssuerType": "AzureAD",
        "incomingTokenType": "none",
        "resourceDisplayName": "Windows Azure Service Management API",
        "resourceId": MANAGEMENT,
        "resourceTenantId": TENANT,
        "homeTenantId": TENANT,
        "authenticationRequirement": "multiFactorAuthentication",
        "authenticationDetails": [],
        "signInEventTypes": ["interactiveUser"],
        "servicePrincipalId": "",
        "autonomousSystemNumber": 64500,
        "crossTenantAccessType": "none",
        "uniqueTokenIdentifier": TOKEN,
        "sessionId": SESSION,
        "status": {"errorCode": 0, "failureReason": "Other.", "additionalDetails": None},
        "deviceDetail": {
            "deviceId": "ffffffff-0006-4006-8006-000000000006",
            "displayName": "LAPTOP-1",
            "operatingSystem": "Windows10",
            "browser": "Edge 120.0.0",
            "isCompliant": True,
        },
        "location": {
            "city": "Geneva",
            "state": "Geneve",
            "countryOrRegion": "CH",
            "geoCoordinates": {"altitude": None, "latitude": 46.2, "longitude": 6.15},
        },
    } | properties


def exported(category: str = "SignInLogs", fields: dict[str, Any] | None = None, **outer: Any) -> dict[str, Any]:
    """A sign-in as diagnostic settings export it; `outer` is beside its properties."""
    fields = sign_in() if fields is None else fields
    return {
        "time": "2024-08-02T08:25:01.0000000Z",
        "resourceId": f"/tenants/{TENANT}/providers/Microsoft.aadiam",
        "operationName": "Sign-in activity",
        "operationVersion": "1.0",
        "category": category,
        "tenantId": TENANT,
        "resultType": str(fields["status"].get("errorCode")),
        "resultSignature": "None",
        "durationMs": 0,
        "callerIpAddress": "203.0.113.9",
        "correlationId": fields["correlationId"],
        "identity": "Alice Example",
        "Level": 4,
        "location": "CH",
        "properties": fields,
    } | outer


def application(**properties: Any) -> dict[str, Any]:
    """The properties of a service principal's sign-in, which has no user and no device."""
    dropped = ("userDisplayName", "userPrincipalName", "userId", "userAgent", "clientAppUsed", "sessionId")
    fields = {name: value for name, value in sign_in().items() if name not in dropped}
    return fields | {
        "appId": APP,
        "appDisplayName": "deploy",
        "servicePrincipalId": SERVICE_PRINCIPAL,
        "servicePrincipalName": "deploy",
        "servicePrincipalCredentialKeyId": KEY,
        "clientCredentialType": "clientSecret",
        "isInteractive": False,
        "signInEventTypes": ["servicePrincipal"],
        "authenticationRequirement": "",
        "deviceDetail": {},
        **properties,
    }


def row(table: str = "SigninLogs", **columns: Any) -> dict[str, Any]:
    """A sign-in as a row of a Log Analytics table: objects are JSON text in some tables and objects in others."""
    fields = sign_in()
    return {
        "TenantId": "77777777-2222-4333-8444-555555555555",
        "SourceSystem": "Azure AD",
        "TimeGenerated": "2024-08-02T08:25:01.000Z",
        "ResourceId": f"/tenants/{TENANT}/providers/Microsoft.aadiam",
        "OperationName": "Sign-in activity",
        "Category": "SignInLogs",
        "ResultType": "0",
        "CorrelationId": fields["correlationId"],
        "Location": "CH",
        "AppDisplayName": fields["appDisplayName"],
        "AppId": fields["appId"],
        "AuthenticationDetails": "[]",
        "AuthenticationRequirement": fields["authenticationRequirement"],
        "AutonomousSystemNumber": "64500",
        "ClientAppUsed": "Browser",
        "ConditionalAccessPolicies": [],
        "ConditionalAccessStatus": "success",
        "CreatedDateTime": "2024-08-02T08:23:24.1234567Z",
        "DeviceDetail": json.dumps(fields["deviceDetail"]),
        "IsInteractive": True,
        "Id": fields["id"],
        "IPAddress": fields["ipAddress"],
        "LocationDetails": json.dumps(fields["location"]),
        "HomeTenantId": TENANT,
        "ResourceDisplayName": fields["resourceDisplayName"],
        "ResourceIdentity": MANAGEMENT,
        "ResourceTenantId": TENANT,
        "ServicePrincipalId": "",
        "SessionId": SESSION,
        "Status": json.dumps(fields["status"]),
        "TokenIssuerType": "AzureAD",
        "UniqueTokenIdentifier": TOKEN,
        "UserAgent": BROWSER,
        "UserId": ALICE,
        "UserPrincipalName": "alice@example.com",
        "AADTenantId": TENANT,
        "Type": table,
    } | columns
