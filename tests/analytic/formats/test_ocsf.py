"""A finding as OCSF says what the finding says; what OCSF has no place for stays with its own name."""

from typing import Any

import msgspec
import pytest

from analytic.context.attack import TECHNIQUES
from analytic.formats.attack_tactics import TACTICS, named, tactics_of
from analytic.formats.ocsf import VERSION, to_ocsf
from schemas.records import Suppressed, to_dict
from tests import findings, make


def ocsf(**fields: Any) -> dict[str, Any]:
    return to_ocsf(to_dict(msgspec.structs.replace(findings.stolen(), **fields)))


def test_a_finding_is_a_detection_finding_of_this_version() -> None:
    event = ocsf()
    assert (event["class_uid"], event["category_uid"], event["type_uid"]) == (2004, 2, 200401)
    assert event["metadata"]["version"] == VERSION == "1.8.0"
    assert event["metadata"]["profiles"] == ["cloud", "host"]
    assert event["finding_info"]["uid"] == "fu11d"
    assert event["finding_info"]["analytic"]["uid"] == "AN0215"
    assert event["time"] == (make.T0 + make.HOUR) // 1_000


@pytest.mark.parametrize(
    ("severity", "id_"), [("info", 1), ("low", 2), ("medium", 3), ("high", 4), ("critical", 5), ("odd", 0)]
)
def test_severities_are_mapped(severity: str, id_: int) -> None:
    assert ocsf(severity=severity)["severity_id"] == id_


@pytest.mark.parametrize(
    ("fields", "activity", "status", "alert"),
    [
        ({}, "Create", "New", True),
        ({"revision": 2, "status": "revised"}, "Update", "New", True),
        ({"status": "retracted"}, "Close", "Resolved", False),
        ({"suppressed": Suppressed("o@example.com", "known", None)}, "Create", "Suppressed", False),
        ({"severity_rank": 2}, "Create", "New", False),
    ],
)
def test_status_and_revision_are_activity_and_status(
    fields: dict[str, Any], activity: str, status: str, alert: bool
) -> None:
    event = ocsf(**fields)
    assert (event["activity_name"], event["status"], event["is_alert"]) == (activity, status, alert)


def test_evidence_leads_to_actor_call_address_and_raw_record() -> None:
    piece = ocsf()["evidences"][0]
    assert piece["actor"]["user"]["uid"] == "aws:AIDAALICE"
    assert piece["actor"]["session"] == {"credential_uid": "AKIAALICE"}
    assert piece["api"] == {"operation": "SendCommand", "service": {"name": "ssm"}}
    assert piece["src_endpoint"] == {"ip": make.OFFICE}
    assert piece["data"]["origin"] == "file:///logs/day.json.gz#0"


def test_a_service_in_place_of_an_address_is_no_address() -> None:
    event = to_ocsf(to_dict(findings.finding("f1", source_ip="cloudformation.amazonaws.com")))
    assert event["evidences"][0]["src_endpoint"] == {"svc_name": "cloudformation.amazonaws.com"}
    assert "IP Address" not in [observable["type"] for observable in event["observables"]]


def test_a_user_agent_is_written_where_the_evidence_has_one() -> None:
    finding = to_dict(findings.finding("f1"))
    assert "http_request" not in to_ocsf(finding)["evidences"][0]
    finding["evidence"][0]["user_agent"] = "aws-cli/2.15.0"
    assert to_ocsf(finding)["evidences"][0]["http_request"] == {"user_agent": "aws-cli/2.15.0"}


def test_a_technique_comes_once_for_each_tactic_with_its_names() -> None:
    attacks = ocsf()["finding_info"]["attacks"]
    assert {"uid": "T1078", "name": "Valid Accounts"} in [attack["technique"] for attack in attacks]
    assert [attack["tactic"]["name"] for attack in attacks if attack["technique"]["uid"] == "T1078"] == [
        "Initial Access",
        "Persistence",
        "Privilege Escalation",
        "Stealth",
    ]
    assert all(attack["version"] == "19" for attack in attacks)


def test_what_ocsf_lacks_is_kept_with_its_own_names() -> None:
    made = to_dict(findings.stolen())
    unmapped = to_ocsf(made)["unmapped"]
    assert unmapped["hops"] == made["hops"]
    assert (unmapped["score"], unmapped["blind_spots"]) == (made["score"], made["blind_spots"])


def test_what_is_not_known_is_left_out() -> None:
    event = to_ocsf(to_dict(findings.finding("f1")))
    assert "remediation" not in event
    assert "anomaly_analyses" not in event
    assert "version" not in event["metadata"]["product"]
    assert to_ocsf(to_dict(findings.finding("f1")), "0.2.0")["metadata"]["product"]["version"] == "0.2.0"


def test_a_finding_of_an_older_version_is_written_too() -> None:
    older = {
        name: value for name, value in to_dict(findings.stolen()).items() if name not in ("rollback", "revoke", "pull")
    }
    assert "resources" not in to_ocsf(older)


def test_every_technique_has_a_tactic_and_a_name() -> None:
    assert all(tactics_of(technique) and set(tactics_of(technique)) <= set(TACTICS) for technique in TECHNIQUES)
    assert named("T1078.004") == "Valid Accounts: Cloud Accounts"
    assert (tactics_of("T9999"), named("T9999")) == ([], None)
