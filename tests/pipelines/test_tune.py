"""`tokentrail tune`: what repeats is proposed as narrowly as it came; what would hide an attack is refused, with why."""

import argparse
from pathlib import Path

import msgspec
import pytest

from analytic import envelopes, suppressions
from analytic.policy import Policy
from pipelines.policy.file import PolicyError, parse
from pipelines.tuning import command as tune
from pipelines.tuning.entries import Entry
from schemas.records import Actor, Finding, Suppressed
from tests import findings, make
from tests.findings import ROLE, finding

BOB = Actor("aws:AIDABOB", "user", "bob", make.ACCOUNT, "aws")


def repeated(days: int = 3, **fields: object) -> list[Finding]:
    return [finding(f"f{day:02}", day, **fields) for day in range(days)]


def proposed(found: list[Finding], known: list[Finding] | None = None, base: Policy | None = None) -> tune.Proposals:
    return tune.propose(found, known or [], base or Policy())


def text(entry: Entry) -> str:
    return "\n".join(entry.lines)


def filled(proposals: tune.Proposals) -> Policy:
    """Read the proposals as the loader does, owner, reason and expiry filled in."""
    written = "\n".join(tune.written(proposals, [], []))
    for key, value in (("owner", "team@example.com"), ("reason", "looked at"), ("expires", "2030-01-31")):
        written = written.replace(f'{key}: ""', f'{key}: "{value}"')
    return parse(written.encode(), "policy.yaml")


def hidden(policy: Policy, found: list[Finding]) -> list[str]:
    return [one.finding_id for one in found if suppressions.suppressed(policy, one) is not None]


def test_what_repeats_on_three_days_is_proposed_and_hides_just_that() -> None:
    same = repeated()
    others = [
        finding("x1", 1, calls=["iam:CreateUser", "iam:CreateRole"]),
        finding("x2", 1, source_ip="203.0.113.9", networks=["203.0.113.0/24"]),
        finding("x3", 1, actor=BOB),
        finding("x4", 1, chain="recon_to_change"),
        finding("x5", 1, severity="high", calls=["iam:DeleteUser"]),
    ]
    proposals = proposed([*same, *others])
    assert [entry.section for entry in proposals.entries] == ["suppressions"]
    assert hidden(filled(proposals), [*same, *others]) == ["f00", "f01", "f02"]
    assert proposals.refusals == []


def test_what_came_on_two_days_is_not_proposed() -> None:
    twice = [finding("f1", 0), finding("f2", 0), finding("f3", 1)]
    assert proposed(twice) == tune.Proposals([], [], False)


def test_an_entry_is_refused_by_the_loader_until_somebody_answers_for_it() -> None:
    written = "\n".join(tune.written(proposed(repeated()), repeated(), []))
    with pytest.raises(PolicyError, match="owner"):
        parse(written.encode(), "policy.yaml")
    (entry,) = filled(proposed(repeated())).suppressions
    assert (entry.owner, entry.expires, entry.max_severity) == ("team@example.com", "2030-01-31", "low")


def test_the_narrowest_comes_first_and_the_wider_for_the_rest_alone() -> None:
    calls = [["iam:CreateUser"]] * 3 + [["iam:CreateRole"], ["iam:CreateGroup"], ["iam:PutRolePolicy"]]
    found = [finding(f"f{day}", day, calls=call) for day, call in enumerate(calls)]
    first, second = proposed(found).entries
    assert (first.alike, second.alike) == (
        "the same calls from the same networks",
        "several calls from the same networks",
    )
    assert [one.finding_id for one in second.covers] == ["f3", "f4", "f5"]
    assert "iam:CreateUser" not in text(second)


def test_an_entry_that_would_hide_a_known_true_positive_is_refused() -> None:
    true = finding("true", 5)
    proposals = proposed([*repeated(), true], [true])
    assert proposals.entries == []
    assert proposals.known
    assert "it would hide true, a known true positive" in proposals.refusals[0]


def test_a_graver_true_positive_of_the_same_kind_refuses_too() -> None:
    true = finding("true", 5, severity="critical")
    assert proposed(repeated(), [true]).known


def test_a_true_positive_of_another_network_refuses_nothing() -> None:
    true = finding("true", 5, source_ip="203.0.113.9", networks=["203.0.113.0/24"])
    proposals = proposed([*repeated(), true], [true])
    assert [one.finding_id for one in proposals.entries[0].covers] == ["f00", "f01", "f02"]
    assert not proposals.known


@pytest.mark.parametrize("severity", ["high", "critical"])
def test_high_and_critical_are_never_proposed(severity: str) -> None:
    proposals = proposed(repeated(severity=severity))
    assert proposals.entries == []
    assert "reach high or critical" in proposals.refusals[0]
    assert not proposals.known
    assert proposed(repeated(severity="medium")).entries


def test_what_only_shares_its_program_is_refused() -> None:
    found = [
        finding(
            f"f{number}",
            number,
            interface="iac",
            actor=Actor(f"aws:AIDA{number}", "user", f"user-{number}", make.ACCOUNT, "aws"),
            source_ip=f"203.0.113.{number}" if number % 2 else f"198.51.100.{number}",
            networks=["203.0.113.0/24" if number % 2 else "198.51.100.0/24"],
        )
        for number in range(6)
    ]
    proposals = proposed(found)
    assert proposals.entries == []
    assert proposals.refusals == [
        "shift_to_privileged by 6 actors with iac: they share neither identity nor network, only the program: "
        "a user agent is the caller's own text"
    ]


@pytest.mark.parametrize("source_ip", [None, "cloudformation.amazonaws.com", "10.1.2.3"])
def test_what_names_no_network_of_its_own_is_refused(source_ip: str | None) -> None:
    proposals = proposed(repeated(source_ip=source_ip))
    assert proposals.entries == []
    assert "address" in proposals.refusals[0]


def test_break_glass_is_refused() -> None:
    base = Policy(break_glass=("aws:AIDAALICE",))
    assert proposed(repeated(), base=base).entries == []
    assert "break-glass" in proposed(repeated(), base=base).refusals[0]


def test_what_the_policy_in_force_covers_needs_no_new_entry() -> None:
    base = filled(proposed(repeated()))
    assert proposed(repeated(), base=base) == tune.Proposals([], [], False)


@pytest.mark.parametrize(
    "fields", [{"status": "retracted"}, {"suppressed": Suppressed("o", "r", None)}], ids=["retracted", "suppressed"]
)
def test_what_is_not_seen_any_more_needs_no_entry(fields: dict[str, object]) -> None:
    assert proposed(repeated(**fields)).entries == []


def test_automation_gets_an_envelope_that_its_calls_stay_inside_of() -> None:
    found = repeated(actor=ROLE, calls=["iam:PutRolePolicy"], interface="iac")
    proposals = proposed(found)
    (entry,) = filled(proposals).automation
    assert entry.identities == ("aws:AROADEPLOY",)
    assert entry.networks == (make.OFFICE,)
    assert "iam:PutRolePolicy" in entry.actions
    assert (entry.schedule.hours, entry.schedule.timezone) == ("08:00-09:00", "UTC")
    call = make.by_role("e1", 0, "iam:PutRolePolicy", "deploy", "s", "ASIA1", interface="iac")
    assert envelopes.judge(entry, ROLE, call) == []
    elsewhere = make.changed(call, {"source_ip": "203.0.113.9"})
    assert envelopes.judge(entry, ROLE, elsewhere) == ["network 203.0.113.0/24 is none of the envelope's"]
    assert envelopes.judge(entry, ROLE, make.changed(call, {"action": "CreateAccessKey"})) != []


def test_an_envelope_that_a_true_positive_lies_inside_of_is_refused() -> None:
    true = finding("true", 9, actor=ROLE, severity="critical")
    proposals = proposed(repeated(actor=ROLE), [true])
    assert proposals.entries == []
    assert proposals.known
    outside = msgspec.structs.replace(finding("true", 9, actor=ROLE, calls=["iam:CreateAccessKey"]))
    assert [entry.section for entry in proposed(repeated(actor=ROLE), [outside]).entries] == ["automation"]


def test_an_envelope_that_a_high_finding_lies_inside_of_is_refused() -> None:
    high = finding("high", 9, actor=ROLE, severity="high")
    assert proposed([*repeated(actor=ROLE), high]).entries == []


def test_secrets_are_named_call_by_call() -> None:
    found = repeated(actor=ROLE, calls=["secretsmanager:GetSecretValue", "ec2:RunInstances"])
    (entry,) = filled(proposed(found)).automation
    assert set(entry.actions) == {
        "secretsmanager:GetSecretValue",
        "ec2:RunInstances",
        "ec2:Describe*",
        "ec2:List*",
    }


@pytest.mark.parametrize("name", ["*", "a?b", "x[y]z", "a: b # c", '"quoted"', "- x", "{a}", "naïve", "&a *b"])
def test_a_log_s_text_says_nothing_but_itself(name: str) -> None:
    actor = Actor(f"aws:{name}", "user", name, make.ACCOUNT, "aws")
    other = finding("other", 1, actor=Actor("aws:other", "user", "other", make.ACCOUNT, "aws"))
    found = [*repeated(actor=actor, calls=[f"iam:{name}"]), other]
    assert hidden(filled(proposed(found)), found) == ["f00", "f01", "f02"]


@pytest.mark.parametrize("name", ["a\nversion: 1", "\x1b[31m", "\ud800", "*" * 20, "x" * 300, ""])
def test_what_a_policy_cannot_say_is_refused_or_named_otherwise(name: str) -> None:
    actor = Actor(f"aws:{name}", "user", name, make.ACCOUNT, "aws")
    proposals = proposed(repeated(actor=actor))
    written = tune.written(proposals, [], [])
    assert all(line.isprintable() for line in written)
    if name:
        assert proposals.entries == []
        assert proposals.refusals


def test_full_lists_are_refused() -> None:
    networks = [f"198.51.{number}.0/24" for number in range(100, 132)]
    assert "cannot cover it whole" in proposed(repeated(networks=networks)).refusals[0]


def test_many_addresses_are_named_by_their_networks() -> None:
    found = [finding(f"f{day}", day, source_ip=f"198.51.100.{day}") for day in range(6)]
    (entry,) = filled(proposed(found)).suppressions
    assert entry.networks == ("198.51.100.0/24",)
    (entry,) = filled(proposed(found[:4])).suppressions
    assert entry.networks == tuple(f"198.51.100.{day}" for day in range(4))


# The command line.


def run(*arguments: str) -> int:
    parser = argparse.ArgumentParser()
    tune.add_arguments(parser)
    return tune.run(parser.parse_args(arguments))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return findings.write(tmp_path / "findings.jsonl", *repeated(), finding("beef", 7))


def test_the_command_prints_a_policy_and_says_what_it_would_have_hidden(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(str(file)) == 0
    said = capsys.readouterr().out
    assert "# 4 findings on 4 days (2026-03-03 to 2026-03-10), the gravest low:" in said
    assert "# f00, f01, f02, beef" in said


def test_nothing_that_repeats_is_no_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(str(findings.write(tmp_path / "f.jsonl", finding("f1")))) == 0
    assert "# Nothing is proposed." in capsys.readouterr().out


@pytest.mark.parametrize("listed", ["beef\n", "# the theft of March\n\nbee  # looked at\n"])
def test_true_positives_may_be_ids(file: Path, tmp_path: Path, listed: str, capsys: pytest.CaptureFixture[str]) -> None:
    true = tmp_path / "true.txt"
    true.write_text(listed)
    assert run(str(file), "--true-positives", str(true)) == tune.REFUSED
    assert "it would hide beef, a known true positive" in capsys.readouterr().out


def test_true_positives_may_be_findings_of_another_run(file: Path, tmp_path: Path) -> None:
    same = findings.write(tmp_path / "true.jsonl", finding("other", 20))
    assert run(str(file), "--true-positives", str(same)) == tune.REFUSED
    apart = findings.write(tmp_path / "apart.jsonl", finding("other", 20, actor=BOB))
    assert run(str(file), "--true-positives", str(apart)) == 0


@pytest.mark.parametrize(
    ("listed", "said"),
    [
        ("nope\n", "true.txt:1: no finding begins with nope"),
        ("\nf0\n", "true.txt:2: 3 findings begin with f0"),
        ("# none\n", "true.txt: names no finding"),
        ("{}\n", "true.txt:1: is no finding"),
    ],
)
def test_true_positives_that_cannot_be_told_are_an_error(
    file: Path, tmp_path: Path, listed: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    true = tmp_path / "true.txt"
    true.write_text(listed)
    assert run(str(file), "--true-positives", str(true)) == 1
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["missing.jsonl"], "missing.jsonl: No such file"),
        (["{file}", "--policy", "missing.yaml"], "missing.yaml: cannot be read"),
        (["{file}", "--true-positives", "missing.txt"], "missing.txt: No such file"),
        (["{file}", "--days", "1"], "--days 1: what came on one day does not repeat"),
    ],
)
def test_wrong_arguments_are_one_line(
    file: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*(argument.format(file=file) for argument in arguments)) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert said in err
