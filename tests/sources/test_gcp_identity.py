"""Who a Cloud Audit Logs entry names: people, service accounts, Google's own, federated identities and pods."""

from typing import Any

import pytest

from analytic.sources.gcp import subject as gcp_subject
from tests.sources.gcp_records import DEPLOYER, KEY, POOL, PROJECT, called_by, entry, event_of, payload

POOLED = f"principal://iam.googleapis.com/{POOL}/subject/"
WORKFORCE = "principal://iam.googleapis.com/locations/global/workforcePools/staff/subject/"
GKE = (
    "principal://iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/example-prod.svc.id.goog/subject/"
)
ARN = "arn:aws:sts::111122223333:assumed-role/deploy/alice"
OBJECT_ID = "0a1b2c3d-0000-4000-8000-00000000000a"
COMPUTE_AGENT = "service-111122223333@compute-system.iam.gserviceaccount.com"


@pytest.mark.parametrize(
    ("email", "kind", "account"),
    [
        ("Alice@Example.com", "User", None),
        (DEPLOYER, "ServiceAccount", PROJECT),
        ("x@shop.example.com.iam.gserviceaccount.com", "ServiceAccount", "example.com:shop"),
        ("example-prod@appspot.gserviceaccount.com", "ServiceAccount", "example-prod"),
        ("111122223333-compute@developer.gserviceaccount.com", "ServiceAccount", "111122223333"),
        ("111122223333@cloudbuild.gserviceaccount.com", "ServiceAccount", "111122223333"),
        ("service-111122223333@gcp-sa-pubsub.iam.gserviceaccount.com", "Service", "gcp-sa-pubsub"),
        ("p111122223333-1@gcp-sa-logging.iam.gserviceaccount.com", "Service", "gcp-sa-logging"),
        (COMPUTE_AGENT, "Service", "compute-system"),
        ("service-org-123@security-center-api.iam.gserviceaccount.com", "Service", "security-center-api"),
        ("111122223333@cloudservices.gserviceaccount.com", "Service", None),
        ("service-agent-manager@system.gserviceaccount.com", "Service", None),
        ("system@google.com", "Service", None),
        ("app-engine-appserver@prod.google.com", "Service", None),
        ("allUsers", "Anonymous", None),
        ("system:anonymous", "Anonymous", None),
        ("system:kube-controller-manager", "Service", None),
    ],
)
def test_an_email_says_whose_it_is(email: str, kind: str, account: str | None) -> None:
    event = called_by(principalEmail=email)
    assert (event.principal_type, event.principal_id, event.principal_account) == (kind, email.lower(), account)
    assert event.principal_name == email.lower()


def test_an_account_that_is_named_like_a_service_agent_is_none() -> None:
    event = called_by(principalEmail="service-111122223333@example-prod.iam.gserviceaccount.com")
    assert event.principal_type == "ServiceAccount"


@pytest.mark.parametrize(
    "who", [{}, {"principalEmail": ""}, {"principalEmail": "<redacted>"}, {"principalEmail": None}]
)
def test_a_missing_or_redacted_principal_is_nobody(who: Any) -> None:
    event = called_by(**who)
    assert (event.principal_id, event.principal_type, event.credential_type) == (None, "unknown", "unknown")


def test_no_authentication_info_is_fine() -> None:
    log = payload()
    log["authenticationInfo"] = None
    assert event_of(entry(log)).principal_id is None


def test_a_subject_stands_for_a_missing_email() -> None:
    assert called_by(principalSubject="user:Alice@example.com").principal_id == "alice@example.com"
    assert called_by(principalSubject=f"serviceAccount:{DEPLOYER}").principal_type == "ServiceAccount"
    assert called_by(principalSubject="something else").principal_id == "something else"


def test_a_key_is_named_by_its_last_part() -> None:
    name = f"//iam.googleapis.com/projects/{PROJECT}/serviceAccounts/{DEPLOYER}/keys/{KEY}"
    event = called_by(principalEmail=DEPLOYER, serviceAccountKeyName=name)
    assert (event.credential_id, event.credential_type) == (KEY, "service_account_key")
    event = called_by(principalEmail=DEPLOYER)
    assert (event.credential_id, event.credential_type) == (None, "access_token")


@pytest.mark.parametrize(
    ("subject", "name", "home", "known_as"),
    [
        (POOLED + ARN, "deploy/alice", None, [f"aws:{ARN}"]),
        (POOLED + ARN.replace("/", "%2F"), "deploy/alice", None, [f"aws:{ARN}"]),
        (
            POOLED + "arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0",
            "web/i-0123456789abcdef0",
            "instance",
            ["aws:arn:aws:sts::111122223333:assumed-role/web/i-0123456789abcdef0"],
        ),
        (
            f"principalSet://iam.googleapis.com/{POOL}/attribute.aws_role/arn:aws:sts::111122223333:assumed-role/deploy",
            "deploy",
            None,
            ["aws:arn:aws:sts::111122223333:assumed-role/deploy"],
        ),
        (POOLED + OBJECT_ID.upper(), OBJECT_ID, None, [f"azure:{OBJECT_ID}"]),
        (WORKFORCE + "Alice@example.com", "alice@example.com", None, ["person:alice@example.com"]),
        (POOLED + "robot@example.com", "robot@example.com", None, []),
        (POOLED + "repo:octo/shop:ref:refs/heads/main", "octo/shop", "runner", []),
        (POOLED + "repo:octo/shop:environment:production", "octo/shop", "runner", []),
        (
            POOLED + "repo:octo/shop:job_workflow_ref:octo/ci/.github/workflows/deploy.yml@refs/heads/main",
            "octo/shop (deploy.yml)",
            "runner",
            [],
        ),
        (
            POOLED + "job_workflow_ref:octo/ci/.github/workflows/deploy.yml@refs/heads/main",
            "octo/ci (deploy.yml)",
            "runner",
            [],
        ),
        (POOLED + "repo:octo/shop:workflow:Deploy", "octo/shop (Deploy)", "runner", []),
        (f"principalSet://iam.googleapis.com/{POOL}/attribute.repository/octo/shop", "octo/shop", None, []),
        (POOLED + "project_path:group/sub/shop:ref_type:branch:ref:main", "group/sub/shop", "runner", []),
        (POOLED + "organization:acme:project:core:workspace:prod:run_phase:apply", "acme/core/prod", "runner", []),
        (POOLED + "system:serviceaccount:web:front", "web/front", "pod", []),
        (GKE + "ns/web/sa/front", "web/front", "pod", []),
        (POOLED + "whatever", "whatever", None, []),
        ("principal://goog/subject/alice@example.com", "alice@example.com", None, []),
    ],
)
def test_a_federated_subject_tells_who_stands_behind_it(
    subject: str, name: str, home: str | None, known_as: list[str]
) -> None:
    event = called_by(principalSubject=subject)
    assert (event.principal_id, event.principal_type, event.credential_type) == (
        subject,
        "FederatedPrincipal",
        "federated",
    )
    assert (event.principal_name, event.home, event.known_as) == (name, home, known_as)


def test_a_federated_principal_is_of_the_project_that_has_the_pool() -> None:
    event = called_by(principalSubject=POOLED + "x")
    assert (event.principal_arn, event.issuer, event.principal_account) == (POOLED + "x", POOL, "111122223333")
    assert called_by(principalSubject=GKE + "ns/web/sa/front").principal_account == "example-prod"
    event = called_by(principalSubject=WORKFORCE + "alice@example.com")
    assert (event.issuer, event.principal_account) == ("locations/global/workforcePools/staff", None)


@pytest.mark.parametrize(
    "who",
    [
        {"principalSubject": "serviceAccount:example-prod.svc.id.goog[web/front]"},
        {"principalEmail": "example-prod.svc.id.goog[web/front]"},
    ],
)
def test_the_account_of_a_pod_is_at_home_in_it(who: dict[str, str]) -> None:
    event = called_by(**who)
    assert (event.principal_type, event.principal_name, event.home) == ("ServiceAccount", "web/front", "pod")
    assert event.principal_account == "example-prod"


def test_a_kubernetes_account_is_at_home_in_its_pod_and_a_node_in_its_instance() -> None:
    event = called_by(principalEmail="system:serviceaccount:web:front")
    assert (event.principal_type, event.principal_name, event.home) == ("ServiceAccount", "web/front", "pod")
    assert event.credential_type == "unknown"
    log = payload("io.k8s.core.v1.pods.list", "k8s.io", who={"principalEmail": "system:node:gke-pool-1-abcd"})
    labels = {"project_id": PROJECT, "cluster_name": "c1", "location": "us-central1-a"}
    event = event_of(entry(log, resource={"type": "k8s_cluster", "labels": labels}))
    assert (event.principal_name, event.home) == ("gke-pool-1-abcd", "instance")
    assert event.issued_to == f"gcp:projects/{PROJECT}/zones/us-central1-a/instances/gke-pool-1-abcd"
    regional = event_of(entry(log, resource={"type": "k8s_cluster", "labels": labels | {"location": "us-central1"}}))
    assert regional.issued_to is None


def test_a_delegation_keeps_the_order_of_the_log() -> None:
    event = called_by(
        principalEmail=DEPLOYER,
        serviceAccountDelegationInfo=[
            {
                "firstPartyPrincipal": {"principalEmail": "Alice@example.com"},
                "principalSubject": "user:alice@example.com",
            },
            {"principalSubject": "serviceAccount:hop@example-prod.iam.gserviceaccount.com"},
            {"principalSubject": POOLED + "x"},
            {"firstPartyPrincipal": {"principalSubject": POOLED + "y"}},
            {"thirdPartyPrincipal": {"thirdPartyClaims": {"sub": "claimed", "iss": "https://issuer.example.com"}}},
            {},
            {"thirdPartyPrincipal": {}},
        ],
    )
    assert event.delegation == [
        "alice@example.com",
        "hop@example-prod.iam.gserviceaccount.com",
        POOLED + "x",
        POOLED + "y",
        "claimed",
    ]
    assert event.principal_id == DEPLOYER


@pytest.mark.parametrize("newest_first", [False, True])
def test_an_impersonated_account_is_known_by_whom_the_impersonation_began_with(newest_first: bool) -> None:
    chain = [
        {"principalSubject": POOLED + ARN},
        {"firstPartyPrincipal": {"principalEmail": "hop@p.iam.gserviceaccount.com"}},
    ]
    if newest_first:
        chain.reverse()
    event = called_by(principalEmail=DEPLOYER, serviceAccountDelegationInfo=chain)
    assert event.known_as == [f"aws:{ARN}"]
    assert event.principal_type == "ServiceAccount"


@pytest.mark.parametrize(
    ("agent", "home"),
    [
        (COMPUTE_AGENT, "instance"),
        ("service-111122223333@gcf-admin-robot.iam.gserviceaccount.com", "function"),
        ("service-111122223333@serverless-robot-prod.iam.gserviceaccount.com", "function"),
        ("service-111122223333@gcp-sa-cloudbuild.iam.gserviceaccount.com", "runner"),
        ("app-engine-appserver@prod.google.com", "service"),
        ("alice@example.com", None),
        ("someone@compute-system.example.com", None),
    ],
)
def test_a_service_agent_tells_which_workload_its_token_is_at_home_in(agent: str, home: str | None) -> None:
    event = called_by(
        principalEmail=DEPLOYER, serviceAccountDelegationInfo=[{"firstPartyPrincipal": {"principalEmail": agent}}]
    )
    assert (event.home, event.delegation) == (home, [agent])


def test_a_build_account_is_at_home_in_a_runner() -> None:
    assert called_by(principalEmail="111122223333@cloudbuild.gserviceaccount.com").home == "runner"


def test_a_service_agent_says_for_whom_it_acts() -> None:
    event = called_by(
        principalEmail="bqcx-1-a@gcp-sa-bigquery-condel.iam.gserviceaccount.com",
        serviceDelegationHistory={"originalPrincipal": "user:alice@example.com", "serviceMetadata": []},
    )
    assert (event.principal_type, event.on_behalf_of) == ("Service", "alice@example.com")


def exchange(subject: str, metadata: dict[str, Any], pool: str = POOL) -> Any:
    """The event of an exchange of tokens."""
    return event_of(
        entry(
            payload(
                "google.identity.sts.v1.SecurityTokenService.ExchangeToken",
                "sts.googleapis.com",
                who={"principalSubject": subject},
                metadata=metadata,
                resourceName=f"{pool}/providers/p",
            )
        )
    )


def test_an_exchange_knows_its_caller_by_both_names() -> None:
    other = OBJECT_ID.replace("0a1b", "ffff")
    event = exchange(OBJECT_ID, {"mapped_principal": POOLED + other})
    assert (event.principal_id, event.principal_arn) == (OBJECT_ID, POOLED + other)
    assert event.known_as == [f"azure:{OBJECT_ID}", f"azure:{other}"]
    assert event.issued.principal_id == POOLED + other


def test_an_exchange_without_metadata_is_a_federated_principals_all_the_same() -> None:
    event = exchange(ARN, {})
    assert (event.principal_type, event.known_as, event.issuer) == ("FederatedPrincipal", [f"aws:{ARN}"], POOL)
    assert event.issued.principal_id == ARN


def test_a_workforce_pool_vouches_for_a_person() -> None:
    pool = "locations/global/workforcePools/staff"
    assert exchange("alice@example.com", {"mappedPrincipal": WORKFORCE + "alice@example.com"}, pool).known_as == [
        "person:alice@example.com"
    ]
    assert exchange("alice@example.com", {}, pool).known_as == ["person:alice@example.com"]
    assert exchange("alice@example.com", {}).known_as == []


@pytest.mark.parametrize(
    "attributes",
    [
        {"google.subject": ARN},
        {"google.subject": "AROAEXAMPLEDEPLOY0001:alice", "attribute.aws_role": ARN.rpartition("/")[0]},
        {"attribute.account": "111122223333", "attribute.role": "deploy", "attribute.session": "alice"},
        {"attribute.aws_account": "111122223333", "attribute.aws_role": "deploy", "google.subject": "AROAX:alice"},
    ],
)
def test_the_session_of_another_cloud_is_put_together_from_its_attributes(attributes: dict[str, str]) -> None:
    assert gcp_subject.arn_of(attributes) == ARN
    event = exchange("AROAEXAMPLEDEPLOY0001:alice", {"mapped_attributes": attributes})
    assert event.known_as == [f"aws:{ARN}"]


@pytest.mark.parametrize(
    "attributes",
    [{}, {"google.subject": "x"}, {"attribute.role": "deploy"}, {"attribute.role": "deploy", "attribute.session": "a"}],
)
def test_no_arn_is_made_up(attributes: dict[str, str]) -> None:
    assert gcp_subject.arn_of(attributes) is None
