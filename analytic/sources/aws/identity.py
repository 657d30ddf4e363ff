"""Who a CloudTrail record says made the call, and which credential signed it.

Sources: CloudTrail user guide, "CloudTrail userIdentity element" (types and fields); IAM user guide, "IAM identifiers",
unique ids (AKIA: long-term key, ASIA: temporary key, AROA: role).
"""

import re
from functools import lru_cache
from typing import NamedTuple

from analytic.sources.aws import names as aws_names
from analytic.sources.aws.record import (
    Attributes,
    InScopeOf,
    SessionContext,
    SessionIssuer,
    UserIdentity,
    decode_identity,
)
from analytic.sources.json_fields import MAX_TEXT_CHARS
from analytic.sources.times import iso_micros

_PERSONS = frozenset({"IAMUser", "Root", "SAMLUser", "WebIdentityUser"})
"""Types whose principalId holds no role session name, whatever stands behind its colon."""

_FEDERATED = frozenset({"FederatedUser", "SAMLUser", "WebIdentityUser", "IdentityCenterUser"})
_CONSOLE_USERS = frozenset({"IAMUser", "Root", "AssumedRole"})
CONSOLES = frozenset({"console", "cloud_shell"})
"""Interfaces that only a console session's credential opens; Cloud Shell hands out the console's."""

_ANONYMOUS = frozenset({"anonymous", "ANONYMOUS_PRINCIPAL"})
"""What S3 writes for a caller without credentials (S3 user guide, "CloudTrail log file entries")."""

_LAMBDA_ISSUER = "AWS::Lambda::Function"

_SERVICE_ROLE = ":role/aws-service-role/"
"""The path of the roles that only a service can assume (IAM user guide, "Using service-linked roles")."""

# The session of an EKS pod: "eks-", what fits of the cluster's and the pod's name, a UUID (Amazon EKS user guide, "EKS
# Pod Identity": real sessions).
_POD_SESSION = re.compile(r"eks-.{1,64}-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.DOTALL)

# Issuers of OpenID Connect tokens, as the provider's URL or the ARN of its IAM provider names them. Runners: GitHub
# ("Configuring OpenID Connect in Amazon Web Services"), GitLab, HCP Terraform, Bitbucket, CircleCI, Buildkite, Azure
# DevOps, Spacelift. Pods: EKS ("IAM roles for service accounts"), GKE and AKS ("OIDC issuer URL").
_RUNNER_ISSUER = re.compile(
    r"(?:^|[./])(?:actions\.githubusercontent\.com|gitlab\.com|app\.terraform\.io|api\.bitbucket\.org|oidc\.circleci\.com"
    r"|agent\.buildkite\.com|vstoken\.dev\.azure\.com|app\.spacelift\.io)(?:[/:]|$)"
)
_POD_ISSUER = re.compile(
    r"(?:^|/)(?:oidc\.eks\.[\w-]+\.amazonaws\.com|container\.googleapis\.com|[\w-]+\.oic\.prod-aks\.azure\.com)(?:[/:]|$)"
)
# Subjects of their tokens, where the provider has a name of its own (a company's GitLab, a cluster under kops).
_RUNNER_SUBJECT = re.compile(r"repo:[^:]+/[^:]+:|project_path:[^:]+:|organization:[^:]+:project:[^:]+:workspace:")
_POD_SUBJECT = re.compile(r"system:serviceaccount:[^:]+:")

_CACHED = 4_096
"""Identities remembered: a session's calls all carry the same. At about 2 KB each some 8 MB."""

_MAX_CACHED_BYTES = 4_096

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
    session_created: int | None
    mfa: bool | None
    source_identity: str | None
    issuer: str | None
    issuer_id: str | None
    issued_to: str | None
    home: str | None = None
    on_behalf_of: str | None = None
    in_scope_of: str | None = None


def read(raw: bytes) -> tuple[UserIdentity, Principal]:
    """Read the caller out of an undecoded userIdentity, of any type and with any field missing. Raises ParseError."""
    return _cached(raw) if len(raw) <= _MAX_CACHED_BYTES else _read(raw)


def _read(raw: bytes) -> tuple[UserIdentity, Principal]:
    identity = decode_identity(raw)
    return identity, _principal(identity)


_cached = lru_cache(_CACHED)(_read)


def _principal(identity: UserIdentity) -> Principal:
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
    scope = identity.in_scope_of
    workload = aws_names.instance_workload(account, session_name)
    if workload is None and scope is not None:
        workload = _scoped(scope)
    return Principal(
        id=principal_id,
        type=kind,
        name=_name(kind, identity, issuer, arn),
        arn=arn,
        account=account,
        session_name=session_name,
        session_created=_moment(attributes.creation_date),
        mfa=truth(attributes.mfa_authenticated),
        source_identity=session.source_identity or None,
        issuer=issuer.arn or None,
        issuer_id=issuer.principal_id or None,
        issued_to=workload,
        home=_home(kind, workload, session, session_name, issuer, identity),
        on_behalf_of=(behalf.user_id or None) if behalf else None,
        in_scope_of=(scope.credentials_issued_to or scope.source_arn or None) if scope else None,
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
        return "console_session" if interface in CONSOLES else "temporary"
    if key and key.startswith("AKIA"):
        return "long_term"
    if kind in _CONSOLE_USERS and interface in CONSOLES:
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


def _moment(written: str | None) -> int | None:
    # Not essential, and some logs hold "" or a placeholder here.
    try:
        return iso_micros(written) if written else None
    except ValueError:
        return None


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


def _scoped(scope: InScopeOf) -> str | None:
    """Give the workload that inScopeOf names: a Lambda function, or a task of ECS."""
    resource = scope.credentials_issued_to or scope.source_arn
    if scope.issuer_type == _LAMBDA_ISSUER:
        return aws_names.function_workload(None, None, resource)
    if resource and ":ecs:" in resource:
        return aws_names.task_workload(None, resource)
    return None


def _home(
    kind: str,
    workload: str | None,
    session: SessionContext,
    session_name: str | None,
    issuer: SessionIssuer,
    identity: UserIdentity,
) -> str | None:
    """Say where the credential is at home: instance, function, pod (a container's), runner or service."""
    if workload is not None:
        return workload_home(workload)
    if kind == "AWSService":
        return "service"
    if kind == "WebIdentityUser":
        return federated_home(identity.identity_provider, identity.user_name)
    if session.ec2_role_delivery:
        return "instance"
    if session.web_id_federation_data is not None:
        return federated_home(session.web_id_federation_data.federated_provider, None)
    if session_name is not None and session_name.startswith("eks-") and _POD_SESSION.fullmatch(session_name):
        return "pod"
    return "service" if issuer.arn is not None and _SERVICE_ROLE in issuer.arn else None


def workload_home(workload: str) -> str:
    """Give the kind of a workload by its id: "aws:<account>:<kind>/..."; a task of ECS is a pod in all but name."""
    kind = workload.rpartition(":")[2].partition("/")[0]
    return "pod" if kind == "task" else kind


def federated_home(provider: str | None, subject: str | None) -> str | None:
    """Say what a web identity's token was issued to: runner (a CI job), pod, or None for a person or what is unknown.

    `provider` is userIdentity.identityProvider or webIdFederationData.federatedProvider, `subject` the token's.
    """
    provider, subject = (provider or "")[:MAX_TEXT_CHARS], (subject or "")[:MAX_TEXT_CHARS]
    if _RUNNER_ISSUER.search(provider) or _RUNNER_SUBJECT.match(subject):
        return "runner"
    return "pod" if _POD_ISSUER.search(provider) or _POD_SUBJECT.match(subject) else None
