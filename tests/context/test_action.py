import gzip
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.context.action import ACCESSES, STAGES, Act, classify
from analytic.context.aws_actions import ROWS
from analytic.context.aws_actions_row import SOURCES

BY_KEY = {(row.service, row.action): row for row in ROWS}


def named(action: str, read_only: bool | None = None, provider: str = "aws") -> Act:
    """Classify a name of a service that has no rows."""
    return classify(provider, "a-service-without-rows", action, read_only)


# The table


def test_no_operation_has_two_rows() -> None:
    assert [key for key, count in Counter((row.service, row.action) for row in ROWS).items() if count > 1] == []


def test_every_row_is_valid() -> None:
    for row in ROWS:
        assert re.fullmatch(r"[a-z0-9-]+", row.service), row
        assert re.fullmatch(r"[A-Z][A-Za-z0-9]+", row.action), row
        assert row.access in ACCESSES - {"unknown"}, row
        assert row.stage is None or row.stage in STAGES, row
        assert row.technique is None or re.fullmatch(r"T\d{4}(\.\d{3})?", row.technique), row
        assert (row.technique is None) == (row.stage is None), ("a technique is of a stage", row)
        assert isinstance(row.impact, float), row
        assert 0.0 <= row.impact <= 6.0, row
        assert row.source in SOURCES, row


def test_recon_weighs_at_most_half_a_bit_and_only_recon_lists() -> None:
    assert [row for row in ROWS if row.stage == "recon" and row.impact > 0.5] == []
    assert [row for row in ROWS if row.access == "list" and row.stage not in {"recon", None}] == []


def test_no_name_in_the_table_carries_an_api_date() -> None:
    assert [row for row in ROWS if re.search(r"20\d{6}|20\d\d_\d\d", row.action)] == []


def test_every_stage_has_rows() -> None:
    assert {row.stage for row in ROWS} == STAGES | {None}


@pytest.mark.parametrize(
    ("service", "action", "stage", "at_least"),
    [
        ("organizations", "LeaveOrganization", "impairment", 5.0),
        ("cloudtrail", "StopLogging", "impairment", 5.0),
        ("iam", "CreateAccessKey", "persistence", 4.0),
        ("iam", "UpdateAssumeRolePolicy", "persistence", 4.0),
        ("ec2", "ModifySnapshotAttribute", "exfiltration", 4.0),
        ("ec2-instance-connect", "SendSSHPublicKey", "lateral", 4.0),
        ("ssm", "SendCommand", "execution", 3.0),
        ("iam", "AttachUserPolicy", "privilege", 3.0),
        ("secretsmanager", "BatchGetSecretValue", "credential_access", 3.0),
        ("secretsmanager", "GetSecretValue", "credential_access", 2.0),
        ("s3", "GetObject", "collection", 0.0),
        ("kms", "ScheduleKeyDeletion", "impact", 4.0),
        ("sts", "GetCallerIdentity", "recon", 0.0),
    ],
)
def test_the_scale_holds_at_its_landmarks(service: str, action: str, stage: str, at_least: float) -> None:
    act = classify("aws", service, action)
    assert (act.stage, act.basis) == (stage, "catalogue")
    assert act.impact >= at_least


def test_assuming_a_role_is_routine_and_no_stage() -> None:
    assert classify("aws", "sts", "AssumeRole", True) == Act("credential", None, None, 0.3, "catalogue")


# Looking up


@pytest.mark.parametrize("action", ["UpdateFunctionCode20150331v2", "UpdateFunctionCode20150331", "UpdateFunctionCode"])
def test_api_date_is_no_part_of_the_name(action: str) -> None:
    row = BY_KEY["lambda", "UpdateFunctionCode"]
    assert classify("aws", "lambda", action, False) == Act(
        row.access, row.stage, row.technique, row.impact, "catalogue"
    )


def test_api_date_with_underscores() -> None:
    assert classify("aws", "cloudfront", "UpdateDistribution2020_05_31").basis == "catalogue"


def test_row_holds_when_the_record_says_read_only() -> None:
    read = classify("aws", "ec2", "GetPasswordData", True)
    assert read == classify("aws", "ec2", "GetPasswordData", None)
    assert read.stage == "credential_access"


def test_row_is_of_its_provider_and_service_alone() -> None:
    assert classify("gcp", "iam", "CreateAccessKey").basis == "naming"
    assert classify("aws", "ec2", "CreateAccessKey").basis == "naming"


# The naming rule


@pytest.mark.parametrize(
    ("action", "access"),
    [
        ("ListWidgets", "list"),
        ("DescribeWidgets", "list"),
        ("SearchWidgets", "list"),
        ("LookupWidget", "list"),
        ("QueryWidgets", "list"),
        ("GetWidget", "read"),
        ("GetWidgetPolicy", "read"),
        ("BatchGetWidgets", "read"),
        ("AdminGetWidget", "read"),
        ("HeadWidget", "read"),
        ("CheckWidget", "read"),
        ("TestWidget", "read"),
        ("ValidateWidgetToken", "read"),
        ("CreateWidget", "write"),
        ("BatchDeleteWidgets", "write"),
        ("AssociateWidget", "write"),
        ("PutWidgetPolicy", "permissions"),
        ("AddWidgetPermission", "permissions"),
        ("PutWidgetAcl", "permissions"),
        ("CreateGrant", "permissions"),
        ("DeleteWidgetPolicy", "permissions"),
        ("PutScalingPolicy", "write"),
        ("CreateCachePolicy", "write"),
        ("CreateNetworkAcl", "write"),
        ("UpdateWebACL", "write"),
        ("CreateWidgetCredential", "credential"),
        ("ResetWidgetPassword", "credential"),
        ("CreateApiKey", "credential"),
        ("RotateAccessKeys", "credential"),
        ("RevokeToken", "credential"),
        ("InvokeWidget", "execute"),
        ("ExecuteWidget", "execute"),
        ("RunWidget", "execute"),
        ("SendWidgetCommand", "execute"),
        ("StartSession", "execute"),
        ("StartWidget", "write"),
    ],
)
def test_verb_and_noun_decide_without_a_row(action: str, access: str) -> None:
    act = named(action)
    assert (act.access, act.basis) == (access, "naming")


def test_weights_of_the_naming_rule() -> None:
    assert named("ListWidgets") == Act("list", "recon", None, 0.1, "naming")
    assert named("GetWidget") == Act("read", None, None, 0.0, "naming")
    assert named("CreateWidget") == Act("write", None, None, 0.5, "naming")
    assert named("PutWidgetPolicy") == Act("permissions", "privilege", None, 1.5, "naming")
    assert named("CreateWidgetToken") == Act("credential", "credential_access", None, 1.5, "naming")
    assert named("RunWidget") == Act("execute", "execution", None, 1.0, "naming")


@pytest.mark.parametrize(
    "action", ["DeleteWidgetPolicy", "RevokeWidgetGrant", "DeleteApiKey", "RemoveWidgetPermission"]
)
def test_taking_away_is_no_stage_by_name(action: str) -> None:
    assert (named(action).stage, named(action).impact) == (None, 0.5)


@pytest.mark.parametrize(
    ("action", "read_only", "access"),
    [
        ("CreateWidget", True, "read"),
        ("PutWidgetPolicy", True, "read"),
        ("RunWidget", True, "read"),
        ("ListWidgets", True, "list"),
        ("ListWidgets", False, "list"),
        ("GetWidget", False, "read"),
        ("WidgetThing", True, "read"),
        ("WidgetThing", False, "write"),
        ("WidgetPolicyThing", False, "permissions"),
        ("WidgetThing", None, "unknown"),
    ],
)
def test_what_the_record_says_of_itself(action: str, read_only: bool | None, access: str) -> None:
    assert named(action, read_only).access == access


@pytest.mark.parametrize(
    ("action", "access"),
    [
        ("", "unknown"),
        ("20150331", "unknown"),
        ("20150331v2", "unknown"),
        ("____", "unknown"),
        ("\u00dcbung", "unknown"),
        ("\u5217\u51fa\u7528\u6237", "unknown"),
        ("\ud800", "unknown"),
        ("listwidgets", "list"),
        ("getwidget", "read"),
        ("deletewidget", "write"),
        ("get_widget", "read"),
        ("LISTWIDGETS", "list"),
        ("Get", "read"),
        ("Send", "write"),
        ("Settlement", "write"),
    ],
)
def test_odd_names(action: str, access: str) -> None:
    assert named(action).access == access


@pytest.mark.parametrize(
    ("provider", "action", "access"),
    [
        ("gcp", "google.iam.admin.v1.CreateServiceAccountKey", "credential"),
        ("gcp", "storage.objects.get", "read"),
        ("gcp", "v1.compute.instances.insert", "write"),
        ("gcp", "google.iam.v1.IAMPolicy.SetIamPolicy", "permissions"),
        ("azure", "MICROSOFT.COMPUTE/VIRTUALMACHINES/WRITE", "write"),
        ("azure", "Microsoft.Compute/disks/delete", "write"),
    ],
)
def test_other_clouds_are_named_from_their_last_part(provider: str, action: str, access: str) -> None:
    act = named(action, provider=provider)
    assert (act.access, act.basis) == (access, "naming")


@given(st.text(), st.text(), st.text(), st.sampled_from([None, True, False]))
def test_any_text_gives_a_valid_act(provider: str, service: str, action: str, read_only: bool | None) -> None:
    act = classify(provider, service, action, read_only)
    assert act.access in ACCESSES
    assert act.stage is None or act.stage in STAGES
    assert 0.0 <= act.impact <= 6.0


def test_endless_name_is_cut() -> None:
    assert classify("aws", "x" * 10**6, "Create" + "A" * 10**7).access == "write"


# Real logs and ATT&CK


def test_techniques_exist_in_attack(shared_data: Path) -> None:
    lines = (shared_data / "facts" / "attack_iaas_v19.txt").read_text().splitlines()
    known = {line.split("|")[0] for line in lines}
    assert {row.technique for row in ROWS} - {None} <= known


def test_no_operation_of_the_real_logs_is_unknown(shared_data: Path) -> None:
    operations = {key for path in sorted((shared_data / "aws").rglob("*.json.gz")) for key in _operations(path)}
    assert len(operations) > 200
    unknown = [
        (source, name)
        for source, name, read_only in operations
        if classify("aws", source.removesuffix(".amazonaws.com"), name, read_only).access == "unknown"
    ]
    assert unknown == []


def _operations(path: Path) -> Iterator[tuple[str, str, bool | None]]:
    text = gzip.decompress(path.read_bytes()).decode()
    try:
        documents = [json.loads(text)]
    except json.JSONDecodeError:
        documents = [json.loads(line) for line in text.splitlines() if line.strip()]
    for record in _records(documents):
        yield record["eventSource"], record["eventName"], record.get("readOnly")


def _records(document: Any) -> Iterator[dict[str, Any]]:
    if isinstance(document, list):
        for item in document:
            yield from _records(item)
    elif "eventName" in document:
        yield document
    else:
        yield from _records(document["Records"])
