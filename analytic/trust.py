"""A way in: the role that one account's trust policy lets another account assume, by the calls that open and use it.

Who comes in from an account whose own log is not here is a stranger to these logs; who changed the role's trust policy
to name that account is not. Both calls give the way the same name, `trust:<account outside>><account>/<role>`, and the
link between them is probable (docs/hops.md). A policy that lets in everybody ("*") opens no way that has a name.
"""

from schemas.records import ApiEvent

WAY = "n|trust:"
"""How the keys of ways in begin."""

_OPENS = frozenset({"UpdateAssumeRolePolicy", "CreateRole"})


def opened(event: ApiEvent) -> list[str]:
    """Give the keys of the ways in that a call opened: one for each account outside that the new trust policy names.

    The source lists the role by its name or ARN and the trusted principals by ARN (analytic/sources/aws/trust.py).
    """
    if event.action not in _OPENS or event.service != "iam" or event.outcome != "success" or not event.account:
        return []
    role = next((name for name in event.resources if not name.startswith("arn:") or ":role/" in name), None)
    if role is None or event.target_account is None:
        return []
    accounts = dict.fromkeys(name.split(":", 5)[4] for name in event.resources if name.count(":") >= 5)
    return [_way(account, event.account, role) for account in accounts if account and account != event.account]


def entered(event: ApiEvent) -> str | None:
    """Give the key of the way in by which somebody of another account assumed a role; None for any other call."""
    if event.action != "AssumeRole" or event.principal_type != "AWSAccount" or event.outcome != "success":
        return None
    role = next((name for name in event.resources if ":role/" in name), None)
    if role is None or not event.account or event.principal_account in (None, event.account):
        return None
    return _way(event.principal_account or "", event.account, role)


def _way(outside: str, account: str, role: str) -> str:
    # IAM holds role names apart without regard to case, and a path is no part of the name (IAM user guide).
    return f"{WAY}{outside}>{account}/{role.rpartition('/')[2].lower()}"
