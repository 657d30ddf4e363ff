"""Names in Azure: resource ids, the workloads in them, and what an operation did to them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources.azure import names
from analytic.sources.azure.touched import touched
from tests.sources import azure_records as az

RG = f"/subscriptions/{az.SUBSCRIPTION}/resourcegroups/web"
VM = f"{RG}/providers/microsoft.compute/virtualmachines/web1"
SET = f"{RG}/providers/microsoft.compute/virtualmachinescalesets/pool"
SITE = f"{RG}/providers/microsoft.web/sites/api"
CLUSTER = f"{RG}/providers/microsoft.containerservice/managedclusters/prod"
AUTOMATION = f"{RG}/providers/microsoft.automation/automationaccounts/ops"


def test_a_resource_id_has_one_spelling() -> None:
    assert names.clean(az.MACHINE) == names.clean(az.MACHINE.upper() + "/") == names.clean(f" {VM[1:]}") == VM
    assert names.clean("") is names.clean("/") is names.clean(None) is None
    assert len(names.clean("x" * 9_999) or "") == 2_048


@pytest.mark.parametrize(
    ("written", "guid"),
    [
        (az.ALICE, az.ALICE),
        (az.ALICE.upper().replace("-", ""), az.ALICE),
        ("alice@example.com", None),
        ("", None),
        (None, None),
    ],
)
def test_a_guid_has_one_spelling(written: str | None, guid: str | None) -> None:
    assert names.guid(written) == guid


def test_the_subscription_and_the_provider_of_a_resource() -> None:
    assert names.subscription(VM) == az.SUBSCRIPTION
    assert names.subscription("/providers/microsoft.authorization") is None
    assert names.subscription("/subscriptions/") is names.subscription(None) is None
    assert names.resource_provider(f"{VM}/providers/microsoft.authorization/locks/x") == "microsoft.authorization"
    assert names.resource_provider(RG) is names.resource_provider(None) is None
    assert names.provider("Microsoft.Compute/virtualMachines/write") == "microsoft.compute"
    assert names.provider("SecretGet") is None


@pytest.mark.parametrize(
    ("resource", "kind", "found"),
    [
        (VM, "microsoft.compute/virtualmachines", VM),
        (f"{VM}/extensions/script", "microsoft.compute/virtualmachines", VM),
        (f"{SITE}/slots/next/functions/f", "microsoft.web/sites/slots", f"{SITE}/slots/next"),
        (f"{SITE}/slots/next/functions/f", "microsoft.web/sites", SITE),
        (f"{SET}/virtualmachines/0", "microsoft.compute/virtualmachines", None),
        (RG, "microsoft.compute/virtualmachines", None),
        (VM.removesuffix("web1"), "microsoft.compute/virtualmachines", None),
        (None, "microsoft.compute/virtualmachines", None),
    ],
)
def test_the_resource_that_another_lies_in(resource: str | None, kind: str, found: str | None) -> None:
    assert names.within(resource, kind) == found


@pytest.mark.parametrize(
    ("resource", "home"),
    [
        (VM, "instance"),
        (f"{RG}/providers/microsoft.hybridcompute/machines/arc1", "instance"),
        (SITE, "function"),
        (f"{RG}/providers/microsoft.app/containerapps/a", "pod"),
        (f"{RG}/providers/microsoft.containerinstance/containergroups/a", "pod"),
        (AUTOMATION, "service"),
        (CLUSTER, "service"),
        (f"{RG}/providers/microsoft.managedidentity/userassignedidentities/x", None),
        (RG, None),
        (None, None),
    ],
)
def test_what_kind_of_place_a_workload_is(resource: str | None, home: str | None) -> None:
    assert names.home(resource) == home


@pytest.mark.parametrize(
    ("operation", "resource", "workload"),
    [
        ("Microsoft.Compute/virtualMachines/runCommand/action", VM, VM),
        ("Microsoft.Compute/virtualMachines/runCommands/write", f"{VM}/runcommands/x", VM),
        ("Microsoft.Compute/virtualMachines/extensions/write", f"{VM}/extensions/x", VM),
        ("Microsoft.Compute/virtualMachineScaleSets/extensions/write", f"{SET}/extensions/x", SET),
        ("Microsoft.Compute/virtualMachineScaleSets/virtualMachines/runCommand/action", f"{SET}/virtualmachines/0", SET),
        ("Microsoft.HybridCompute/machines/runCommands/write", f"{RG}/providers/microsoft.hybridcompute/machines/a/runcommands/x", f"{RG}/providers/microsoft.hybridcompute/machines/a"),
        ("Microsoft.SerialConsole/serialPorts/connect/action", f"{VM}/providers/microsoft.serialconsole/serialports/0", VM),
        ("Microsoft.Web/sites/functions/write", f"{SITE}/functions/f", SITE),
        ("Microsoft.Web/sites/publish/Action", SITE, SITE),
        ("Microsoft.Web/sites/extensions/write", f"{SITE}/extensions/msdeploy", SITE),
        ("Microsoft.Web/sites/slots/extensions/write", f"{SITE}/slots/s/extensions/msdeploy", f"{SITE}/slots/s"),
        ("Microsoft.Automation/automationAccounts/runbooks/draft/write", f"{AUTOMATION}/runbooks/r", AUTOMATION),
        ("Microsoft.Automation/automationAccounts/jobs/write", f"{AUTOMATION}/jobs/j", AUTOMATION),
        ("Microsoft.ContainerInstance/containerGroups/containers/exec/action", f"{RG}/providers/microsoft.containerinstance/containergroups/g/containers/c", f"{RG}/providers/microsoft.containerinstance/containergroups/g"),
        ("Microsoft.ContainerService/managedClusters/runCommand/action", CLUSTER, CLUSTER),
        ("Microsoft.KubernetesConfiguration/extensions/write", f"{CLUSTER}/providers/microsoft.kubernetesconfiguration/extensions/x", CLUSTER),
        ("Microsoft.Logic/workflows/write", f"{RG}/providers/microsoft.logic/workflows/w", f"{RG}/providers/microsoft.logic/workflows/w"),
    ],
)  # fmt: skip
def test_what_runs_code_touches_its_workload(operation: str, resource: str, workload: str) -> None:
    assert touched(operation.lower(), resource, {}) == (f"azure:{workload}",)


@pytest.mark.parametrize(
    ("operation", "resource"),
    [
        ("microsoft.compute/virtualmachines/start/action", VM),
        ("microsoft.compute/virtualmachines/read", VM),
        ("microsoft.compute/virtualmachines/write", VM),
        ("microsoft.automation/automationaccounts/runbooks/read", AUTOMATION),
        ("microsoft.compute/virtualmachines/runcommand/action", SITE),
        ("microsoft.compute/virtualmachines/runcommand/action", None),
    ],
)
def test_what_runs_no_code_touches_nothing(operation: str, resource: str | None) -> None:
    assert touched(operation, resource, {}) == ()


@pytest.mark.parametrize(
    ("body", "telling"),
    [
        ('{"properties":{"userData":"IyEvYmluL3No"}}', True),
        ('{"identity":{"type":"SystemAssigned"},"properties":{}}', True),
        ('{"properties":{"osProfile":{"customData":"x"}}}', True),
        ({"properties": {"userData": "x"}}, True),
        ({"identity": {}}, True),
        ('{"properties":{"hardwareProfile":{}}}', False),
        ({"properties": [1]}, False),
        (None, False),
        (3, False),
    ],
)
def test_a_changed_machine_is_touched_when_its_start_or_its_identity_changed(body: Any, telling: bool) -> None:
    expected = (f"azure:{VM}",) if telling else ()
    assert touched("microsoft.compute/virtualmachines/write", VM, {"requestbody": body}) == expected


@given(st.text(max_size=60), st.sampled_from(["microsoft.compute/virtualmachines", "microsoft.web/sites/slots"]))
def test_any_text_is_taken_apart_without_harm(resource: str, kind: str) -> None:
    cleaned = names.clean(resource)
    found = names.within(f"/providers/{kind.partition('/')[0]}{cleaned}", kind)
    assert found is None or found.startswith("/providers/")
    names.home(cleaned), names.subscription(cleaned), names.resource_provider(cleaned), names.workload(resource)
