"""Who a principal is: the actor that an event names by itself, before any hop is followed.

Ids are the providers' unique ids where the log gives one (AIDA... for a user, AROA... for a role): a deleted user's
name can be given to another person, its id cannot (AWS IAM User Guide, "IAM identifiers", unique identifiers).
"""

import re

from schemas.records import Actor, ApiEvent

_RESERVED_SSO = re.compile(r"AWSReservedSSO_|:assumed-role/AWSReservedSSO_")

PEOPLE = frozenset({"user", "root", "federated"})
"""Types of actor behind which a person stands."""


def actor_of(event: ApiEvent) -> Actor:
    """Give the actor that the event's own identity names.

    An assumed role is the role, not its session: session names are the caller's free text. Two of them name a person
    all the same: a session of IAM Identity Center (its name is set by AWS, to the user's) and a source identity (which
    the identity provider sets and role chains keep).
    """
    provider = event.provider
    account = event.principal_account or event.account
    kind = event.principal_type
    unique = (event.principal_id or "").partition(":")[0]
    if kind == "Root":
        return Actor(f"{provider}:{account}:root", "root", "root", account, provider)
    if kind == "FederatedUser" and event.issuer_id and event.issuer_id.startswith("AIDA"):
        name = (event.issuer or event.issuer_id).rpartition("/")[2]
        return Actor(f"{provider}:{event.issuer_id}", "user", name, account, provider)
    if kind in ("AssumedRole", "Role"):
        return _role(event, account, unique)
    if kind in ("SAMLUser", "WebIdentityUser", "FederatedUser", "IdentityCenterUser"):
        name = event.principal_name or event.principal_id or "unknown"
        return Actor(f"{provider}:{event.principal_id or name}", "federated", name, account, provider)
    if kind == "AWSService":
        name = event.invoked_by or event.source_service or "service"
        return Actor(f"{provider}:service:{name}", "service", name, account, provider)
    if kind == "AWSAccount":
        # The copy in the account that was reached: its principal id joins it to the caller's own records.
        return Actor(
            f"{provider}:{unique or account}",
            "user" if unique.startswith("AIDA") else "account",
            event.principal_name or event.principal_id or account or "unknown",
            account,
            provider,
        )
    name = event.principal_name or event.principal_arn or event.principal_id or "unknown"
    id_ = unique or event.principal_arn or (f"{account}:{name}" if name != "unknown" else f"{account}:unknown")
    return Actor(f"{provider}:{id_}", "user" if kind == "IAMUser" else "unknown", name, account, provider)


def _role(event: ApiEvent, account: str | None, unique: str) -> Actor:
    provider = event.provider
    if event.issued_to is not None:
        role = event.principal_name or (event.issuer or "").rpartition("/")[2]
        short = event.issued_to.rpartition(":")[2].rpartition("/")[2]
        return Actor(f"{provider}:{event.issued_to}", "workload", f"{role}/{short}", account, provider)
    if event.source_identity is not None:
        return Actor(f"{provider}:source:{event.source_identity}", "user", event.source_identity, account, provider)
    if event.session_name is not None and _RESERVED_SSO.search(event.issuer or event.principal_arn or ""):
        return Actor(f"{provider}:sso:{event.session_name}", "user", event.session_name, account, provider)
    name = event.principal_name or (event.issuer or event.principal_arn or unique).rpartition("/")[2] or "unknown"
    id_ = event.issuer_id or unique or event.issuer or event.principal_arn or f"{account}:{name}"
    return Actor(f"{provider}:{id_}", "role", name, account, provider)


def principal_label(event: ApiEvent) -> str:
    """Name the principal that an event acted as, as a hop shows it: the role or user, with its session."""
    name = event.principal_name or event.principal_arn or event.principal_id or event.principal_type
    return f"{name}/{event.session_name}" if event.session_name else name
