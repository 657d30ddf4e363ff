"""What an actor's peers do: the baselines of the groups that it belongs to, from the narrowest to the widest.

Peers are those who work with the same role or permission set, then those of the same account and kind of principal,
then those of the same kind anywhere in the organisation that the baseline was learnt from. A group's opinion is the
share of its sessions that show a value, smoothed towards the wider group's (the policy's peer_strength), and in the end
towards nothing: the shipped prior of analytic/surprise.py then stands alone.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from analytic import baseline as counts
from analytic.baseline import Baseline, Facet
from analytic.policy import Policy
from schemas.records import Actor, ApiEvent

Groups = Mapping[str, Baseline]
"""The baselines of groups, by `groups_of`'s names."""

PEERS = "peers|"
"""How the keys of groups begin."""

LEAST_SHARE = 0.01
"""What fewer sessions of the peers show than this is none of what they do: one in a hundred."""

IDENTITY = "peers|identity|"
"""How the keys of those begin who used one identity that is lent: a group of its own, and nobody's peers."""

_LENT = frozenset({"ServiceAccount", "ServicePrincipal"})
"""Google Cloud's service accounts and Entra's applications: whoever holds a key or a token of one works as it."""

_PERMISSION_SET = re.compile(r"AWSReservedSSO_(.+)_[0-9a-f]{16}")
"""The role that IAM Identity Center makes of a permission set in each account (its User Guide, "Permission sets")."""

_SERVICE_LINKED = ":role/aws-service-role/"


def role_of(event: ApiEvent) -> str | None:
    """Give the role that an event was made with, the same in all accounts, or the permission set behind it."""
    return _role(event.issuer) if event.issuer is not None else None


def lent_of(event: ApiEvent) -> str | None:
    """Give the id of the identity that an event was made as, if it is one that people and programs are lent."""
    return event.principal_id if event.principal_type in _LENT else None


@lru_cache(16_384)
def _role(issuer: str) -> str | None:
    if ":role/" not in issuer or _SERVICE_LINKED in issuer:
        return None
    name = issuer.rpartition("/")[2]
    found = _PERMISSION_SET.fullmatch(name)
    return found[1] if found else name


def groups_of(actor: Actor, role: str | None = None) -> list[str]:
    """Give the groups that an actor belongs to while it works with a role, the narrowest first."""
    kind = f"{PEERS}{actor.provider}|{actor.type}"
    found = [f"{PEERS}role|{role}"] if role is not None else []
    if actor.account:
        found.append(f"{kind}|{actor.account}")
    return [*found, kind]


def share(groups: Groups, names: list[str], facet: Facet, at: int, policy: Policy) -> float:
    """Give the share of the peers' sessions that show a facet's value, between 0 and 1. `names` as of `groups_of`."""
    found = 0.0
    for name in reversed(names):
        group = groups.get(name)
        if group is None:
            continue
        total = counts.sessions(group, at, policy.baseline_half_life)
        shown = counts.seen(group, facet, at, policy.baseline_half_life)
        found = (shown + policy.peer_strength * found) / (total + policy.peer_strength)
    return min(1.0, found)


def is_unheard_of(groups: Groups, names: list[str], facet: Facet, at: int, policy: Policy) -> bool:
    """Whether the peers are known well enough to say so, and hardly any of their sessions shows a facet's value.

    Known well is a group of whose sessions there are as many as the prior weighs (the policy's peer_strength).
    """
    for name in names:
        group = groups.get(name)
        if group is None:
            continue
        total = counts.sessions(group, at, policy.baseline_half_life)
        if total >= policy.peer_strength:
            return counts.seen(group, facet, at, policy.baseline_half_life) < LEAST_SHARE * total
    return False
