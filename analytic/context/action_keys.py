"""Under which key an operation is looked up: each cloud spells one operation in several ways.

- AWS: as CloudTrail writes eventName, without the API date of Lambda and CloudFront (CloudTrail User Guide, "record
  contents": UpdateFunctionCode20150331v2).
- Google Cloud: methodName is a full method ("google.iam.admin.v1.CreateServiceAccountKey"), a REST method with or
  without its version ("v1.compute.instances.setMetadata", "beta.compute.instances.insert", "storage.objects.get") or
  a bare name ("SetIamPolicy") (Cloud Audit Logs, "AuditLog" reference, and each service's "Audit logging" page).
  Versions and case are dropped; a full method is known by its last part, a REST method by its last two. Kubernetes
  ("io.k8s.core.v1.pods.exec.create") by what is behind the version: resource, subresource and verb.
- Azure: operationName without regard to case (Azure Monitor, "Activity log schema"); of an extension resource, the
  part behind the last "/providers/".
- Entra: activityDisplayName, whose dash is "-" or a long dash, and which the unified audit log ends with a full stop.
- Microsoft Graph: method and path, without version; then the paths above it, for rows that end in "/*".
- Okta: eventType.
"""

import re
from collections.abc import Iterator
from typing import Final

_API_DATE: Final = re.compile(r"(?:20\d{6}|20\d\d_\d\d_\d\d)(?:v\d{1,2})?$", re.ASCII)
_VERSION: Final = re.compile(r"v\d{1,4}(?:(?:p|alpha|beta|eap)\d{0,4}){0,2}|alpha|beta", re.ASCII)
_KUBERNETES_VERSION: Final = re.compile(r"\.v\d{1,4}(?:(?:alpha|beta)\d{0,4})?\.", re.ASCII)
_PARTS: Final = re.compile(r"[./:]")
_DASHES: Final = re.compile("[\u2010-\u2015\u2212]")
_BRACKETS: Final = re.compile(r"\(([^()]*)\)")

ANY_SERVICE: Final = "*"
"""The service of rows that hold for a method of any service of Google Cloud."""

GRAPHS: Final = frozenset({"microsoft.graph", "microsoft.azureadgraph"})
"""Microsoft Graph, and the older Azure AD Graph, whose paths are the same behind the tenant."""

_BEFORE_A_PATH: Final = frozenset({"v1.0", "beta", "{id}", "myorganization"})
_DEEPEST: Final = 16
"""Segments of a Graph path that are looked at; its reference has none with more."""


def undated(operation: str) -> str:
    """Drop the API date that Lambda and CloudFront append: UpdateFunctionCode20150331v2."""
    return _API_DATE.sub("", operation)


def keys(provider: str, service: str, action: str) -> Iterator[tuple[str, str]]:
    """Give the keys (service, key) of an operation as the provider records it, best first. Never raises."""
    if provider == "aws":
        yield service, undated(action)
    elif provider == "gcp":
        yield from _google(service, action)
    elif provider == "azure" and service in GRAPHS:
        yield from _graph(action)
    elif provider == "azure":
        yield _azure(service, action)
    else:
        yield service, action.lower()


def key_of_row(provider: str, service: str, action: str) -> tuple[str, str]:
    """Give the key under which the catalogue keeps a row, whose action is written as its provider documents it."""
    found = list(keys(provider, service, action))
    # A full method of Google Cloud is named in CamelCase, and means the same whatever stands before it.
    return found[1] if provider == "gcp" and _PARTS.split(action)[-1][:1].isupper() else found[0]


def parts(method: str) -> list[str]:
    """Split a method of Google Cloud at its dots, without versions: io.k8s.core.v1.pods.create -> … pods, create."""
    return [part for part in _PARTS.split(method) if part and not _VERSION.fullmatch(part)]


def _google(service: str, method: str) -> Iterator[tuple[str, str]]:
    names = [part.lower() for part in parts(method)] or [""]
    last = names[-1]
    own = service or _service_of(names)
    if own == "k8s.io":
        yield own, _KUBERNETES_VERSION.split(method.lower())[-1]
        return
    yield own, ".".join(names[-2:])
    yield own, last
    yield ANY_SERVICE, last


def _service_of(names: list[str]) -> str:
    """Guess the service from a method, for records that lost their serviceName."""
    if names[:2] == ["io", "k8s"]:
        return "k8s.io"
    return next((name for name in names[:-1] if name not in {"google", "cloud"}), "")


def _azure(service: str, action: str) -> tuple[str, str]:
    name = action.lower()
    if "/" in name and (service != "microsoft.aadiam" or name.startswith("microsoft.")):
        operation = name.rpartition("/providers/")[2].strip("/ ")
        return operation.partition("/")[0], operation
    return service, " ".join(_DASHES.sub("-", name).split()).rstrip(". ")


def _graph(action: str) -> Iterator[tuple[str, str]]:
    method, _, path = action.lower().partition(" ")
    # A function without arguments is a segment; arguments and alternate keys are an id: users(upn={id}).
    path = _BRACKETS.sub(lambda found: "/{id}" if found[1] else "", path.partition("?")[0])
    segments = [segment for segment in path.split("/", _DEEPEST + 2) if segment][:_DEEPEST]
    if segments and segments[0] in _BEFORE_A_PATH:
        del segments[0]
    last = segments.pop() if segments and segments[-1] == "*" else None
    yield "microsoft.graph", f"{method} /{'/'.join(segments)}{'/*' if last else ''}"
    for size in range(len(segments) - 1, 0, -1):
        yield "microsoft.graph", f"{method} /{'/'.join(segments[:size])}/*"
