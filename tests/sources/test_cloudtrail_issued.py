"""What calls hand out beyond a role's key: names, workloads' credentials, tags, and callers that came from elsewhere."""

from typing import Any

import pytest

from schemas.records import Issued
from tests.sources.cloudtrail_records import ACCOUNT, USER, parsed, role, shown

KEY = "ASIAEXAMPLENEW000001"
CREDENTIALS = {"accessKeyId": KEY, "sessionToken": "x", "expiration": "Aug 2, 2024 9:23:24 AM"}
EXPIRES = 1_722_590_604_000_000
TASK = "0123456789abcdef0123456789abcdef"
GITHUB = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
EKS = f"arn:aws:iam::{ACCOUNT}:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B71EXAMPLE"
TENANT = "7a1c9d3e-0000-4000-8000-00000000000f"
CONSOLE = {"userAgent": "console.amazonaws.com"}


def service(name: str) -> dict[str, Any]:
    return {"type": "AWSService", "invokedBy": name}


def web_user(provider: str, subject: str) -> dict[str, Any]:
    return {
        "type": "WebIdentityUser",
        "principalId": f"{provider}:sts.amazonaws.com:{subject}",
        "userName": subject,
        "identityProvider": provider,
    }


def saml_user(name: str) -> dict[str, Any]:
    return {"type": "SAMLUser", "principalId": f"bmFtZQ==:{name}", "userName": name, "identityProvider": "bmFtZQ=="}


def assumed(session: str, role_name: str = "web", **request: Any) -> dict[str, Any]:
    return {
        "requestParameters": {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/{role_name}", "roleSessionName": session}
        | request,
        "responseElements": {
            "credentials": CREDENTIALS,
            "assumedRoleUser": {
                "assumedRoleId": f"AROAEXAMPLEWEB0000001:{session}",
                "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role_name}/{session}",
            },
        },
    }


def test_a_pipelines_token_becomes_exactly_this_event() -> None:
    """IAM user guide, "Example AWS STS API events in CloudTrail log file", AssumeRoleWithWebIdentity."""
    event = parsed(
        "sts:AssumeRoleWithWebIdentity",
        web_user(GITHUB, "repo:example/shop:ref:refs/heads/main"),
        userAgent="aws-sdk-nodejs/2.1396.0 linux/v16.20.0 configure-aws-credentials-for-github-actions promise",
        **assumed("GitHubActions", "deploy"),
    )
    said = shown(event)
    for table in ("access", "stage", "technique", "action_basis", "interface", "client", "os", "user_agent"):
        said.pop(table, None)
    assert said == {
        "event_id": "6a1f0c52-0000-4000-8000-000000000001",
        "time": 1_722_587_004_000_000,
        "provider": "aws",
        "log_class": "management",
        "service": "sts",
        "action": "AssumeRoleWithWebIdentity",
        "account": ACCOUNT,
        "region": "eu-west-1",
        "principal_id": f"{GITHUB}:sts.amazonaws.com:repo:example/shop:ref:refs/heads/main",
        "principal_type": "WebIdentityUser",
        "principal_name": "repo:example/shop:ref:refs/heads/main",
        "credential_type": "federated",
        "issued": {
            "credential_id": KEY,
            "principal_id": "AROAEXAMPLEWEB0000001:GitHubActions",
            "expires": EXPIRES,
            "known_as": f"aws:arn:aws:sts::{ACCOUNT}:assumed-role/deploy/GitHubActions",
            "delegates": [],
        },
        "source_ip": "203.0.113.9",
        "resources": [f"arn:aws:iam::{ACCOUNT}:role/deploy"],
        "origin": "file:///trail.json#0",
        "home": "runner",
    }


@pytest.mark.parametrize(
    ("provider", "subject", "home"),
    [
        (GITHUB, "repo:example/shop:environment:prod", "runner"),
        ("https://gitlab.example.com", "project_path:team/shop:ref_type:branch:ref:main", "runner"),
        (f"arn:aws:iam::{ACCOUNT}:oidc-provider/gitlab.com", "project_path:a/b:ref_type:branch:ref:main", "runner"),
        ("app.terraform.io", "organization:example:project:web:workspace:prod:run_phase:apply", "runner"),
        ("api.bitbucket.org/2.0/workspaces/example/pipelines-config/identity/oidc", "{1}:{2}", "runner"),
        (EKS, "system:serviceaccount:shop:cart", "pod"),
        ("oidc.kops.example.com", "system:serviceaccount:shop:cart", "pod"),
        ("accounts.google.com", "110169484474386276334", None),
        ("not-gitlab.com", "x", None),
        ("", "", None),
    ],
)
def test_a_web_identity_is_at_home_where_its_token_was_signed_for(
    provider: str, subject: str, home: str | None
) -> None:
    event = parsed("sts:AssumeRoleWithWebIdentity", web_user(provider, subject), **assumed("x"))
    assert event.home == home


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (web_user("accounts.google.com", "110169484474386276334"), ["gcp:110169484474386276334"]),
        (web_user("accounts.google.com", "not a number"), []),
        (
            web_user(
                f"arn:aws:iam::{ACCOUNT}:oidc-provider/sts.windows.net/{TENANT}/",
                "AAAAAAAA-0000-4000-8000-00000000000A",
            ),
            ["azure:aaaaaaaa-0000-4000-8000-00000000000a"],
        ),
        (web_user(f"login.microsoftonline.com/{TENANT}/v2.0", "pairwise-subject"), []),
        (web_user(GITHUB, "repo:example/shop:ref:refs/heads/main"), []),
        (web_user("cognito-identity.amazonaws.com", "eu-west-1:6a1f0c52-0000-4000-8000-000000000001"), []),
        (saml_user("Alice@Example.com"), ["person:alice@example.com"]),
        (saml_user("alice"), []),
        (USER, []),
        (role(), []),
    ],
)
def test_a_caller_from_elsewhere_is_known_there(identity: dict[str, Any], expected: list[str]) -> None:
    assert parsed("sts:AssumeRoleWithSAML", identity, **assumed("x")).known_as == expected


def test_a_function_is_issued_its_credential_by_lambda() -> None:
    expected = f"aws:{ACCOUNT}:function/eu-west-1/resize"
    issuing = parsed("sts:AssumeRole", service("lambda.amazonaws.com"), **assumed("resize"))
    scope = {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:x"}
    scope["credentialsIssuedTo"] = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:resize"
    using = parsed(identity=role("resize", inScopeOf=scope))
    assert issuing.issued is not None
    assert issuing.issued.issued_to == using.issued_to == expected
    assert (issuing.home, using.home) == ("service", "function")
    assert using.in_scope_of == f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:resize"
    polling = parsed("sts:AssumeRole", service("lambda.amazonaws.com"), **assumed("awslambda_248_20240802"))
    assert polling.issued is not None
    assert polling.issued.issued_to is None
    person = parsed("sts:AssumeRole", USER, **assumed("resize"))
    assert person.issued is not None
    assert person.issued.issued_to is None


def test_a_task_is_issued_its_credential_by_ecs() -> None:
    issuing = parsed("sts:AssumeRole", service("ecs-tasks.amazonaws.com"), **assumed(TASK))
    scope = {"issuerType": "AWS::ECS::Task", "sourceArn": f"arn:aws:ecs:eu-west-1:{ACCOUNT}:task/main/{TASK}"}
    using = parsed(identity=role(TASK, inScopeOf=scope))
    assert issuing.issued is not None
    assert issuing.issued.issued_to == using.issued_to == f"aws:{ACCOUNT}:task/{TASK}"
    assert using.home == "pod"


def test_a_pods_session_carries_the_tags_that_eks_put_on_it() -> None:
    """Amazon EKS user guide, "Grant Pods access to AWS resources based on tags": the keys that EKS sets."""
    session = "eks-main-cart-6a1f0c52-0000-4000-8000-000000000001"
    tags = [
        {"key": "eks-cluster-name", "value": "main"},
        {"key": "kubernetes-service-account", "value": "cart"},
    ]
    issuing = parsed("sts:AssumeRole", service("pods.eks.amazonaws.com"), **assumed(session, tags=tags))
    assert issuing.session_tags == ["eks-cluster-name=main", "kubernetes-service-account=cart"]
    assert issuing.issued is not None
    assert issuing.issued.credential_id == KEY
    assert parsed(identity=role(session)).home == "pod"
    assert parsed(identity=role("eks-admin")).home is None


def test_tags_of_an_assertion_are_read_and_all_are_bounded() -> None:
    federated = assumed("alice", principalTags={"team": "shop", "level": None})
    event = parsed("sts:AssumeRoleWithSAML", saml_user("alice@example.com"), **federated)
    assert event.session_tags == ["team=shop", "level="]
    many = assumed("alice", tags=[{"key": f"k{n}", "value": "v" * 9_000} for n in range(100)])
    tags = parsed("sts:AssumeRole", USER, **many).session_tags
    assert len(tags) == 50
    assert max(len(tag) for tag in tags) == 2_048
    assert parsed("sts:AssumeRole", USER, **assumed("x", tags=["a", {"value": "b"}, None])).session_tags == []
    assert parsed("ec2:CreateTags", USER, requestParameters={"tags": tags}).session_tags == []


@pytest.mark.parametrize(
    ("call", "identity", "asked", "answer", "expected"),
    [
        (
            "rolesanywhere:CreateSession",
            {"type": "Unknown"},
            {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/onprem", "durationSeconds": 3600},
            {
                "credentialSet": [
                    {
                        "assumedRoleUser": {
                            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/onprem/2a99",
                            "assumedRoleId": "AROAEXAMPLEPREM000001:2a99",
                        },
                        "credentials": {"accessKeyId": KEY, "expiration": "2024-08-02T09:23:24Z"},
                        "sourceIdentity": "CN=host",
                    }
                ],
                "subjectArn": f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:subject/x",
            },
            Issued(
                KEY,
                "AROAEXAMPLEPREM000001:2a99",
                EXPIRES,
                known_as=f"aws:arn:aws:sts::{ACCOUNT}:assumed-role/onprem/2a99",
            ),
        ),
        ("rolesanywhere:CreateSession", USER, None, {"credentialSet": ["x"]}, None),
        (
            "cognito-identity:GetCredentialsForIdentity",
            {"type": "Unknown"},
            {"identityId": "eu-west-1:6a1f"},
            {"credentials": CREDENTIALS, "identityId": "eu-west-1:6a1f"},
            Issued(KEY, "eu-west-1:6a1f", EXPIRES),
        ),
        (
            "eks-auth:AssumeRoleForPodIdentity",
            role("i-0abc0123456789def"),
            {"clusterName": "main", "token": "HIDDEN_DUE_TO_SECURITY_REASONS"},
            {
                "credentials": {"accessKeyId": KEY, "expiration": 1_722_590_604},
                "assumedRoleUser": {"arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/cart/eks-main-cart-1"},
            },
            Issued(KEY, None, EXPIRES, known_as=f"aws:arn:aws:sts::{ACCOUNT}:assumed-role/cart/eks-main-cart-1"),
        ),
        ("eks-auth:AssumeRoleForPodIdentity", role("i-0abc0123456789def"), {"clusterName": "main"}, None, None),
        (
            "sts:GetFederationToken",
            USER,
            {"name": "bob"},
            {
                "credentials": CREDENTIALS,
                "federatedUser": {
                    "federatedUserId": f"{ACCOUNT}:bob",
                    "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
                },
            },
            Issued(KEY, f"{ACCOUNT}:bob", EXPIRES, known_as=f"aws:arn:aws:sts::{ACCOUNT}:federated-user/bob"),
        ),
        (
            "signin:GetSigninToken",
            role(),
            None,
            {"GetSigninToken": "Success"},
            Issued(
                None,
                "AROAEXAMPLEDEPLOY0001:alice",
                known_as=f"aws:arn:aws:sts::{ACCOUNT}:assumed-role/deploy/alice",
            ),
        ),
        ("rds:GenerateDbAuthToken", USER, None, {"credentials": CREDENTIALS}, None),
        ("redshift:GetClusterCredentials", USER, None, {"dbUser": "x", "credentials": CREDENTIALS}, None),
    ],
)
def test_each_way_to_a_credential_names_what_it_gave(
    call: str, identity: Any, asked: Any, answer: Any, expected: Issued | None
) -> None:
    plain = {"userAgent": "aws-cli/2.13.0 Python/3.11.4 Linux/5.10.0"}
    event = parsed(call, identity, requestParameters=asked, responseElements=answer, **plain)
    assert event.issued == expected


def test_a_caller_that_aws_does_not_sign_in_is_named_by_the_answer() -> None:
    pool = {"credentials": CREDENTIALS, "identityId": "eu-west-1:6a1f"}
    event = parsed("cognito-identity:GetCredentialsForIdentity", {"type": "Unknown"}, responseElements=pool)
    assert event.principal_id == "eu-west-1:6a1f"
    subject = f"arn:aws:rolesanywhere:eu-west-1:{ACCOUNT}:subject/x"
    answer = {"credentialSet": [{"credentials": CREDENTIALS}], "subjectArn": subject}
    assert parsed("rolesanywhere:CreateSession", {"type": "Unknown"}, responseElements=answer).principal_id == subject
    assert parsed("rolesanywhere:CreateSession", USER, responseElements=answer).principal_id == USER["principalId"]


def test_a_session_that_renews_itself_was_issued_nothing() -> None:
    event = parsed("signin:GetSigninToken", role(), responseElements=None, **CONSOLE)
    assert event.known_as == [f"aws:arn:aws:sts::{ACCOUNT}:assumed-role/deploy/alice"]
    assert event.issued is None


def test_an_identity_center_token_opens_a_session() -> None:
    """IAM Identity Center OIDC API reference, CreateTokenWithIAM; the session's id is in additionalEventData."""
    more = {
        "identitystore:UserId": "9067-carol",
        "identitystore:IdentityStoreArn": f"arn:aws:identitystore::{ACCOUNT}:identitystore/d-9067642ac7",
        "identitycenter:CredentialId": "AAAAexample-session",
    }
    hidden = {"accessToken": "HIDDEN_DUE_TO_SECURITY_REASONS", "tokenType": "Bearer"}
    event = parsed("sso-oauth:CreateTokenWithIAM", role("resize"), responseElements=hidden, additionalEventData=more)
    assert event.issued == Issued("AAAAexample-session", "9067-carol")
    portal = {
        "type": "IdentityCenterUser",
        "accountId": ACCOUNT,
        "onBehalfOf": {"userId": "9067-carol", "identityStoreArn": more["identitystore:IdentityStoreArn"]},
        "credentialId": "AAAAexample-session",
    }
    used = parsed("sso:ListAccounts", portal, eventType="AwsServiceEvent")
    assert used.credential_id == used.session_id == "AAAAexample-session"
    assert (used.principal_id, used.on_behalf_of, used.credential_type) == ("9067-carol", "9067-carol", "federated")


def test_a_session_made_for_a_person_says_for_whom() -> None:
    behalf = {"userId": "9067-carol", "identityStoreArn": f"arn:aws:identitystore::{ACCOUNT}:identitystore/d-1"}
    event = parsed(identity=role("carol@example.com", onBehalfOf=behalf))
    assert (event.on_behalf_of, event.principal_id) == ("9067-carol", "AROAEXAMPLEDEPLOY0001:carol@example.com")


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (USER, None),
        (role(), None),
        (service("config.amazonaws.com"), "service"),
        (role("i-0abc0123456789def"), "instance"),
        (role(sessionContext={"ec2RoleDelivery": "2.0"}), "instance"),
        (role(sessionContext={"webIdFederationData": {"federatedProvider": GITHUB, "attributes": {}}}), "runner"),
        (role(sessionContext={"webIdFederationData": {"federatedProvider": EKS}}), "pod"),
        (role(sessionContext={"webIdFederationData": {}}), None),
        (
            role(
                sessionContext={
                    "sessionIssuer": {
                        "type": "Role",
                        "arn": f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/support.amazonaws.com/AWSServiceRole",
                    }
                }
            ),
            "service",
        ),
    ],
)
def test_where_a_credential_is_at_home(identity: dict[str, Any], expected: str | None) -> None:
    assert parsed(identity=identity).home == expected


def test_the_age_of_a_session_is_counted_from_its_beginning() -> None:
    assert parsed(identity=role()).credential_age == 152_000_000
    assert parsed().credential_age is None
    assert parsed(identity=role(), eventTime="2024-08-02T08:00:00Z").credential_age is None
