"""Grants weigh by what their record shows that they give: everything, no more than to read, or a sign-in."""

import json
from typing import Any

import pytest

from analytic.context import action as actions
from analytic.sources import entra_audit, m365
from schemas.records import ApiEvent
from tests.sources.azure_records import diagnostic
from tests.sources.azure_records import parsed as azure
from tests.sources.cloudtrail_records import parsed as aws
from tests.sources.entra_audit_records import audit_exported
from tests.sources.entra_audit_records import change as m365_change
from tests.sources.entra_records import parsed as entra
from tests.sources.gcp_records import parsed as gcp

ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
OWNER, READER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635", "acdd72a7-3385-48ef-bd42-f606fba81ae7"
SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6"  # Key Vault Secrets User
GUEST = "user:guest@example.net"
SIGN_IN = "openid profile email offline_access User.Read"


WIDE, AS_NAMED, NARROW = actions.GRANT_BITS, 0.0, -actions.GRANT_BITS


def beyond(event: ApiEvent) -> float:
    """What the event weighs beyond its name, in bits; its stage and access stay those of its name."""
    usual = actions.classify(event.provider, event.service, event.action)
    act = actions.of_event(event)
    assert usual.stage is not None
    assert (act.access, act.stage, act.technique) == usual[:3]
    assert (event.access, event.stage, event.technique, event.action_basis) == (*usual[:3], act.basis)
    assert (act.basis in (actions.WIDE, actions.NARROW)) is (act.impact != usual.impact)
    return act.impact - usual.impact


def document(*statements: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(action: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*"} | more


@pytest.mark.parametrize(
    ("call", "request_", "weighs"),
    [
        ("iam:AttachUserPolicy", {"policyArn": ADMIN}, WIDE),
        ("iam:AttachRolePolicy", {"policyArn": "arn:aws-us-gov:iam::aws:policy/IAMFullAccess"}, WIDE),
        ("iam:AttachGroupPolicy", {"policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}, NARROW),
        ("iam:AttachRolePolicy", {"policyArn": "arn:aws:iam::111122223333:policy/AdministratorAccess"}, AS_NAMED),
        ("iam:PutUserPolicy", {"policyDocument": document(allow("*"))}, WIDE),
        ("iam:PutRolePolicy", {"policyDocument": document(allow("s3:Get*"), allow(["sqs:*", "iam:*"]))}, WIDE),
        ("iam:PutRolePolicy", {"policyDocument": json.dumps({"Statement": allow("*:*")})}, WIDE),
        ("iam:CreatePolicyVersion", {"policyDocument": {"Statement": [allow("*")]}}, WIDE),
        ("iam:PutGroupPolicy", {"policyDocument": document(allow("*", Effect="Deny"))}, AS_NAMED),
        ("iam:PutRolePolicy", {"policyDocument": document(allow(["s3:*", "iam:GetRole"]))}, AS_NAMED),
        ("iam:CreatePolicyVersion", {"policyDocument": document({"Effect": "Allow", "NotAction": "iam:*"})}, AS_NAMED),
        ("iam:PutUserPolicy", None, AS_NAMED),
        ("iam:PutRolePolicy", {"policyDocument": document(allow("s3:GetObject"), allow(["sqs:SendMessage"]))}, NARROW),
        ("iam:PutRolePolicy", {"policyDocument": document(allow("s3:GetObject"), allow("s3:*"))}, AS_NAMED),
        ("iam:PutRolePolicy", {"policyDocument": document(allow(["s3:GetObject", "iam:PassRole"]))}, AS_NAMED),
        ("iam:PutRolePolicy", {"policyDocument": document(allow(["s3:GetObject", "sts:AssumeRole"]))}, AS_NAMED),
        ("iam:PutRolePolicy", {"policyDocument": document(allow("secretsmanager:GetSecretValue"))}, AS_NAMED),
        (
            "iam:PutRolePolicy",
            {"policyDocument": document(allow("s3:GetObject"), {"Effect": "Allow", "NotAction": "x:Y"})},
            AS_NAMED,
        ),
        ("iam:PutRolePolicy", {"policyDocument": document(*[allow("s3:GetObject")] * 257)}, AS_NAMED),
        ("iam:PutRolePolicy", {"policyDocument": document(*[allow("s3:GetObject")] * 256, allow("*"))}, WIDE),
    ],
)
def test_the_request_of_an_aws_call_says_what_it_gives(call: str, request_: Any, weighs: float) -> None:
    assert beyond(aws(call, requestParameters=request_)) == weighs


@pytest.mark.parametrize(
    "value", [None, 7, "x", "{", "[[", [], ["x"], {}, {"Statement": 7}, {"Statement": ["x", None]}]
)
@pytest.mark.parametrize("name", ["policyArn", "policyDocument"])
def test_no_value_of_a_request_raises(name: str, value: Any) -> None:
    for call in ("iam:AttachUserPolicy", "iam:PutUserPolicy", "iam:CreatePolicyVersion"):
        assert beyond(aws(call, requestParameters={name: value})) == AS_NAMED


@pytest.mark.parametrize(
    ("deltas", "weighs"),
    [
        ([{"action": "ADD", "role": "roles/owner", "member": GUEST}], WIDE),
        ([{"action": "ADD", "role": "roles/viewer", "member": "allUsers"}], WIDE),
        ([{"action": "ADD", "role": "roles/viewer", "member": GUEST}], NARROW),
        ([{"action": "ADD", "role": "roles/run.invoker", "member": GUEST}], AS_NAMED),
        (
            [{"action": "ADD", "role": role, "member": GUEST} for role in ("roles/viewer", "roles/run.invoker")],
            AS_NAMED,
        ),
        (
            [
                {"action": "REMOVE", "role": "roles/owner", "member": GUEST},
                {"action": "ADD", "role": "roles/viewer", "member": GUEST},
            ],
            NARROW,
        ),
        ([{"action": "ADD", "role": ["roles/owner"], "member": {}}], AS_NAMED),
        ([{"action": "ADD"}, 7], AS_NAMED),
        ([{"action": "ADD", "role": "roles/viewer", "member": GUEST}] * 3_001, AS_NAMED),
        (None, AS_NAMED),
    ],
)
@pytest.mark.parametrize("method", ["SetIamPolicy", "google.iam.v1.IAMPolicy.SetIamPolicy"])
def test_the_difference_of_two_policies_says_what_a_call_gave(method: str, deltas: Any, weighs: float) -> None:
    data = {"@type": "type.googleapis.com/google.iam.v1.logging.AuditData", "policyDelta": {"bindingDeltas": deltas}}
    event = gcp(method, "cloudresourcemanager.googleapis.com", serviceData=data)
    assert beyond(event) == weighs


@pytest.mark.parametrize("body", ["requestbody", "responseBody"])
@pytest.mark.parametrize(
    ("role", "weighs"),
    [(OWNER, WIDE), (OWNER.upper(), WIDE), (READER, NARROW), (SECRETS_USER, AS_NAMED), (None, AS_NAMED)],
)
def test_a_role_assignment_gives_what_its_role_may(body: str, role: str | None, weighs: float) -> None:
    definition = f"/subscriptions/0000/providers/Microsoft.Authorization/roleDefinitions/{role}" if role else None
    written = json.dumps({"Id": "x", "Properties": {"RoleDefinitionId": definition, "PrincipalId": READER}})
    event = azure(diagnostic(operationName="Microsoft.Authorization/roleAssignments/write", properties={body: written}))
    assert beyond(event) == weighs


def consented(scope: str) -> str:
    """ConsentAction.Permissions as the audit log writes it: the grants before, and those after."""
    before = "[[Id: a, ConsentType: Principal, Scope: Mail.ReadWrite, CreatedDateTime: , LastModifiedDateTime ]]"
    return f'"{before} => {before.replace("Mail.ReadWrite", scope)}; "'


@pytest.mark.parametrize(
    ("name", "shown", "value", "weighs"),
    [
        ("Consent to application", "ConsentAction.Permissions", consented("Mail.Read offline_access"), "more"),
        ("Consent to application", "ConsentAction.Permissions", consented(SIGN_IN), "less"),
        ("Consent to application", "ConsentAction.Permissions", consented("Calendars.Read"), "as named"),
        ("Consent to application", "ConsentAction.Permissions", "openid " * 300 + "Mail.Read", "as named"),
        ("Consent to application", "ConsentAction.Permissions", '"Mail.ReadWrite offline_access"', "more"),
        ("Add delegated permission grant", "DelegatedPermissionGrant.Scope", f'" {SIGN_IN}"', "less"),
        ("Add delegated permission grant", "DelegatedPermissionGrant.Scope", '"Files.ReadWrite.All"', "more"),
        (
            "Add app role assignment to service principal",
            "AppRole.Value",
            '"RoleManagement.ReadWrite.Directory"',
            "more",
        ),
        ("Add app role assignment to service principal", "AppRole.Value", '"AuditLog.Read.All"', "as named"),
        ("Add member to role", "Role.DisplayName", '"Global Administrator"', "more"),
        ("Add member to role", "Role.DisplayName", '"Reports Reader"', "as named"),
        ("Add member to role", "Role.DisplayName", None, "as named"),
    ],
)
def test_a_change_of_the_directory_weighs_by_what_it_grants(
    name: str, shown: str, value: str | None, weighs: str
) -> None:
    changed = [{"displayName": shown, "oldValue": None, "newValue": value}]
    targets = [{"id": "p", "type": "ServicePrincipal", "modifiedProperties": changed}]
    exported = entra(entra_audit, audit_exported(activityDisplayName=name, targetResources=targets))
    written = [{"Name": shown, "OldValue": None, "NewValue": value}]
    unified = entra(m365, m365_change(Operation=f"{name}.", ModifiedProperties=written))
    for event in (exported, unified):
        if weighs == "less":
            assert event.stage is None
            assert actions.of_event(event).impact <= actions.ROUTINE_BITS
        else:
            assert beyond(event) == (WIDE if weighs == "more" else AS_NAMED)


def test_the_sweep_ends_with_the_scale() -> None:
    gravest = actions.classify("aws", "iam", "AttachUserPolicy")._replace(impact=5.5)
    assert actions.granting(gravest, "everything").impact == 6.0
    least = gravest._replace(impact=2.0)
    assert actions.granting(least, "reading").impact == actions.ROUTINE_BITS
    named = actions.classify("aws", "nowhere", "AttachThing")
    assert actions.granting(named, "everything") == named
