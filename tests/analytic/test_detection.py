"""Detect: each chain fires on its own story, and stays silent on the story's benign twin."""

import pytest

from analytic.analysis import analyse
from analytic.context.action import GRANT_BITS
from analytic.policy import Policy
from analytic.scoring import SEVERITIES, weigh
from analytic.session import Draft
from schemas.records import Actor, ApiEvent, Finding, Session, Shift
from tests import make
from tests.make import CAFE, DATACENTRE, HOUR, MINUTE, by_instance, by_role, by_user


def chains(*events: ApiEvent) -> dict[str, Finding]:
    return {finding.chain: finding for finding in analyse(events)}


def quiet(id_: str, at: int, call: str, **fields: object) -> ApiEvent:
    """A call in a session with a second factor: having no history alone says nothing of it."""
    return by_user(id_, at, call, mfa=True, **fields)


MOVED = {"source_ip": CAFE, "interface": "sdk", "client": "boto3/1", "os": "windows"}


def test_shift_then_privileged_fires_in_the_shifted_context() -> None:
    found = chains(
        quiet("a", 0, "s3:ListBuckets"),
        quiet("b", MINUTE, "s3:ListBuckets", **MOVED),
        quiet("c", 2 * MINUTE, "cloudtrail:StopLogging", **MOVED),
    )
    finding = found["shift_to_privileged"]
    assert finding.severity in ("medium", "high")
    assert [piece.event_id for piece in finding.evidence] == ["b", "c"]
    assert [stage.event_id for stage in finding.stages] == ["c"]
    assert finding.attack.techniques == ["T1685.002"]
    assert finding.actor.name == "alice"


def test_privileged_before_the_shift_or_in_the_old_context_is_silent() -> None:
    shift = quiet("b", MINUTE, "s3:ListBuckets", **MOVED)
    assert chains(quiet("a", 0, "cloudtrail:StopLogging"), shift) == {}
    assert chains(quiet("a", 0, "s3:ListBuckets"), shift, quiet("c", 2 * MINUTE, "cloudtrail:StopLogging")) == {}


def test_a_shift_older_than_the_window_is_silent() -> None:
    old = [quiet("a", 0, "s3:ListBuckets"), quiet("b", MINUTE, "s3:ListBuckets", **MOVED)]
    assert "shift_to_privileged" in chains(*old, quiet("c", 11 * HOUR, "cloudtrail:StopLogging", **MOVED))
    assert chains(*old, quiet("c", 13 * HOUR, "cloudtrail:StopLogging", **MOVED)) == {}


def test_only_another_network_stays_low() -> None:
    found = chains(quiet("a", 0, "s3:ListBuckets"), quiet("b", MINUTE, "secretsmanager:GetSecretValue", source_ip=CAFE))
    assert found["shift_to_privileged"].severity in ("info", "low")


PROGRAM = {"interface": "sdk", "client": "aws-sdk-go-v2/1"}


def test_a_static_key_without_history_that_goes_straight_to_what_matters() -> None:
    finding = chains(by_user("a", 0, "cloudtrail:StopLogging", **PROGRAM))["shift_to_privileged"]
    assert finding.severity in ("medium", "high")
    assert {reason.signal for reason in finding.reasons} >= {"shift:history", "direct"}


def test_a_new_colleague_at_the_command_line_stays_low() -> None:
    calls = [
        f"ec2:Describe{name}"
        for name in (
            "Vpcs",
            "Subnets",
            "Images",
            "Volumes",
            "Tags",
            "Hosts",
            "Fleets",
            "Regions",
            "Addresses",
            "KeyPairs",
        )
    ]
    work = [by_user(f"e{number}", number * MINUTE, call) for number, call in enumerate(calls)]
    finding = chains(*work, by_user("z", HOUR // 2, "iam:CreateAccessKey"))["shift_to_privileged"]
    assert finding.severity in ("info", "low")
    assert "direct" in {reason.signal for reason in finding.counter_evidence}


def test_what_is_asked_of_the_whole_account_speaks_for_nobody() -> None:
    """Questions that few people ask are no ordinary work around an act: it stays as straight as it was."""
    act = "cloudtrail:StopLogging"
    asked = [f"ses:{name}" for name in ("GetSendQuota", "GetAccountSendingEnabled", "ListIdentities")]
    looked = [f"ec2:Describe{name}" for name in ("Vpcs", "Subnets", "Images")]
    scores = []
    for before in ([], asked, looked):
        events = [by_user(f"{n}", n * MINUTE, call, **PROGRAM) for n, call in enumerate([*before, act])]
        finding = chains(*events)["shift_to_privileged"]
        scores.append(sum(reason.bits for reason in finding.reasons if reason.signal == "direct"))
    assert scores[0] == scores[1] > scores[2] > 0


def test_a_password_alone_vouches_for_no_more_than_a_key_does() -> None:
    user = {"credential_type": "console_session", "interface": "console", "credential_id": "ASIAC"}
    for mfa, told in ((False, True), (True, False), (None, False)):
        found = chains(by_user("a", 0, "iam:CreateAccessKey", **user, mfa=mfa))
        assert bool(found) is told
    finding = chains(by_user("a", 0, "iam:CreateAccessKey", **user, mfa=False))["shift_to_privileged"]
    assert finding.title.endswith("with a password, without a second factor and without any history in these logs")
    assert {(shift.dimension, shift.after) for shift in finding.shifts} == {("history", "password")}


def test_a_second_factor_or_a_role_without_history_is_silent() -> None:
    assert chains(quiet("a", 0, "cloudtrail:StopLogging")) == {}
    assert chains(by_role("a", 0, "cloudtrail:StopLogging", "admin", "s", "ASIA1")) == {}


def test_issue_used_elsewhere_then_privileged() -> None:
    issue = make.assume("a", 0, "admin", "s", "ASIA1", mfa=True)
    used = by_role("b", MINUTE, "iam:AttachUserPolicy", "admin", "s", "ASIA1", source_ip=CAFE)
    finding = chains(issue, used)["issue_used_elsewhere"]
    assert finding.actor.name == "alice"
    assert [hop.how for hop in finding.hops] == ["AssumeRole"]
    same_place = by_role("b", MINUTE, "iam:AttachUserPolicy", "admin", "s", "ASIA1", mfa=True)
    assert chains(issue, same_place) == {}
    only_reads = by_role("b", MINUTE, "iam:ListUsers", "admin", "s", "ASIA1", source_ip=CAFE)
    assert chains(issue, only_reads) == {}


LOOK = ["sts:GetCallerIdentity", "ec2:DescribeInstances", "iam:ListUsers", "iam:ListRoles"]


def test_recon_then_change_is_gated_by_a_shift() -> None:
    before = quiet("a", 0, "s3:ListBuckets")
    look = [quiet(f"r{number}", MINUTE + number, call, **MOVED) for number, call in enumerate(LOOK)]
    change = quiet("z", 3 * MINUTE, "iam:CreateAccessKey", **MOVED)
    finding = chains(before, *look, change)["recon_to_change"]
    assert {piece.event_id for piece in finding.evidence} >= {"r0", "r1", "r2", "r3", "z"}
    unmoved = [quiet(f"r{number}", MINUTE + number, call) for number, call in enumerate(LOOK)]
    assert chains(before, *unmoved, quiet("z", 3 * MINUTE, "iam:CreateAccessKey")) == {}


def test_a_change_before_the_recon_is_no_chain() -> None:
    look = [quiet(f"r{number}", 2 * MINUTE + number, call, **MOVED) for number, call in enumerate(LOOK)]
    change = quiet("z", MINUTE, "iam:CreateAccessKey", **MOVED)
    assert "recon_to_change" not in chains(quiet("a", 0, "s3:ListBuckets"), change, *look)


def ran(id_: str, at: int, **fields: object) -> ApiEvent:
    return quiet(id_, at, "ssm:SendCommand", touched=[make.instance("i-1")], **fields)


def test_command_execution_then_its_credential_used_elsewhere() -> None:
    events = [
        by_instance("h", 0, "s3:GetObject", "i-1", "ASIA2"),
        ran("x", MINUTE, source_ip=CAFE),
        by_instance("y", 2 * MINUTE, "iam:ListUsers", "i-1", "ASIA2", source_ip=CAFE),
        by_instance("z", 3 * MINUTE, "secretsmanager:GetSecretValue", "i-1", "ASIA2", source_ip=CAFE),
    ]
    finding = chains(*events)["command_execution_credential_used"]
    assert SEVERITIES.index(finding.severity) >= SEVERITIES.index("high")
    assert [piece.event_id for piece in finding.evidence] == ["x", "y", "z"]
    assert [stage.stage for stage in finding.stages] == ["command_execution", "credential_used", "credential_used"]
    assert finding.actor.name == "alice"
    assert finding.title.startswith("alice ran SendCommand on i-1")
    assert any("inferred from SendCommand" in spot for spot in finding.blind_spots)


def test_an_operator_whose_instances_stay_at_home_is_silent() -> None:
    events = [
        by_instance("h", 0, "s3:GetObject", "i-1", "ASIA2"),
        ran("x", MINUTE),
        by_instance("y", 2 * MINUTE, "secretsmanager:GetSecretValue", "i-1", "ASIA2"),
        by_instance("z", 3 * MINUTE, "s3:GetObject", "i-1", "ASIA2", source_ip=DATACENTRE),
    ]
    assert chains(*events) == {}


def test_used_first_and_touched_after_is_not_the_touchers_doing() -> None:
    events = [
        by_instance("h", 0, "s3:GetObject", "i-1", "ASIA2"),
        by_instance("y", MINUTE, "iam:ListUsers", "i-1", "ASIA2", source_ip=CAFE),
        ran("x", 2 * MINUTE, source_ip=CAFE),
    ]
    assert "command_execution_credential_used" not in chains(*events)


def test_what_was_denied_weighs_half() -> None:
    events = [quiet("a", 0, "s3:ListBuckets"), quiet("b", MINUTE, "s3:ListBuckets", **MOVED)]
    done = chains(*events, quiet("c", 2 * MINUTE, "cloudtrail:StopLogging", **MOVED))["shift_to_privileged"]
    denied = chains(*events, quiet("c", 2 * MINUTE, "cloudtrail:StopLogging", outcome="denied", **MOVED))[
        "shift_to_privileged"
    ]
    weight = next(reason.bits for reason in done.reasons if reason.signal.startswith("act:"))
    assert next(reason.bits for reason in denied.reasons if reason.signal.startswith("act:")) == weight / 2


def test_the_score_is_the_sum_of_its_reasons() -> None:
    events = [quiet("a", 0, "s3:ListBuckets"), quiet("b", MINUTE, "s3:ListBuckets", **MOVED)]
    for finding in analyse([*events, quiet("c", 2 * MINUTE, "cloudtrail:StopLogging", **MOVED)]):
        total = sum(reason.bits for reason in finding.reasons) + sum(reason.bits for reason in finding.counter_evidence)
        assert finding.score == pytest.approx(total, abs=0.01)
        assert finding.severity_rank == SEVERITIES.index(finding.severity) + 1


@pytest.mark.parametrize(("client_bits", "same"), [(0.0, True), (0.5, False)])
def test_a_client_that_surprises_nobody_is_the_same_device(client_bits: float, same: bool) -> None:
    shifts = [
        Shift(name, "a", "b", 0, "e", bits, "it changed") for name, bits in (("network", 3.0), ("client", client_bits))
    ]
    actor = Actor("aws:alice", "user", "alice", "111122223333", "aws")
    draft = Draft("shift_to_privileged", actor, 0, "e", Session(0, 0), "", shifts=shifts, acts={"iam:CreateUser": 3.0})
    assert ("same_device" in {reason.signal for reason in weigh(draft).counter_evidence}) is same


def test_a_new_facet_of_an_actor_with_a_history_counts_as_a_shift() -> None:
    """Each day another console session from the office; then one from elsewhere, with another client."""
    console = {"credential_type": "console_session", "interface": "sdk"}
    days = [
        quiet(f"d{day}", day * 24 * HOUR, "s3:ListBuckets", credential_id=f"ASIA{day}", **console) for day in range(6)
    ]
    strange = {**MOVED, "credential_type": "console_session", "credential_id": "ASIAX"}
    finding = chains(*days, quiet("z", 7 * 24 * HOUR, "iam:AttachUserPolicy", **strange))["shift_to_privileged"]
    assert {shift.dimension for shift in finding.shifts} >= {"network", "client"}
    usual = quiet("z", 7 * 24 * HOUR, "iam:AttachUserPolicy", credential_id="ASIAX", **console)
    assert chains(*days, usual) == {}


@pytest.mark.parametrize(("days", "least", "most"), [(0, 0.0, 0.0), (8, -0.5, -0.3), (60, -1.0, -0.7)])
def test_a_history_speaks_for_its_actor_and_says_how_long_it_is(days: int, least: float, most: float) -> None:
    history = [quiet(f"h{day}", 24 * HOUR * day, "s3:ListBuckets") for day in range(days)]
    then = 24 * HOUR * (days + 1)
    acts = [quiet("a", then, "s3:ListBuckets"), quiet("b", then + MINUTE, "cloudtrail:StopLogging", **MOVED)]
    (finding,) = analyse([*history, *acts])
    found = [reason for reason in finding.counter_evidence if reason.signal == "known_actor"]
    assert least <= sum(reason.bits for reason in found) <= most
    assert len(found) == (days > 0)
    assert all(0 < int(reason.why.split()[-1]) <= days for reason in found)


def test_an_actor_from_a_new_network_each_day_says_nothing_by_another() -> None:
    days = [
        quiet(f"d{day}", day * 24 * HOUR, "s3:ListBuckets", credential_id=f"ASIA{day}", source_ip=f"203.0.{day}.7")
        for day in range(20)
    ]
    last = quiet("z", 21 * 24 * HOUR, "iam:AttachUserPolicy", credential_id="ASIAX", source_ip="203.0.200.7")
    assert chains(*days, last) == {}


def test_evidence_is_capped_and_counted() -> None:
    events = [quiet("a", 0, "s3:ListBuckets"), quiet("b", 1, "s3:ListBuckets", **MOVED)]
    reads = [quiet(f"e{number:04}", 2 + number, "secretsmanager:GetSecretValue", **MOVED) for number in range(500)]
    finding = chains(*events, *reads)["shift_to_privileged"]
    assert finding.evidence_total == 501
    assert len(finding.evidence) <= 50


def test_the_id_names_the_same_finding_in_every_replay() -> None:
    events = [
        quiet("a", 0, "s3:ListBuckets"),
        quiet("b", 1, "s3:ListBuckets", **MOVED),
        quiet("c", 2, "cloudtrail:StopLogging", **MOVED),
    ]
    assert analyse(events)[0].finding_id == analyse(events)[0].finding_id == "d3bd55f5867a75c2047540d9782bb545"


def test_adding_another_actors_events_changes_nothing() -> None:
    events = [
        quiet("a", 0, "s3:ListBuckets"),
        quiet("b", 1, "s3:ListBuckets", **MOVED),
        quiet("c", 2, "cloudtrail:StopLogging", **MOVED),
    ]
    others = [by_user(f"o{number}", number, "iam:ListUsers", "bob") for number in range(30)]
    assert analyse([*events, *others]) == analyse(events)


def test_from_the_organisations_own_network_a_change_of_place_says_next_to_nothing() -> None:
    events = [
        *[quiet(f"r{n}", n * MINUTE, "s3:ListBuckets") for n in range(3)],
        quiet("x", HOUR // 2, "iam:CreateAccessKey", source_ip=make.CAFE),
    ]
    (found,) = analyse(events)
    assert {shift.dimension for shift in found.shifts} == {"network"}
    trusted = analyse(events, Policy(trusted_networks=("203.0.113.0/24",)))
    assert all(finding.score < found.score for finding in trusted)
    assert analyse(events, Policy(trusted_networks=("192.0.2.0/24",))) == [found]


def test_the_console_used_by_somebody_who_is_not_expected_there() -> None:
    """DET0078, ConsoleContext: where the policy names who uses the console, anybody else there has shifted."""
    events = [
        quiet("a", 0, "s3:ListBuckets", interface="console"),
        quiet("x", MINUTE, "iam:CreateAccessKey", interface="console"),
    ]
    assert analyse(events) == analyse(events, Policy(console_expected=("alice",))) == []
    (found,) = analyse(events, Policy(console_expected=("bob",)))
    assert [shift.dimension for shift in found.shifts] == ["interface"]
    assert "console_context" in found.shifts[0].why
    assert analyse(events, Policy(console_expected=("bob",), console_interfaces=("cloud_shell",))) == []


def test_an_earlier_act_weighs_as_its_record_showed_it() -> None:
    """What led to a finding is weighed when it is complete: a grant of everything must not be one of its name by then."""

    def weight(basis: str) -> float:
        tried = [
            quiet(str(n), n * MINUTE, call, outcome="denied", action_basis=basis, **MOVED)
            for n, call in enumerate(("iam:AttachUserPolicy", "ec2:CreateTags", "ec2:StopInstances"), 1)
        ]
        done = quiet("d", 5 * MINUTE, "iam:CreatePolicy", **MOVED)
        finding = chains(quiet("a", 0, "s3:ListBuckets"), *tried, done)["probing_to_privileged"]
        return max(reason.bits for reason in finding.reasons if reason.signal == "act:iam:AttachUserPolicy")

    # What was refused weighs half.
    assert weight("wide_grant") == weight("catalogue") + GRANT_BITS / 2
    assert weight("narrow_grant") < weight("catalogue")
