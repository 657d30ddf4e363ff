"""The quality benchmark: what counts as found, as false, and as one incident, on a small organization."""

import msgspec
import pytest

from analytic.analysis import analyse
from analytic.policy import Policy
from benchmarks import quality
from benchmarks.quality_case import Case, Setting, build
from benchmarks.quality_judge import Judged, judge
from benchmarks.quality_report import Result, headline, tables
from benchmarks.quality_run import MEDIUM, Told, run


@pytest.fixture(scope="module")
def case() -> Case:
    return build(Setting(identities=20, days=2, warm_up=1, attacks=6, twins=3, seed=3))


@pytest.fixture(scope="module")
def told(case: Case) -> list[Told]:
    return run(case.events, Policy())


def test_every_record_is_read_and_every_event_has_its_truth(case: Case) -> None:
    assert case.unparsed == []
    assert {event.event_id for event in case.events} == case.truth.keys()
    assert {label for label, _, _ in case.truth.values()} == {"benign", "attack", "twin"}


def test_it_says_what_analyse_says(case: Case, told: list[Told]) -> None:
    assert [one.finding for one in told] == analyse(case.events, Policy())
    for finding, since in told:
        if finding.severity_rank >= MEDIUM:
            assert since is not None


def test_an_attack_is_found_by_a_medium_finding_with_its_events_as_evidence(case: Case, told: list[Told]) -> None:
    for verdict in judge(case, told).verdicts:
        gravest = verdict.findings[0].severity_rank if verdict.findings else 0
        assert verdict.found == (gravest >= MEDIUM)
        if verdict.found:
            assert (verdict.events or 0) >= 1


def test_without_findings_nothing_is_found_and_nothing_false(case: Case) -> None:
    judged = judge(case, [])
    assert (judged.recall, judged.precision, judged.false) == (0.0, 1.0, [])


def test_a_finding_about_a_twin_is_a_false_incident_of_that_twin(case: Case, told: list[Told]) -> None:
    twin = case.twins[0]
    model = told[0].finding
    evidence = [msgspec.structs.replace(model.evidence[0], event_id=event_id) for event_id in twin.event_ids]
    late = msgspec.structs.replace(
        model, severity="high", severity_rank=4, first_event_time=case.measured_from + 1, evidence=evidence, stages=[]
    )
    judged = judge(case, [Told(late, None)])
    assert [(one.of, one.twin) for one in judged.false] == [(f"{twin.scenario} of {twin.actor}", True)]
    assert judged.twins_fired == 1


def _benign(case: Case, told: list[Told], days: float) -> Judged:
    """Judge two findings about daily life, of one actor, so many days apart."""
    event = next(one for one in case.events if case.truth[one.event_id][0] == "benign" and one.principal_id)
    model = told[0].finding
    evidence = [msgspec.structs.replace(model.evidence[0], event_id=event.event_id)]
    start = case.measured_from + 1
    findings = [
        msgspec.structs.replace(
            model,
            finding_id=str(number),
            severity="high",
            severity_rank=4,
            first_event_time=start + int(number * days * 86_400_000_000),
            evidence=evidence,
            stages=[],
        )
        for number in range(2)
    ]
    return judge(case, [Told(finding, start) for finding in findings])


def test_findings_of_an_actor_within_a_day_are_one_false_incident(case: Case, told: list[Told]) -> None:
    assert len(_benign(case, told, 0.9).false) == 1
    assert len(_benign(case, told, 1.1).false) == 2


def test_warm_up_findings_are_not_false(case: Case, told: list[Told]) -> None:
    assert len(_benign(case, told, -2.0).false) == 1


def test_the_report_has_the_aims_figures(case: Case, told: list[Told]) -> None:
    judged = judge(case, told)
    result = Result(case.setting, judged, len(case.events), len(case.twins), [], 0.0, 0.0, [])
    text = tables([result], [result], [result]) + headline([result], [result], [result])
    for word in ("recall", "precision", "a day per 1,000 identities", "names the true person", "forged", "without"):
        assert word in text
    assert quality.missed_aims([result], [result], []) or judged.recall >= quality.AIM_RECALL


def test_each_seed_runs_without_attacks_too_and_its_false_incidents_are_held_against_the_aim(
    case: Case, told: list[Told]
) -> None:
    todo = quality.jobs(quality.command_line(["--attacks", "6", "--seeds", "2", "--forged"]))
    kinds = [(one.setting.seed, one.setting.attacks, one.setting.forged) for one in todo]
    assert kinds[:3] == [(101, 6, False), (101, 6, True), (101, 0, False)]
    assert len(kinds) == 6
    only = quality.jobs(quality.command_line(["--attacks", "6", "--attacked-only"]))
    assert [one.setting.attacks for one in only] == [6]
    assert len(quality.jobs(quality.command_line(["--attacks", "0"]))) == 1
    calm = Result(case.setting, Judged(), len(case.events), len(case.twins), [], 0.0, 0.0, [])
    noisy = calm._replace(judged=_benign(case, told, 0.9))
    assert quality.missed_aims([calm], [], [calm]) == []
    assert quality.missed_aims([calm], [], [noisy]) == [
        "50.00 false incidents a day per 1,000 identities without attacks are more than 1"
    ]


def test_a_setting_without_a_measured_day_is_refused() -> None:
    with pytest.raises(ValueError, match="leave nothing"):
        build(Setting(identities=20, days=2, warm_up=2, attacks=1, twins=0, seed=1))
