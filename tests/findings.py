"""Findings for tests: one line each, the fields that matter are arguments."""

import json
from pathlib import Path
from typing import Any

import msgspec

from analytic.scoring import SEVERITIES
from schemas.records import (
    Actor,
    Attack,
    Evidence,
    Finding,
    Hop,
    Reason,
    Remedy,
    Session,
    Shift,
    Stage,
    to_dict,
)
from tests import make

DAY = 24 * make.HOUR
ALICE = Actor("aws:AIDAALICE", "user", "alice", make.ACCOUNT, "aws")
ROLE = Actor("aws:AROADEPLOY", "role", "deploy", make.ACCOUNT, "aws")


def finding(id_: str, day: int = 0, **fields: Any) -> Finding:
    """Make a finding of a day: `calls`, `source_ip`, `network`, `interface` and `severity` make its parts."""
    actor = fields.pop("actor", ALICE)
    calls = fields.pop("calls", ["iam:CreateUser"])
    source_ip = fields.pop("source_ip", make.OFFICE)
    networks = fields.pop("networks", ["198.51.100.0/24"])
    interface = fields.pop("interface", "cli")
    severity = fields.pop("severity", "low")
    start = make.T0 + day * DAY
    parts = [call.partition(":") for call in calls]
    stages = [
        Stage("privileged", start + place, f"{id_}-{place}", service, action, "T1136.003")
        for place, (service, _, action) in enumerate(parts)
    ]
    evidence = [
        Evidence(
            f"{id_}-{place}",
            start + place,
            service,
            action,
            "success",
            interface,
            source_ip,
            "AKIAALICE",
            f"file:///logs/day.json.gz#{place}",
        )
        for place, (service, _, action) in enumerate(parts)
    ]
    services = sorted({service for service, _, _ in parts})
    made = Finding(
        finding_id=id_,
        revision=0,
        status="open",
        analytic="AN0215",
        chain="shift_to_privileged",
        title=f"{actor.name} called {calls[0]}",
        severity=severity,
        severity_rank=SEVERITIES.index(severity) + 1,
        score=5.0,
        first_event_time=start,
        last_event_time=start + len(calls),
        detected_at=None,
        actor=actor,
        hops=[],
        session=Session(start, start + make.HOUR, ["AKIAALICE"], [interface], list(networks), [make.ACCOUNT], services),
        shifts=[],
        stages=stages,
        reasons=[Reason("act:iam:CreateUser", 3.0, "iam:CreateUser weighs 3 bits in itself")],
        counter_evidence=[],
        blind_spots=[],
        evidence=evidence,
        evidence_total=len(evidence),
        attack=Attack("19", ["T1136.003"]),
    )
    return msgspec.structs.replace(made, **fields)


def stolen(text: str = "i-0abc") -> Finding:
    """Make a finding that fills every field; `text` stands wherever a log's own text does."""
    hop = Hop("alice", text, "SendCommand", make.T0, "full-0", "probable", [text])
    why = f"the credential of {text} is used from 203.0.113.0/24"
    shift = Shift("home", "198.51.100.0/24", "203.0.113.0/24", make.T0 + 1, "full-1", 8.0, why)
    remedy = Remedy(
        f"delete the access key {text}", "delete", [text], "aws", make.ACCOUNT, "iam", text, make.T0, "full-1"
    )
    made = finding(
        "fu11d",
        actor=Actor("aws:AIDAALICE", "user", text, make.ACCOUNT, "aws"),
        calls=["ssm:SendCommand", f"iam:{text}"],
        severity="critical",
        hops=[hop],
        shifts=[shift],
        title=f"alice ran SendCommand on {text}",
        counter_evidence=[Reason("mfa", -2.0, f"opened with a second factor by {text}")],
        blind_spots=[f"the theft of {text} is not in the logs"],
        rollback=[remedy],
        revoke=[msgspec.structs.replace(remedy, kind="access_key", do=f"deactivate the access key of {text}")],
        pull=[f"CloudTrail data events of {text}"],
        attack=Attack("19", ["T1078.004", "T1651", "T1686.001"]),
        detected_at=make.T0 + make.HOUR,
    )
    made.automation = msgspec.structs.replace(made.automation, envelope=text, deviations=[f"network {text}"])
    return made


def write(path: Path, *findings: Finding) -> Path:
    """Write findings as a scan does."""
    path.write_text("".join(f"{json.dumps(to_dict(one))}\n" for one in findings))
    return path
