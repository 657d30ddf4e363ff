"""What a grant gives, where the request says so: everything, or no more than to read.

ATT&CK T1098.003 (additional cloud roles) and DET0277 ("RoleScope": the privilege level that was assigned). AWS managed
policy reference (AdministratorAccess, IAMFullAccess, PowerUserAccess; ReadOnlyAccess, ViewOnlyAccess, SecurityAudit);
IAM JSON policy reference (Effect, Action, NotAction, Resource).
"""

from collections.abc import Callable, Mapping
from typing import Any

from analytic.context.action_kinds import Scope
from analytic.sources.json_fields import inner, items, nested

Request = Mapping[str, Any]

_POLICIES: Mapping[str, Scope] = {
    "AdministratorAccess": "everything",
    "IAMFullAccess": "everything",
    "PowerUserAccess": "everything",
    "ReadOnlyAccess": "reading",
    "SecurityAudit": "reading",
    "ViewOnlyAccess": "reading",
}
_ACTIONS = frozenset({"*", "*:*", "iam:*"})
_MAX_STATEMENTS = 64


def scope_of(service: str, action: str) -> Callable[[Request], Scope | None] | None:
    """Give what reads the scope of a grant off a call's request parameters; None for a call that is no such grant.

    `action` is the operation without its date.
    """
    return _SCOPES.get((service, action))


def _attached(request: Request) -> Scope | None:
    arn = request.get("policyArn")
    parts = arn.split(":", 5) if isinstance(arn, str) else []
    # arn:aws:iam::aws:policy/AdministratorAccess: a customer's own may have the name, and never the account "aws".
    if len(parts) != 6 or parts[4] != "aws":
        return None
    return _POLICIES.get(parts[5].rpartition("/")[2])


def _written(request: Request) -> Scope | None:
    """Tell a policy of which one statement allows every action, or all of IAM, whatever it is allowed on."""
    statements = inner({"document": nested(request.get("policyDocument"))}, "document").get("Statement")
    listed = items(statements, cap=_MAX_STATEMENTS) or [statements]
    return "everything" if any(map(_allows_all, listed)) else None


def _allows_all(statement: Any) -> bool:
    if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
        return False
    actions = statement.get("Action")
    return any(isinstance(action, str) and action.lower() in _ACTIONS for action in items(actions) or [actions])


_SCOPES: dict[tuple[str, str], Callable[[Request], Scope | None]] = {
    ("iam", "AttachUserPolicy"): _attached,
    ("iam", "AttachRolePolicy"): _attached,
    ("iam", "AttachGroupPolicy"): _attached,
    ("iam", "PutUserPolicy"): _written,
    ("iam", "PutRolePolicy"): _written,
    ("iam", "PutGroupPolicy"): _written,
    ("iam", "CreatePolicy"): _written,
    ("iam", "CreatePolicyVersion"): _written,
}
