"""What administrators do in Entra's directory: new users and disabled ones, as the audit log has it.

Source: Microsoft Graph reference, resource type directoryAudit; Entra, "Audit log activity reference" (Add user,
Disable account).
"""

from simulator.azure_records import TENANT, seven_digits
from simulator.identities import Json
from simulator.organization.notebook import Notebook, Spot
from simulator.organization.world import Person


def new_user(book: Notebook, at: int, by: Person, spot: Spot, of: Person) -> None:
    """Write that an administrator added a user."""
    changed = [{"displayName": "AccountEnabled", "oldValue": "[]", "newValue": "[true]"}]
    _audit(book, at, by, spot, of, "Add user", "Add", changed)


def user_disabled(book: Notebook, at: int, by: Person, spot: Spot, of: Person) -> None:
    """Write that an administrator disabled a user."""
    changed = [{"displayName": "AccountEnabled", "oldValue": "[true]", "newValue": "[false]"}]
    _audit(book, at, by, spot, of, "Disable account", "Update", changed)


def _audit(
    book: Notebook, at: int, by: Person, spot: Spot, of: Person, activity: str, kind: str, changed: list[Json]
) -> None:
    ids = book.ids
    correlation = ids.uuid()
    entry_id = f"Directory_{ids.uuid()}_{ids.hexadecimal(5).upper()}_{book.rng.randrange(10**8)}"
    target = {
        "id": of.entra.object_id,
        "displayName": of.entra.name,
        "type": "User",
        "userPrincipalName": of.entra.upn,
        "modifiedProperties": changed,
        "administrativeUnits": [],
    }
    user: Json = {
        "id": by.entra.object_id,
        "displayName": None,
        "userPrincipalName": by.entra.upn,
        "ipAddress": spot.address,
        "roles": [],
    }
    properties: Json = {
        "id": entry_id,
        "category": "UserManagement",
        "correlationId": correlation,
        "result": "success",
        "resultReason": "",
        "activityDisplayName": activity,
        "activityDateTime": seven_digits(at).replace("Z", "+00:00"),
        "loggedByService": "Core Directory",
        "operationType": kind,
        "userAgent": None,
        "initiatedBy": {"user": user},
        "targetResources": [target],
        "additionalDetails": [{"key": "User-Agent", "value": by.device.browser}],
    }
    record: Json = {
        "time": seven_digits(at),
        "resourceId": f"/tenants/{TENANT}/providers/Microsoft.aadiam",
        "operationName": activity,
        "operationVersion": "1.0",
        "category": "AuditLogs",
        "tenantId": TENANT,
        "resultSignature": "None",
        "durationMs": 0,
        "callerIpAddress": spot.address,
        "correlationId": correlation,
        "Level": 4,
        "properties": properties,
    }
    book.put(at, "entra/audit", record)
