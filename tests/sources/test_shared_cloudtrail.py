"""Every real CloudTrail record under shared/data parses. What does not is named here, with the reason."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analytic.sources.envelope import Broken, records
from analytic.sources.errors import ParseError
from analytic.sources.source import parse_record
from schemas.records import ApiEvent

# Single events of other projects' tests, written by hand: no source could date or place them.
NO_EVENTS = {
    "event-cloud-trail-bedrock-create-customization-jobs": "no eventTime",
    "No MFA - authenticated from session with MFA": "no eventTime",
    "Root User Failed Activity": "eventTime is 'redacted'",
    "S3 Bucket Deletion Failed": "no eventSource, no eventTime",
    "An S3 Object Deleted": "no eventSource, no eventTime",
    "BatchGetSecretValue": "no eventTime",
    "Test-291327": "eventTime is '...'",
}

# EventBridge events of AWS that are not CloudTrail's.
NOT_CLOUDTRAIL = {
    "ec2-duty-event": "GuardDuty finding",
    "iam-duty-event": "GuardDuty finding",
    "event-asg-instance-failed": "Auto Scaling event",
    "event-config-rule-instance": "Config compliance change",
    "event-config-rule-security-group": "Config compliance change",
    "event-instance-state": "EC2 state change",
    "event-phd-ec2-retire": "Health event",
    "event-scheduled": "EventBridge schedule",
    "event-securityhub-cloudtrail-finding-action": "Security Hub action",
    "event-securityhub-iamkey-finding-action": "Security Hub action",
    "event-securityhub-insight-2": "Security Hub action",
    "event-securityhub-lambda-cross": "Security Hub action",
    "sqs-discover": "Config item change",
}


def cases(path: Path) -> Iterator[tuple[str, Any]]:
    """The name and event of each line of a file of single events."""
    with gzip.open(path) as lines:
        for line in lines:
            row = json.loads(line)
            yield row.get("case") or row["test"], row["event"]


def read(data: bytes) -> tuple[list[ApiEvent], list[str]]:
    """The events of some bytes, and what was said about the rest."""
    events, errors = [], []
    for piece in records(data):
        if isinstance(piece, Broken):
            errors.append(piece.error)
            continue
        try:
            event = parse_record(piece.data, f"x#{piece.number}")
        except ParseError as error:
            errors.append(str(error))
        else:
            assert isinstance(event, ApiEvent)
            events.append(event)
    return events, errors


def test_every_real_trail_parses_without_a_dead_letter(shared_data: Path) -> None:
    paths = sorted(shared_data.glob("aws/*/*.json.gz"))
    assert len(paths) == 34
    for path in paths:
        data = gzip.decompress(path.read_bytes())
        events, errors = read(data)
        assert errors == [], path.name
        assert len(events) == len(json.loads(data)["Records"]), path.name
        lines = b"\n".join(json.dumps(one).encode() for one in json.loads(data)["Records"])
        again, errors = read(lines)
        assert errors == []
        assert [event.event_id for event in again] == [event.event_id for event in events]


def test_a_stolen_instance_credential_meets_the_command_that_took_it_at_one_key(shared_data: Path) -> None:
    path = shared_data / "aws/detonations/aws.credential-access.ec2-steal-instance-credentials.json.gz"
    events, _ = read(gzip.decompress(path.read_bytes()))
    (sent,) = [event for event in events if event.action == "SendCommand"]
    used = {event.issued_to for event in events if event.credential_type == "temporary"}
    assert sent.principal_name == "christophe"
    assert used == set(sent.touched) == {"aws:017622104382:instance/i-786a3a8b5c0d92ef4"}


def test_the_console_sessions_of_persons_are_told_from_services(shared_data: Path) -> None:
    found: dict[str, int] = {}
    for path in shared_data.glob("aws/console_sessions/*.json.gz"):
        for event in read(gzip.decompress(path.read_bytes()))[0]:
            found[event.interface] = found.get(event.interface, 0) + 1
    # The services are Health and Secrets Manager, which call for the person without saying that it is the console.
    assert found.keys() == {"console", "browser", "service", "cloud_shell"}
    assert found["console"] > 0.98 * sum(found.values())


def test_every_example_of_traildiscover_parses(shared_data: Path) -> None:
    for name, event in cases(shared_data / "facts/traildiscover/log_examples.jsonl.gz"):
        events, errors = read(json.dumps(event).encode())
        assert (len(events), errors) == (1, []), name


@pytest.mark.parametrize(
    ("file", "at_least"),
    [("parser/custodian/events.jsonl.gz", 23), ("rule_cases/aws_cloudtrail_rules.jsonl.gz", 216)],
)
def test_every_single_event_parses_but_the_named(shared_data: Path, file: str, at_least: int) -> None:
    good = 0
    for name, event in cases(shared_data / file):
        if "protoPayload" in json.dumps(event) or "finding" in event or event.get("kind") == "AdmissionReview":
            continue  # Google Cloud and Kubernetes
        events, errors = read(json.dumps(event).encode())
        if name in NO_EVENTS or name in NOT_CLOUDTRAIL:
            assert (events, len(errors)) == ([], 1), name
        else:
            assert (len(events), errors) == (1, []), name
            good += 1
    assert good == at_least


def test_every_cloudtrail_record_of_foxsec_parses_as_it_lies_there(shared_data: Path) -> None:
    good = 0
    for name, event in cases(shared_data / "parser/foxsec/events.jsonl.gz"):
        data = event.encode() if isinstance(event, str) else json.dumps(event).encode()
        if b'"eventSource"' in data:
            # Some were copied into Cloud Logging by a collector: the entry around them is opened.
            events, _ = read(data)
            assert [event.provider for event in events] == ["aws"], name
            good += 1
    assert good == 14


def test_console_sessions_know_their_age_and_service_roles_their_home(shared_data: Path) -> None:
    for path in shared_data.glob("aws/console_sessions/*.json.gz"):
        for event in read(gzip.decompress(path.read_bytes()))[0]:
            if event.session_created is not None:
                assert event.credential_age == event.time - event.session_created >= 0
    data = gzip.decompress((shared_data / "aws/services/service_roles.json.gz").read_bytes())
    homes = {event.home for event in read(data)[0] if event.principal_type == "AWSService"}
    assert homes == {"service"}
