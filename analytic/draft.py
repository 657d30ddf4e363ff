"""A finding in the making: how a match adds to its session's draft."""

from collections.abc import Iterator

from analytic.baseline import sessions
from analytic.caps import matters, spot
from analytic.chains.moment import Match, Moment
from analytic.context.action import classify
from analytic.coverage.visibility import hidden
from analytic.envelopes import find, is_break_glass, is_trusted
from analytic.links import MAX_TOUCHED
from analytic.policy import Policy
from analytic.remedies.changes import gather, remedies
from analytic.resolve import ROUNDS
from analytic.session import ActorState, Draft, Noted, Trigger
from analytic.surprise import Expectation
from schemas.records import ApiEvent, Evidence, Hop, Reason, Session, Step

_NOBODY = frozenset({"role", "account", "service_account", "service_principal"})
"""Types of actor behind which somebody must stand whom the logs do not show."""

_MAX_DEVIATIONS = 16

_MAX_SPOTS = 64
_MORE_SPOTS = "there are more blind spots than these"

_MAX_ACTS = 64
"""Distinct acts that a draft weighs; more could not raise the score by a hundredth of a bit."""

_LISTED = 4
"""So many times the evidence that is listed is known by its id, to be counted once."""

_MAX_ALIKE = 10
"""Pieces of evidence of one kind (call, outcome, credential) that are listed: the rest is only counted."""


def evidence_of(event: ApiEvent) -> Evidence:
    """Give the pointer to an event."""
    return Evidence(
        event.event_id,
        event.time,
        event.service,
        event.action,
        event.outcome,
        event.interface,
        event.source_ip or event.source_service,
        event.credential_id,
        event.origin,
    )


def grow(state: ActorState, session: Session, moment: Moment, match: Match, expect: Expectation) -> Draft:
    """Put a match into the session's draft of its chain, or of the sibling chain; open one if there is none."""
    step, event, policy = moment.step, moment.step.event, moment.policy
    draft = state.drafts.get(match.story)
    if draft is None:
        first = match.earlier[0].evidence if match.earlier else moment.evidence
        draft = Draft(match.chain, step.actor, session.started, first.event_id, Session(0, 0), match.subject)
        draft.mfa = draft.known_network = True
        state.drafts[match.story] = draft
    draft.bits = max(draft.bits, match.bits)
    draft.against = [*draft.against, *(reason for reason in match.against if reason not in draft.against)]
    draft.session = Session(
        session.started,
        session.ended,
        sorted(session.credentials),
        sorted(session.interfaces),
        sorted(session.networks),
        sorted(session.accounts),
        sorted(session.services),
    )
    for trigger in _telling(match.triggers):
        if trigger.shift not in draft.shifts and len(draft.shifts) < policy.max_facets:
            draft.shifts.append(trigger.shift)
            _join(draft.hops, trigger.hops, policy.max_facets)
            _list(draft, trigger.evidence, policy.max_evidence)
    for noted in match.earlier:
        _put(draft, noted, policy.max_evidence)
        if noted.stage.stage != "recon":
            _weigh_in(draft, noted.evidence, weight_of(noted, event.provider), state, step, expect)
    _join(draft.hops, step.hops, policy.max_facets)
    _put(draft, Noted(moment.evidence, match.stage), policy.max_evidence)
    _weigh_in(draft, moment.evidence, moment.act.impact, state, step, expect)
    draft.recon = max(draft.recon, match.recon)
    draft.mfa = draft.mfa and event.mfa is True
    known = state.baseline.values.get("network", {})
    draft.known_network = draft.known_network and (
        moment.context.network in known
        or is_trusted(policy, event)
        or expect.is_shared(step, ("network", moment.context.network or ""), event.time)
    )
    draft.others = len(state.kinds)
    draft.proven = state.baseline.sessions > 0
    draft.sessions = sessions(state.baseline, event.time, policy.baseline_half_life)
    draft.located = draft.located or event.asn is not None or event.country is not None
    gather(draft.rollback, draft.revoke, draft.pull, remedies(event))
    _document(draft, moment)
    _note(draft, moment, match)
    return draft


def _telling(triggers: list[Trigger]) -> list[Trigger]:
    """Leave out that the actor has no history where something shifted: it is then no part of the story."""
    shifted = any(trigger.shift.dimension not in ("history", "identity") for trigger in triggers)
    return [trigger for trigger in triggers if not (shifted and trigger.shift.dimension == "history")]


def _document(draft: Draft, moment: Moment) -> None:
    """Hold the event against the documented automation of its identity, and against the break-glass identities."""
    policy, step = moment.policy, moment.step
    draft.matched += 1
    draft.break_glass = draft.break_glass or is_break_glass(policy, step.actor, step.event)
    found = find(policy, step.actor, step.event)
    if found is None:
        return
    envelope, deviations = found
    draft.envelope = envelope.name
    draft.inside += not deviations
    for deviation in deviations:
        if deviation not in draft.deviations and len(draft.deviations) < _MAX_DEVIATIONS:
            draft.deviations.append(deviation)


def _weigh_in(
    draft: Draft, evidence: Evidence, impact: float, state: ActorState, step: Step, expect: Expectation
) -> None:
    name = f"{evidence.service}:{evidence.action}"
    if name in draft.acts or len(draft.acts) < _MAX_ACTS:
        # What was refused was still tried, and changed nothing.
        bits = expect.act_bits(state.baseline, step, name, impact, evidence.time)
        weight = bits * (1.0 if evidence.outcome == "success" else 0.5)
        draft.acts[name] = max(draft.acts.get(name, 0.0), weight)


def weight_of(noted: Noted, provider: str) -> float:
    """Give what an earlier act weighs: as its record showed it, by its name alone where an older state says no more."""
    if noted.impact is not None:
        return noted.impact
    return classify(provider, noted.stage.service, noted.stage.action).impact


def _note(draft: Draft, moment: Moment, match: Match) -> None:
    step = moment.step
    spots = list(match.blind_spots) + hidden(step.event)
    if step.late:
        spots.append("an event came later than the policy allows to revise: what followed from it before may lack it")
    if step.event.clock_ahead is not None:
        ahead = round(step.event.clock_ahead / 1_000_000)
        spots.append(f"the clock behind an event was {ahead} s ahead of its arrival: when it happened is not sure")
    if step.actor.type in _NOBODY:
        spots.append(
            f"the call that issued this credential of {step.actor.name} was not seen: who is behind it is unknown"
        )
    for hop in step.hops:
        if hop.certainty == "ambiguous":
            spots.append(f"who stands behind {hop.to} is ambiguous: {hop.from_}")
        elif hop.certainty == "probable" and step.event.issued_to is None:
            spots.append(f"that {hop.from_} is behind {hop.to} is inferred from {hop.how}, by name and time")
    spots += (spot(cap, moment.policy) for cap in dict.fromkeys([*step.cuts, *_felt(moment)]))
    spots += _unlisted(draft, step, moment.policy)
    for text in spots:
        if text not in draft.blind_spots and len(draft.blind_spots) < _MAX_SPOTS:
            draft.blind_spots.append(text if len(draft.blind_spots) < _MAX_SPOTS - 1 else _MORE_SPOTS)
    if moment.context.interface == "console" and step.event.mfa is True and not draft.calm:
        draft.calm.append(Reason("console", -1.0, "a person at the console, with a second factor"))


def _felt(moment: Moment) -> list[str]:
    return matters(moment.state.cuts, moment.step.event.time, moment.policy) if moment.state.cuts else []


def _unlisted(draft: Draft, step: Step, policy: Policy) -> Iterator[str]:
    """Say of which lists of a finding, or of its record, there may be more than is told."""
    for what, told, most in (
        ("shifts", draft.shifts, policy.max_facets),
        ("hops", draft.hops, policy.max_facets),
        ("deviations from its documented automation", draft.deviations, _MAX_DEVIATIONS),
        ("stages", draft.stages, policy.max_evidence),
    ):
        if len(told) >= most:
            yield f"the first {most} {what} are told: there may be more"
    if len(draft.listed) >= _LISTED * policy.max_evidence:
        yield f"of more than {len(draft.listed)} pieces of evidence some may be counted twice in evidence_total"
    if len(step.event.touched) >= MAX_TOUCHED:
        yield f"a call named {MAX_TOUCHED} workloads or more: what was done on those after is not followed"
    if len(step.hops) >= 2**ROUNDS:
        yield f"the way up was followed over {2**ROUNDS} hops, and may go on"


def _put(draft: Draft, noted: Noted, cap: int) -> None:
    event_id = noted.evidence.event_id
    _list(draft, noted.evidence, cap)
    if len(draft.stages) < cap and all(stage.event_id != event_id for stage in draft.stages):
        alike = sum(stage.action == noted.stage.action and stage.stage == noted.stage.stage for stage in draft.stages)
        if alike < _MAX_ALIKE:
            draft.stages.append(noted.stage)


def _list(draft: Draft, evidence: Evidence, cap: int) -> None:
    """Count an event once, and list it unless there is enough of its kind."""
    if evidence.event_id in draft.listed:
        return
    if len(draft.listed) < _LISTED * cap:
        draft.listed[evidence.event_id] = 1
    draft.evidence_total += 1
    alike = sum(_kind(other) == _kind(evidence) for other in draft.evidence)
    if alike < _MAX_ALIKE and len(draft.evidence) < cap:
        draft.evidence.append(evidence)


def _kind(evidence: Evidence) -> tuple[str, str, str, str | None]:
    return (evidence.service, evidence.action, evidence.outcome, evidence.credential_id)


def _join(hops: list[Hop], more: list[Hop], cap: int) -> None:
    for hop in more:
        if hop not in hops and len(hops) < cap:
            hops.append(hop)
