"""The main job on real CloudTrail (../shared/data): what fires, who is named, and what stays silent."""

import json
from functools import cache
from pathlib import Path

import pytest

from analytic.analysis import analyse
from analytic.sources.decompress import decompress
from analytic.sources.envelope import Record, records
from analytic.sources.source import parse_record
from schemas.records import ApiEvent, Finding


@cache
def events_of(path: Path) -> list[ApiEvent]:
    """Parse a file; a broken record fails here."""
    found = []
    for record in records(b"".join(decompress([path.read_bytes()]))):
        assert isinstance(record, Record), (path.name, record)
        event = parse_record(record.data, f"{path.name}#{record.number}")
        assert isinstance(event, ApiEvent)
        found.append(event)
    return found


def findings_in(folder: Path) -> dict[str, list[Finding]]:
    return {path.name: analyse(events_of(path)) for path in sorted(folder.glob("*.json.gz"))}


def test_a_stolen_instance_credential_names_the_person_behind_the_command(shared_data: Path) -> None:
    path = shared_data / "aws/detonations/aws.credential-access.ec2-steal-instance-credentials.json.gz"
    grave = [finding for finding in analyse(events_of(path)) if finding.severity_rank >= 4]
    (finding,) = grave
    stolen = {event.event_id for event in events_of(path) if event.issued_to}
    evidence = {piece.event_id for piece in finding.evidence}
    command = next(event for event in events_of(path) if event.action == "SendCommand")
    assert command.event_id in evidence
    assert evidence & stolen
    assert finding.actor.name == command.principal_name


def medium(found: dict[str, list[Finding]]) -> list[str]:
    return [name for name, findings in found.items() if any(finding.severity_rank >= 3 for finding in findings)]


def test_all_detonations_give_a_finding_and_nearly_all_one_of_medium(shared_data: Path) -> None:
    found = findings_in(shared_data / "aws/detonations")
    assert len(found) == 17
    assert all(found.values())
    assert len(medium(found)) >= 15


FORGED = "APN/1.0 HashiCorp/1.0 Terraform/1.10.5 (+https://www.terraform.io) terraform-provider-aws/5.88.0 aws-sdk-go-v2/1.36.2"


def test_an_attacker_who_claims_to_be_terraform_is_found_all_the_same(shared_data: Path) -> None:
    found = {}
    for path in sorted((shared_data / "aws/detonations").glob("*.json.gz")):
        forged = []
        for record in records(b"".join(decompress([path.read_bytes()]))):
            assert isinstance(record, Record)
            claim = json.loads(record.data) | {"userAgent": FORGED}
            event = parse_record(json.dumps(claim).encode(), f"{path.name}#{record.number}")
            assert isinstance(event, ApiEvent)
            forged.append(event)
        found[path.name] = analyse(forged)
    assert all(found.values())
    assert medium(found) == medium(findings_in(shared_data / "aws/detonations"))


def test_benign_console_sessions_stay_below_medium(shared_data: Path) -> None:
    found = findings_in(shared_data / "aws/console_sessions")
    assert len(found) == 16
    assert medium(found) == []


def test_benign_services_give_no_finding(shared_data: Path) -> None:
    assert findings_in(shared_data / "aws/services") == {"service_roles.json.gz": []}


@pytest.mark.parametrize("folder", ["aws/detonations", "aws/console_sessions", "aws/services"])
def test_every_real_event_is_classified(shared_data: Path, folder: str) -> None:
    for path in sorted((shared_data / folder).glob("*.json.gz")):
        for event in events_of(path):
            assert event.access != "unknown", (path.name, event.service, event.action)
