import pytest

from analytic.context.action_keys import key_of_row, keys


def first(provider: str, service: str, action: str) -> tuple[str, str]:
    return next(iter(keys(provider, service, action)))


@pytest.mark.parametrize(
    "written",
    [
        "google.iam.admin.v1.CreateServiceAccountKey",
        "google.iam.admin.v1beta1.CreateServiceAccountKey",
        "google.iam.admin.v1.createserviceaccountkey",
        "CreateServiceAccountKey",
    ],
)
def test_a_full_method_is_known_by_its_last_part(written: str) -> None:
    row = key_of_row("gcp", "iam", "google.iam.admin.v1.CreateServiceAccountKey")
    assert row == ("iam", "createserviceaccountkey")
    assert row in keys("gcp", "iam", written)


@pytest.mark.parametrize(
    "written",
    [
        "v1.compute.instances.setMetadata",
        "beta.compute.instances.setMetadata",
        "alpha.compute.instances.setMetadata",
        "v1beta1.compute.instances.setMetadata",
        "compute.instances.setMetadata",
        "V1.COMPUTE.INSTANCES.SETMETADATA",
    ],
)
def test_a_rest_method_is_known_by_its_last_two_parts(written: str) -> None:
    row = key_of_row("gcp", "compute", "v1.compute.instances.setMetadata")
    assert row == ("compute", "instances.setmetadata") == first("gcp", "compute", written)


def test_rest_methods_of_two_types_are_two() -> None:
    assert key_of_row("gcp", "compute", "v1.compute.disks.insert") not in keys(
        "gcp", "compute", "v1.compute.images.insert"
    )


def test_kubernetes_is_known_by_resource_subresource_and_verb() -> None:
    assert first("gcp", "k8s.io", "io.k8s.core.v1.pods.exec.create") == ("k8s.io", "pods.exec.create")
    assert first("gcp", "k8s.io", "io.k8s.core.v1.nodes.proxy.get") == ("k8s.io", "nodes.proxy.get")
    assert first("gcp", "k8s.io", "io.k8s.batch.v1beta1.cronjobs.create") == ("k8s.io", "cronjobs.create")


def test_a_record_without_a_service_name_is_placed_by_its_method() -> None:
    assert first("gcp", "", "io.k8s.core.v1.pods.create") == ("k8s.io", "pods.create")
    assert first("gcp", "", "v1.compute.firewalls.insert") == ("compute", "firewalls.insert")
    assert ("iam", "setiampolicy") in keys("gcp", "", "google.iam.admin.v1.SetIAMPolicy")


@pytest.mark.parametrize(
    "written",
    [
        "Microsoft.Compute/virtualMachines/runCommand/action",
        "MICROSOFT.COMPUTE/VIRTUALMACHINES/RUNCOMMAND/ACTION",
        "microsoft.compute/virtualmachines/runcommand/action",
    ],
)
@pytest.mark.parametrize("service", ["microsoft.compute", "", "Microsoft.Compute"])
def test_azure_is_compared_without_case(written: str, service: str) -> None:
    assert first("azure", service, written) == (
        "microsoft.compute",
        "microsoft.compute/virtualmachines/runcommand/action",
    )


def test_an_extension_resource_of_azure_is_known_by_its_own_provider() -> None:
    written = "Microsoft.KeyVault/vaults/providers/Microsoft.Insights/diagnosticSettings/delete"
    assert first("azure", "microsoft.keyvault", written) == (
        "microsoft.insights",
        "microsoft.insights/diagnosticsettings/delete",
    )


@pytest.mark.parametrize(
    "written",
    [
        "Update application \u2013 Certificates and secrets management",
        "Update application \u2013 Certificates and secrets management ",
        "Update application \u2014 Certificates and secrets management.",
        "Update application - Certificates and secrets management",
    ],
)
def test_entra_dashes_stops_and_spaces_make_no_difference(written: str) -> None:
    expected = ("microsoft.aadiam", "update application - certificates and secrets management")
    assert first("azure", "microsoft.aadiam", written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "GET /v1.0/users/{id}/messages",
        "GET /beta/users/{id}/messages?$top=10",
        "get /users/{id}/messages/",
        "GET /v1.0/users(userPrincipalName={id})/messages",
        "GET /v1.0/users({id})/messages()",
    ],
)
def test_graph_calls_are_known_by_method_and_path(written: str) -> None:
    assert first("azure", "microsoft.graph", written) == ("microsoft.graph", "get /users/{id}/messages")


def test_the_older_graph_has_the_same_paths_behind_the_tenant() -> None:
    assert first("azure", "microsoft.azureadgraph", "GET /{id}/users") == ("microsoft.graph", "get /users")
    assert first("azure", "microsoft.azureadgraph", "GET /myorganization/users") == ("microsoft.graph", "get /users")


def test_graph_calls_fall_back_to_the_paths_above_the_nearest_first() -> None:
    assert [key for _, key in keys("azure", "microsoft.graph", "GET /v1.0/users/{id}/drive/root")] == [
        "get /users/{id}/drive/root",
        "get /users/{id}/drive/*",
        "get /users/{id}/*",
        "get /users/*",
    ]
    assert key_of_row("azure", "microsoft.graph", "GET /users/{id}/drive/*")[1] == "get /users/{id}/drive/*"


def test_okta_is_compared_without_case() -> None:
    assert first("okta", "okta", "user.authentication.auth_via_IDP") == ("okta", "user.authentication.auth_via_idp")
