"""Judges findings against the truth: which attacks were found, by what, how soon, and what was called for nothing."""

from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

from analytic.policy import DAY, MINUTE
from benchmarks.quality_case import Case
from benchmarks.quality_run import MEDIUM, Told
from schemas.records import Finding
from simulator.attacks.scene import Planned


class Verdict(NamedTuple):
    """What was said of one attack: its findings, the gravest first, those below medium among them.

    `events` and `minutes` are from its first event to the one that made a finding medium; None where none did.
    """

    attack: Planned
    findings: list[Finding]
    events: int | None
    minutes: float | None

    @property
    def found(self) -> bool:
        """Whether a finding of medium or more has evidence among the attack's events."""
        return bool(self.findings) and self.findings[0].severity_rank >= MEDIUM

    @property
    def expected(self) -> bool:
        """Whether a finding of medium or more is of the chain that the attack was made for."""
        return any(one.chain == self.attack.chain and one.severity_rank >= MEDIUM for one in self.findings)

    @property
    def named(self) -> bool:
        """Whether its gravest finding names the true person."""
        return self.found and names(self.attack, self.findings[0])


class Incident(NamedTuple):
    """Findings of one actor within a day that nothing malicious is behind. `of` says whose events they are about."""

    findings: list[Finding]
    of: str
    twin: bool


@dataclass
class Judged:
    """All that is said of a case."""

    verdicts: list[Verdict] = field(default_factory=list)
    false: list[Incident] = field(default_factory=list)
    true: int = 0
    severities: dict[str, int] = field(default_factory=dict)
    true_findings: int = 0
    named_findings: int = 0

    @property
    def recall(self) -> float:
        """The share of the attacks that were found; 1 without attacks."""
        return sum(one.found for one in self.verdicts) / len(self.verdicts) if self.verdicts else 1.0

    @property
    def precision(self) -> float:
        """The share of the incidents that are true; 1 without incidents."""
        said = self.true + len(self.false)
        return self.true / said if said else 1.0

    @property
    def twins_fired(self) -> int:
        """How many twins were called."""
        return len({one.of for one in self.false if one.twin})


def judge(case: Case, told: list[Told]) -> Judged:
    """Judge the findings of a case."""
    judged, about = Judged(), {}
    said = [one for one in told if one.finding.status != "retracted"]
    for one in said:
        about[one.finding.finding_id] = _events(one.finding)
    malicious = {event_id for attack in case.attacks for event_id in attack.event_ids}
    for attack in case.attacks:
        judged.verdicts.append(_verdict(case, attack, said, about))
    false, true = [], set()
    for finding, _ in said:
        if finding.severity_rank < MEDIUM:
            continue
        if about[finding.finding_id] & malicious:
            judged.true_findings += 1
            judged.named_findings += any(
                names(attack, finding) and about[finding.finding_id] & attack.event_ids for attack in case.attacks
            )
            true.add((finding.actor.id, finding.first_event_time // DAY))
        elif finding.first_event_time >= case.measured_from:
            false.append(finding)
        else:
            continue
        judged.severities[finding.severity] = judged.severities.get(finding.severity, 0) + 1
    judged.true = len(true)
    judged.false = _incidents(case, false, about)
    return judged


def names(attack: Planned, finding: Finding) -> bool:
    """Whether a finding's actor is the one whose identity was used."""
    said = (finding.actor.name.lower(), finding.actor.id.lower())
    return any(name in attack.names for name in said) or any(
        len(name) > 11 and name in said[1] for name in attack.names
    )


def _events(finding: Finding) -> frozenset[str]:
    evidence = {piece.event_id for piece in finding.evidence} | {stage.event_id for stage in finding.stages}
    return frozenset(evidence)


def _verdict(case: Case, attack: Planned, said: list[Told], about: dict[str, frozenset[str]]) -> Verdict:
    own = attack.event_ids
    mine = [one for one in said if about[one.finding.finding_id] & own]
    mine.sort(key=lambda one: (-one.finding.score, one.finding.finding_id))
    began = min(note.at for note in attack.notes if note.event_id == attack.first) * 1000
    since = min((one.since for one in mine if one.since is not None), default=None)
    findings = [one.finding for one in mine]
    if since is None:
        return Verdict(attack, findings, None, None)
    events = sum(note.label == attack.label and 1000 * note.at <= since + 1_000_000 for note in attack.notes)
    return Verdict(attack, findings, max(events, 1), max(0.0, (since - began) / MINUTE))


def _incidents(case: Case, findings: list[Finding], about: dict[str, frozenset[str]]) -> list[Incident]:
    """Join the findings of one actor within a day of the first."""
    open_: dict[str, list[Finding]] = {}
    done: list[list[Finding]] = []
    for finding in sorted(findings, key=lambda one: one.first_event_time):
        group = open_.get(finding.actor.id)
        if group is None or finding.first_event_time - group[0].first_event_time > DAY:
            group = open_[finding.actor.id] = []
            done.append(group)
        group.append(finding)
    return [_incident(case, group, about) for group in done]


def _incident(case: Case, group: list[Finding], about: dict[str, frozenset[str]]) -> Incident:
    """Say what most of an incident's evidence is of."""
    ids = {event_id for finding in group for event_id in about[finding.finding_id]}
    truths = [case.truth[event_id] for event_id in sorted(ids) if event_id in case.truth]
    if not truths:
        return Incident(group, "unknown", False)
    # Whose act it is about, not who signed in before it.
    acts = [truth for truth in truths if truth[0] == "twin"] or truths
    kinds = Counter((label, scenario, story.first if story else "") for label, scenario, story in acts)
    (label, scenario, first), _ = kinds.most_common(1)[0]
    if not first:
        return Incident(group, scenario, False)
    if label != "twin":
        return Incident(group, f"what came before: {scenario}", False)
    actor = next(story.actor for _, _, story in truths if story is not None and story.first == first)
    return Incident(group, f"{scenario} of {actor}", True)
