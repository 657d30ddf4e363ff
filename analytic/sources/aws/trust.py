"""Whom a role's trust policy lets in from other accounts.

Shapes: IAM API reference, CreateRole (AssumeRolePolicyDocument) and UpdateAssumeRolePolicy (PolicyDocument); IAM user
guide, "AWS JSON policy elements: Principal". An account's id alone means the account's root ARN there.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from analytic.sources.aws.names import account_id, arn_account
from analytic.sources.json_fields import MAX_RESOURCES, inner, items, text

MAX_POLICY_CHARS = 16_384
"""Several times IAM's largest trust policy (IAM quotas: 4,096 characters without white space)."""


def trusted(request: dict[str, Any], own: str | None) -> list[str]:
    """Give the ARNs of the principals in other accounts than `own` that a request's trust policy names.

    [] for a request that writes no trust policy, and for text that is no policy. "*" names nobody in particular.
    """
    written = request.get("assumeRolePolicyDocument")
    if written is None and "roleName" in request and "policyName" not in request:
        written = request.get("policyDocument")
    if not isinstance(written, str) or len(written) > MAX_POLICY_CHARS:
        return []
    try:
        policy = msgspec.json.decode(written)
    except (ValueError, RecursionError):
        return []
    found = dict.fromkeys(_arn(name) for name in _principals(policy) if account_id(name) not in (None, own))
    return list(found)[:MAX_RESOURCES]


def _principals(policy: Any) -> Iterator[str]:
    statements = inner({"policy": policy}, "policy").get("Statement")
    for statement in items(statements, MAX_RESOURCES) if isinstance(statements, list) else [statements]:
        if inner({"it": statement}, "it").get("Effect") != "Allow":
            continue
        named = inner(statement, "Principal").get("AWS")
        for name in items(named, MAX_RESOURCES) if isinstance(named, list) else [named]:
            if found := text(name):
                yield found


def _arn(name: str) -> str:
    return name if arn_account(name) else f"arn:aws:iam::{name}:root"
