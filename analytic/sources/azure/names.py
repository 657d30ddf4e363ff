"""Names in Azure: resource ids, the workloads among them, and the providers of operations.

A resource id is /subscriptions/<id>/resourceGroups/<name>/providers/<namespace>/<type>/<name>/<type>/<name>, its case
without meaning; an operation is <namespace>/<type>/<type>/<verb>. Sources: Azure Resource Manager, "resourceId
function"; "Azure resource provider operations".
"""

import re

from analytic.sources.json_fields import MAX_TEXT_CHARS

_GUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.ASCII)

# Where the code that holds a managed identity runs, by the type of the resource that the identity is assigned to.
_HOMES = {
    "microsoft.compute/virtualmachines": "instance",
    "microsoft.compute/virtualmachinescalesets": "instance",
    "microsoft.classiccompute/virtualmachines": "instance",
    "microsoft.hybridcompute/machines": "instance",
    "microsoft.azurestackhci/virtualmachines": "instance",
    "microsoft.web/sites": "function",
    "microsoft.app/containerapps": "pod",
    "microsoft.app/jobs": "pod",
    "microsoft.containerinstance/containergroups": "pod",
    "microsoft.devopsinfrastructure/pools": "runner",
}
_IDENTITY = "microsoft.managedidentity/userassignedidentities"


def clean(resource_id: str | None) -> str | None:
    """Give a resource id in the one spelling that all logs agree on: lower case, one slash before and none after."""
    stripped = resource_id.strip().strip("/").lower() if resource_id else ""
    return "/" + stripped[: MAX_TEXT_CHARS - 1] if stripped else None


def guid(text: str | None) -> str | None:
    """Give a GUID in lower case with its hyphens (role assignments are logged without); None for what is none."""
    lower = text.strip().lower() if text else ""
    if not _GUID.fullmatch(lower):
        return None
    digits = lower.replace("-", "")
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def subscription(resource_id: str | None) -> str | None:
    """Give the subscription in a clean resource id."""
    parts = resource_id.split("/", 3) if resource_id else ()
    return parts[2] or None if len(parts) > 2 and parts[1] == "subscriptions" else None


def provider(operation: str) -> str | None:
    """Give the resource provider of an operation in lower case: "microsoft.compute"; None for a name without one."""
    namespace, slash, _ = operation.partition("/")
    return namespace.strip().lower() or None if slash else None


def resource_provider(resource_id: str | None) -> str | None:
    """Give the resource provider of what a clean resource id names: the last in it."""
    _, found, rest = (resource_id or "").rpartition("/providers/")
    return rest.partition("/")[0] or None if found else None


def within(resource_id: str | None, kind: str) -> str | None:
    """Give the part of a clean resource id that names a resource of type `kind`, itself or one that it lies in.

    within(".../virtualmachines/web1/extensions/script", "microsoft.compute/virtualmachines") ends at "/web1".
    """
    namespace, *types = kind.split("/")
    head, found, tail = (resource_id or "").partition(f"/providers/{namespace}/")
    parts = tail.split("/")
    named = parts[: 2 * len(types)]
    if not found or len(named) < 2 * len(types) or named[::2] != types or not named[-1]:
        return None
    return head + found + "/".join(named)


def workload(resource_id: str | None) -> str | None:
    """Give the workload id of a resource: "azure:" and its clean id."""
    cleaned = clean(resource_id)
    return f"azure:{cleaned}" if cleaned else None


def home(resource_id: str | None) -> str | None:
    """Say what kind of place the workload of a clean resource id is; None for an identity that can sit on anything."""
    _, found, rest = (resource_id or "").partition("/providers/")
    parts = rest.split("/")
    kind = "/".join(parts[:2])
    if not found or len(parts) < 3 or kind == _IDENTITY:
        return None
    return _HOMES.get(kind, "service")
