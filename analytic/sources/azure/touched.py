"""Which workloads a Resource Manager operation ran code on, or whose code, role or start-up it changed.

Source: "Azure resource provider operations", one page a provider; the operations' names here are in lower case.
"""

from typing import Any

from analytic.sources.azure import names

_VM = "microsoft.compute/virtualmachines"
_SCALE_SET = "microsoft.compute/virtualmachinescalesets"
_ARC = "microsoft.hybridcompute/machines"
_SITE = "microsoft.web/sites"
_SLOT = "microsoft.web/sites/slots"
_AUTOMATION = "microsoft.automation/automationaccounts"
_CONTAINER_GROUP = "microsoft.containerinstance/containergroups"
_CLUSTER = "microsoft.containerservice/managedclusters"
_ARC_CLUSTER = "microsoft.kubernetes/connectedclusters"
_APP = "microsoft.app/containerapps"
_JOB = "microsoft.app/jobs"
_WORKFLOW = "microsoft.logic/workflows"
_FACTORY = "microsoft.datafactory/factories"

_SITE_CODE = """
    functions/write extensions/write deployments/write sourcecontrols/write siteextensions/write config/write
    publish/action triggeredwebjobs/run/action continuouswebjobs/start/action slotsswap/action
"""
_WORKLOAD_CODE = {
    _VM: "runcommand/action runcommands/write extensions/write",
    # A scale set's identity is the set's, on each of its instances.
    _SCALE_SET: """
        extensions/write virtualmachines/runcommand/action virtualmachines/runcommands/write
        virtualmachines/extensions/write
    """,
    _ARC: "runcommands/write extensions/write",
    _SITE: _SITE_CODE,
    _SLOT: _SITE_CODE,
    _AUTOMATION: """
        runbooks/write runbooks/draft/write runbooks/draft/content/write runbooks/draft/testjob/write
        runbooks/publish/action jobs/write jobschedules/write webhooks/write modules/write python2packages/write
        python3packages/write powershell72modules/write configurations/write compilationjobs/write
        sourcecontrols/write sourcecontrols/sourcecontrolsyncjobs/write
    """,
    _CONTAINER_GROUP: "write containers/exec/action containers/attach/action",
    _CLUSTER: "runcommand/action",
    _APP: "write exec/action",
    _JOB: "write start/action",
    _WORKFLOW: "write run/action triggers/run/action",
    _FACTORY: "pipelines/write pipelines/createrun/action triggers/write",
}
_WORKLOADS = {
    f"{kind}/{operation}": (kind,) for kind, operations in _WORKLOAD_CODE.items() for operation in operations.split()
} | {
    # Operations of another provider, on a resource that it extends.
    "microsoft.serialconsole/serialports/connect/action": (_VM, _SCALE_SET),
    "microsoft.kubernetesconfiguration/extensions/write": (_CLUSTER, _ARC_CLUSTER),
    "microsoft.kubernetesconfiguration/fluxconfigurations/write": (_CLUSTER, _ARC_CLUSTER),
}

# Routine changes, unless the request sets what the workload starts with or who it acts as.
_BY_REQUEST = {f"{kind}/write": kind for kind in (_VM, _SCALE_SET, _SITE, _SLOT, _AUTOMATION, _ARC)}
_TELLING = ('"userdata"', '"customdata"', '"identity"', '"linuxfxversion"', '"appcommandline"')


def touched(operation: str, resource_id: str | None, properties: dict[str, Any]) -> tuple[str, ...]:
    """Give the workload ids that a successful operation (in lower case) touched.

    `resource_id` is the clean id of what it was called on, `properties` the record's, keys in lower case.
    """
    kinds = _WORKLOADS.get(operation, ())
    if not kinds and operation in _BY_REQUEST and _is_telling(properties):
        kinds = (_BY_REQUEST[operation],)
    found = (names.within(resource_id, kind) for kind in kinds)
    return tuple(f"azure:{name}" for name in found if name)


def _is_telling(properties: dict[str, Any]) -> bool:
    body = properties.get("requestbody")
    if isinstance(body, dict):
        inner = body.get("properties")
        keys = [*body, *(inner if isinstance(inner, dict) else ())]
        return any(f'"{key.lower()}"' in _TELLING for key in keys)
    lower = body.lower() if isinstance(body, str) else ""
    return any(name in lower for name in _TELLING)
