"""Who made the call and what kind of credential signed it, for every type of userIdentity."""

from typing import Any

import pytest

from tests.sources.cloudtrail_records import ACCOUNT, USER, parsed, role

CONSOLE = "console.amazonaws.com"
STORE = "arn:aws:identitystore::111122223333:identitystore/d-9067642ac7"
FEDERATED = {
    "type": "FederatedUser",
    "principalId": f"{ACCOUNT}:bob",
    "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
    "accountId": ACCOUNT,
    "accessKeyId": "ASIAEXAMPLEBOB000001",
    "sessionContext": {
        "sessionIssuer": {"type": "IAMUser", "principalId": "AIDAEXAMPLEALICE00001", "userName": "alice"},
        "attributes": {"creationDate": "2024-08-02T08:20:52Z", "mfaAuthenticated": "true"},
    },
}


@pytest.mark.parametrize(
    ("identity", "expected"),
    [
        (USER, ("IAMUser", "AIDAEXAMPLEALICE00001", "alice", ACCOUNT, "long_term", None)),
        (role(), ("AssumedRole", "AROAEXAMPLEDEPLOY0001:alice", "deploy", ACCOUNT, "temporary", "alice")),
        (FEDERATED, ("FederatedUser", f"{ACCOUNT}:bob", "bob", ACCOUNT, "federated", "bob")),
        (
            {"type": "Root", "principalId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "accountId": ACCOUNT},
            ("Root", ACCOUNT, "root", ACCOUNT, "unknown", None),
        ),
        (
            {"type": "Root", "principalId": ACCOUNT, "accountId": ACCOUNT, "accessKeyId": "AKIAEXAMPLEROOT00001"},
            ("Root", ACCOUNT, "root", ACCOUNT, "long_term", None),
        ),
        (
            {"type": "AWSService", "invokedBy": "ec2.amazonaws.com"},
            ("AWSService", None, "ec2.amazonaws.com", None, "unknown", None),
        ),
        (
            {"type": "AWSAccount", "accountId": "444455556666", "principalId": "AROAEXAMPLEOTHER00001:carol"},
            ("AWSAccount", "AROAEXAMPLEOTHER00001:carol", None, "444455556666", "unknown", "carol"),
        ),
        (
            {"type": "AWSAccount", "accountId": "ANONYMOUS_PRINCIPAL", "principalId": ""},
            ("AWSAccount", None, None, "ANONYMOUS_PRINCIPAL", "anonymous", None),
        ),
        (
            {"type": "AWSAccount", "accountId": "anonymous", "principalId": "AWS"},
            ("AWSAccount", "AWS", None, "anonymous", "anonymous", None),
        ),
        (
            {"type": "WebIdentityUser", "principalId": "accounts.google.com:app:user", "userName": "user"},
            ("WebIdentityUser", "accounts.google.com:app:user", "user", None, "federated", None),
        ),
        (
            {"type": "SAMLUser", "principalId": "bmFtZQ==:carol@example.com", "userName": "carol@example.com"},
            ("SAMLUser", "bmFtZQ==:carol@example.com", "carol@example.com", None, "federated", None),
        ),
        (
            {"type": "IdentityCenterUser", "onBehalfOf": {"userId": "9067-carol", "identityStoreArn": STORE}},
            ("IdentityCenterUser", "9067-carol", None, ACCOUNT, "federated", None),
        ),
        (
            {"type": "Directory", "principalId": "d-1", "accountId": ACCOUNT},
            ("Directory", "d-1", None, ACCOUNT, "unknown", None),
        ),
        (
            {"type": "Unknown", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/alice"},
            ("Unknown", None, "deploy", ACCOUNT, "unknown", "alice"),
        ),
        (
            {"type": "Role", "arn": f"arn:aws:iam::{ACCOUNT}:role/x/deploy"},
            ("Role", None, "deploy", ACCOUNT, "temporary", None),
        ),
        ({"type": "SomethingNew"}, ("SomethingNew", None, None, None, "unknown", None)),
        ({}, ("unknown", None, None, None, "unknown", None)),
        (None, ("unknown", None, None, None, "unknown", None)),
    ],
)
def test_each_type_of_identity_is_read(identity: Any, expected: tuple[str | None, ...]) -> None:
    event = parsed(identity=identity)
    assert (
        event.principal_type,
        event.principal_id,
        event.principal_name,
        event.principal_account,
        event.credential_type,
        event.session_name,
    ) == expected


def test_a_session_tells_its_beginning_its_issuer_and_its_second_factor() -> None:
    event = parsed(identity=role())
    assert event.session_created == 1_722_586_852_000_000
    assert event.mfa is False
    assert event.issuer == f"arn:aws:iam::{ACCOUNT}:role/ci/deploy"
    assert event.issuer_id == "AROAEXAMPLEDEPLOY0001"
    assert parsed(identity=FEDERATED).mfa is True
    assert parsed().mfa is None


def test_a_role_without_a_session_issuer_is_named_by_its_arn() -> None:
    event = parsed(identity=role("bob", sessionContext=None))
    assert (event.principal_name, event.session_name) == ("deploy", "bob")


def test_an_empty_key_is_none_and_a_masked_one_stays() -> None:
    assert parsed(identity={**USER, "accessKeyId": ""}).credential_id is None
    masked = parsed(identity={**USER, "accessKeyId": "****************"})
    assert (masked.credential_id, masked.credential_type) == ("****************", "long_term")


@pytest.mark.parametrize(
    ("identity", "fields", "expected"),
    [
        ({**USER, "accessKeyId": "ASIAEXAMPLEALICE0001"}, {}, "temporary"),
        ({**USER, "accessKeyId": "ASIAEXAMPLEALICE0001"}, {"userAgent": CONSOLE}, "console_session"),
        ({**USER, "accessKeyId": "ASIAEXAMPLEALICE0001"}, {"sessionCredentialFromConsole": "true"}, "console_session"),
        ({**USER, "accessKeyId": None}, {"userAgent": CONSOLE}, "console_session"),
        (USER, {"userAgent": CONSOLE}, "long_term"),
        (role(), {"userAgent": CONSOLE}, "console_session"),
        (role(), {"userAgent": "aws-cli/2.31.1 exec-env/CloudShell"}, "console_session"),
        (role(), {"sessionCredentialFromConsole": "false"}, "temporary"),
        ({**USER, "accessKeyId": "X", "sessionContext": role()["sessionContext"]}, {}, "temporary"),
        (FEDERATED, {"userAgent": CONSOLE}, "federated"),
    ],
)
def test_the_kind_of_credential(identity: dict[str, Any], fields: dict[str, Any], expected: str) -> None:
    assert parsed(identity=identity, **fields).credential_type == expected


@pytest.mark.parametrize(
    ("session", "expected"),
    [
        ("i-0abc0123456789def", f"aws:{ACCOUNT}:instance/i-0abc0123456789def"),
        ("i-786a3A8B5C0d92eF4", f"aws:{ACCOUNT}:instance/i-786a3a8b5c0d92ef4"),
        ("i-1234abcd", f"aws:{ACCOUNT}:instance/i-1234abcd"),
        ("mi-0abc0123456789def", f"aws:{ACCOUNT}:instance/mi-0abc0123456789def"),
        ("i-1234", None),
        ("i-0abc0123456789defg", None),
        ("i-0abc0123456789def0", None),
        ("alice", None),
    ],
)
def test_an_instances_credential_is_told_by_its_session_name(session: str, expected: str | None) -> None:
    assert parsed(identity=role(session)).issued_to == expected


def test_a_functions_credential_is_told_by_its_scope() -> None:
    arn = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:resize"
    expected = f"aws:{ACCOUNT}:function/eu-west-1/resize"
    for scope in (
        {"issuerType": "AWS::Lambda::Function", "credentialsIssuedTo": arn},
        {"issuerType": "AWS::Lambda::Function", "sourceArn": f"{arn}:live"},
    ):
        assert parsed(identity=role("resize", inScopeOf=scope)).issued_to == expected
    for scope in ({}, {"issuerType": "AWS::EC2::Instance", "credentialsIssuedTo": arn}):
        assert parsed(identity=role("resize", inScopeOf=scope)).issued_to is None


def test_a_service_that_acts_for_the_caller_is_named() -> None:
    event = parsed(identity=role(invokedBy="cloudformation.amazonaws.com"))
    assert event.invoked_by == "cloudformation.amazonaws.com"
