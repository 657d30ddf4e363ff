"""Who a principal is: the actor that an event names by itself, before any hop is followed.

Ids are the providers' unique ids where the log gives one (AIDA... for a user, AROA... for a role, Entra's object id): a
deleted user's name can be given to another person, its id cannot (AWS IAM User Guide, "IAM identifiers").
"""

import re
from functools import lru_cache
from itertools import pairwise

from schemas.records import Actor, ApiEvent, Hop

_RESERVED_SSO = re.compile(r"AWSReservedSSO_|:assumed-role/AWSReservedSSO_")

PEOPLE = frozenset({"user", "root", "federated"})
"""Types of actor behind which a person, or a job that a person wrote, stands."""

_SERVICE_ACCOUNT = ".gserviceaccount.com"
_SSO_SESSION = re.compile(r"arn:aws[a-z-]*:sts::\d{12}:assumed-role/AWSReservedSSO_[^/]+/(?P<name>[^/]+)$", re.ASCII)
_SUBJECT = re.compile(r"/(?:subject|group|attribute\.[a-z_]+|namespace)/(?P<subject>.+)$", re.DOTALL)

# The subjects that CI systems sign: GitHub "repo:OWNER/NAME:ref:refs/heads/main" or "...:environment:prod" or, with a
# template, "...:job_workflow_ref:OWNER/NAME/.github/workflows/deploy.yml@refs/heads/main" (GitHub documentation,
# "OpenID Connect reference"); GitLab "project_path:GROUP/NAME:ref_type:branch:ref:main" (GitLab documentation, "Connect
# to cloud services"); HCP Terraform "organization:ORG:project:P:workspace:W:run_phase:apply" (its documentation,
# "Workload identity tokens").
_GITHUB = re.compile(r"^repo(?:sitory)?:(?P<repository>[^:]+)(?::(?P<rest>.*))?$", re.DOTALL)
_GITLAB = re.compile(r"^project_path:(?P<repository>[^:]+)(?::ref_type:[^:]+:ref:(?P<rest>.*))?$", re.DOTALL)
_TERRAFORM = re.compile(
    r"^organization:(?P<org>[^:]+):project:[^:]+:workspace:(?P<workspace>[^:]+)(?::run_phase:(?P<rest>.*))?$", re.DOTALL
)


def actor_of(event: ApiEvent) -> Actor:
    """Give the actor that the event's own identity names."""
    if event.provider == "aws":
        return _aws(event)
    if event.provider == "gcp":
        return _gcp(event)
    return _directory(event)


def _aws(event: ApiEvent) -> Actor:
    """Give an AWS caller.

    An assumed role is the role, not its session: session names are the caller's free text. Two of them name a person
    all the same: a session of IAM Identity Center (its name is set by AWS, to the user's) and a source identity (which
    the identity provider sets and role chains keep).
    """
    account = event.principal_account or event.account
    kind = event.principal_type
    unique = (event.principal_id or "").partition(":")[0]
    if kind == "Root":
        return Actor(f"aws:{account}:root", "root", "root", account, "aws")
    if kind == "FederatedUser" and event.issuer_id and event.issuer_id.startswith("AIDA"):
        name = (event.issuer or event.issuer_id).rpartition("/")[2]
        return Actor(f"aws:{event.issuer_id}", "user", name, account, "aws")
    if kind in ("AssumedRole", "Role"):
        return _role(event, account, unique)
    if kind in ("SAMLUser", "WebIdentityUser", "FederatedUser", "IdentityCenterUser"):
        name = event.principal_name or event.principal_id or "unknown"
        if kind == "SAMLUser" and "@" in name:
            # The same person as in the session that follows, which Identity Center names after them.
            return Actor(f"aws:sso:{name}", "user", name, account, "aws")
        return Actor(f"aws:{event.principal_id or name}", "federated", readable(name), account, "aws")
    if kind == "AWSService":
        name = event.invoked_by or event.source_service or "service"
        return Actor(f"aws:service:{name}", "service", name, account, "aws")
    if kind == "AWSAccount":
        # The copy in the account that was reached: its principal id joins it to the caller's own records.
        name = event.principal_name or event.principal_id or account or "unknown"
        type_ = "user" if unique.startswith("AIDA") else "account"
        return Actor(f"aws:{unique or account}", type_, name, account, "aws")
    name = event.principal_name or event.principal_arn or event.principal_id or "unknown"
    id_ = unique or event.principal_arn or (f"{account}:{name}" if name != "unknown" else f"{account}:unknown")
    return Actor(f"aws:{id_}", "user" if kind == "IAMUser" else "unknown", name, account, "aws")


def _role(event: ApiEvent, account: str | None, unique: str) -> Actor:
    if event.issued_to is not None:
        return _workload(event, account)
    if event.source_identity is not None:
        return Actor(f"aws:source:{event.source_identity}", "user", event.source_identity, account, "aws")
    if event.session_name is not None and _RESERVED_SSO.search(event.issuer or event.principal_arn or ""):
        return Actor(f"aws:sso:{event.session_name}", "user", event.session_name, account, "aws")
    name = event.principal_name or (event.issuer or event.principal_arn or unique).rpartition("/")[2] or "unknown"
    id_ = event.issuer_id or unique or event.issuer or event.principal_arn or f"{account}:{name}"
    return Actor(f"aws:{id_}", "role", name, account, "aws")


def _workload(event: ApiEvent, account: str | None) -> Actor:
    name = event.principal_name or (event.issuer or "").rpartition("/")[2]
    short = (event.issued_to or "").rpartition(":")[2].rpartition("/")[2]
    label = f"{name}/{short}" if name and name.lower() != short.lower() else short
    return Actor(f"{event.provider}:{event.issued_to}", "workload", label, account, event.provider)


def _gcp(event: ApiEvent) -> Actor:
    """Give a Google Cloud caller: at the start of a delegation, which the record tells whole, stands its first."""
    account = event.principal_account or event.account
    if event.principal_type == "Service":
        name = event.principal_name or event.principal_id or "service"
        return Actor(f"gcp:service:{name}", "service", name, account, "gcp")
    if event.issued_to is not None and not event.delegation:
        return _workload(event, account)
    first = event.delegation[0] if event.delegation else event.principal_id or event.principal_name
    if first is None:
        return Actor("gcp:unknown", "unknown", "unknown", account, "gcp")
    if person := _SSO_SESSION.search(first):
        # The subject is the session of a person whom AWS itself named it after.
        return Actor(f"aws:sso:{person['name']}", "user", person["name"], None, "aws")
    return Actor(f"gcp:{first}", _gcp_type(first), gcp_label(first), account, "gcp")


def _gcp_type(principal: str) -> str:
    if principal.startswith("principal"):
        return "federated"
    if principal.endswith(_SERVICE_ACCOUNT):
        return "service_account"
    return "user" if "@" in principal and not principal.startswith("arn:") else "federated"


def gcp_label(principal: str) -> str:
    """Give a principal's readable name: the e-mail, or the subject of a federated identity."""
    if not principal.startswith("principal"):
        return principal
    subject = _SUBJECT.search(principal)
    return readable(subject["subject"] if subject else principal)


def _directory(event: ApiEvent) -> Actor:
    """Give a caller of Entra, Azure or Okta."""
    provider, kind = event.provider, event.principal_type
    account = event.principal_account or event.organization
    name = event.principal_name or event.principal_id or "unknown"
    id_ = event.principal_id or name
    if kind == "Service":
        return Actor(f"{provider}:service:{name}", "service", name, account, provider)
    if event.issued_to is not None and kind != "User":
        return _workload(event, account)
    type_ = {"User": "user", "ServicePrincipal": "service_principal", "ManagedIdentity": "service_principal"}
    return Actor(f"{provider}:{id_}", type_.get(kind, "unknown"), name, account, provider)


@lru_cache(4_096)
def readable(subject: str) -> str:
    """Name a CI job by its repository and what ran (workflow, branch, environment); any other subject as it is."""
    found = _GITHUB.match(subject) or _GITLAB.match(subject)
    if found is not None:
        rest = (found["rest"] or "").removeprefix("ref:").removeprefix("job_workflow_ref:")
        return f"{found['repository']} ({rest})" if rest else found["repository"]
    found = _TERRAFORM.match(subject)
    if found is not None:
        rest = f" ({found['rest']})" if found["rest"] else ""
        return f"{found['org']}/{found['workspace']}{rest}"
    return subject


def principal_label(event: ApiEvent) -> str:
    """Name the principal that an event acted as, as a hop shows it: the role or user, with its session."""
    if event.provider == "gcp" and event.principal_id is not None:
        return gcp_label(event.principal_id)
    name = event.principal_name or event.principal_arn or event.principal_id or event.principal_type
    return f"{readable(name)}/{event.session_name}" if event.session_name else readable(name)


def named_hops(event: ApiEvent, actor: Actor) -> list[Hop]:
    """Give the hops that the event's own identity shows, without the calls that made them."""
    kind = event.principal_type
    if event.delegation:
        names = [*map(gcp_label, event.delegation), principal_label(event)]
        how = "serviceAccountDelegationInfo"
        # The source puts a person first. Among service accounts the log's own order is all there is, and it varies.
        sure = len(event.delegation) == 1 or _gcp_type(event.delegation[0]) != "service_account"
        certainty = "certain" if sure else "probable"
        return [Hop(before, after, how, event.time, None, certainty) for before, after in pairwise(names)]
    if kind == "FederatedUser" and actor.type == "user":
        how = "GetFederationToken"
    elif kind in ("AssumedRole", "Role") and actor.type == "user":
        how = "sourceIdentity" if event.source_identity is not None else "IAM Identity Center"
    else:
        return []
    return [Hop(actor.name, principal_label(event), how, event.session_created or event.time, None, "certain")]
