"""Subjects of federated identities: who stands behind a principal of a workload or workforce identity pool.

Forms: IAM, "Principal identifiers" (principal:// and principalSet://); "Workload Identity Federation" (attribute
mapping: the subject of AWS is an ARN, of Azure an object id); GitHub Actions, "OpenID Connect reference" (example
subject claims); GitLab, "OpenID Connect in AWS" and "ID token authentication" (sub); HCP Terraform, "Workload identity
tokens" (sub); GKE, "About Workload Identity Federation for GKE"; Kubernetes, "Configure service accounts for pods".
"""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from analytic.sources.aws import names as aws_names
from analytic.sources.gcp import names as gcp_names

_POOLED = re.compile(
    r"principal(?:Set)?://[^/]+/(?:projects/(?P<project>[^/]+)/)?locations/[^/]+/"
    r"(?P<kind>workloadIdentityPools|workforcePools)/(?P<pool>[^/]+)/(?:subject|group|attribute\.[^/]+)/(?P<value>.+)",
    re.DOTALL,
)
_POOL = re.compile(r"(?:projects/[^/]+/)?locations/[^/]+/(?:workloadIdentityPools|workforcePools)/[^/]+")
_GKE = re.compile(r"(?:serviceAccount:)?([^\[\]\s]+)\.svc\.id\.goog\[([^/\[\]]+)/([^/\[\]]+)\]")
_GKE_POOL = ".svc.id.goog"
_POD = re.compile(r"(?:system:serviceaccount:([^:]+):|ns/([^/]+)/sa/)([^:/]+)")
_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)
_ARN = re.compile(r"arn:aws[\w-]*:(?:sts|iam)::\d{12}:\S+", re.ASCII)
_GITHUB_REPOSITORY = re.compile(r"(?:^|:)repo:([^:/]+/[^:]+)")
_GITHUB_WORKFLOW = re.compile(r"(?:^|:)(?:job_workflow_ref:([^:/]+/[^:/]+)/([^:@]+)|workflow:([^:]+))")
_GITLAB = re.compile(r"project_path:([^:]+)(?::|$)")
_TERRAFORM = re.compile(r"organization:([^:]+):project:([^:]+):workspace:([^:]+)(?::|$)")


class Subject(NamedTuple):
    """An identity of another provider's. `name` is for people to read; `home` and `known_as` as in ApiEvent.

    `pool` is the identity pool's resource name, `project` the number (for GKE the id) of the project that has it.
    """

    name: str
    home: str | None = None
    known_as: str | None = None
    pool: str | None = None
    project: str | None = None


@lru_cache(8_192)
def read(subject: str) -> Subject | None:
    """Read a principal:// or principalSet:// name, or a Kubernetes account's; None for what is none of these."""
    gke = _GKE.fullmatch(subject)
    if gke:
        return Subject(f"{gke[2]}/{gke[3]}", "pod", project=gke[1])
    if subject.startswith("system:serviceaccount:"):
        return describe(subject)
    if not subject.startswith(("principal://", "principalSet://")):
        return None
    found = _POOLED.fullmatch(subject)
    if found is None:
        return Subject(subject.partition("://")[2].rpartition("/")[2] or subject)
    described = person(found["value"]) if found["kind"] == "workforcePools" else describe(found["value"])
    owner = found["project"]
    if found["pool"].endswith(_GKE_POOL):
        owner = found["pool"].removesuffix(_GKE_POOL)
    return described._replace(pool=pool(subject), project=owner)


def pool(name: str | None) -> str | None:
    """Give the identity pool in the name of a principal or of a pool's provider."""
    found = _POOL.search(name) if name else None
    return found[0] if found else None


def person(value: str) -> Subject:
    """Describe a subject of a workforce pool: an email there is a person's; a workload pool's may be a machine's."""
    subject = describe(value)
    if subject.known_as is None and gcp_names.is_email(subject.name):
        return subject._replace(name=subject.name.lower(), known_as=f"person:{subject.name.lower()}")
    return subject


@lru_cache(8_192)
def describe(value: str) -> Subject:
    """Describe a token's own subject, as a pool or an exchange of tokens writes it; never fails."""
    text = unquote(value) if "%" in value else value
    if _ARN.fullmatch(text):
        # assumed-role/<role>/<session>, role/<path>/<role>, user/<path>/<user>
        resource = aws_names.arn_resource(text) or text
        name = resource.partition("/")[2] if resource.startswith("assumed-role/") else resource.rpartition("/")[2]
        session = name.partition("/")[2]
        home = "instance" if aws_names.instance_workload("-", session) else None
        return Subject(name or text, home, f"aws:{text}")
    pod = _POD.fullmatch(text)
    if pod:
        return Subject(f"{pod[1] or pod[2]}/{pod[3]}", "pod")
    if _GUID.fullmatch(text):
        return Subject(text.lower(), None, f"azure:{text.lower()}")
    runner = _runner(text)
    return Subject(runner, "runner") if runner else Subject(text)


def _runner(text: str) -> str | None:
    """Name the repository, and the workflow where it is told, of a CI job's subject; None for what is no CI job's."""
    repository = _GITHUB_REPOSITORY.search(text)
    workflow = _GITHUB_WORKFLOW.search(text)
    if repository or (workflow and workflow[1]):
        name = repository[1] if repository else workflow[1] if workflow else ""
        step = (workflow[2] or workflow[3]) if workflow else None
        return f"{name} ({step.rpartition('/')[2]})" if step else name
    project = _GITLAB.match(text)
    if project:
        return project[1]
    workspace = _TERRAFORM.match(text)
    return f"{workspace[1]}/{workspace[2]}/{workspace[3]}" if workspace else None


def arn_of(attributes: dict[str, str]) -> str | None:
    """Give the ARN of the AWS session that a pool's mapped attributes name, also when they hold it in parts.

    A whole ARN stands by itself. Else the role is an ARN without the session (`attribute.aws_role`, as Google's own
    mapping gives it) or a name beside the account's; the session is an attribute of its own, or ends the subject,
    "<role id>:<session>".
    """
    named = {name.rpartition(".")[2].lower(): value for name, value in attributes.items()}
    for value in attributes.values():
        if _ARN.fullmatch(value) and ":assumed-role/" in value and value.count("/") >= 2:
            return value
    role = next((named[name] for name in ("aws_role", "role", "role_name") if name in named), None)
    session = next((named[name] for name in ("aws_session", "session", "session_name") if name in named), None)
    if session is None and ":" in named.get("subject", "") and not _ARN.fullmatch(named["subject"]):
        session = named["subject"].rpartition(":")[2]
    if not (role and session):
        return None
    if _ARN.fullmatch(role):
        return f"{role}/{session}" if ":assumed-role/" in role else None
    account = next((named[name] for name in ("aws_account", "account", "account_id") if name in named), None)
    arn = f"arn:aws:sts::{account}:assumed-role/{role}/{session}"
    return arn if _ARN.fullmatch(arn) else None
