"""Sign-ins: to the console, to another role there, and to IAM Identity Center."""

from typing import Any

import pytest

from schemas.records import ApiEvent, Issued
from tests.sources.cloudtrail_records import ACCOUNT, USER, parsed, role, shown

ARN = f"arn:aws:iam::{ACCOUNT}:user/team/alice"
OTHER = "444455556666"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:109.0) Gecko/20100101 Firefox/114.0"
SWITCHED = {
    "type": "AssumedRole",
    "principalId": "AROAEXAMPLEADMIN00001:alice",
    "arn": f"arn:aws:sts::{OTHER}:assumed-role/admin/alice",
    "accountId": OTHER,
}
STORE = f"arn:aws:identitystore::{ACCOUNT}:identitystore/d-9067642ac7"
CAROL = {
    "type": "IdentityCenterUser",
    "accountId": ACCOUNT,
    "onBehalfOf": {"userId": "9067-carol", "identityStoreArn": STORE},
    "credentialId": "AAAAexample-session",
}


def signed_in(action: str, identity: Any, more: dict[str, Any] | None = None, **fields: Any) -> ApiEvent:
    return parsed(
        f"signin:{action}",
        identity,
        **{
            "eventType": "AwsConsoleSignIn",
            "userAgent": BROWSER,
            "responseElements": {action: "Success"},
            "additionalEventData": more,
            **fields,
        },
    )


def test_a_switch_of_role_becomes_exactly_this_event() -> None:
    """The identity is the new session's and SwitchFrom the switcher's ARN, as real trails in public write-ups show it."""
    event = signed_in(
        "SwitchRole",
        SWITCHED,
        {"SwitchFrom": ARN, "RedirectTo": "https://eu-west-1.console.aws.amazon.com/console/home"},
        recipientAccountId=OTHER,
    )
    said = shown(event)
    for table in ("access", "stage", "technique", "action_basis", "interface", "client", "os"):
        said.pop(table, None)
    assert said == {
        "event_id": "6a1f0c52-0000-4000-8000-000000000001",
        "time": 1_722_587_004_000_000,
        "provider": "aws",
        "log_class": "signin",
        "service": "signin",
        "action": "SwitchRole",
        "account": OTHER,
        "region": "eu-west-1",
        "principal_type": "IAMUser",
        "principal_name": "alice",
        "principal_arn": ARN,
        "principal_account": ACCOUNT,
        "credential_type": "console_session",
        "issued": {
            "principal_id": "AROAEXAMPLEADMIN00001:alice",
            "known_as": f"aws:arn:aws:sts::{OTHER}:assumed-role/admin/alice",
            "delegates": [],
        },
        "source_ip": "203.0.113.9",
        "user_agent": BROWSER,
        "target_account": OTHER,
        "origin": "file:///trail.json#0",
        "known_as": [f"aws:{ARN}"],
    }


def test_a_role_may_switch_to_a_role_and_renew_it() -> None:
    came_from = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/carol@example.com"
    for action, field in (("SwitchRole", "SwitchFrom"), ("RenewRole", "RenewedBy")):
        event = signed_in(action, SWITCHED, {field: came_from})
        assert (event.principal_type, event.session_name) == ("AssumedRole", "carol@example.com")
        assert event.principal_name == "AWSReservedSSO_Admin_0123456789abcdef"
        assert event.known_as == [f"aws:{came_from}"]
        assert event.issued == Issued(
            None, "AROAEXAMPLEADMIN00001:alice", known_as=f"aws:arn:aws:sts::{OTHER}:assumed-role/admin/alice"
        )


@pytest.mark.parametrize(
    ("action", "more", "fields"),
    [
        ("SwitchRole", None, {}),
        ("SwitchRole", {"SwitchFrom": "REDACTED"}, {}),
        ("SwitchRole", {"SwitchFrom": 5}, {}),
        ("RenewRole", {"RenewedBy": f"arn:aws:sts::{OTHER}:assumed-role/admin/alice"}, {}),
        ("ExitRole", {"SwitchFrom": ARN}, {}),
        ("SwitchRole", {"SwitchFrom": ARN}, {"responseElements": {"SwitchRole": "Failure"}}),
    ],
)
def test_what_switches_nothing_leaves_the_caller(action: str, more: Any, fields: dict[str, Any]) -> None:
    event = signed_in(action, SWITCHED, more, **fields)
    assert event.principal_arn == SWITCHED["arn"]
    assert event.issued is None


def test_a_user_who_signs_in_is_known_by_name_to_who_switches() -> None:
    signed = signed_in("ConsoleLogin", USER, {"MFAUsed": "Yes"})
    switched = signed_in("SwitchRole", SWITCHED, {"SwitchFrom": ARN})
    assert signed.issued == Issued(None, "AIDAEXAMPLEALICE00001", known_as=f"aws:{ARN}")
    assert switched.known_as == [signed.issued.known_as]


def test_a_console_session_of_a_role_is_known_by_its_arn() -> None:
    name = [f"aws:arn:aws:sts::{ACCOUNT}:assumed-role/deploy/alice"]
    assert parsed(identity=role(), userAgent="console.amazonaws.com").known_as == name
    assert parsed(identity=role(), sessionCredentialFromConsole="true").known_as == name
    assert signed_in("ConsoleLogin", role(accessKeyId=""), {"MFAUsed": "No"}).known_as == name
    assert parsed(identity=role()).known_as == []
    assert parsed(identity=USER, userAgent="console.amazonaws.com").known_as == []


def test_a_federated_users_console_session_is_known_by_its_arn() -> None:
    bob = {
        "type": "FederatedUser",
        "principalId": f"{ACCOUNT}:bob",
        "arn": f"arn:aws:sts::{ACCOUNT}:federated-user/bob",
        "accountId": ACCOUNT,
    }
    assert signed_in("ConsoleLogin", bob).known_as == [f"aws:arn:aws:sts::{ACCOUNT}:federated-user/bob"]


def center(action: str, more: dict[str, Any], answer: str = "Success", identity: Any = CAROL) -> ApiEvent:
    """An event of "Understanding IAM Identity Center sign-in events" (its user guide)."""
    return parsed(
        f"signin:{action}",
        identity,
        eventType="AwsServiceEvent",
        userAgent=BROWSER,
        additionalEventData={"AuthWorkflowID": "9de74b32-0000-4000-8000-000000000001", **more},
        serviceEventDetails={action: answer},
    )


@pytest.mark.parametrize(
    ("types", "mfa"),
    [
        ("PASSWORD", False),
        ("PASSWORD,TOTP", True),
        ("WEBAUTHN", True),
        ("EXTERNAL_IDP", None),
        ("EXTERNAL_IDP,TOTP", True),
        ("", None),
    ],
)
def test_an_identity_center_user_signs_in_with_these_factors(types: str, mfa: bool | None) -> None:
    event = center("UserAuthentication", {"CredentialType": types, "LoginTo": "https://d-1.awsapps.com/start/"})
    assert (event.log_class, event.outcome, event.mfa) == ("signin", "success", mfa)
    assert (event.principal_type, event.principal_id, event.on_behalf_of) == (
        "IdentityCenterUser",
        "9067-carol",
        "9067-carol",
    )


def test_who_signed_in_here_is_known_by_this_and_who_came_from_elsewhere_is_known_there() -> None:
    more = {"CredentialType": "PASSWORD,TOTP", "UserName": "Carol@example.com"}
    here = center("UserAuthentication", more)
    assert here.principal_name == "Carol@example.com"
    assert here.issued == Issued("AAAAexample-session", "9067-carol", known_as="person:carol@example.com")
    assert (here.known_as, here.credential_id) == ([], None)
    there = center("UserAuthentication", {**more, "CredentialType": "EXTERNAL_IDP"})
    assert there.issued == Issued("AAAAexample-session", "9067-carol")
    assert there.known_as == ["person:carol@example.com"]


def test_a_challenge_opens_nothing_and_a_failed_one_is_denied() -> None:
    assert center("CredentialChallenge", {"CredentialType": "PASSWORD"}).issued is None
    failed = center("CredentialVerification", {"CredentialType": "PASSWORD"}, "Failure")
    assert (failed.outcome, failed.issued, failed.mfa) == ("denied", None, None)


def test_a_hidden_user_name_is_no_name() -> None:
    unknown = {"type": "Unknown", "principalId": ACCOUNT, "accountId": ACCOUNT, "userName": ""}
    event = center("CredentialChallenge", {"UserName": "HIDDEN_DUE_TO_SECURITY_REASONS"}, identity=unknown)
    assert event.principal_name is None


@pytest.mark.parametrize("action", ["Authenticate", "Federate", "Logout"])
def test_the_access_portals_sign_ins_are_sign_ins(action: str) -> None:
    details = {"account_id": OTHER, "role_name": "AdministratorAccess"}
    event = parsed(f"sso:{action}", CAROL, eventType="AwsServiceEvent", serviceEventDetails=details)
    assert (event.log_class, event.outcome, event.principal_id) == ("signin", "success", "9067-carol")
    listed = parsed("sso:ListAccountRoles", CAROL, eventType="AwsServiceEvent", serviceEventDetails=details)
    assert listed.log_class == "management"


def test_a_role_that_the_portal_hands_out_is_known_by_the_person_where_a_login_is_told() -> None:
    # Before July 2025 the portal's events named the user; since then only their id.
    named = {**CAROL, "type": "Unknown", "userName": "carol@example.com", "credentialId": ""}
    issuing = parsed("sso:GetRoleCredentials", named, eventType="AwsServiceEvent")
    saml = {"type": "SAMLUser", "principalId": "x:carol@example.com", "userName": "carol@example.com"}
    taken = parsed("sts:AssumeRoleWithSAML", saml)
    assert issuing.issued is not None
    assert [issuing.issued.known_as] == taken.known_as == ["person:carol@example.com"]
    assert parsed("sso:GetRoleCredentials", CAROL, eventType="AwsServiceEvent").issued is None
    federated = parsed("sso:Federate", named, eventType="AwsServiceEvent")
    assert federated.issued == Issued(None, "9067-carol", known_as="person:carol@example.com")
