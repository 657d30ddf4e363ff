"""What a change of an IAM policy gives, by the difference beside the call: everything or to everybody, or to read.

IAM, "Roles and permissions" (basic and predefined roles); "Principal identifiers" (allUsers,
allAuthenticatedUsers). ATT&CK T1098.003, DET0277 ("RoleScope").
"""

from collections.abc import Iterable
from typing import Any

from analytic.context.action_kinds import Scope
from analytic.sources.json_fields import inner, text

_ROLES = frozenset(
    {
        "roles/owner",
        "roles/editor",
        "roles/iam.securityAdmin",
        "roles/iam.organizationRoleAdmin",
        "roles/iam.serviceAccountKeyAdmin",
        "roles/iam.serviceAccountTokenCreator",
        "roles/resourcemanager.organizationAdmin",
        "roles/resourcemanager.projectIamAdmin",
        "roles/resourcemanager.folderAdmin",
    }
)
_READERS = frozenset(
    {
        "roles/viewer",
        "roles/browser",
        "roles/iam.securityReviewer",
        "roles/logging.viewer",
        "roles/monitoring.viewer",
    }
)
_EVERYBODY = frozenset({"allUsers", "allAuthenticatedUsers"})


def scope_of(deltas: Iterable[Any]) -> Scope | None:
    """Give the scope of the policy that was set (policies.deltas), by what it adds; None where that is neither."""
    added = [one for one in map(inner, deltas) if one.get("action") == "ADD"]
    roles = {text(one.get("role")) for one in added}
    if not _ROLES.isdisjoint(roles) or any(text(one.get("member")) in _EVERYBODY for one in added):
        return "everything"
    return "reading" if roles and _READERS.issuperset(roles) else None
