"""What a role assignment gives: the role's definition is in the request.

Microsoft Learn, "Azure built-in roles", by the ids that are the same in every directory. ATT&CK T1098.003, DET0277
("RoleScope").
"""

from collections.abc import Iterable

from analytic.context.action_kinds import Scope

_ROLES: dict[str, Scope] = {
    "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "everything",  # Owner
    "b24988ac-6180-42a0-ab88-20f7382dd24c": "everything",  # Contributor
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "everything",  # User Access Administrator
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": "everything",  # Role Based Access Control Administrator
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": "reading",  # Reader
    "43d0d8ad-25c7-4714-9337-8ba259a9fe05": "reading",  # Monitoring Reader
    "73c42c96-874c-492b-b04d-ab87d138a893": "reading",  # Log Analytics Reader
    "39bc4728-0917-49c7-9d2c-d95423bc2eb4": "reading",  # Security Reader
    "fa23ad8b-c56e-40d8-ac0c-ce449e1d2c64": "reading",  # Billing Reader
}


def scope_of(granted: Iterable[str]) -> Scope | None:
    """Give the scope of what a role assignment ties together (calls.granted); None where its role is none of these."""
    found = (_ROLES.get(name.lower().partition("/roledefinitions/")[2]) for name in granted)
    return next((scope for scope in found if scope is not None), None)
