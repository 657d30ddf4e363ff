"""Surprise in bits: how little an actor's baseline expects what a session shows. -log2 of its probability.

Of N sessions V values of a facet were new when they came. A value that was never seen is judged by how often *any* new
one came: (V + a p) / (N + a), with the shipped prior p for those without history, worth `a` sessions (the policy's
actor_strength). Who comes from another network each day says nothing by one more; who came from one network for 200
sessions says six bits. A value that was seen is judged with all that are as rare: seen once, it surprises hardly less
than never, so that one session teaches next to nothing. What the actor's peers do is expected of the actor too.
"""

from math import log2

from analytic import baseline as counts
from analytic.baseline import Baseline, Facet
from analytic.peers import Groups, share
from analytic.policy import Policy
from schemas.records import Actor

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
}
"""How probable it is that a session of somebody without history shows a value of a facet that was not there before: the
project's own judgement, set on the simulator (seeds 1 to 50) and on principle: laptops move between networks, few
people between countries, operating systems or kinds of credential."""

MOST_BITS = 8.0
"""One facet says no more than this: logs have gaps, and a thousand sessions are no proof."""


def facet_bits(own: Baseline, facet: Facet, at: int, peers: float, policy: Policy) -> float:
    """Give the surprise of a facet's value; 0 while no session showed the facet. `peers` is their share of sessions."""
    half_life, strength = policy.baseline_half_life, policy.actor_strength
    total = counts.sessions(own, at, half_life, facet[0])
    if total <= 0:
        return 0.0
    new = counts.news(own, facet[0], at, half_life) + strength * NEW.get(facet[0], 0.3)
    share = min(1.0, new / (total + strength))
    share += (1.0 - share) * counts.as_rare(own, facet)
    return bits(max(share, strength * peers / (total + strength)))


def act_bits(own: Baseline, name: str, impact: float, at: int, peers: float, policy: Policy) -> float:
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
    return min(MOST_BITS, impact + facet_bits(own, ("action", name), at, peers, policy) / 2)


class Expectation:
    """What is expected of an actor: by its own baseline, backed off to its peers', backed off to the shipped prior."""

    def __init__(self, policy: Policy, groups: Groups) -> None:
        """Takes the policy's half-life and strengths, and the baselines of the groups."""
        self._policy = policy
        self._groups = groups

    def facet_bits(self, own: Baseline, actor: Actor, facet: Facet, at: int) -> float:
        """Give the surprise of a facet's value."""
        return facet_bits(own, facet, at, self._peers(actor, facet, at), self._policy)

    def act_bits(self, own: Baseline, actor: Actor, name: str, impact: float, at: int) -> float:
        """Give the weight of a privileged act."""
        return act_bits(own, name, impact, at, self._peers(actor, ("action", name), at), self._policy)

    def _peers(self, actor: Actor, facet: Facet, at: int) -> float:
        return share(self._groups, actor, facet, at, self._policy) if self._groups else 0.0


def bits(probability: float) -> float:
    """Give -log2 of a probability, between 0 and MOST_BITS, to a hundredth."""
    return round(min(MOST_BITS, max(0.0, -log2(max(probability, 1e-9)))), 2)
