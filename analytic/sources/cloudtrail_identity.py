"""Who a CloudTrail record says made the call, and which credential signed it.

Sources: CloudTrail user guide, "CloudTrail userIdentity element" (types and fields); IAM user guide, "IAM identifiers",
unique ids (AKIA: long-term key, ASIA: temporary key, AROA: role).
"""

from typing import NamedTuple

from analytic.sources import aws_names
from analytic.sources.cloudtrail_record import Attributes, SessionContext, SessionIssuer, UserIdentity

_PERSONS = frozenset({"IAMUser", "Root", "SAMLUser", "WebIdentityUser"})
"""Types whose principalId holds no role session name, whatever stands behind its colon."""

_FEDERATED = frozenset({"FederatedUser", "SAMLUser", "WebIdentityUser", "IdentityCenterUser"})
_CONSOLE_USERS = frozenset({"IAMUser", "Root", "AssumedRole"})
_CONSOLES = frozenset({"console", "cloud_shell"})
"""Interfaces that only a console session's credential opens; Cloud Shell hands out the console's."""

_ANONYMOUS = frozenset({"anonymous", "ANONYMOUS_PRINCIPAL"})
"""What S3 writes for a caller without credentials (S3 user guide, "CloudTrail log file entries")."""

_LAMBDA_ISSUER = "AWS::Lambda::Function"

NO_IDENTITY = UserIdentity()
_NO_SESSION = SessionContext()
_NO_ISSUER = SessionIssuer()
_NO_ATTRIBUTES = Attributes()


class Principal(NamedTuple):
    """The caller, as the record names it. `issued_to` is the workload id of the credential in use."""

    id: str | None
    type: str
    name: str | None
    arn: str | None
    account: str | None
    session_name: str | None
    session_created: str | None
    mfa: bool | None
    source_identity: str | None
    issuer: str | None
    issuer_id: str | None
    issued_to: str | None


def read(identity: UserIdentity) -> Principal:
    """Read the caller out of userIdentity, of any type and with any field missing."""
    kind = identity.type or "unknown"
    session = identity.session_context or _NO_SESSION
    issuer = session.session_issuer or _NO_ISSUER
    attributes = session.attributes or _NO_ATTRIBUTES
    behalf = identity.on_behalf_of
    arn = identity.arn or None
    principal_id = identity.principal_id or (behalf.user_id if behalf else None) or None
    account = identity.account_id or aws_names.arn_account(arn)
    if account is None and behalf:
        account = aws_names.arn_account(behalf.identity_store_arn)
    session_name = None
    if kind not in _PERSONS:
        session_name = _session_name(principal_id, arn)
    return Principal(
        id=principal_id,
        type=kind,
        name=_name(kind, identity, issuer, arn),
        arn=arn,
        account=account,
        session_name=session_name,
        session_created=attributes.creation_date,
        mfa=truth(attributes.mfa_authenticated),
        source_identity=session.source_identity or None,
        issuer=issuer.arn or None,
        issuer_id=issuer.principal_id or None,
        issued_to=aws_names.instance_workload(account, session_name) or _function(identity),
    )


def credential_type(
    principal: Principal, key: str | None, *, signed_in: bool, console_credential: bool | None, interface: str
) -> str:
    """Say what kind of credential signed the call: the key's prefix, the identity's type and the console's traces."""
    kind = principal.type
    if principal.id in _ANONYMOUS or principal.account in _ANONYMOUS:
        return "anonymous"
    if signed_in or console_credential:
        return "console_session"
    if kind in _FEDERATED:
        return "federated"
    if kind in ("AssumedRole", "Role"):
        return "console_session" if interface in _CONSOLES else "temporary"
    if key and key.startswith("AKIA"):
        return "long_term"
    if kind in _CONSOLE_USERS and interface in _CONSOLES:
        return "console_session"
    if key is None:
        return "unknown"
    if key.startswith("ASIA") or principal.session_created:
        return "temporary"
    return "long_term" if kind in _CONSOLE_USERS else "unknown"


def truth(value: str | bool | None) -> bool | None:
    """Read a flag that CloudTrail writes as a boolean or as text."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.lower())
    return value


def _session_name(principal_id: str | None, arn: str | None) -> str | None:
    if principal_id and ":" in principal_id:
        return principal_id.partition(":")[2] or None
    resource = aws_names.arn_resource(arn)
    if resource and resource.startswith("assumed-role/"):
        parts = resource.split("/")
        return (parts[-1] or None) if len(parts) > 2 else None
    return None


def _name(kind: str, identity: UserIdentity, issuer: SessionIssuer, arn: str | None) -> str | None:
    if kind == "Root":
        return "root"
    if identity.user_name:
        return identity.user_name
    if kind == "AWSService":
        return identity.invoked_by or None
    resource = aws_names.arn_resource(arn)
    if resource and resource.startswith("assumed-role/"):
        return issuer.user_name or resource.split("/")[1] or None
    if resource and "/" in resource:
        # user/path/alice, role/path/deploy, federated-user/bob
        return resource.rpartition("/")[2] or None
    return issuer.user_name if kind == "AssumedRole" else None


def _function(identity: UserIdentity) -> str | None:
    scope = identity.in_scope_of
    if scope is None or scope.issuer_type != _LAMBDA_ISSUER:
        return None
    return aws_names.function_workload(None, None, scope.credentials_issued_to or scope.source_arn)
