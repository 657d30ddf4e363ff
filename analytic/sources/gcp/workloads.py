"""Whose code, role or start-up a call changed: the ids of the workloads that it touched.

Names and methods: Compute Engine, OS Login, VM Manager (OS Config), Cloud Run functions, Cloud Run, Cloud Build, App
Engine and GKE, each service's "Audit logging" page; their API references for the requests.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from analytic.sources.gcp import names as gcp_names
from analytic.sources.gcp.calls import Call, field, part, tail
from analytic.sources.json_fields import inner, items, text

MAX_TOUCHED = 64

_INSTANCE = re.compile(r"(?:^|/)(projects/([^/]+)/)?(zones/[^/]+/instances/[^/]+)")
_PLACED = re.compile(r"(?:^|/)projects/([^/]+)/(locations/[^/]+/(?:functions|services|jobs)/[^/]+)")
_RUN = re.compile(r"namespaces/([^/]+)/(services|jobs)/([^/]+)")
_BUILD = re.compile(r"(?:^|/)projects/([^/]+)/((?:locations/[^/]+/)?(?:builds|triggers)/[^/]+)")
_VERSION = re.compile(r"apps/[^/]+/services/[^/]+/versions/[^/]+")
_POD = re.compile(r"(?:^|/)(namespaces/[^/]+/pods/[^/]+)")

_CODE = re.compile(r"source|build|entry_?point|runtime|service_?account|environment|secret", re.IGNORECASE)
"""What an update mask names that decides which code runs, or as whom (Functions API, functions.patch, updateMask)."""

_START_UP = re.compile(r"(?:startup|shutdown)-script|windows-startup|sysprep|user-data|ssh-?keys", re.IGNORECASE)
"""Metadata by which Compute Engine runs code or lets somebody in ("About VM metadata", predefined keys)."""


def touched(call: Call, service: str, action: str) -> list[str]:
    """Give the ids ("gcp:" and the resource's name) of the workloads that a successful call touched."""
    read = _TOUCHERS.get((service, tail(service, action)))
    if read is None:
        return []
    return [f"gcp:{name}" for name in dict.fromkeys(read(call))][:MAX_TOUCHED]


def node_workload(call: Call) -> str | None:
    """Give the instance that a cluster's node is, when the cluster lies in one zone: nodes are named as instances."""
    name = (call.caller.id or "").removeprefix("system:node:")
    place = call.labels.zone or call.labels.location
    if name == call.caller.id or not name or "/" in name or not call.account or not gcp_names.is_zone(place):
        return None
    return f"gcp:projects/{call.account}/zones/{place}/instances/{name}"


def _owner(named: str | None, call: Call) -> str | None:
    """Give the project of a name: its id where the entry tells it, for requests may give the number."""
    return call.account if named is None or (named.isdigit() and call.account) else named


def _instance(call: Call, name: str | None) -> Iterator[str]:
    found = _INSTANCE.search(name) if name else None
    project = _owner(found[2], call) if found else None
    if found and project:
        yield f"projects/{project}/{found[3]}"


def _instances(call: Call) -> Iterator[str]:
    return _instance(call, call.log.resource_name)


def _started(call: Call) -> Iterator[str]:
    """Give an instance that is started with metadata of the caller's."""
    metadata = inner(part(call.log.request, "request"), "metadata")
    if any(_START_UP.search(str(inner(item).get("key"))) for item in items(metadata.get("items"))):
        yield from _instance(call, call.log.resource_name)


def _logged_in(call: Call) -> Iterator[str]:
    """Give the instance that an OS Login names; keys that are imported for all instances name none."""
    yield from _instance(call, text(part(call.log.request, "request").get("instance")))
    yield from _instance(call, call.log.resource_name)


def _patched(call: Call) -> Iterator[str]:
    chosen = field(part(call.log.request, "request"), "instance_filter")
    for name in items(inner(chosen).get("instances")):
        yield from _instance(call, text(name))


def _mask(request: dict[str, Any]) -> str:
    mask = field(request, "update_mask")
    return ",".join(path for path in items(inner(mask).get("paths")) if isinstance(path, str)) or text(mask) or ""


def _function(call: Call) -> Iterator[str]:
    mask = _mask(part(call.log.request, "request"))
    if not mask or mask == "*" or _CODE.search(mask):
        yield from _placed(call)


def _placed(call: Call) -> Iterator[str]:
    name = call.log.resource_name or ""
    found, first = _PLACED.search(name), _RUN.match(name)
    if found:
        yield f"projects/{_owner(found[1], call)}/{found[2]}"
    elif first and call.region:
        yield f"projects/{_owner(first[1], call)}/locations/{call.region}/{first[2]}/{first[3]}"


def _build(call: Call) -> Iterator[str]:
    found = _BUILD.search(call.log.resource_name or "")
    if found:
        yield f"projects/{_owner(found[1], call)}/{found[2]}"
        return
    build = inner(part(call.log.metadata, "metadata"), "build") or part(call.log.response, "response")
    number = text(build.get("id"))
    if number and call.account:
        yield f"projects/{call.account}/builds/{number}"


def _app_version(call: Call) -> Iterator[str]:
    found = _VERSION.match(call.log.resource_name or "")
    if found:
        yield found[0]


def _pod(call: Call) -> Iterator[str]:
    found = _POD.search(call.log.resource_name or "")
    labels = call.labels
    if found and labels.cluster_name and labels.location and call.account:
        cluster = f"projects/{call.account}/locations/{labels.location}/clusters/{labels.cluster_name}"
        yield f"{cluster}/{found[1]}"


_TOUCHERS: dict[tuple[str, str], Callable[[Call], Iterator[str]]] = {
    ("compute", "instances.insert"): _instances,
    ("compute", "instances.update"): _instances,
    ("compute", "instances.setMetadata"): _instances,
    ("compute", "instances.setServiceAccount"): _instances,
    ("compute", "instances.start"): _started,
    ("compute", "instances.startWithEncryptionKey"): _started,
    ("oslogin", "ImportSshPublicKey"): _logged_in,
    ("oslogin", "CheckPolicy"): _logged_in,
    ("oslogin", "StartSession"): _logged_in,
    ("osconfig", "ExecutePatchJob"): _patched,
    ("cloudfunctions", "CreateFunction"): _function,
    ("cloudfunctions", "UpdateFunction"): _function,
    ("run", "CreateService"): _placed,
    ("run", "ReplaceService"): _placed,
    ("run", "UpdateService"): _placed,
    ("run", "CreateJob"): _placed,
    ("run", "ReplaceJob"): _placed,
    ("run", "UpdateJob"): _placed,
    ("run", "RunJob"): _placed,
    ("cloudbuild", "CreateBuild"): _build,
    ("cloudbuild", "RetryBuild"): _build,
    ("cloudbuild", "RunBuildTrigger"): _build,
    ("cloudbuild", "CreateBuildTrigger"): _build,
    ("cloudbuild", "UpdateBuildTrigger"): _build,
    ("appengine", "CreateVersion"): _app_version,
    ("appengine", "UpdateVersion"): _app_version,
    ("k8s.io", "pods.create"): _pod,
    ("k8s.io", "pods.exec.create"): _pod,
    ("k8s.io", "pods.exec.get"): _pod,
    ("k8s.io", "pods.attach.create"): _pod,
    ("k8s.io", "pods.attach.get"): _pod,
    ("k8s.io", "pods.ephemeralcontainers.patch"): _pod,
    ("k8s.io", "pods.ephemeralcontainers.update"): _pod,
}
