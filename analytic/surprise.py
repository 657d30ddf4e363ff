"""Surprise in bits: how little an actor's baseline expects what a session shows. -log2 of its probability.

Of N sessions V values of a facet were new when they came. A value that was never seen is judged by how often *any* new
one came: (V + a p) / (N + a), with the shipped prior p for those without history, worth `a` sessions (the policy's
actor_strength). Who comes from another network each day says nothing by one more; who came from one network for 200
sessions says six bits. A value that was seen is judged with all that are as rare: seen once, it surprises hardly less
than never, so that one session teaches next to nothing. What the actor's peers do is expected of the actor too.
"""

from collections.abc import Hashable, Mapping
from math import log2

from analytic import baseline as counts
from analytic.baseline import Baseline, Facet
from analytic.peers import IDENTITY, LEAST_SHARE, Groups, groups_of, is_unheard_of, lent_of, role_of, share
from analytic.policy import Policy
from analytic.shifts import Context
from schemas.records import Step

NEW = {
    "network": 0.35,
    "country": 0.06,
    "cloud": 0.08,
    "interface": 0.3,
    "client": 0.4,
    "os": 0.08,
    "credential": 0.08,
    "service": 0.4,
    "action": 0.5,
    "hours": 0.3,
    "account": 0.2,
    "region": 0.1,
    "transition": 0.7,
    "role": 0.2,
}
"""How probable it is that a session of somebody without history shows a value of a facet that was not there before: the
project's own judgement, set on the simulator (seeds 1 to 50) and on principle: laptops move between networks, few
people between countries, operating systems or kinds of credential."""

NEW_TO_PROGRAMS = NEW | {
    "network": 0.15,
    "country": 0.03,
    "client": 0.15,
    "service": 0.1,
    "action": 0.15,
    "region": 0.05,
    "transition": 0.3,
}
"""The same of a program's identity: programs do the same each day, until somebody changes them."""

PROGRAMS = frozenset({"service_account", "service_principal", "workload", "service"})
"""Types of actor that only programs are. A role of which nobody is known to be behind it may be a person's."""

_MAX_KNOWN = 4_096
"""Values whose surprise is remembered, at some 300 bytes each; then they are worked out again."""

LEAST_HISTORY = 2.5
"""Sessions from which on something can be called new, or usual: before, everything is new and nothing a habit."""

USUAL_BITS = 1.0
"""What surprises less than this in an identity is usual of it."""

CONTEXT = ("network", "country", "interface", "client", "os")
"""The facets of where and with what somebody works."""

_ACTS = frozenset({"action", "transition"})
"""Facets that a session lacks because nothing of the kind was done, and not because a log does not say."""

NEVER_DONE = 1 / 3
"""The part of an act's surprise that comes on top of its impact where the actor never did it: the impact is how rare it
is in anybody already."""

MOST_BITS = 8.0
"""One facet says no more than this: logs have gaps, and a thousand sessions are no proof."""


def facet_bits(
    own: Baseline, facet: Facet, at: int, peers: float, policy: Policy, prior: Mapping[str, float] = NEW
) -> float:
    """Give the surprise of a facet's value; 0 while no session showed the facet. `peers` is their share of sessions."""
    half_life, strength = policy.baseline_half_life, policy.actor_strength
    total = counts.sessions(own, at, half_life, None if facet[0] in _ACTS else facet[0])
    if total <= 0:
        return 0.0
    new = counts.news(own, facet[0], at, half_life) + strength * prior.get(facet[0], 0.3)
    share = min(1.0, new / (total + strength))
    share += (1.0 - share) * counts.as_rare(own, facet)
    return bits(max(share, strength * peers / (total + strength)))


def habit_bits(own: Baseline, facet: Facet, most: float, at: int, policy: Policy) -> float:
    """Give the weight of what an actor does in some sessions and not in others, at most `most` bits, its prior."""
    total = counts.sessions(own, at, policy.baseline_half_life)
    shown = counts.seen(own, facet, at, policy.baseline_half_life)
    return min(most, bits((shown + policy.actor_strength * 2.0**-most) / (total + policy.actor_strength)))


def act_bits(
    own: Baseline, name: str, impact: float, at: int, peers: float, policy: Policy, prior: Mapping[str, float] = NEW
) -> float:
    """Give the weight of a privileged act: its impact is the prior, and the actor's history has its say on it.

    Done in most sessions it weighs next to nothing; never done, by one who seldom does anything new, more than its
    impact.
    """
    half_life, strength = policy.baseline_half_life, policy.actor_strength
    total = counts.sessions(own, at, half_life)
    if total <= 0:
        return impact
    shown = counts.seen(own, ("action", name), at, half_life)
    if shown > 0:
        return min(impact, bits((shown + strength * max(2.0**-impact, peers)) / (total + strength)))
    return min(MOST_BITS, impact + NEVER_DONE * facet_bits(own, ("action", name), at, peers, policy, prior))


class Expectation:
    """What is expected of an actor: by its own baseline, backed off to its peers', backed off to the shipped prior."""

    def __init__(self, policy: Policy, groups: Groups) -> None:
        """Takes the policy's half-life and strengths, and the baselines of the groups."""
        self._policy = policy
        self._groups = groups
        self._own: Baseline | None = None
        self._stands = (0.0, 0.0)
        self._known: dict[Hashable, float] = {}

    def facet_bits(self, own: Baseline, step: Step, facet: Facet, at: int) -> float:
        """Give the surprise of a facet's value in the actor of a step.

        It is the same until the baseline learns, which adds to its sessions, or time weighs otherwise, some three hours
        later: an actor's events are asked about the same few values, one after the other.
        """
        stands = (own.sessions, counts.weight(at, self._policy.baseline_half_life))
        if own is not self._own or stands != self._stands or len(self._known) >= _MAX_KNOWN:
            self._own, self._stands, self._known = own, stands, {}
        key = (facet, step.actor, step.event.issuer)
        known = self._known.get(key)
        if known is None:
            known = facet_bits(own, facet, at, self._peers(step, facet, at), self._policy, _prior(step))
            self._known[key] = known
        return known

    def act_bits(self, own: Baseline, step: Step, name: str, impact: float, at: int) -> float:
        """Give the weight of a privileged act of the actor of a step."""
        return act_bits(own, name, impact, at, self._peers(step, ("action", name), at), self._policy, _prior(step))

    def habit_bits(self, own: Baseline, facet: Facet, most: float, at: int) -> float:
        """Give the weight of an actor's habit."""
        return habit_bits(own, facet, most, at, self._policy)

    def is_unheard_of(self, step: Step, facet: Facet, at: int) -> bool:
        """Whether the peers of a step's actor are known, and do not show a facet's value either."""
        return is_unheard_of(self._groups, self._names(step), facet, at, self._policy)

    def is_shared(self, step: Step, facet: Facet, at: int) -> bool:
        """Whether the peers of a step's actor are known to show a facet's value."""
        return self._peers(step, facet, at) >= LEAST_SHARE

    def lent_bits(self, step: Step, name: str, value: str | None) -> float | None:
        """Give the surprise of a facet's value in the identity that somebody was lent; None where it is little known.

        Who works with a new key of a service account from where that always worked does as its programs do.
        """
        lent = lent_of(step.event) if self._groups and step.hops else None
        known = self._groups.get(IDENTITY + lent) if lent is not None else None
        if known is None or value is None:
            return None
        at = step.event.time
        if counts.sessions(known, at, self._policy.baseline_half_life, name) < LEAST_HISTORY:
            return None
        return facet_bits(known, (name, value), at, 0.0, self._policy, NEW_TO_PROGRAMS)

    def usual(self, step: Step, context: Context) -> frozenset[str]:
        """Give the facets whose value is usual of the identity that somebody was lent."""
        if lent_of(step.event) is None:
            return frozenset()
        found = ((name, self.lent_bits(step, name, getattr(context, name))) for name in CONTEXT)
        return frozenset(name for name, bits in found if bits is not None and bits < USUAL_BITS)

    def is_own_account(self, own: Baseline, step: Step, account: str) -> bool:
        """Whether an account is the organisation's: the actor or its peers have worked there, or the policy says so."""
        if account in self._policy.own_accounts or account in own.values.get("account", {}):
            return True
        known = (self._groups[name] for name in self._names(step) if name in self._groups)
        return any(account in group.values.get("account", {}) for group in known)

    def _names(self, step: Step) -> list[str]:
        return groups_of(step.actor, role_of(step.event)) if self._groups else []

    def _peers(self, step: Step, facet: Facet, at: int) -> float:
        if not self._groups:
            return 0.0
        return share(self._groups, self._names(step), facet, at, self._policy)


def _prior(step: Step) -> Mapping[str, float]:
    return NEW_TO_PROGRAMS if step.actor.type in PROGRAMS else NEW


def bits(probability: float) -> float:
    """Give -log2 of a probability, between 0 and MOST_BITS, to a hundredth."""
    return round(min(MOST_BITS, max(0.0, -log2(max(probability, 1e-9)))), 2)
