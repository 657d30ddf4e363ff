"""What a finding says to roll back, revoke and pull: by kind of call, on every cloud; what changed nothing gives nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.remedies.changes import MAX_REMEDIES, Remedies, gather, remedies
from schemas.records import ApiEvent, Issued
from tests import make


def rollback(event: ApiEvent) -> list[tuple[str, str]]:
    return [(remedy.kind, remedy.do) for remedy in remedies(event).rollback]


def revoke(event: ApiEvent) -> list[tuple[str, str]]:
    return [(remedy.kind, remedy.do) for remedy in remedies(event).revoke]


def as_act(event: ApiEvent, access: str, stage: str | None, **fields: object) -> ApiEvent:
    return make.changed(event, {"access": access, "stage": stage, **fields})


def test_a_created_user_is_deleted() -> None:
    event = make.by_user("e1", 0, "iam:CreateUser", resources=["mallory"])
    assert rollback(event) == [("delete", "delete the user mallory in 111122223333 (iam:CreateUser)")]


def test_a_created_key_is_deleted_and_revoked_by_its_id() -> None:
    event = make.by_user("e1", 0, "iam:CreateAccessKey", resources=["bob"], issued=Issued("AKIABOB", "AIDABOB"))
    assert rollback(event) == [("delete", "delete the access key AKIABOB, bob in 111122223333 (iam:CreateAccessKey)")]
    assert ("access_key", "delete the access key AKIABOB: this call made it") in revoke(event)


def test_an_attached_policy_is_taken_back() -> None:
    arn = "arn:aws:iam::aws:policy/AdministratorAccess"
    event = make.by_user("e1", 0, "iam:AttachUserPolicy", resources=["bob", arn])
    assert rollback(event) == [
        ("take_back", f"take back the user policy bob, {arn} in 111122223333 (iam:AttachUserPolicy)")
    ]


def test_a_group_membership_is_taken_from_the_group() -> None:
    event = make.by_user("e1", 0, "iam:AddUserToGroup", resources=["bob", "admins"])
    assert rollback(event)[0][1].startswith("take back the user from group bob, admins")


def test_a_stopped_trail_is_switched_on_again_and_the_history_is_pulled() -> None:
    event = make.by_user("e1", 0, "cloudtrail:StopLogging", resources=["trail-1"])
    assert rollback(event) == [
        ("switch_on", "switch the logging trail-1 in 111122223333 on again (cloudtrail:StopLogging)")
    ]
    assert remedies(event).pull == [
        "CloudTrail event history of account 111122223333, all regions: kept 90 days even without a trail, "
        "from 2026-03-03 08:00 UTC on"
    ]


def test_a_deleted_trail_is_restored_and_checked() -> None:
    event = make.by_user("e1", 0, "cloudtrail:DeleteTrail", resources=["trail-1"])
    assert "restore the trail trail-1 in 111122223333, and check that it works again" in rollback(event)[0][1]


def test_a_shared_snapshot_is_taken_back() -> None:
    event = make.by_user("e1", 0, "ec2:ModifySnapshotAttribute", resources=["snap-1"])
    assert rollback(event)[0][0] == "unshare"


def test_what_was_taken_from_a_bucket_is_in_its_data_events() -> None:
    event = make.by_user("e1", 0, "s3:PutBucketReplication", resources=["bucket"])
    assert remedies(event).pull == [
        "CloudTrail data events of s3 in 111122223333: what was read or taken, from 2026-03-03 08:00 UTC on"
    ]


def test_a_function_that_was_changed_is_deployed_again() -> None:
    event = make.by_user("e1", 0, "lambda:UpdateFunctionCode", touched=["aws:111122223333:function/eu-west-1/pay"])
    assert rollback(event)[0] == (
        "rebuild",
        "deploy aws:111122223333:function/eu-west-1/pay again from its source: its code, role or start-up was changed",
    )
    assert remedies(event).pull == ["the logs of aws:111122223333:function/eu-west-1/pay itself"]


def test_a_workload_that_code_ran_on_is_rebuilt() -> None:
    event = make.by_user("e1", 0, "ssm:SendCommand", touched=[make.instance("i-1")])
    assert rollback(event) == [
        ("rebuild", "isolate aws:111122223333:instance/i-1, copy its disk, rebuild it: code ran on it")
    ]


@pytest.mark.parametrize(
    "event",
    [
        make.by_user("e1", 0, "iam:ListUsers"),
        make.by_user("e1", 0, "s3:GetObject", resources=["bucket"]),
        make.by_user("e1", 0, "iam:CreateUser", resources=["mallory"], outcome="denied"),
        make.by_user("e1", 0, "sts:GetCallerIdentity"),
        make.assume("e1", 0, "admin", "s", "ASIA1"),
        make.by_user("e1", 0, "ec2:RebootInstances", resources=["i-1"]),
    ],
    ids=lambda event: f"{event.action}-{event.outcome}",
)
def test_what_changed_nothing_has_nothing_to_roll_back(event: ApiEvent) -> None:
    assert rollback(event) == []


@pytest.mark.parametrize(
    ("event", "kind", "said"),
    [
        (
            as_act(
                make.by_google("e1", 0, "iam:google.iam.admin.v1.CreateServiceAccountKey", "alice@example.com"),
                "credential",
                "persistence",
                issued=Issued("0a1b", "build@p.iam.gserviceaccount.com"),
            ),
            "delete",
            "delete the service account key 0a1b",
        ),
        (
            as_act(
                make.by_google("e1", 0, "compute:v1.compute.firewalls.insert", "alice@example.com"),
                "write",
                None,
                resources=["projects/p/global/firewalls/open"],
            ),
            "delete",
            "delete the firewall projects/p/global/firewalls/open",
        ),
        (
            as_act(
                make.by_entra("e1", 0, "microsoft.authorization:Microsoft.Authorization/roleAssignments/write", "bob"),
                "permissions",
                "privilege",
            ),
            "set_back",
            "set the role assignment in 11111111-2222-3333-4444-555555555555 back to what it was, or delete it",
        ),
        (
            as_act(make.by_entra("e1", 0, "microsoft.aadiam:Add member to role", "bob"), "permissions", "privilege"),
            "take_back",
            "take back the member from role",
        ),
        (
            as_act(
                make.by_entra("e1", 0, "microsoft.graph:POST /applications/{id}/addPassword", "bob"),
                "credential",
                "persistence",
            ),
            "take_back",
            "take back the application password",
        ),
        (
            as_act(make.by_okta("e1", 0, "okta:user.mfa.factor.deactivate", "bob"), "credential", "impairment"),
            "switch_on",
            "switch the user mfa factor in 111122223333 on again",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else getattr(value, "action", ""),
)
def test_changes_on_every_cloud_are_undone_in_plain_words(event: ApiEvent, kind: str, said: str) -> None:
    assert rollback(event)[0][0] == kind
    assert rollback(event)[0][1].startswith(said)


@pytest.mark.parametrize(
    ("event", "kind", "said"),
    [
        (make.by_user("e1", 0, "iam:ListUsers"), "access_key", "deactivate the access key AKIAALICE"),
        (
            make.by_role("e1", 0, "iam:ListUsers", "admin", "s", "ASIA1"),
            "role_sessions",
            "revoke the sessions of role admin issued before 2026-03-03T08:00:00Z",
        ),
        (
            make.by_role("e1", 1, "iam:ListUsers", "AWSReservedSSO_Admin_1", "alice", "ASIA1"),
            "role_sessions",
            "end alice's sessions in IAM Identity Center, and those of AWSReservedSSO_Admin_1 issued before "
            "2026-03-03T08:00:01Z",
        ),
        (
            make.by_google(
                "e1", 0, "storage:storage.buckets.list", "build@p.iam.gserviceaccount.com", "alice@example.com"
            ),
            "token",
            "take the right to act as build@p.iam.gserviceaccount.com from alice@example.com",
        ),
        (
            make.by_google(
                "e1",
                0,
                "storage:storage.buckets.list",
                "build@p.iam.gserviceaccount.com",
                credential_type="service_account_key",
                credential_id="0a1b",
            ),
            "service_account_key",
            "delete the key 0a1b of service account build@p.iam.gserviceaccount.com",
        ),
        (
            make.by_entra("e1", 0, "microsoft.compute:Microsoft.Compute/disks/read", "bob"),
            "user_sessions",
            "revoke the sign-in sessions of bob@example.com in Entra",
        ),
        (
            make.by_entra(
                "e1",
                0,
                "microsoft.aadiam:Sign-in activity",
                "app",
                principal_type="ServicePrincipal",
                log_class="signin",
                credential_id="k1",
            ),
            "app_credential",
            "remove the credential k1 of application app@example.com",
        ),
        (make.by_okta("e1", 0, "okta:user.session.start", "bob"), "user_sessions", "clear the sessions and tokens"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{value.provider}-{value.principal_type}",
)
def test_the_callers_credential_is_revoked_by_its_kind(event: ApiEvent, kind: str, said: str) -> None:
    assert [found for found, _ in revoke(event)][:1] == [kind]
    assert revoke(event)[0][1].startswith(said)


def test_a_cloud_service_has_no_credential_to_revoke() -> None:
    assert (
        revoke(make.event("e1", 0, "iam:ListUsers", principal_type="AWSService", invoked_by="config.amazonaws.com"))
        == []
    )


def test_a_secret_that_was_read_is_replaced_and_one_that_was_refused_is_not() -> None:
    read = make.by_user("e1", 0, "secretsmanager:GetSecretValue", resources=["db/password"])
    assert ("secret", "replace db/password: its value was read") in revoke(read)
    refused = make.changed(read, {"outcome": "denied"})
    assert "secret" not in [kind for kind, _ in revoke(refused)]


def test_the_log_of_an_account_that_was_reached_into_is_pulled() -> None:
    event = make.by_user("e1", 0, "s3:PutBucketPolicy", target_account="444455556666")
    assert any("CloudTrail of account 444455556666" in line for line in remedies(event).pull)
    assert remedies(make.by_user("e1", 0, "iam:ListUsers")).pull == []


def test_sessions_of_a_role_are_revoked_once_up_to_the_latest_call() -> None:
    lists: Remedies = Remedies([], [], [])
    for number in range(3):
        event = make.by_role(f"e{number}", number * make.MINUTE, "iam:ListUsers", "admin", "s", f"ASIA{number}")
        gather(*lists, remedies(event))
    assert [remedy.do for remedy in lists.revoke] == [
        "revoke the sessions of role admin issued before 2026-03-03T08:02:00Z"
    ]


def test_the_key_that_was_made_stays_told_as_made_when_it_is_used() -> None:
    lists = Remedies([], [], [])
    made = make.by_user("e1", 0, "iam:CreateAccessKey", issued=Issued("AKIABOB0000000000000", "AIDABOB"))
    used = make.by_user("e2", 1, "iam:ListUsers", "bob")
    gather(*lists, remedies(made))
    gather(*lists, remedies(used))
    assert [remedy.do for remedy in lists.revoke if remedy.names == ["AKIABOB0000000000000"]] == [
        "delete the access key AKIABOB0000000000000: this call made it"
    ]


def test_one_log_is_pulled_once_from_the_first_call_on() -> None:
    lists = Remedies([], [], [])
    for number in range(2):
        event = make.by_user(
            f"e{number}", number * make.HOUR, "s3:PutBucketReplication", resources=[f"bucket-{number}"]
        )
        gather(*lists, remedies(event))
    assert [line[-24:] for line in lists.pull] == ["from 2026-03-03 08:00 UTC on"[-24:]]
    assert len(lists.rollback) == 2


def test_each_list_is_bounded() -> None:
    lists = Remedies([], [], [])
    for number in range(3 * MAX_REMEDIES):
        event = make.by_user(
            f"e{number}",
            number,
            "iam:CreateUser",
            user=f"u{number}",
            resources=[f"user-{number}"],
            target_account=f"{number:012}",
        )
        gather(*lists, remedies(event))
    assert [len(one) for one in lists] == [MAX_REMEDIES] * 3


TEXT = st.text(max_size=80)


@given(
    provider=st.sampled_from(["aws", "gcp", "azure", "okta", ""]),
    service=st.one_of(TEXT, st.sampled_from(["microsoft.graph", "iam", "s3"])),
    action=st.one_of(
        TEXT, st.sampled_from(["/", "//action", "Create", ".", "POST /a/$ref", "POST /$ref", "a/b/action"])
    ),
    access=st.sampled_from(["write", "permissions", "credential", "execute", "read"]),
    stage=st.sampled_from([None, "exfiltration", "impairment", "persistence", "credential_access", "impact"]),
    names=st.lists(TEXT, max_size=12),
    kind=st.sampled_from(["AssumedRole", "IAMUser", "Root", "User", "ServiceAccount", "ManagedIdentity", "unknown"]),
    time=st.sampled_from([0, make.T0, -(2**63), 2**63 - 1]),
)
def test_no_text_of_a_log_breaks_it(
    provider: str, service: str, action: str, access: str, stage: str | None, names: list[str], kind: str, time: int
) -> None:
    event = ApiEvent(
        "e1",
        time,
        provider,
        "management",
        service,
        action,
        access=access,
        stage=stage,
        technique="T1552.001",
        principal_type=kind,
        principal_id=names[0] if names else None,
        credential_id=names[-1] if names else None,
        credential_type="temporary",
        resources=names,
        touched=names,
        known_as=[f"person:{name}" for name in names],
        issued=Issued(names[0]) if names else None,
    )
    found = remedies(event)
    assert all(len(remedy.do) < 2_000 and len(remedy.names) <= 8 for remedy in [*found.rollback, *found.revoke])
    assert len(found.pull) <= 8
