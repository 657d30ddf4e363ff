"""Suppressions: a finding that somebody has looked at. It is still written, marked, and its events still feed chains.

A suppression hides only what it covers whole: where a finding's lists are full there may be more than they show, and
it is told.
"""

from functools import lru_cache
from typing import NamedTuple

from analytic.patterns import Calls, Globs, Networks, calls_of, end_of, networks_of
from analytic.policy import Policy
from analytic.policy_entries import Suppression
from analytic.scoring import SEVERITIES
from schemas.records import Finding, Suppressed

MAX_LISTED = 32
"""So many values a session lists (analytic/session.py): with as many there may be more."""


class _Cover(NamedTuple):
    """A compiled suppression."""

    chain: Globs
    actor: Globs
    accounts: Globs
    calls: Calls
    networks: Networks
    ends: int
    rank: int


def suppressed(policy: Policy, finding: Finding) -> Suppressed | None:
    """Give the mark of the first suppression that covers a finding; None where it is to be seen.

    The use of a break-glass identity is always told.
    """
    if not policy.suppressions or _by_break_glass(policy.break_glass, finding):
        return None
    for suppression in policy.suppressions:
        if _covers(suppression, finding, policy.max_evidence):
            cover = _cover(suppression)
            return Suppressed(suppression.owner, f"{suppression.name}: {suppression.reason}", cover.ends)
    return None


def _covers(suppression: Suppression, finding: Finding, max_evidence: int) -> bool:
    cover = _cover(suppression)
    if finding.severity_rank > cover.rank or finding.last_event_time >= cover.ends:
        return False
    if not cover.chain.match(finding.chain):
        return False
    if not cover.actor.match(finding.actor.id) and not cover.actor.match(finding.actor.name):
        return False
    return (
        (not suppression.accounts or _accounts(cover.accounts, finding))
        and (cover.calls.any_call or _stages(cover.calls, finding, max_evidence))
        and (not suppression.networks or _addresses(cover.networks, finding))
    )


def _accounts(accounts: Globs, finding: Finding) -> bool:
    reached = finding.session.accounts
    return 0 < len(reached) < MAX_LISTED and all(map(accounts.match, reached))


def _stages(calls: Calls, finding: Finding, max_evidence: int) -> bool:
    stages = finding.stages
    return 0 < len(stages) < max_evidence and all(calls.match(stage.service, stage.action) for stage in stages)


def _addresses(networks: Networks, finding: Finding) -> bool:
    """The evidence shows addresses and is capped, the session lists all networks as prefixes: both must agree."""
    seen = finding.session.networks
    return (
        bool(finding.evidence)
        and all(networks.holds(piece.source_ip) for piece in finding.evidence)
        and len(seen) < MAX_LISTED
        and all(map(networks.touches, seen))
    )


@lru_cache(4_096)
def _cover(suppression: Suppression) -> _Cover:
    return _Cover(
        Globs((suppression.chain,)),
        Globs((suppression.actor,)),
        Globs(suppression.accounts),
        calls_of(suppression.services, suppression.actions),
        networks_of(suppression.networks),
        end_of(suppression.expires),
        SEVERITIES.index(suppression.max_severity) + 1,
    )


def _by_break_glass(identities: tuple[str, ...], finding: Finding) -> bool:
    """Whether an emergency identity is behind a finding, or one of its hops leads there.

    A finding names principals shortly ("break-glass/alice"): an ARN is compared by its last part too. Where that goes
    too far a finding is told that need not be, never the other way.
    """
    if not identities:
        return False
    hops = (name for hop in finding.hops for name in (hop.from_, hop.to))
    names = {finding.actor.id, finding.actor.name, *hops}
    names |= {name.partition("/")[0] for name in names}
    globs = _emergency(identities)
    return any(map(globs.match, names))


@lru_cache(64)
def _emergency(identities: tuple[str, ...]) -> Globs:
    return Globs({*identities, *(identity.rpartition("/")[2] or identity for identity in identities)})
