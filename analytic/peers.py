"""What an actor's peers do: the baselines of the groups that it belongs to, from the narrowest to the widest.

Peers are those of the same account and kind of principal, then those of the same kind anywhere. A group's opinion is
the share of its sessions that show a value, smoothed towards the wider group's (the policy's peer_strength), and in the
end towards nothing: the shipped prior of analytic/surprise.py then stands alone.
"""

from collections.abc import Mapping

from analytic import baseline as counts
from analytic.baseline import Baseline, Facet
from analytic.policy import Policy
from schemas.records import Actor

Groups = Mapping[str, Baseline]
"""The baselines of groups, by `groups_of`'s names."""


def groups_of(actor: Actor) -> list[str]:
    """Give the groups that an actor belongs to, the narrowest first."""
    kind = f"peers|{actor.provider}|{actor.type}"
    return [f"{kind}|{actor.account}", kind] if actor.account else [kind]


def share(groups: Groups, actor: Actor, facet: Facet, at: int, policy: Policy) -> float:
    """Give the share of the peers' sessions that show a facet's value, between 0 and 1."""
    found = 0.0
    for name in reversed(groups_of(actor)):
        group = groups.get(name)
        if group is None:
            continue
        total = counts.sessions(group, at, policy.baseline_half_life)
        shown = counts.seen(group, facet, at, policy.baseline_half_life)
        found = (shown + policy.peer_strength * found) / (total + policy.peer_strength)
    return min(1.0, found)
