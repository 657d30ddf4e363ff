"""Single records of every log under shared/data, as other products' tests keep them: all parse, but the explained.

They went through another product: times like "2024-08-02 08:23:24.000", keys in lower case, keys of its own.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytic.sources.envelope import Broken, records
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import decode_fields
from analytic.sources.source import IGNORED_KINDS, SOURCES, parse_record
from schemas.records import ApiEvent

_NOT_READ = "no record of a known log: "

# By file: why records of it are none that Tokentrail reads, and how many of each case there are.
EXPLAINED: dict[str, dict[str, dict[str, int]]] = {
    "parser/custodian/events.jsonl.gz": {
        "GuardDuty findings": {"ec2-duty-event": 1, "iam-duty-event": 1},
        "events of AWS that are not CloudTrail's": {
            "event-asg-instance-failed": 1,
            "event-config-rule-instance": 1,
            "event-config-rule-security-group": 1,
            "event-instance-state": 1,
            "event-phd-ec2-retire": 1,
            "event-scheduled": 1,
            "event-securityhub-cloudtrail-finding-action": 1,
            "event-securityhub-iamkey-finding-action": 1,
            "event-securityhub-insight-2": 1,
            "event-securityhub-lambda-cross": 1,
            "sqs-discover": 1,
        },
        "a finding of Security Command Center": {"network-finding": 1},
        "Kubernetes admission reviews": {
            "connect_pod_attach_options": 1,
            "connect_pod_exec_options": 1,
            "create_pod": 1,
            "create_pod_no_labels": 1,
            "create_policyreport": 1,
            "delete_pod": 1,
        },
        "no eventTime": {"event-cloud-trail-bedrock-create-customization-jobs": 1},
    },
    "parser/foxsec/events.jsonl.gz": {
        "GuardDuty findings": {
            "gatekeeper/guardduty-sample-findings-default.txt": 19,
            "gatekeeper/guardduty-sample-findings-with-duplicates.txt": 5,
            "gatekeeper/guardduty-sample-findings.txt": 20,
            "parsermetrics_mixedinput.txt": 1,
        },
        "a stray bracket behind a record that is read": {"authprof_critobj4.txt": 1},
    },
    "rule_cases/aws_bedrockmodelinvocation_rules.jsonl.gz": {
        "Bedrock's model invocation log": {
            "Converse Operation Unusual Token Patterns": 1,
            "Converse Operation with Abnormal Token Usage": 1,
            "Perform Another Operation": 1,
            "Regular Converse Operation with Normal Token Usage": 1,
        },
    },
    "rule_cases/aws_cloudtrail_rules.jsonl.gz": {
        "no time, or none that is one": {
            "An S3 Object Deleted": 1,
            "BatchGetSecretValue": 1,
            "No MFA - authenticated from session with MFA": 1,
            "Root User Failed Activity": 1,
            "S3 Bucket Deletion Failed": 1,
            "Test-291327": 1,
        },
    },
    "rule_cases/aws_eks_rules.jsonl.gz": {
        "the audit log of a Kubernetes cluster": {
            "403 and Private IP": 1,
            "403 and Public IP": 1,
            "403 from Public IP zero count": 1,
            "Not 403": 1,
            "attacker from non-AWS IP targeting AWS resource - should alert despite AWS target": 1,
            "eks:addon-manager from public ip as lambda": 1,
            "legitimate EKS node from AWS IP - should not alert": 1,
            "non-system username": 1,
            "system user from non-AWS public IP - should alert": 1,
            "system username - private ip": 1,
            "system username - public ip - 403": 1,
            "system username - public ip - not ResponseComplete": 1,
        },
    },
    "rule_cases/aws_guardduty_rules.jsonl.gz": {
        "GuardDuty findings": {"Critical Sev Finding": 1, "Critical Sev Finding As Sample Data": 1},
    },
    "rule_cases/aws_s3_rules.jsonl.gz": {
        "S3's server access log": {
            "Authenticated Access": 1,
            "Delete Marker Call": 1,
            "Expected Access": 1,
            "Failed Request": 1,
            "Insecure Access to S3 Bucket": 1,
            "Secure Access to S3 Bucket": 1,
            "Snowflake Request": 1,
            "Unauthenticated Access": 1,
            "Unexpected Access": 1,
        },
    },
    "rule_cases/gcp_audit_rules.jsonl.gz": {
        "only a methodName": {
            "appengine.compute.non-create.firewall.method-should-not-alert": 1,
            "appengine.compute.non-update.firewall.method-should-not-alert": 1,
            "appengine.non-delete.firewall.method-should-not-alert": 1,
            "compute.non-create.firewall.method-should-not-alert": 1,
            "compute.non-delete.firewall.method-should-not-alert": 1,
            "compute.non-update.firewall.method-should-not-alert": 1,
        },
    },
    "rule_cases/gcp_k8s_rules.jsonl.gz": {"only an operation": {"ignore": 1, "triggers": 1}},
    "rule_cases/okta_rules.jsonl.gz": {
        "rows of a query that adds records up": {
            "Bulk SWA App Access Volume Spike - High Severity": 1,
            "Cold Start - No Baseline, High IP Diversity": 1,
            "Credential Extraction Z-Score Spike with Victim Diversity Anomaly - Critical Severity": 1,
            "Edge Case - Minimal Baseline Data - Medium Severity": 1,
            "Empty Target Array": 1,
            "First-Time Bulk Credential Extraction - Critical Severity": 1,
            "High Volume and IP Diversity Spike - Critical Severity": 1,
            "Malformed Row - Empty Admin Email String": 1,
            "Malformed Row - Missing Actor ID": 1,
            "Malformed Row - Missing Admin Email": 1,
            "Malformed Row - Missing User Email": 1,
            "Missing Optional Fields": 1,
            "Moderate Volume Spike with Country Diversity - High Severity": 1,
            "New IP Only - No Extraction - High Severity": 1,
            "New IP for Agent Registration - Critical Severity": 1,
            "New IP for Config Change - Medium Severity": 1,
            "New IP for Token Creation - High Severity": 1,
            "New IP with Credential Extraction - Critical Severity": 1,
            "New User Agent Only - No Extraction - Medium Severity": 1,
            "New User Agent for Agent Instance Added - Critical Severity": 1,
            "Token Theft Pattern - Multiple Countries Simultaneously": 1,
            "Unknown Event Type - Medium Severity (fallback)": 1,
        },
        "no time, or none that is one": {
            "AWS SSO via Okta": 1,
            "AWS SSO via Okta without app name": 1,
            "Different ASN & same device": 1,
            "Different device & ASN": 1,
            "Okta internal event should be ignored": 1,
            "Reset by Company Admin": 1,
            "Same device and OS": 1,
        },
    },
}

READ = {
    "azure/entra_signins/aad_signinlogs.jsonl.gz": 86,
    "parser/custodian/events.jsonl.gz": 69,
    "parser/foxsec/events.jsonl.gz": 35,
    "rule_cases/aws_bedrockmodelinvocation_rules.jsonl.gz": 0,
    "rule_cases/aws_cloudtrail_rules.jsonl.gz": 216,
    "rule_cases/aws_eks_rules.jsonl.gz": 0,
    "rule_cases/aws_guardduty_rules.jsonl.gz": 0,
    "rule_cases/aws_s3_rules.jsonl.gz": 0,
    "rule_cases/azure_activity_rules.jsonl.gz": 119,
    "rule_cases/azure_signin_rules.jsonl.gz": 10,
    "rule_cases/gcp_audit_rules.jsonl.gz": 64,
    "rule_cases/gcp_k8s_rules.jsonl.gz": 10,
    "rule_cases/microsoft_rules.jsonl.gz": 12,
    "rule_cases/okta_rules.jsonl.gz": 30,
}
"""How many records of each file become events or are passed over by name."""


def cases(path: Path) -> Iterator[tuple[str, bytes]]:
    """The name and the bytes of each line of a file of single records."""
    with gzip.open(path) as lines:
        for line in lines:
            row: dict[str, Any] = json.loads(line)
            event = row.get("event", row)
            name = row.get("case") or row.get("test") or "a line"
            yield name, event.encode() if isinstance(event, str) else json.dumps(event).encode()


def read(data: bytes) -> Iterator[ApiEvent | Ignored | str]:
    """What becomes of the records in some bytes: what was said of one that is not read."""
    for piece in records(data):
        if isinstance(piece, Broken):
            yield piece.error
            continue
        try:
            yield parse_record(piece.data, f"x#{piece.number}")
        except ParseError as error:
            yield str(error)


def test_every_file_is_accounted_for(shared_data: Path) -> None:
    found = [path for folder in ("azure", "parser", "rule_cases") for path in (shared_data / folder).rglob("*.gz")]
    assert {str(path.relative_to(shared_data)) for path in found} == READ.keys()


@pytest.mark.parametrize("file", READ)
def test_every_record_is_read_or_explained(shared_data: Path, file: str) -> None:
    unread: Counter[str] = Counter()
    good = 0
    for name, data in cases(shared_data / file):
        for result in read(data):
            if isinstance(result, str):
                assert 0 < len(result) <= 300, name
                unread[name] += 1
                continue
            assert isinstance(result, ApiEvent) or result.kind in IGNORED_KINDS
            good += 1
    explained: Counter[str] = Counter()
    for names in EXPLAINED.get(file, {}).values():
        explained.update(names)
    assert unread == explained
    assert good == READ[file]


@pytest.mark.parametrize("file", READ)
def test_no_record_is_recognised_by_two_sources(shared_data: Path, file: str) -> None:
    for name, data in cases(shared_data / file):
        for piece in records(data):
            if not isinstance(piece, Broken):
                fields = decode_fields(piece.data)
                assert sum(source.recognises(fields) for source in SOURCES) <= 1, name


def test_what_is_of_no_known_log_says_so_and_what_lacks_a_field_names_it(shared_data: Path) -> None:
    for file, reasons in EXPLAINED.items():
        said = {name: result for name, data in cases(shared_data / file) for result in read(data)}
        for reason, names in reasons.items():
            for name in names:
                message = said[name]
                assert isinstance(message, str), name
                lacking = reason.startswith("no ")
                assert lacking == (not message.startswith((_NOT_READ, "not JSON"))), (name, message)
