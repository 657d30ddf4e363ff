"""Synthetic Azure records for these tests: one call in each of the shapes that Azure writes it in."""

import json
from typing import Any

from analytic.context import action as actions
from analytic.context import interface
from analytic.sources import azure_activity
from schemas.records import ApiEvent, to_dict

SUBSCRIPTION = "11111111-2222-4333-8444-000000000001"
TENANT = "aaaaaaaa-bbbb-4ccc-8ddd-000000000001"
ALICE = "aaaaaaaa-bbbb-4ccc-8ddd-0000000a11ce"
ROBOT = "aaaaaaaa-bbbb-4ccc-8ddd-000000000b07"
ROBOT_APP = "aaaaaaaa-bbbb-4ccc-8ddd-0000000a9901"
PORTAL = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c"
SESSION = "aaaaaaaa-bbbb-4ccc-8ddd-00000005e551"
DEVICE = "aaaaaaaa-bbbb-4ccc-8ddd-00000000de71"
CORRELATION = "cccccccc-0000-4000-8000-000000000001"
EVENT = "eeeeeeee-0000-4000-8000-000000000001"
TIME = "2026-03-03T08:00:00.1234567Z"
MICROS = 1_772_524_800_123_456
ISSUED_AT = 1_772_521_200
"""2026-03-03T07:00:00Z, as `iat` writes it."""
ORIGIN = "file:///azure.json#0"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/Web"
MACHINE = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web1"
VAULT = f"{GROUP}/providers/Microsoft.KeyVault/vaults/prod"
STORE = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/reports"
IDENTITY = f"{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/shared"
RUN_COMMAND = "Microsoft.Compute/virtualMachines/runCommand/action"

USER_CLAIMS: dict[str, Any] = {
    "aud": "https://management.core.windows.net/",
    "iss": f"https://sts.windows.net/{TENANT}/",
    "iat": str(ISSUED_AT),
    "nbf": str(ISSUED_AT),
    "exp": str(ISSUED_AT + 5_400),
    "http://schemas.microsoft.com/claims/authnclassreference": "1",
    "http://schemas.microsoft.com/claims/authnmethodsreferences": "pwd,mfa",
    "appid": PORTAL,
    "appidacr": "0",
    "http://schemas.microsoft.com/2012/01/devicecontext/claims/identifier": DEVICE,
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/givenname": "Alice",
    "idtyp": "user",
    "ipaddr": "203.0.113.50",
    "name": "Alice Example",
    "http://schemas.microsoft.com/identity/claims/objectidentifier": ALICE.upper(),
    "http://schemas.microsoft.com/identity/claims/scope": "user_impersonation",
    "sid": SESSION,
    "http://schemas.microsoft.com/identity/claims/tenantid": TENANT,
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/name": "alice@example.com",
    "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/upn": "alice@example.com",
    "uti": "IdExampleOfAToken00001",
    "ver": "1.0",
}
APP_CLAIMS: dict[str, Any] = {
    "aud": "https://management.azure.com/",
    "iat": ISSUED_AT,
    "appid": ROBOT_APP,
    "appidacr": "1",
    "idtyp": "app",
    "http://schemas.microsoft.com/identity/claims/objectidentifier": ROBOT,
    "http://schemas.microsoft.com/identity/claims/tenantid": TENANT,
    "uti": "IdExampleOfAToken00002",
}
MACHINE_CLAIMS = APP_CLAIMS | {"appidacr": "2", "xms_mirid": MACHINE}
AUTHORIZATION: dict[str, Any] = {
    "scope": MACHINE,
    "action": RUN_COMMAND,
    "evidence": {
        "role": "Contributor",
        "roleAssignmentScope": f"/subscriptions/{SUBSCRIPTION}",
        "principalId": ALICE.replace("-", ""),
        "principalType": "User",
    },
}


def diagnostic(**fields: Any) -> dict[str, Any]:
    """A record as a diagnostic setting writes it to storage or an event hub: a command run on a machine."""
    return {
        "RoleLocation": "East US",
        "ReleaseVersion": "6.2026.1.1+0000000.release",
        "time": TIME,
        "resourceId": MACHINE.upper(),
        "operationName": RUN_COMMAND.upper(),
        "category": "Administrative",
        "resultType": "Success",
        "resultSignature": "Succeeded.OK",
        "durationMs": "0",
        "callerIpAddress": "198.51.100.7",
        "correlationId": CORRELATION,
        "identity": {"authorization": AUTHORIZATION, "claims": USER_CLAIMS},
        "level": "Information",
        "location": "global",
        "properties": {
            "statusCode": "OK",
            "eventCategory": "Administrative",
            "entity": MACHINE,
            "hierarchy": f"{TENANT}/{SUBSCRIPTION}",
        },
        "tenantId": TENANT,
    } | fields


def listed(**fields: Any) -> dict[str, Any]:
    """The same call as the REST API and the command line list it."""
    return {
        "authorization": {"action": RUN_COMMAND, "scope": MACHINE},
        "caller": "alice@example.com",
        "channels": "Operation",
        "claims": USER_CLAIMS,
        "correlationId": CORRELATION,
        "description": "",
        "eventDataId": EVENT,
        "eventName": {"value": "EndRequest", "localizedValue": "End request"},
        "category": {"value": "Administrative", "localizedValue": "Administrative"},
        "eventTimestamp": TIME,
        "httpRequest": {"clientRequestId": "r", "clientIpAddress": "198.51.100.7", "method": "POST"},
        "id": f"{MACHINE}/events/{EVENT}/ticks/639081216001234567",
        "level": "Informational",
        "operationId": CORRELATION,
        "operationName": {"value": RUN_COMMAND, "localizedValue": "Run Command on Virtual Machine"},
        "resourceGroupName": "Web",
        "resourceProviderName": {"value": "Microsoft.Compute", "localizedValue": "Microsoft.Compute"},
        "resourceId": MACHINE,
        "status": {"value": "Succeeded", "localizedValue": "Succeeded"},
        "subStatus": {"value": "OK", "localizedValue": "OK (HTTP Status Code: 200)"},
        "submissionTimestamp": "2026-03-03T08:00:20Z",
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
        "properties": {"statusCode": "OK"},
        "relatedEvents": [],
    } | fields


def row(**fields: Any) -> dict[str, Any]:
    """The same call as a row of the AzureActivity table, its objects as text."""
    return {
        "TenantId": "99999999-0000-4000-8000-000000000009",
        "SourceSystem": "Azure",
        "TimeGenerated": TIME,
        "CallerIpAddress": "198.51.100.7",
        "CategoryValue": "Administrative",
        "CorrelationId": CORRELATION,
        "Authorization": json.dumps(AUTHORIZATION),
        "Claims": json.dumps(USER_CLAIMS),
        "Level": "Information",
        "OperationNameValue": RUN_COMMAND.upper(),
        "OperationName": "",
        "Properties": json.dumps({"eventCategory": "Administrative", "statusCode": "OK"}),
        "EventDataId": EVENT,
        "EventSubmissionTimestamp": "2026-03-03T08:00:20Z",
        "HTTPRequest": json.dumps({"clientRequestId": "r", "clientIpAddress": "198.51.100.7", "method": "POST"}),
        "OperationId": CORRELATION,
        "ResourceGroup": "WEB",
        "ResourceProviderValue": "MICROSOFT.COMPUTE",
        "ActivityStatusValue": "Success",
        "ActivitySubstatusValue": "OK",
        "Hierarchy": f"{TENANT}/{SUBSCRIPTION}",
        "Caller": "alice@example.com",
        "SubscriptionId": SUBSCRIPTION,
        "_ResourceId": MACHINE.lower(),
        "Type": "AzureActivity",
    } | fields


def result(record: dict[str, Any]) -> Any:
    """What an Azure record parses to."""
    return azure_activity.parse(json.dumps(record).encode(), ORIGIN)


def parsed(record: dict[str, Any]) -> ApiEvent:
    """The event of an Azure record."""
    event = result(record)
    assert isinstance(event, ApiEvent)
    return event


def shown(event: ApiEvent) -> dict[str, Any]:
    """An event's fields, those at their default left out."""
    defaults = to_dict(ApiEvent("", 0, "", "", "", ""))
    return {name: value for name, value in to_dict(event).items() if name == "event_id" or value != defaults[name]}


def classified(service: str, action: str, read_only: bool | None) -> dict[str, Any]:
    """What the catalogue of actions says of a call; it has tests of its own."""
    act = actions.classify("azure", service, action, read_only)
    found = {"access": act.access, "stage": act.stage, "technique": act.technique, "action_basis": act.basis}
    return {name: value for name, value in found.items() if value not in (None, "unknown")}


def through(app_id: str | None, user_agent: str | None = None, invoked_by: str | None = None) -> dict[str, Any]:
    """What the interface module says of a call's client; it has tests of its own."""
    said = interface.classify(
        user_agent, source_ip="198.51.100.7", invoked_by=invoked_by, app_id=app_id, provider="azure"
    )
    found = {
        "interface": said.interface,
        "client": said.client,
        "os": said.os,
        "interface_conflict": said.conflict,
    }
    return {name: value for name, value in found.items() if value not in (None, "unknown")}
