"""Names in Google Cloud: resource names, service accounts' emails, and whose accounts are Google's own.

Forms: API design guide, "Resource names"; IAM, "Service account types", "Service agents" and "Principal identifiers".
"""

import re
from functools import lru_cache

_PROJECT = re.compile(r"(?:^|/)projects/([^/]+)")
# App Engine and the first version of Cloud Run name the project so at the start; Kubernetes' namespaces are elsewhere.
_OTHER_PROJECT = re.compile(r"(?:namespaces|apps)/([^/]+)")
_PARENT = re.compile(r"(organizations|folders)/([^/]+)")
_SERVICE_ACCOUNT = re.compile(r"(?:^|/)serviceAccounts/([^/]+)")
_KEY = re.compile(r"(?:^|/)keys/([^/]+)$")
_ZONE = re.compile(r"([a-z]+-[a-z]+\d+)-[a-z]", re.ASCII)
_EMAIL = re.compile(r"[^@\s/:]+@[^@\s/:\[\]]+", re.ASCII)
_UNIQUE_ID = re.compile(r"\d{15,25}", re.ASCII)

_ACCOUNTS = ".gserviceaccount.com"
_PROJECT_ACCOUNTS = ".iam.gserviceaccount.com"
_APP_ENGINE = "@appspot.gserviceaccount.com"
_NUMBERED = re.compile(r"(\d+)(?:-compute@developer|@cloudbuild)\.gserviceaccount\.com", re.ASCII)
"""The default accounts of Compute Engine and of Cloud Build, named by their project's number."""

_AGENT = re.compile(r"(?:service-)?(?:org-|folder-|project-)?\d+@([\w.-]+)\.iam\.gserviceaccount\.com", re.ASCII)
_GOOGLE_PROJECT = re.compile(r"[\w.-]+@gcp-sa-[\w-]+\.iam\.gserviceaccount\.com", re.ASCII)
_GOOGLE_ACCOUNT = re.compile(
    r"system@google\.com|[\w.-]+@(?:[\w-]+\.)*prod\.google\.com|[\w.-]+@system\.gserviceaccount\.com"
    r"|\d+@cloudservices\.gserviceaccount\.com",
    re.ASCII,
)
# fmt: off
_AGENT_PROJECTS = frozenset({
    "bigquery-data-connectors", "bigquery-encryption", "cloud-cdn-fill", "cloud-filer", "cloud-memcache-sa",
    "cloud-ml.google.com", "cloud-redis", "cloud-tpu", "cloudcomposer-accounts", "compute-system",
    "container-analysis", "container-engine-robot", "containerregistry", "crashlytics-bigquery-prod",
    "dataflow-service-producer-prod", "dataproc-accounts", "dlp-api", "endpoints-portal", "firebase-rules",
    "gae-api-prod.google.com", "gcf-admin-robot", "gcp-gae-service", "genomics-api.google.com",
    "gs-project-accounts", "remotebuildexecution", "security-center-api", "serverless-robot-prod",
    "service-consumer-management", "service-networking", "sourcerepo-service-accounts", "storage-transfer-service",
})
# fmt: on
"""Google's projects that service agents live in, beside gcp-sa-* (IAM, "Service agents").

The number before the @ alone proves nothing: anybody may name an account of their own project service-1234.
"""


def project(name: str | None) -> str | None:
    """Give the project in a resource name, an id or a number; None for none and for the wildcards "_" and "-"."""
    if not name:
        return None
    found = _PROJECT.search(name) or _OTHER_PROJECT.match(name)
    return found[1] if found and found[1] not in ("_", "-") else None


def parent(log_name: str | None) -> str | None:
    """Give the organization or folder that a log name begins with: "organizations/<number>", "folders/<number>"."""
    found = _PARENT.match(log_name) if log_name else None
    return found[0] if found else None


def region(place: str | None) -> str | None:
    """Give the region that a location, region or zone is of: "us-central1-a" is of us-central1."""
    if not place:
        return None
    zone = _ZONE.fullmatch(place)
    return zone[1] if zone else place


def is_zone(place: str | None) -> bool:
    """Whether a place is a zone."""
    return bool(place) and _ZONE.fullmatch(place or "") is not None


def is_email(text: str | None) -> bool:
    """Whether a text is an email address, and not one of Kubernetes' or a pool's names."""
    return bool(text) and _EMAIL.fullmatch(text or "") is not None


def service_account(name: str | None) -> str | None:
    """Give the email in lower case, or the numeric unique id, of a name ".../serviceAccounts/<email or id>"."""
    found = _SERVICE_ACCOUNT.search(name) if name else None
    return found[1].lower() if found else None


def is_unique_id(account: str | None) -> bool:
    """Whether a service account is named by its numeric unique id."""
    return bool(account) and _UNIQUE_ID.fullmatch(account or "") is not None


def key(name: str | None) -> str | None:
    """Give the key id of a name ".../serviceAccounts/<account>/keys/<key>"."""
    found = _KEY.search(name) if name else None
    return found[1] if found else None


@lru_cache(4_096)
def account_project(email: str) -> str | None:
    """Give the project that a service account belongs to, from its email in lower case; None for a person's.

    It is an id, or a number for the default accounts that are named by it. The email of an account in a project of a
    domain holds the two the other way round: name@project.example.com.iam... is of example.com:project.
    """
    if email.endswith(_PROJECT_ACCOUNTS):
        name, _, domain = email.removesuffix(_PROJECT_ACCOUNTS).rpartition("@")[2].partition(".")
        return f"{domain}:{name}" if domain else name or None
    if email.endswith(_APP_ENGINE):
        return email.removesuffix(_APP_ENGINE) or None
    found = _NUMBERED.fullmatch(email)
    return found[1] if found else None


@lru_cache(4_096)
def principal_type(email: str) -> str:
    """Say whose an email in lower case is: ServiceAccount, Service (Google's own) or User."""
    if _GOOGLE_ACCOUNT.fullmatch(email) or _GOOGLE_PROJECT.fullmatch(email):
        return "Service"
    agent = _AGENT.fullmatch(email)
    if agent and agent[1] in _AGENT_PROJECTS:
        return "Service"
    return "ServiceAccount" if email.endswith(_ACCOUNTS) else "User"
