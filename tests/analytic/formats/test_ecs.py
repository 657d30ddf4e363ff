"""Findings as ECS: an alert of published fields alone, each of its published type."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.formats.ecs import VERSION, to_ecs
from schemas.records import Actor, Attack, Finding, Suppressed, to_dict
from tests import findings

# The fields of ECS that are written, with their types and whether they are arrays: ECS field reference 8.17 (Elastic;
# Apache-2.0), field sets base, ecs, event, rule, threat, user, cloud, source, related, observer; the same in 9.
FIELDS: dict[str, tuple[type | tuple[type, ...], bool]] = {
    "@timestamp": (str, False),
    "ecs.version": (str, False),
    "message": (str, False),
    "tags": (str, True),
    "event.kind": (str, False),
    "event.category": (str, True),
    "event.type": (str, True),
    "event.module": (str, False),
    "event.dataset": (str, False),
    "event.provider": (str, False),
    "event.id": (str, False),
    "event.code": (str, False),
    "event.action": (str, False),
    "event.sequence": (int, False),
    "event.severity": (int, False),
    "event.risk_score": (float, False),
    "event.reason": (str, False),
    "event.start": (str, False),
    "event.end": (str, False),
    "event.duration": (int, False),
    "event.created": (str, False),
    "rule.id": (str, False),
    "rule.name": (str, False),
    "rule.ruleset": (str, False),
    "rule.category": (str, False),
    "threat.framework": (str, False),
    "threat.technique.id": (str, True),
    "threat.technique.name": (str, True),
    "threat.technique.subtechnique.id": (str, True),
    "threat.technique.subtechnique.name": (str, True),
    "threat.tactic.id": (str, True),
    "threat.tactic.name": (str, True),
    "user.id": (str, False),
    "user.name": (str, False),
    "user.domain": (str, False),
    "user.roles": (str, True),
    "cloud.provider": (str, False),
    "cloud.account.id": (str, False),
    "source.ip": (str, False),
    "source.address": (str, False),
    "related.ip": (str, True),
    "related.user": (str, True),
    "observer.vendor": (str, False),
    "observer.product": (str, False),
    "observer.type": (str, False),
    "observer.version": (str, False),
}
KINDS = {"alert", "asset", "enrichment", "event", "metric", "state", "pipeline_error", "signal"}
CATEGORIES = {
    *("api", "authentication", "configuration", "database", "driver", "email", "file", "host", "iam"),
    *("intrusion_detection", "library", "malware", "network", "package", "process", "registry", "session", "threat"),
    *("vulnerability", "web"),
}
TYPES = {
    *("access", "admin", "allowed", "change", "connection", "creation", "deletion", "denied", "device", "end", "error"),
    *("group", "indicator", "info", "installation", "protocol", "start", "user"),
}


def leaves(document: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def published(document: dict[str, Any]) -> dict[str, Any]:
    return dict(leaves({name: value for name, value in document.items() if name != "tokentrail"}))


MADE = [
    findings.stolen(),
    findings.finding("plain"),
    findings.finding("nowhere", source_ip=None),
    findings.finding("service", source_ip="cloudformation.amazonaws.com"),
    findings.finding("okta", actor=Actor("okta:00u", "user", "bob@example.com", None, "okta")),
    findings.finding("unknown", attack=Attack("20", ["T9999", "T9999.001"]), reasons=[], stages=[]),
    findings.finding("hidden", suppressed=Suppressed("o", "r", 1), status="retracted", revision=3),
]


@pytest.mark.parametrize("finding", MADE, ids=lambda finding: finding.finding_id)
def test_every_field_is_published_and_of_its_type(finding: Finding) -> None:
    for name, value in published(to_ecs(to_dict(finding), "0.1.0")).items():
        type_, many = FIELDS[name]
        assert isinstance(value, list) == many, name
        for item in value if many else [value]:
            assert isinstance(item, type_), name
            assert item != ""


def test_an_alert_says_what_ecs_asks_of_one() -> None:
    document = published(to_ecs(to_dict(findings.stolen()), "0.1.0"))
    assert document["event.kind"] == "alert"
    assert document["event.kind"] in KINDS
    assert set(document["event.category"]) <= CATEGORIES
    assert set(document["event.type"]) <= TYPES
    assert document["ecs.version"] == VERSION
    assert document["event.severity"] == 99
    assert 0 <= document["event.risk_score"] <= 100
    assert datetime.fromisoformat(document["@timestamp"]).isoformat() == "2026-03-03T09:00:00+00:00"
    assert document["event.start"] == "2026-03-03T08:00:00.000Z"
    assert document["user.id"] == "aws:AIDAALICE"
    assert document["source.ip"] == "198.51.100.10"
    assert document["related.user"] == ["aws:AIDAALICE", "i-0abc", "alice"]


def test_techniques_and_tactics_stand_apart() -> None:
    document = published(to_ecs(to_dict(findings.stolen())))
    assert document["threat.technique.id"] == ["T1078", "T1651", "T1686"]
    assert document["threat.technique.subtechnique.id"] == ["T1078.004", "T1686.001"]
    assert document["threat.technique.subtechnique.name"][0] == "Cloud Accounts"
    assert "TA0112" in document["threat.tactic.id"]


def test_what_ecs_has_no_field_for_stands_under_a_name_of_our_own() -> None:
    made = to_dict(findings.stolen())
    own = to_ecs(made)["tokentrail"]
    for name in ("hops", "shifts", "reasons", "counter_evidence", "blind_spots", "evidence", "rollback", "revoke"):
        assert own[name] == made[name]


def test_the_end_of_the_risk_score_is_a_hundred() -> None:
    assert to_ecs(to_dict(findings.finding("f", score=1e9)))["event"]["risk_score"] == 100


@given(text=st.text(max_size=60), time=st.integers(-(2**63), 2**63 - 1))
def test_any_text_and_time_gives_a_document(text: str, time: int) -> None:
    made = msgspec.structs.replace(findings.stolen(text), first_event_time=time, last_event_time=time, detected_at=time)
    assert set(published(to_ecs(to_dict(made)))) <= FIELDS.keys()
