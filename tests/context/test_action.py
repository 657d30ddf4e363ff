import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.context.action import ACCESSES, BASES, STAGES, Act, classify
from analytic.context.attack import TECHNIQUES


def named(action: str, read_only: bool | None = None, provider: str = "aws") -> Act:
    """Classify a name of a service that has no rows and no published levels."""
    return classify(provider, "a-service-without-rows", action, read_only)


# The order of the evidence


def test_a_row_holds_whatever_the_record_says() -> None:
    for read_only in (True, False, None):
        assert classify("aws", "ec2", "GetPasswordData", read_only).stage == "credential_access"
        assert classify("aws", "ec2", "GetPasswordData", read_only).basis == "catalogue"
    assert classify("aws", "sts", "AssumeRole", True) == Act("credential", None, None, 0.3, "catalogue")


def test_the_published_level_decides_before_the_record() -> None:
    assert classify("aws", "appmesh", "CreateMesh", False) == Act("write", None, None, 0.5, "table")
    assert classify("aws", "appmesh", "CreateMesh", True).access == "write"
    assert classify("aws", "ec2", "DescribeNatGateways", None) == Act("list", "recon", "T1526", 0.1, "table")


def test_the_record_decides_where_nothing_is_published() -> None:
    assert named("WidgetThing", True) == Act("read", None, None, 0.0, "record")
    assert named("WidgetThing", False) == Act("write", None, None, 0.5, "record")
    assert named("CreateWidget", True) == Act("read", None, None, 0.0, "record")
    assert named("RunWidget", False) == Act("execute", "execution", "T1059.009", 1.0, "record")


def test_the_name_decides_alone_when_the_record_says_nothing() -> None:
    assert named("WidgetThing") == Act("write", None, None, 0.5, "naming")
    assert named("GetWidget") == Act("read", None, None, 0.0, "naming")


def test_a_name_that_plainly_reads_is_believed_over_a_record_that_denies_it() -> None:
    assert named("ListWidgets", False) == Act("list", "recon", "T1526", 0.1, "naming")
    assert named("GetWidget", False) == Act("read", None, None, 0.0, "naming")


# AWS's published levels, refined by the name


@pytest.mark.parametrize(
    ("service", "action", "expected"),
    [
        ("sagemaker", "InvokeEndpoint", Act("execute", "execution", "T1059.009", 1.0, "table")),
        ("cognito-idp", "AddUserPoolClientSecret", Act("credential", "credential_access", "T1528", 1.5, "table")),
        ("cognito-idp", "RevokeToken", Act("credential", None, None, 0.5, "table")),
        ("backup", "ListBackupJobs", Act("list", "recon", "T1526", 0.1, "table")),
        ("guardduty", "DescribeMalwareScans", Act("read", "recon", "T1526", 0.1, "table")),
        ("guardduty", "GetUsageStatistics", Act("read", None, None, 0.0, "table")),
        # A resource policy is one, though AWS publishes a mere write; a metering policy is none.
        ("sagemaker", "PutResourcePolicy", Act("permissions", "privilege", "T1098", 1.5, "table")),
        ("ec2", "CreateTransitGatewayMeteringPolicy", Act("write", None, None, 0.5, "table")),
        # Published as managing permissions: the name says so too, says nothing of it, takes away, or only reads.
        ("ram", "DeleteResourceShare", Act("permissions", None, None, 0.5, "table")),
        ("workmail", "DeleteMailboxPermissions", Act("permissions", None, None, 0.5, "table")),
        ("redshift", "JoinGroup", Act("permissions", "privilege", "T1098", 1.0, "table")),
        ("glue", "GetStage", Act("read", None, None, 0.0, "table")),
        ("quicksight", "DescribeTopicPermissions", Act("list", "recon", "T1526", 0.1, "table")),
    ],
)
def test_levels(service: str, action: str, expected: Act) -> None:
    assert classify("aws", service, action) == expected


@pytest.mark.parametrize(
    ("event_source", "action"),
    [
        ("monitoring", "PutMetricData"),
        ("tagging", "TagResources"),
        ("amazonmq", "CreateBroker"),
        ("rdsdataapi", "BeginTransaction"),
        ("autoscaling", "RegisterScalableTarget"),
        ("autoscaling", "DetachInstances"),
        ("s3", "ListObjectsV2"),
        ("s3", "GetBucketEncryption"),
    ],
)
def test_levels_are_found_by_the_event_source_and_the_operation(event_source: str, action: str) -> None:
    assert classify("aws", event_source, action).basis == "table"


# Looking up


@pytest.mark.parametrize("action", ["UpdateFunctionCode20150331v2", "UpdateFunctionCode20150331", "UpdateFunctionCode"])
def test_api_date_is_no_part_of_the_name(action: str) -> None:
    assert classify("aws", "lambda", action, False) == Act("write", "execution", "T1648", 2.5, "catalogue")


def test_api_date_with_underscores() -> None:
    assert classify("aws", "cloudfront", "UpdateDistribution2020_05_31").basis == "catalogue"


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
    assert named("ListWidgets") == Act("list", "recon", "T1526", 0.1, "naming")
    assert named("CreateWidget") == Act("write", None, None, 0.5, "naming")
    assert named("PutWidgetPolicy") == Act("permissions", "privilege", "T1098", 1.5, "naming")
    assert named("CreateWidgetToken") == Act("credential", "credential_access", "T1528", 1.5, "naming")
    assert named("ResetWidgetPassword") == Act("credential", "credential_access", "T1098", 1.5, "naming")
    assert named("RunWidget") == Act("execute", "execution", "T1059.009", 1.0, "naming")


@pytest.mark.parametrize(
    "action", ["DeleteWidgetPolicy", "RevokeWidgetGrant", "DeleteApiKey", "RemoveWidgetPermission"]
)
def test_taking_away_is_no_stage_by_name(action: str) -> None:
    assert (named(action).stage, named(action).impact) == (None, 0.5)


@pytest.mark.parametrize(
    ("action", "access"),
    [
        ("", "write"),
        ("20150331", "write"),
        ("20150331v2", "write"),
        ("____", "write"),
        ("\u00dcbung", "write"),
        ("\u5217\u51fa\u7528\u6237", "write"),
        ("\ud800", "write"),
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
    ("action", "access"),
    [
        ("google.widget.v1.Widgets.CreateWidget", "write"),
        ("google.widget.v1.Widgets.ListWidgets", "list"),
        ("v1.widget.widgets.list", "list"),
        ("v1.widget.widgets.aggregatedList", "list"),
        ("beta.widget.widgets.get", "read"),
        ("widgets.insert", "write"),
        ("v1.widget.widgets.bulkInsert", "write"),
        ("v1.widget.firewallPolicies.insert", "write"),
        ("projects.serviceAccountKeys.create", "credential"),
        ("google.widget.v1.Widgets.GenerateAccessToken", "credential"),
        ("widgets.setIamPermissions", "permissions"),
        ("io.k8s.core.v1.widgets.deletecollection", "write"),
        ("io.k8s.core.v1.widgets.watch", "list"),
        ("io.k8s.core.v1.widgets.exec.create", "execute"),
        ("io.k8s.authorization.rbac.v1.rolebindings.deletecollection", "permissions"),
    ],
)
def test_methods_of_google_cloud(action: str, access: str) -> None:
    act = named(action, provider="gcp")
    assert (act.access, act.basis) == (access, "naming")


@pytest.mark.parametrize(
    ("action", "access"),
    [
        ("Contoso.Widgets/widgets/read", "read"),
        ("CONTOSO.WIDGETS/WIDGETS/WRITE", "write"),
        ("Contoso.Widgets/widgets/delete", "write"),
        ("Contoso.Widgets/widgets/start/action", "write"),
        ("Contoso.Widgets/widgets/runTask/action", "execute"),
        ("CONTOSO.WIDGETS/WIDGETS/RUNTASK/ACTION", "execute"),
        ("Contoso.Widgets/checkNameAvailability/action", "read"),
        ("Contoso.Widgets/widgets/listKeys/action", "credential"),
        ("CONTOSO.WIDGETS/WIDGETS/LISTKEYS/ACTION", "credential"),
        ("Contoso.Widgets/widgets/listConnectionStrings/action", "credential"),
        ("Contoso.Widgets/widgets/listParts/action", "list"),
        ("Contoso.Widgets/widgets/roleAssignments/write", "permissions"),
        ("Contoso.Widgets/widgets/immutable/extend", "write"),
    ],
)
def test_operations_of_azure(action: str, access: str) -> None:
    act = named(action, provider="azure")
    assert (act.access, act.basis) == (access, "naming")


def test_what_lists_credentials_in_azure_hands_them_out_whatever_its_suffix() -> None:
    act = named("Contoso.Widgets/widgets/listKeys/action", False, provider="azure")
    assert act == Act("credential", "credential_access", "T1528", 1.5, "record")


@pytest.mark.parametrize(
    ("provider", "service", "action", "access"),
    [
        ("azure", "microsoft.aadiam", "Add widget", "write"),
        ("azure", "microsoft.aadiam", "Update widget.", "write"),
        ("azure", "microsoft.aadiam", "Delete widget", "write"),
        ("azure", "microsoft.aadiam", "Consent to widget", "permissions"),
        ("azure", "microsoft.aadiam", "Remove app role from widget", "permissions"),
        ("azure", "microsoft.aadiam", "Add password to widget", "credential"),
        ("azure", "microsoft.aadiam", "User registered widget", "write"),
        ("azure", "microsoft.aadiam", "Something odd", "write"),
        ("azure", "microsoft.graph", "GET /v1.0/widgets", "list"),
        ("azure", "microsoft.graph", "GET /v1.0/widgets/{id}", "read"),
        ("azure", "microsoft.graph", "POST /beta/widgets", "write"),
        ("azure", "microsoft.graph", "POST /beta/widgets/getThings", "read"),
        ("azure", "microsoft.graph", "PATCH /beta/widgets/{id}", "write"),
        ("azure", "microsoft.graph", "DELETE /beta/widgets/{id}", "write"),
        ("azure", "microsoft.graph", "POST /v1.0/widgets/{id}/addToken", "credential"),
        ("okta", "okta", "widget.lifecycle.create", "write"),
        ("okta", "okta", "widget.part_added", "write"),
        ("okta", "okta", "widget.role.grant", "permissions"),
        ("okta", "okta", "widget.api_token.rotate", "credential"),
        ("okta", "okta", "widget.odd", "write"),
    ],
)
def test_activities_calls_and_event_types(provider: str, service: str, action: str, access: str) -> None:
    act = classify(provider, service, action)
    assert (act.access, act.basis) == (access, "naming")


@given(
    st.sampled_from(["aws", "gcp", "azure", "okta", ""]) | st.text(),
    st.sampled_from(["iam", "microsoft.graph", "microsoft.aadiam", "k8s.io", ""]) | st.text(),
    st.text() | st.text(alphabet="aGvV1./ {}()*-\u2013"),
    st.sampled_from([None, True, False]),
)
def test_any_text_is_classified(provider: str, service: str, action: str, read_only: bool | None) -> None:
    act = classify(provider, service, action, read_only)
    assert act.access in ACCESSES - {"unknown"}
    assert act.stage is None or act.stage in STAGES
    assert (act.technique is None) == (act.stage is None)
    assert act.technique is None or act.technique in TECHNIQUES
    assert act.basis in BASES
    assert 0.0 <= act.impact <= 6.0


def test_endless_name_is_cut() -> None:
    assert classify("aws", "x" * 10**6, "Create" + "A" * 10**7).access == "write"
    assert classify("azure", "microsoft.graph", "GET " + "/a" * 10**6).access == "list"


# Real logs


def test_no_operation_of_the_real_logs_is_unclassified(shared_data: Path) -> None:
    operations = {key for path in sorted((shared_data / "aws").rglob("*.json.gz")) for key in _operations(path)}
    assert len(operations) > 200
    acts = [
        classify("aws", source.removesuffix(".amazonaws.com"), name, read_only)
        for source, name, read_only in operations
    ]
    assert {act.access for act in acts} <= ACCESSES - {"unknown"}
    # What rests on a curated row or on AWS's own word; the rest is seldom a documented operation.
    assert sum(act.basis in ("catalogue", "table") for act in acts) > 0.95 * len(acts)


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
