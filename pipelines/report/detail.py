"""One finding as the report shows it: the record itself, with what is drawn and said of it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from markupsafe import Markup

from analytic.chains.chain import Chain
from analytic.formats.attack_tactics import TACTICS, named, tactics_of
from pipelines.report.drawing import bars, hops, lanes
from pipelines.report.overview import accounts_of, counts
from pipelines.report.queries import Query, queries
from pipelines.report.text import day_of, duration
from pipelines.views.explain import about
from pipelines.views.story import ACTOR_TYPES, Happening, checks, happenings
from schemas.records import Evidence, Finding, Reason

MAX_HAPPENINGS = 200
"""Lines of one timeline. Evidence is capped by the policy; a policy may allow thousands."""


MAX_EVIDENCE = 500
"""Rows of one table of evidence, and events in one drawing."""


class Weighed(NamedTuple):
    """A reason with its bar."""

    reason: Reason
    bar: Markup


class Technique(NamedTuple):
    """An ATT&CK technique of a finding."""

    id: str
    name: str
    tactics: str


class Row(NamedTuple):
    """What the list and its filters need of a finding."""

    finding: Finding
    accounts: list[str]
    day: str
    state: str


class Detail(NamedTuple):
    """All that stands below a finding's line in the list."""

    actor_type: str
    lasted: str
    graph: Markup | None
    hops_left_out: int
    timeline: Markup
    happenings: list[Happening]
    happenings_left_out: int
    techniques: list[Technique]
    reasons: list[Weighed]
    counter: list[Weighed]
    twins: Sequence[str]
    checks: list[str]
    stages: dict[str, str]
    evidence: list[Evidence]
    queries: list[Query]


def row(finding: Finding) -> Row:
    """Give a finding's line in the list."""
    state = "standing" if counts(finding) else "aside"
    return Row(finding, accounts_of(finding), day_of(finding.first_event_time), state)


def detail(finding: Finding, chains: Iterable[Chain]) -> Detail:
    """Give a finding's whole story; `chains` say what to check."""
    said = about(finding.chain, chains)
    told = happenings(finding)
    all_bits = [reason.bits for reason in [*finding.reasons, *finding.counter_evidence]]
    least, most = min([0.0, *all_bits]), max([0.0, *all_bits])
    return Detail(
        actor_type=ACTOR_TYPES.get(finding.actor.type, finding.actor.type),
        lasted=duration(finding.last_event_time - finding.first_event_time),
        graph=hops.graph(finding.hops, finding.actor.name) if finding.hops else None,
        hops_left_out=max(0, len(finding.hops) - hops.MAX_HOPS),
        timeline=lanes.timeline(msgspec.structs.replace(finding, evidence=finding.evidence[:MAX_EVIDENCE])),
        happenings=told[:MAX_HAPPENINGS],
        happenings_left_out=max(0, len(told) - MAX_HAPPENINGS),
        techniques=[_technique(technique) for technique in finding.attack.techniques],
        reasons=[Weighed(reason, bars.bits(reason.bits, least, most)) for reason in finding.reasons],
        counter=[Weighed(reason, bars.bits(reason.bits, least, most)) for reason in finding.counter_evidence],
        twins=said.benign,
        checks=list(checks(finding, said)),
        evidence=finding.evidence[:MAX_EVIDENCE],
        stages={stage.event_id: stage.stage for stage in finding.stages},
        queries=queries(finding),
    )


def _technique(technique: str) -> Technique:
    return Technique(technique, named(technique) or "", ", ".join(TACTICS[tactic] for tactic in tactics_of(technique)))
