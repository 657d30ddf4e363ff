"""From a draft to the finding that people read."""

from collections.abc import Iterator
from hashlib import blake2b

import msgspec

from analytic.policy import Policy
from analytic.scoring import severity_of, weigh
from analytic.session import MAX_LISTED, Draft
from analytic.suppressions import suppressed
from schemas.records import Attack, Automation, Finding, Session

ANALYTIC = "AN0215"
"""The ATT&CK analytic (detection strategy DET0078) that Tokentrail implements."""

ANALYTIC_VERSION = "1"
"""Raised when the same events give other findings: it is part of every finding's id."""

ATTACK_VERSION = "19"
"""The ATT&CK release that the technique ids are from."""

_NO_DATABASE = (
    "networks were compared by their prefix alone: "
    "no database of networks and countries was given (--asn-db, --country-db)"
)


def key_of(draft: Draft) -> str:
    """Give the finding's id: the same for every replay of the same events (DESIGN.md, the contract, point 6)."""
    parts = (ANALYTIC_VERSION, ANALYTIC, draft.chain, draft.actor.id, str(draft.session_started), draft.first_evidence)
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16).hexdigest()


def finding_of(draft: Draft, policy: Policy) -> Finding:
    """Give the finding that a draft is now. `detected_at` is set by whoever writes it: there is no clock here."""
    weight = weigh(draft)
    severity, rank = severity_of(weight.score, policy)
    evidence = sorted(draft.evidence, key=lambda piece: (piece.time, piece.event_id))
    stages = sorted(draft.stages, key=lambda stage: (stage.time, stage.event_id))
    finding = Finding(
        finding_id=key_of(draft),
        revision=0,
        status="open",
        analytic=ANALYTIC,
        chain=draft.chain,
        title=f"{draft.actor.name} {draft.subject}",
        severity=severity,
        severity_rank=rank,
        score=weight.score,
        first_event_time=evidence[0].time,
        last_event_time=max(draft.session.ended, evidence[-1].time),
        detected_at=None,
        actor=draft.actor,
        hops=sorted(draft.hops, key=lambda hop: (hop.time, hop.event_id or "", hop.to)),
        session=draft.session,
        shifts=sorted(draft.shifts, key=lambda shift: (shift.time, shift.event_id, shift.dimension)),
        stages=stages,
        reasons=weight.reasons,
        counter_evidence=weight.counter_evidence,
        blind_spots=[*draft.blind_spots, *_of_session(draft.session), *(() if draft.located else (_NO_DATABASE,))],
        evidence=evidence,
        evidence_total=draft.evidence_total,
        attack=Attack(ATTACK_VERSION, sorted({stage.technique for stage in stages if stage.technique})),
        automation=Automation(draft.envelope, list(draft.deviations)),
        rollback=draft.rollback,
        revoke=draft.revoke,
        pull=draft.pull,
    )
    finding.suppressed = suppressed(policy, finding)
    return finding


def _of_session(session: Session) -> Iterator[str]:
    """Say of which of a session's lists there may be more than is told."""
    for name in ("credentials", "interfaces", "networks", "accounts", "services"):
        if len(getattr(session, name)) >= MAX_LISTED:
            yield f"the session lists its first {MAX_LISTED} {name}: there may be more"


def retracted(finding: Finding) -> Finding:
    """Give a finding that no longer holds."""
    return msgspec.structs.replace(finding, status="retracted")


def revised(finding: Finding, revision: int) -> Finding:
    """Mark a finding as that revision of itself. Changes it, and gives it back."""
    finding.revision = revision
    if revision and finding.status == "open":
        finding.status = "revised"
    return finding
