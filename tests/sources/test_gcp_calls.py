"""What calls of Google Cloud issue, touch and reach."""

from typing import Any

import pytest

from schemas.records import Issued
from tests.sources.gcp_records import DEPLOYER, KEY, PROJECT, entry, event_of, parsed, payload

UNIQUE_ID = "112233445566778899001"
NOW = 1_722_587_004_114_302
HOUR = 3_600_000_000
LABELS = {"project_id": PROJECT, "email_id": DEPLOYER, "unique_id": UNIQUE_ID}


def call(method: str, service: str, labels: dict[str, str] | None = None, **fields: Any) -> Any:
    """The event of a call about a resource with these labels."""
    log = payload(method, f"{service}.googleapis.com" if service != "k8s.io" else service, **fields)
    return event_of(entry(log, resource={"type": "x", "labels": {"project_id": PROJECT} | (labels or {})}))


def impersonate(method: str, labels: dict[str, str] | None = None, **fields: Any) -> Any:
    """The event of a call of the IAM Credentials API."""
    return call(method, "iamcredentials", labels, **fields)


@pytest.mark.parametrize(
    ("labels", "fields"),
    [
        ({}, {"resourceName": f"projects/-/serviceAccounts/{DEPLOYER}"}),
        ({}, {"request": {"name": f"projects/-/serviceAccounts/{DEPLOYER.upper()}"}}),
        (LABELS, {"resourceName": f"projects/-/serviceAccounts/{UNIQUE_ID}"}),
        (LABELS, {"request": {"name": f"projects/-/serviceAccounts/{UNIQUE_ID}"}}),
    ],
)
def test_a_token_is_of_the_account_however_it_is_named(labels: dict[str, str], fields: dict[str, Any]) -> None:
    event = impersonate("GenerateAccessToken", labels, **fields)
    assert event.issued == Issued(None, DEPLOYER, NOW + HOUR)


def test_an_account_that_only_its_number_names_is_known_by_it() -> None:
    event = impersonate("GenerateAccessToken", resourceName=f"projects/-/serviceAccounts/{UNIQUE_ID}")
    assert event.issued.principal_id == UNIQUE_ID


def test_a_token_that_names_no_account_issues_nothing() -> None:
    assert impersonate("GenerateAccessToken", resourceName=None).issued is None


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({"request": {"lifetime": "600s"}}, 600),
        ({"request": {"lifetime": {"seconds": 900}}}, 900),
        ({"request": {"lifetime": "999999s"}}, 43_200),
        ({"request": {"lifetime": "soon"}}, 3_600),
        ({"response": {"expireTime": "2024-08-02T08:23:34.114302Z"}}, 10),
        ({"response": {"expire_time": {"seconds": 1_722_587_014}}}, 9.885698),
    ],
)
def test_a_token_lives_as_long_as_was_asked_for(fields: dict[str, Any], seconds: float) -> None:
    event = impersonate("GenerateAccessToken", LABELS, **fields)
    assert event.issued.expires == NOW + round(seconds * 1_000_000)


def test_an_id_token_is_known_elsewhere_by_the_accounts_number() -> None:
    event = impersonate("GenerateIdToken", LABELS)
    assert event.issued == Issued(None, DEPLOYER, NOW + HOUR, known_as=f"gcp:{UNIQUE_ID}")
    event = impersonate("GenerateIdToken", {"email_id": DEPLOYER})
    assert event.issued.known_as == f"gcp:{DEPLOYER}"


@pytest.mark.parametrize("method", ["SignJwt", "SignBlob", "google.iam.credentials.v1.IAMCredentials.SignJwt"])
def test_a_signature_stands_for_the_account(method: str) -> None:
    assert impersonate(method, LABELS).issued == Issued(None, DEPLOYER)


@pytest.mark.parametrize("method", ["CreateServiceAccountKey", "UploadServiceAccountKey"])
def test_a_key_is_issued_by_its_id(method: str) -> None:
    event = call(
        f"google.iam.admin.v1.{method}",
        "iam",
        LABELS,
        request={"name": f"projects/-/serviceAccounts/{DEPLOYER}", "private_key_type": 2},
        response={
            "name": f"projects/{PROJECT}/serviceAccounts/{DEPLOYER}/keys/{KEY}",
            "valid_before_time": {"seconds": 253_402_300_799},
        },
    )
    assert event.issued == Issued(KEY, DEPLOYER)


def test_a_key_that_expires_says_when() -> None:
    event = call(
        "google.iam.admin.v1.UploadServiceAccountKey",
        "iam",
        LABELS,
        response={
            "name": f"projects/{PROJECT}/serviceAccounts/{UNIQUE_ID}/keys/{KEY}",
            "validBeforeTime": "2025-08-02T08:23:24Z",
        },
    )
    assert event.issued == Issued(KEY, DEPLOYER, 1_754_123_004_000_000)


def test_other_credentials_are_issued_too() -> None:
    response = {"metadata": {"accessId": "GOOG1EXAMPLE", "serviceAccountEmail": DEPLOYER}}
    event = call("storage.hmacKeys.create", "storage", response=response)
    assert event.issued == Issued("GOOG1EXAMPLE", DEPLOYER)
    event = call(
        "io.k8s.core.v1.serviceaccounts.token.create",
        "k8s.io",
        resourceName="core/v1/namespaces/web/serviceaccounts/front/token",
        response={"status": {"expirationTimestamp": "2024-08-02T09:23:24Z"}},
    )
    assert event.issued == Issued(None, "system:serviceaccount:web:front", 1_722_590_604_000_000)


def test_a_failed_call_issues_and_touches_nothing() -> None:
    event = impersonate("GenerateAccessToken", LABELS, status={"code": 7})
    assert (event.outcome, event.issued) == ("denied", None)
    name = f"projects/{PROJECT}/zones/us-central1-a/instances/web-1"
    failed = parsed("v1.compute.instances.setMetadata", resourceName=name, status={"code": 13})
    assert (failed.outcome, failed.touched) == ("error", [])


INSTANCE = f"projects/{PROJECT}/zones/us-central1-a/instances/web-1"
FUNCTION = f"projects/{PROJECT}/locations/us-central1/functions/resize"
SERVICE = f"projects/{PROJECT}/locations/us-central1/services/shop"
CLUSTER = {"cluster_name": "c1", "location": "us-central1"}
POD = f"projects/{PROJECT}/locations/us-central1/clusters/c1/namespaces/web/pods/front-1"


@pytest.mark.parametrize(
    ("method", "service", "labels", "fields", "touched"),
    [
        ("v1.compute.instances.setMetadata", "compute", {}, {"resourceName": INSTANCE}, [INSTANCE]),
        ("beta.compute.instances.setServiceAccount", "compute", {}, {"resourceName": INSTANCE}, [INSTANCE]),
        ("v1.compute.instances.insert", "compute", {}, {"resourceName": INSTANCE}, [INSTANCE]),
        (
            "v1.compute.instances.setMetadata",
            "compute",
            {},
            {"resourceName": INSTANCE.replace(PROJECT, "444455556666")},
            [INSTANCE],
        ),
        ("v1.compute.instances.start", "compute", {}, {"resourceName": INSTANCE}, []),
        (
            "v1.compute.instances.start",
            "compute",
            {},
            {"resourceName": INSTANCE, "request": {"metadata": {"items": [{"key": "startup-script", "value": "id"}]}}},
            [INSTANCE],
        ),
        ("v1.compute.instances.get", "compute", {}, {"resourceName": INSTANCE}, []),
        ("v1.compute.projects.setCommonInstanceMetadata", "compute", {}, {"resourceName": f"projects/{PROJECT}"}, []),
        (
            "google.cloud.oslogin.v1.OsLoginService.ImportSshPublicKey",
            "oslogin",
            {},
            {"resourceName": "users/alice@example.com"},
            [],
        ),
        (
            "google.cloud.oslogin.v1.OsLoginService.ImportSshPublicKey",
            "oslogin",
            {},
            {"resourceName": "users/alice@example.com", "request": {"instance": INSTANCE}},
            [INSTANCE],
        ),
        (
            "google.cloud.osconfig.v1.OsConfigService.ExecutePatchJob",
            "osconfig",
            {},
            {"request": {"instanceFilter": {"instances": ["zones/us-central1-a/instances/web-1", 7, None]}}},
            [INSTANCE],
        ),
        (
            "google.cloud.functions.v2.FunctionService.UpdateFunction",
            "cloudfunctions",
            {},
            {"resourceName": FUNCTION, "request": {"updateMask": "buildConfig.source,labels"}},
            [FUNCTION],
        ),
        (
            "google.cloud.functions.v1.CloudFunctionsService.UpdateFunction",
            "cloudfunctions",
            {},
            {"resourceName": FUNCTION, "request": {"update_mask": {"paths": ["labels"]}}},
            [],
        ),
        (
            "google.cloud.functions.v1.CloudFunctionsService.UpdateFunction",
            "cloudfunctions",
            {},
            {"resourceName": FUNCTION},
            [FUNCTION],
        ),
        (
            "google.cloud.functions.v1.CloudFunctionsService.SetIamPolicy",
            "cloudfunctions",
            {},
            {"resourceName": FUNCTION},
            [],
        ),
        (
            "google.cloud.run.v1.Services.ReplaceService",
            "run",
            {"location": "us-central1"},
            {"resourceName": f"namespaces/{PROJECT}/services/shop"},
            [SERVICE],
        ),
        ("google.cloud.run.v2.Services.UpdateService", "run", {}, {"resourceName": SERVICE}, [SERVICE]),
        (
            "google.devtools.cloudbuild.v1.CloudBuild.CreateBuild",
            "cloudbuild",
            {},
            {"resourceName": f"projects/{PROJECT}/builds", "metadata": {"build": {"id": "b-1"}}},
            [f"projects/{PROJECT}/builds/b-1"],
        ),
        (
            "google.devtools.cloudbuild.v1.CloudBuild.UpdateBuildTrigger",
            "cloudbuild",
            {},
            {"resourceName": f"projects/{PROJECT}/locations/global/triggers/t-1"},
            [f"projects/{PROJECT}/locations/global/triggers/t-1"],
        ),
        (
            "google.appengine.v1.Versions.CreateVersion",
            "appengine",
            {},
            {"resourceName": f"apps/{PROJECT}/services/default/versions/v1"},
            [f"apps/{PROJECT}/services/default/versions/v1"],
        ),
        (
            "io.k8s.core.v1.pods.exec.create",
            "k8s.io",
            CLUSTER,
            {"resourceName": "core/v1/namespaces/web/pods/front-1/exec"},
            [POD],
        ),
        ("io.k8s.core.v1.pods.exec.create", "k8s.io", {}, {"resourceName": "core/v1/namespaces/web/pods/p/exec"}, []),
        ("io.k8s.core.v1.pods.list", "k8s.io", CLUSTER, {"resourceName": "core/v1/namespaces/web/pods"}, []),
    ],
)
def test_a_call_touches_the_workloads_whose_code_or_role_it_decides(
    method: str, service: str, labels: dict[str, str], fields: dict[str, Any], touched: list[str]
) -> None:
    assert call(method, service, labels, **fields).touched == [f"gcp:{name}" for name in touched]


def test_the_last_half_of_an_operation_touches_what_the_first_did() -> None:
    log = payload("v1.compute.instances.setMetadata", resourceName=INSTANCE)
    del log["requestMetadata"]
    last = event_of(entry(log, operation={"id": "op-1", "last": True}))
    assert (last.touched, last.shared_event_id) == ([f"gcp:{INSTANCE}"], "gcp-operation:op-1")


@pytest.mark.parametrize(
    ("email", "resource", "target"),
    [
        ("ci@example-tools.iam.gserviceaccount.com", f"projects/{PROJECT}/global/firewalls/web", PROJECT),
        (DEPLOYER, f"projects/{PROJECT}/global/firewalls/web", None),
        (DEPLOYER, "projects/_/buckets/books", None),
        (DEPLOYER, "projects/444455556666/secrets/x", None),
        ("111122223333-compute@developer.gserviceaccount.com", "projects/444455556666/secrets/x", "444455556666"),
        ("111122223333-compute@developer.gserviceaccount.com", f"projects/{PROJECT}/secrets/x", None),
        ("alice@example.com", f"projects/{PROJECT}/secrets/x", None),
    ],
)
def test_a_call_into_another_project_names_it(email: str, resource: str, target: str | None) -> None:
    assert parsed(resourceName=resource, who={"principalEmail": email}).target_account == target


def test_resources_are_what_was_named_each_once_and_not_too_many() -> None:
    name = f"projects/{PROJECT}/global/firewalls/web"
    asked = [
        {"permission": "a.b.c", "resource": name},
        {"permission": "a.b.c", "resourceAttributes": {"name": f"projects/{PROJECT}/global/networks/default"}},
    ]
    assert parsed(authorizationInfo=asked).resources == [name, f"projects/{PROJECT}/global/networks/default"]
    many = [{"permission": "a.b.c", "resource": f"projects/p/x/{number}"} for number in range(500)]
    assert len(parsed(authorizationInfo=many).resources) == 32
