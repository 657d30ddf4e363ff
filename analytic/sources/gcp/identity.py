"""Who a Cloud Audit Logs entry says made the call, on whose behalf, and with what kind of credential.

Sources: google.cloud.audit, audit_log.proto (AuthenticationInfo, ServiceAccountDelegationInfo); Cloud Logging,
"Understanding audit logs" (identity of the caller); IAM, "Example logs for service accounts", "Example logs for
Workload Identity Federation" and "Example logs for Workforce Identity Federation", "Service account types".
"""

from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from analytic.sources.gcp import names as gcp_names
from analytic.sources.gcp import subject as gcp_subject
from analytic.sources.gcp.record import AuthenticationInfo, Delegation
from analytic.sources.json_fields import MAX_TEXT_CHARS, inner, text

MAX_DELEGATION = 16
"""Impersonation chains are of a few accounts; what is longer is cut."""

MAX_ATTRIBUTES = 64
"""A pool maps at most 50 attributes of its own (IAM, "Workload Identity Federation", attribute mappings)."""

_UNTYPED = msgspec.json.Decoder()

_ANONYMOUS = frozenset({"allusers", "anonymous", "system:anonymous"})
"""A caller without credentials: of a public resource (IAM, "Principal identifiers"), of a cluster (Kubernetes)."""

_PREFIXES = ("user:", "serviceAccount:")

# Whoever vouched for a workload's token first, by the project of its service agent; App Engine's is no service agent.
_HOMES = {
    "compute-system": "instance",
    "gcf-admin-robot": "function",
    "serverless-robot-prod": "function",
    "gcp-sa-cloudbuild": "runner",
    "gcp-gae-service": "service",
    "gae-api-prod.google.com": "service",
}
_APP_ENGINE = "app-engine-appserver@prod.google.com"
_CLOUD_BUILD = "@cloudbuild.gserviceaccount.com"
_NODE = "system:node:"


class Principal(NamedTuple):
    """The caller, as the entry names it; the fields are those of ApiEvent."""

    id: str | None
    type: str
    name: str | None
    full: str | None
    account: str | None
    key: str | None
    issuer: str | None
    delegation: list[str]
    known_as: list[str]
    home: str | None
    on_behalf_of: str | None


def read(info: AuthenticationInfo) -> Principal:
    """Read the caller out of authenticationInfo, with any field missing."""
    email = _shown(info.principal_email)
    return _principal(info, _identity(email.lower() if email else _bare(_shown(info.principal_subject))))


def read_exchange(info: AuthenticationInfo, metadata: dict[str, Any], provider: str | None) -> Principal:
    """Read the caller of an exchange of tokens, whom authenticationInfo names by the other provider's subject.

    `metadata` tells the pool's name and attributes of it; `provider` is the pool provider's resource name.
    """
    subject = _shown(info.principal_subject) or _shown(info.principal_email)
    mapped = mapped_principal(metadata)
    attributes = metadata.get("mapped_attributes") or metadata.get("mappedAttributes")
    return _principal(info, _exchanging(subject or mapped, mapped, attributes, provider))


def _is_account(principal: str) -> bool:
    return principal.endswith(".gserviceaccount.com")


def _principal(info: AuthenticationInfo, who: "_Identity") -> Principal:
    delegation = [name for one in (info.service_account_delegation_info or [])[:MAX_DELEGATION] if (name := _who(one))]
    if len(delegation) > 1 and _is_account(delegation[0]) and not _is_account(delegation[-1]):
        # "Sorted by the original ordering" (AuditLog reference), yet published records have the newest first: what is
        # no service account can only be where an impersonation began.
        delegation.reverse()
    home, known_as = who.home, [who.known_as, who.also]
    if delegation and home is None and who.known_as is None:
        # Only the one that an impersonation began with can be of elsewhere, or a workload's. It is the first as the
        # proto orders them; published entries have the newest first.
        origins = [_identity(name) for name in delegation]
        home = next((found for one in origins if (found := _origin_home(one))), None)
        known_as = [one.known_as for one in origins]
    history = info.service_delegation_history
    key = (info.service_account_key_name or "").rpartition("/")[2]
    return Principal(
        id=who.id,
        type=who.type,
        name=who.name,
        full=who.full,
        account=who.account,
        key=key[:MAX_TEXT_CHARS] or None,
        issuer=who.pool,
        delegation=delegation,
        known_as=list(dict.fromkeys(name for name in known_as if name)),
        home=home,
        on_behalf_of=_bare(_shown(history.original_principal)) if history else None,
    )


def credential_type(principal: Principal, interface: str) -> str:
    """Say what kind of credential made the call.

    A key shows by its name; every other caller outside Kubernetes has an OAuth access token (Google Cloud,
    "Authentication methods"), which a person's console session holds for its own.
    """
    if principal.type == "Anonymous":
        return "anonymous"
    if principal.key:
        return "service_account_key"
    if principal.type == "FederatedPrincipal":
        return "federated"
    if principal.type == "User":
        return "console_session" if interface in ("console", "cloud_shell") else "access_token"
    if principal.type == "ServiceAccount" and not (principal.id or "").startswith("system:"):
        return "access_token"
    return "unknown"


def mapped_principal(metadata: dict[str, Any]) -> str | None:
    """Give the principal:// name that an exchange of tokens gave its caller: by this it goes on."""
    return text(metadata.get("mapped_principal")) or text(metadata.get("mappedPrincipal"))


class _Identity(NamedTuple):
    id: str | None
    type: str
    name: str | None = None
    full: str | None = None
    account: str | None = None
    pool: str | None = None
    home: str | None = None
    known_as: str | None = None
    also: str | None = None


_NOBODY = _Identity(None, "unknown")


def _shown(value: str | None) -> str | None:
    """Give a principal, cut; None for a missing or redacted one ("Understanding audit logs": it may be withheld)."""
    if not value:
        return None
    if "@" not in value and "redacted" in value[:MAX_TEXT_CHARS].lower():
        return None
    return value[:MAX_TEXT_CHARS]


def _bare(subject: str | None) -> str | None:
    """Give an email without the kind before it ("user:alice@example.com"), in lower case; other subjects unchanged."""
    for prefix in _PREFIXES:
        if subject and subject.startswith(prefix) and gcp_names.is_email(subject[len(prefix) :]):
            return subject[len(prefix) :].lower()
    return subject


def _who(delegation: Delegation) -> str | None:
    """Name one identity of a delegation: its email, else its subject, else the subject that its claims tell."""
    first = delegation.first_party_principal
    email = _shown(first.principal_email) if first else None
    if email:
        return email.lower()
    subject = _shown(delegation.principal_subject) or (_shown(first.principal_subject) if first else None)
    if subject:
        return _bare(subject)
    third = delegation.third_party_principal
    if third is None:
        return None
    try:
        claims = inner(_UNTYPED.decode(third.third_party_claims))
    except (ValueError, RecursionError):
        return None
    return text(claims.get("sub")) or text(claims.get("email"))


@lru_cache(8_192)
def _identity(principal: str | None) -> _Identity:
    """Read one principal: an email in lower case, or a subject."""
    if principal is None:
        return _NOBODY
    if principal.lower() in _ANONYMOUS:
        return _Identity(principal, "Anonymous", principal)
    subject = gcp_subject.read(principal)
    if subject is not None:
        pooled = principal.startswith(("principal://", "principalSet://"))
        return _Identity(
            principal,
            "FederatedPrincipal" if pooled else "ServiceAccount",
            subject.name,
            principal if pooled else None,
            subject.project,
            subject.pool,
            subject.home,
            subject.known_as,
        )
    if principal.startswith(_NODE):
        return _Identity(principal, "ServiceAccount", principal.removeprefix(_NODE), home="instance")
    if principal.startswith("system:"):
        # Kubernetes' own: controllers, the scheduler, the API server.
        return _Identity(principal, "Service", principal)
    if "@" not in principal:
        # Not an email: a subject of an identity provider's, or a form that is not documented.
        described = gcp_subject.describe(principal)
        return _Identity(principal, "unknown", described.name, home=described.home, known_as=described.known_as)
    home = "runner" if principal.endswith(_CLOUD_BUILD) else None
    kind = gcp_names.principal_type(principal)
    return _Identity(principal, kind, principal, account=gcp_names.account_project(principal), home=home)


def _origin_home(one: _Identity) -> str | None:
    """Say where a token is at home that this identity asked for: a service agent does so for the workloads it runs."""
    if one.type != "Service" or one.id is None:
        return one.home
    if one.id == _APP_ENGINE:
        return "service"
    return _HOMES.get(one.id.rpartition("@")[2].removesuffix(".iam.gserviceaccount.com"))


def _exchanging(subject: str | None, mapped: str | None, attributes: Any, provider: str | None) -> _Identity:
    """Read a token's own subject, which the pool's name and attributes of it explain."""
    if subject is None:
        return _NOBODY
    whole = _identity(mapped) if mapped else _NOBODY
    own = gcp_subject.read(subject)
    if own is None:
        vouched = "workforcePools/" in f"{mapped} {provider}"
        own = gcp_subject.person(subject) if vouched else gcp_subject.describe(subject)
    pairs = {
        name: value
        for name, value in list(inner(attributes).items())[:MAX_ATTRIBUTES]
        if isinstance(value, str) and len(value) <= MAX_TEXT_CHARS
    }
    arn = gcp_subject.arn_of({"google.subject": subject} | pairs)
    return _Identity(
        subject,
        "FederatedPrincipal",
        own.name,
        mapped or (subject if "://" in subject else None),
        own.project or whole.account,
        own.pool or whole.pool or gcp_subject.pool(provider),
        own.home or whole.home,
        f"aws:{arn}" if arn else own.known_as or whole.known_as,
        whole.known_as,
    )
