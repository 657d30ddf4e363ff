"""Where an event is heard: the key of Follow at which the credential that made it is followed.

A workload's credentials rotate, so its key is the workload; else the sign-in session that several tokens share, else
the credential, else the principal (DESIGN.md, the key of Follow). Beside these keys there are *names*: a name key
gathers who held a name that another log mentions (analytic/links.py).
"""

from schemas.records import ApiEvent

SERVICES = frozenset({"AWSService", "Service"})
"""Principal types of a cloud acting for itself: nobody stands behind them."""


def used_key(event: ApiEvent) -> str | None:
    """Give the key that an event is followed at; None for what has no identity behind it.

    A masked credential id (`AKIA****`) names no credential.
    """
    if event.log_class == "insight" or event.principal_type in SERVICES:
        return None
    if event.issued_to is not None:
        return workload_key(event.issued_to)
    for credential in (event.session_id, event.credential_id):
        if names(credential):
            return f"c|{event.provider}|{credential}"
    principal = event.principal_id or event.principal_arn or event.principal_name or event.principal_account
    if principal is None:
        return None
    return principal_key(event.provider, event.delegation, principal)


def principal_key(provider: str, through: list[str], principal: str) -> str:
    """Give the key of a principal, reached through others: sorted, for logs name these in one order or the other."""
    return f"p|{provider}|{'>'.join([*sorted(through), principal])}"


def workload_key(workload: str) -> str:
    """Give the key of a workload's credentials, whichever they are just now."""
    return f"w|{workload}"


def names(credential_id: str | None) -> bool:
    """Whether an id names one credential: there is one, and it is not masked."""
    return bool(credential_id) and "*" not in (credential_id or "")


def is_exact(key: str) -> bool:
    """Whether a key is that of one credential or workload, and not of a principal or a name."""
    return key.startswith(("c|", "w|"))


def rank(event: ApiEvent) -> int:
    """How much a record shows: of the copies and halves of one call, the one of the highest rank stands for all.

    That a call failed is known at its end only; then counts how much of the caller is shown: the caller's own account's
    copy names the credential, another account's does not.
    """
    failed = event.outcome != "success"
    return failed * 4 + (event.credential_id is not None) * 2 + (event.principal_arn is not None)
