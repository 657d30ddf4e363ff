"""What a grant gives, where the request says so: everything, or nothing that weighs.

ATT&CK T1098.003 (additional cloud roles) and DET0277 ("RoleScope": the privilege level that was assigned). AWS managed
policy reference (AdministratorAccess, IAMFullAccess, PowerUserAccess; ReadOnlyAccess, ViewOnlyAccess, SecurityAudit);
IAM JSON policy reference (Effect, Action, NotAction, Resource).
"""

from collections.abc import Callable, Mapping
from typing import Any

from analytic.context.action import ROUTINE_BITS, classify
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
_HARMLESS = frozenset({"list", "read", "write"})
"""Kinds of access that give no way to more: not permissions (iam:PassRole), credentials (sts:AssumeRole), execution."""

_MAX_STATEMENTS, _MAX_ACTIONS = 256, 1_024
"""More does not fit the 10,240 characters of the longest policy (IAM, quotas): a statement has some 40 of them."""


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
    """Tell a policy that allows every action, or all of IAM; or no more than actions of no weight, each by its name.

    One with more statements or actions than are looked at is neither.
    """
    statements = inner({"document": nested(request.get("policyDocument"))}, "document").get("Statement")
    listed = items(statements, cap=_MAX_STATEMENTS + 1) or [statements]
    allowed: list[Any] = []
    for statement in listed:
        if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
            continue
        actions = statement.get("Action")
        allowed += items(actions, cap=_MAX_ACTIONS + 1) or [actions]  # None for NotAction: whatever is left.
    if any(isinstance(action, str) and action.lower() in _ACTIONS for action in allowed):
        return "everything"
    whole = len(listed) <= _MAX_STATEMENTS and 0 < len(allowed) <= _MAX_ACTIONS
    return "reading" if whole and all(map(_is_harmless, allowed)) else None


def _is_harmless(action: Any) -> bool:
    """Whether a policy's action is one operation, and one that gives no way to more."""
    service, _, name = action.partition(":") if isinstance(action, str) else ("", "", "")
    if not (service and name) or "*" in name or "?" in name:
        return False
    act = classify("aws", service.lower(), name)
    return act.access in _HARMLESS and act.impact <= ROUTINE_BITS


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
