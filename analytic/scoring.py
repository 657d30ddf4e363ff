"""What a draft weighs: reasons and counter-evidence in bits, their sum, and the severity it makes.

A simple additive score; the surprise model of a later version replaces it behind `weigh`. Facets that entail each other
count once: a new client brings its interface along, and a new home its network.
"""

from typing import NamedTuple

import msgspec

from analytic.policy import Policy
from analytic.session import Draft
from schemas.records import Reason, Shift

SEVERITIES = ("info", "low", "medium", "high", "critical")
"""From 1 to 5."""

DIRECT_BITS, DIRECT_STEP = 3.5, 0.5
"""Whoever does nothing but what matters knew what to take; each other kind of call takes a part of this away. People
and their tools look around all day: the benign console sessions at hand hold 17 to 92 other kinds of calls, real
detonations 0 to 4."""

RECON_BITS, RECON_STEP = 1.0, 0.15
"""Looking around before a change: little, for consoles and tools list all day too (DESIGN.md)."""

KNOWN_BITS, KNOWN_SESSIONS = -1.0, 8.0
"""What speaks for an actor with a long history, and after how many sessions half of it does: the session in which a
credential is stolen is one among all of its life. Set on the simulator (seeds 1 to 16, 25 to 32, 537 to 560)."""

DEVIATION_BITS = 2.0
"""Documented automation outside its envelope says more than an unknown doing the same (DESIGN.md)."""

BREAK_GLASS_BITS = 3.0

INSIDE_SHARE = 0.75
"""How much of a finding's score documented automation inside its envelope explains."""

_FAMILIES = {
    "network": "place",
    "country": "place",
    "travel": "place",
    "cloud": "hosting",
    "issue": "place",
    "home": "place",
    "history": "place",
    "interface": "program",
    "client": "program",
}
_NUMBERED_ACTS = 8


class Weight(NamedTuple):
    """The score in bits with what makes it."""

    score: float
    reasons: list[Reason]
    counter_evidence: list[Reason]


def severity_of(score: float, policy: Policy) -> tuple[str, int]:
    """Give the severity of a score in bits, and its rank from 1 (info) to 5 (critical)."""
    name = next((name for least, name in policy.thresholds if score >= least), "info")
    return name, SEVERITIES.index(name) + 1


def context_bits(shifts: list[Shift]) -> float:
    """Give the weight of shifts together: the heaviest of each family."""
    return sum(shift.bits for shift in _heaviest(shifts))


def weigh(draft: Draft) -> Weight:
    """Weigh a draft."""
    reasons = [Reason(f"shift:{shift.dimension}", shift.bits, shift.why) for shift in _heaviest(draft.shifts)]
    if draft.bits:
        reasons.append(Reason("chain", draft.bits, f"the stages follow the chain {draft.chain}"))
    ranked = sorted(draft.acts.items(), key=lambda act: (-act[1], act[0]))
    for place, (name, bits) in enumerate(ranked[:_NUMBERED_ACTS]):
        # The second act of a kind with the first says half as much, and so on: the sum stays below twice the heaviest.
        weight = round(bits * 0.5**place, 2)
        if weight > 0:
            reasons.append(Reason(f"act:{name}", weight, f"{name} weighs {bits:g} bits in itself"))
    if draft.recon:
        bits = round(min(RECON_BITS, RECON_STEP * draft.recon), 2)
        reasons.append(Reason("recon", bits, f"{draft.recon} kinds of reconnaissance came before"))
    if not draft.proven and {"history"} == {shift.dimension for shift in draft.shifts} - {"identity"}:
        reasons += [reason for reason in _unproven(draft) if reason.bits > 0]
    if draft.deviations:
        why = f"documented automation {draft.envelope}: {'; '.join(draft.deviations[:3])}"
        reasons.append(Reason("envelope", DEVIATION_BITS, why))
    if draft.break_glass:
        reasons.append(Reason("break_glass", BREAK_GLASS_BITS, "an identity that is kept for emergencies was used"))
    counter = _tempering(draft) + draft.against + _known(draft)
    if not draft.proven:
        counter += [reason for reason in _unproven(draft) if reason.bits < 0]
    score = sum(reason.bits for reason in reasons) + sum(reason.bits for reason in counter)
    if draft.envelope is not None and draft.inside == draft.matched and not draft.break_glass:
        expected = round(-INSIDE_SHARE * max(score, 0.0), 2)
        counter.append(Reason("envelope", expected, f"inside the envelope of documented automation {draft.envelope}"))
        score += expected
    reasons.sort(key=lambda reason: -reason.bits)
    return Weight(round(max(score, 0.0), 2), reasons, counter)


def _known(draft: Draft) -> list[Reason]:
    """Give what the actor's history says: most sessions of anybody are their own."""
    bits = round(KNOWN_BITS * draft.sessions / (draft.sessions + KNOWN_SESSIONS), 2)
    why = f"one more session of an actor of whom the logs know some {max(1, round(draft.sessions))}"
    return [Reason("known_actor", bits, why)] if bits < 0 else []


def _tempering(draft: Draft) -> list[Reason]:
    """Give what speaks for the context being the person's own: no more of it than the shifts say against it."""
    found = list(draft.calm)
    if draft.mfa is True:
        found.append(Reason("mfa", -1.0, "the session was opened with a second factor"))
    if draft.known_network:
        why = "the network is one that this actor or its peers have used before, or the organisation's own"
        found.append(Reason("known_network", -1.0, why))
    # What the baseline makes nothing of did not change: the client that somebody has each day beside another.
    shifted = {shift.dimension for shift in draft.shifts if shift.bits > 0} - {"identity", "history"}
    if shifted == {"network"}:
        found.append(Reason("same_device", -2.0, "only the network changed: the client stayed the same"))
    left = context_bits([shift for shift in draft.shifts if shift.dimension in shifted])
    bounded = []
    for reason in found:
        bits = round(max(reason.bits, -left), 2)
        left += bits
        if bits < 0:
            bounded.append(msgspec.structs.replace(reason, bits=bits))
    return bounded


def _unproven(draft: Draft) -> list[Reason]:
    """Weigh how straight an actor without history went to what matters. What program it claims to be says nothing."""
    bits = DIRECT_BITS - DIRECT_STEP * draft.others
    if bits > 0 and draft.hops:
        return []  # Whoever first assumes a role works as is asked of people, and not straight with what they hold.
    others = f"only {draft.others} kinds of calls" if draft.others else "nothing"
    why = f"{others} besides what matters: whoever called knew what to take"
    if bits < 0:
        why = f"{draft.others} or more other kinds of calls around it, as people at work make them"
    return [Reason("direct", bits, why)] if bits else []


def _heaviest(shifts: list[Shift]) -> list[Shift]:
    best: dict[str, Shift] = {}
    for shift in shifts:
        family = _FAMILIES.get(shift.dimension, shift.dimension)
        if family not in best or shift.bits > best[family].bits:
            best[family] = shift
    return list(best.values())
