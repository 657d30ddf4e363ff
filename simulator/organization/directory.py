"""What administrators do in Entra's directory: new users and disabled ones, as the audit log has it.

Source: Microsoft Graph reference, resource type directoryAudit; Entra, "Audit log activity reference" (Add user,
Disable account).
"""

from simulator.entra_records import Change, directory_audit
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
    target = {
        "id": of.entra.object_id,
        "displayName": of.entra.name,
        "type": "User",
        "userPrincipalName": of.entra.upn,
    }
    details = [{"key": "User-Agent", "value": by.device.browser}]
    change = Change(activity, "UserManagement", kind, target, changed, details)
    book.put(at, "entra/audit", directory_audit(book.rng, at, by.entra, spot.address, change))
