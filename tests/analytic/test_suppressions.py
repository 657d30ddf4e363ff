"""Suppressions hide what they cover whole, until they expire, and nothing graver than they say."""

from typing import Any

import msgspec
import pytest

from analytic.patterns import end_of
from analytic.policy import DAY, Policy
from analytic.policy_entries import Suppression
from analytic.scoring import SEVERITIES
from analytic.suppressions import MAX_LISTED, suppressed
from schemas.records import Actor, Attack, Evidence, Finding, Hop, Session, Stage, Suppressed
from tests import make

ALICE = Actor("aws:AIDAALICE", "user", "alice", make.ACCOUNT, "aws")


def stage(call: str, number: int = 1) -> Stage:
    service, _, action = call.partition(":")
    return Stage("persistence", make.T0, f"e{number}", service, action, "T1136.003")


def evidence(source_ip: str | None = make.OFFICE) -> Evidence:
    return Evidence("e1", make.T0, "iam", "CreateUser", "success", "cli", source_ip, "AKIAALICE", "file:///x#1")


def finding(**fields: Any) -> Finding:
    severity = fields.pop("severity", "low")
    session = Session(make.T0, make.T0, [], [], ["198.51.100.0/24"], [make.ACCOUNT], ["iam"])
    made = Finding(
        finding_id="f1",
        revision=0,
        status="open",
        analytic="AN0215",
        chain="shift_to_privileged",
        title="alice created a user",
        severity=severity,
        severity_rank=SEVERITIES.index(severity) + 1,
        score=5.0,
        first_event_time=make.T0,
        last_event_time=make.T0,
        detected_at=None,
        actor=ALICE,
        hops=[],
        session=session,
        shifts=[],
        stages=[stage("iam:CreateUser"), stage("iam:CreateAccessKey", 2)],
        reasons=[],
        counter_evidence=[],
        blind_spots=[],
        evidence=[evidence()],
        evidence_total=1,
        attack=Attack("19", ["T1136.003"]),
    )
    return msgspec.structs.replace(made, **fields)


def in_session(**fields: Any) -> Session:
    return msgspec.structs.replace(finding().session, **fields)


def policy(break_glass: tuple[str, ...] = (), **fields: Any) -> Policy:
    entry = {"name": "hires", "owner": "security", "reason": "keys for colleagues", "expires": "2026-06-30"}
    return Policy(suppressions=(Suppression(**(entry | {"actor": "alice"} | fields)),), break_glass=break_glass)


def test_a_covered_finding_is_marked_with_who_why_and_until_when() -> None:
    assert suppressed(policy(), finding()) == Suppressed("security", "hires: keys for colleagues", end_of("2026-06-30"))


def test_without_suppressions_nothing_is_marked() -> None:
    assert suppressed(Policy(), finding()) is None


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"chain": "shift_*"}, {"chain": "recon_to_change"}),
        ({"actor": "aws:AIDAALICE"}, {"actor": Actor("aws:AIDABOB", "user", "bob", make.ACCOUNT, "aws")}),
        ({"actor": "al*"}, {"actor": Actor("aws:AIDABOB", "user", "bob", make.ACCOUNT, "aws")}),
        ({"accounts": ("1111*",)}, {"session": in_session(accounts=[make.ACCOUNT, "444455556666"])}),
        ({"accounts": (make.ACCOUNT,)}, {"session": in_session(accounts=[])}),
        ({"services": ("iam",)}, {"stages": [stage("iam:CreateUser"), stage("ec2:RunInstances", 2)]}),
        ({"services": ("IAM",)}, {"stages": []}),
        ({"actions": ("iam:Create*",)}, {"stages": [stage("iam:CreateUser"), stage("iam:AttachUserPolicy", 2)]}),
        ({"services": ("iam",), "actions": ("iam:Create*",)}, {"stages": [stage("iam:DeleteUser")]}),
        ({"networks": ("198.51.100.0/24",)}, {"evidence": [evidence(), evidence(make.CAFE)]}),
        ({"networks": ("198.51.100.10",)}, {"evidence": [evidence("198.51.100.11")]}),
        ({"networks": ("198.51.100.0/24",)}, {"evidence": [evidence(None)]}),
        ({"networks": ("198.51.100.0/24",)}, {"session": in_session(networks=["198.51.100.0/24", "203.0.113.0/24"])}),
        ({"networks": ("198.51.100.0/24",)}, {"session": in_session(networks=["198.51.100.0/24", "vpce-0123456789"])}),
        ({}, {"severity": "high"}),
        ({"max_severity": "low"}, {"severity": "medium"}),
        ({}, {"last_event_time": end_of("2026-06-30")}),
    ],
)
def test_what_an_entry_does_not_cover_whole_is_told(fields: dict[str, Any], told: dict[str, Any]) -> None:
    assert suppressed(policy(**fields), finding()) is not None
    assert suppressed(policy(**fields), finding(**told)) is None


def test_medium_is_the_gravest_that_is_hidden_unless_the_entry_says_more() -> None:
    hidden = [severity for severity in SEVERITIES if suppressed(policy(), finding(severity=severity))]
    assert hidden == ["info", "low", "medium"]
    assert suppressed(policy(max_severity="critical"), finding(severity="critical")) is not None


def test_an_entry_holds_through_its_last_day_by_the_findings_own_time() -> None:
    until = policy(expires="2026-03-03")
    assert suppressed(until, finding(last_event_time=make.T0 + 16 * make.HOUR - 1)) is not None
    assert suppressed(until, finding(last_event_time=make.T0 + 16 * make.HOUR)) is None
    assert suppressed(until, finding(last_event_time=make.T0 + DAY)) is None


def test_a_full_list_may_hide_something_and_is_told() -> None:
    many = [make.ACCOUNT] * MAX_LISTED
    assert suppressed(policy(accounts=("*1*",)), finding(session=in_session(accounts=many[1:]))) is not None
    assert suppressed(policy(accounts=("*1*",)), finding(session=in_session(accounts=many))) is None
    blocks = ["198.51.100.0/24"] * MAX_LISTED
    assert suppressed(policy(networks=("198.51.100.0/24",)), finding(session=in_session(networks=blocks))) is None
    stages = [stage("iam:CreateUser", number) for number in range(Policy().max_evidence)]
    assert suppressed(policy(services=("iam",)), finding(stages=stages[1:])) is not None
    assert suppressed(policy(services=("iam",)), finding(stages=stages)) is None


def test_the_first_entry_that_covers_a_finding_marks_it() -> None:
    first, second = policy(actor="bob").suppressions[0], policy().suppressions[0]
    third = msgspec.structs.replace(second, name="later")
    mark = suppressed(Policy(suppressions=(first, second, third)), finding())
    assert mark is not None
    assert mark.reason.startswith("hires: ")


@pytest.mark.parametrize("identity", ["alice", "aws:AIDA*", f"arn:aws:iam::{make.ACCOUNT}:user/alice"])
def test_a_break_glass_actor_is_always_told(identity: str) -> None:
    assert suppressed(policy((identity,)), finding()) is None
    assert suppressed(policy(("bob",)), finding()) is not None


def test_a_hop_into_break_glass_is_always_told() -> None:
    hops = [Hop("alice", "emergency/alice", "AssumeRole", make.T0, "e0", "certain")]
    role = f"arn:aws:iam::{make.ACCOUNT}:role/emergency"
    assert suppressed(policy((role,)), finding(hops=hops)) is None
    assert suppressed(policy((role,)), finding()) is not None
