"""Synthetic audit records of Entra and Microsoft 365 for these tests: what matters is an argument, the rest has a default."""

import json
from typing import Any

from tests.sources.entra_records import (
    ALICE,
    APP,
    AZURE_PORTAL,
    BROWSER,
    KEY,
    MANAGEMENT,
    SERVICE_PRINCIPAL,
    SESSION,
    SIGN_IN,
    TENANT,
)


def key(identifier: str, name: str = "deploy") -> str:
    return f"[KeyIdentifier={identifier},KeyType=Password,KeyUsage=Verify,DisplayName={name}]"


def audit(**properties: Any) -> dict[str, Any]:
    """The properties of an audit record: a user adds a secret to a service principal."""
    return {
        "id": "Directory_00000000-0000-4000-8000-0000000000c2_ABCDE_12345678",
        "category": "ApplicationManagement",
        "correlationId": "00000000-0000-4000-8000-0000000000c2",
        "result": "success",
        "resultReason": "",
        "activityDisplayName": "Add service principal credentials",
        "activityDateTime": "2024-08-02T08:30:00.7654321+00:00",
        "loggedByService": "Core Directory",
        "operationType": "Update",
        "userAgent": None,
        "initiatedBy": {
            "user": {
                "id": ALICE.upper(),
                "displayName": None,
                "userPrincipalName": "alice@example.com",
                "ipAddress": "203.0.113.9",
                "roles": [],
            }
        },
        "targetResources": [
            {
                "id": SERVICE_PRINCIPAL,
                "displayName": "deploy",
                "type": "ServicePrincipal",
                "modifiedProperties": [
                    {
                        "displayName": "KeyDescription",
                        "oldValue": json.dumps([key("00000000-0000-4000-8000-0000000000ff")]),
                        "newValue": json.dumps([key("00000000-0000-4000-8000-0000000000ff"), key(KEY.upper())]),
                    },
                    {
                        "displayName": "Included Updated Properties",
                        "oldValue": None,
                        "newValue": '"KeyDescription"',
                    },
                ],
                "administrativeUnits": [],
            }
        ],
        "additionalDetails": [{"key": "User-Agent", "value": BROWSER}, {"key": "AppId", "value": APP}],
    } | properties


def audit_exported(category: str = "AuditLogs", **properties: Any) -> dict[str, Any]:
    """An audit record as diagnostic settings export it."""
    fields = audit(**properties)
    return {
        "time": "2024-08-02T08:30:00.7654321Z",
        "resourceId": f"/tenants/{TENANT}/providers/Microsoft.aadiam",
        "operationName": fields["activityDisplayName"],
        "operationVersion": "1.0",
        "category": category,
        "tenantId": TENANT,
        "resultSignature": "None",
        "durationMs": 0,
        "callerIpAddress": "203.0.113.9",
        "correlationId": fields["correlationId"],
        "Level": 4,
        "properties": fields,
    }


def audit_row(**columns: Any) -> dict[str, Any]:
    """An audit record as a row of the table AuditLogs."""
    fields = audit()
    return {
        "TenantId": "77777777-2222-4333-8444-555555555555",
        "SourceSystem": "Azure AD",
        "TimeGenerated": "2024-08-02T08:30:00.7654321Z",
        "ResourceId": f"/tenants/{TENANT}/providers/Microsoft.aadiam",
        "OperationName": fields["activityDisplayName"],
        "Category": "ApplicationManagement",
        "ResultType": "",
        "ResultDescription": "",
        "CorrelationId": fields["correlationId"],
        "ActivityDateTime": fields["activityDateTime"],
        "ActivityDisplayName": fields["activityDisplayName"],
        "AdditionalDetails": json.dumps(fields["additionalDetails"]),
        "Id": fields["id"],
        "InitiatedBy": json.dumps(fields["initiatedBy"]),
        "LoggedByService": "Core Directory",
        "Result": "success",
        "ResultReason": "",
        "TargetResources": json.dumps(fields["targetResources"]),
        "AADTenantId": TENANT,
        "AADOperationType": "Update",
        "Type": "AuditLogs",
    } | columns


def pairs(**values: Any) -> list[dict[str, Any]]:
    """Name-value pairs as the Microsoft 365 log writes them."""
    return [{"Name": name, "Value": value} for name, value in values.items()]


def logon(**fields: Any) -> dict[str, Any]:
    """A sign-in in the unified audit log of Microsoft 365."""
    return {
        "CreationTime": "2024-08-02T08:23:24",
        "Id": SIGN_IN,
        "Operation": "UserLoggedIn",
        "OrganizationId": TENANT,
        "RecordType": 15,
        "ResultStatus": "Success",
        "UserKey": ALICE.upper(),
        "UserType": 0,
        "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ClientIP": "203.0.113.9",
        "ObjectId": MANAGEMENT,
        "UserId": "Alice@example.com",
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": pairs(
            ResultStatusDetail="Success",
            UserAgent=BROWSER,
            UserAuthenticationMethod="1",
            RequestType="OAuth2:Authorize",
        ),
        "ModifiedProperties": [],
        "Actor": [{"ID": ALICE, "Type": 0}, {"ID": "Alice@example.com", "Type": 5}],
        "ActorContextId": TENANT,
        "ActorIpAddress": "203.0.113.9",
        "InterSystemsId": "00000000-0000-4000-8000-0000000000c1",
        "IntraSystemId": SIGN_IN,
        "SupportTicketId": "",
        "Target": [{"ID": MANAGEMENT, "Type": 0}],
        "TargetContextId": TENANT,
        "ApplicationId": AZURE_PORTAL,
        "DeviceProperties": pairs(
            Id="ffffffff-0006-4006-8006-000000000006",
            OS="Windows10",
            BrowserType="Edge",
            IsCompliantAndManaged="True",
            SessionId=SESSION,
        ),
        "ErrorNumber": "0",
    } | fields


def change(**fields: Any) -> dict[str, Any]:
    """A directory change in the unified audit log: a user adds a secret to an application."""
    return {
        "CreationTime": "2024-08-02T08:30:00",
        "Id": "00000000-0000-4000-8000-0000000000e1",
        "Operation": "Update application \N{EN DASH} Certificates and secrets management ",
        "OrganizationId": TENANT,
        "RecordType": 8,
        "ResultStatus": "Success",
        "UserKey": "1003200000000001@example.com",
        "UserType": 0,
        "Version": 1,
        "Workload": "AzureActiveDirectory",
        "ObjectId": "Not Available",
        "UserId": "alice@example.com",
        "AzureActiveDirectoryEventType": 1,
        "ExtendedProperties": pairs(
            additionalDetails=json.dumps({"User-Agent": BROWSER, "AppId": APP}),
            extendedAuditEventCategory="Application",
        ),
        "ModifiedProperties": [
            {"Name": "KeyDescription", "NewValue": json.dumps([key(KEY)], indent=2), "OldValue": "[]"},
            {"Name": "Included Updated Properties", "NewValue": "KeyDescription", "OldValue": ""},
        ],
        "Actor": [
            {"ID": "alice@example.com", "Type": 5},
            {"ID": "1003200000000001", "Type": 3},
            {"ID": AZURE_PORTAL, "Type": 2},
            {"ID": f"User_{ALICE}", "Type": 2},
            {"ID": ALICE, "Type": 2},
            {"ID": "User", "Type": 2},
        ],
        "ActorContextId": TENANT,
        "InterSystemsId": "00000000-0000-4000-8000-0000000000c2",
        "IntraSystemId": "00000000-0000-4000-8000-0000000000e2",
        "SupportTicketId": "",
        "Target": [
            {"ID": f"Application_{APP}", "Type": 2},
            {"ID": APP, "Type": 2},
            {"ID": "Application", "Type": 2},
            {"ID": "deploy", "Type": 1},
        ],
        "TargetContextId": TENANT,
    } | fields
