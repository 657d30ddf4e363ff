"""Which of a key's links its credential came by, at a time: the choice that Resolve and Follow share."""

from analytic.caps import ISSUES, Cuts, lose
from analytic.links import Link
from analytic.policy import Policy
from analytic.routing import is_exact
from schemas.records import Hop

MAX_CANDIDATES = 8
"""Candidates that an ambiguous hop names: more than these nobody would look at."""

_HEARSAY = {"name": 1, "trust": 2}
"""How little a kind of link says of who it was; of those that fit only the surest count. Others issue something."""


def keep(links: dict[str, list[Link]], link: Link, policy: Policy, cuts: Cuts) -> None:
    """Put a link among those of its key, by credential; beyond the caps the earliest go, which `cuts` notes."""
    known = links.setdefault(link.credential_id or "", [])
    known.append(link)
    gone = known[: -policy.max_issues]
    del known[: len(gone)]
    if len(links) > policy.max_issues:
        gone += links.pop(next(iter(links)))
    lose(cuts, ISSUES, len(gone), link.time)


def choose(links: list[Link], at: int, exact: bool, last: bool, policy: Policy) -> tuple[Link | None, list[Link]]:
    """Choose the link by which a key's credential of that time came to be.

    Gives it, or the several that it may be. Of one credential the first issuing call stands, before what a name says.
    Of a principal or a name the latest stands, when all that fit lead to the same actor; before the `last` round they
    must also lead there by the same way, for those that differ may yet turn out to meet.
    """
    if not links:
        return None, []
    fit = [link for link in links if link.time - policy.issue_skew <= at <= _end(link, policy)]
    if len(fit) == 1:
        return fit[0], []
    if not fit:
        return None, []
    if exact:
        return min(fit, key=lambda link: (link.kind == "name", link.time, link.id)), []
    surest = min(_HEARSAY.get(link.kind, 0) for link in fit)
    told = [link for link in fit if _HEARSAY.get(link.kind, 0) == surest]
    ways = {(_who(link), None if last else link.parent) for link in told}
    if len(ways) > 1:
        return None, told
    return max(told, key=lambda link: (link.time, link.id)), []


def _who(link: Link) -> str | None:
    """Who stands at a link's top: one login is one person, also where two directories know it by ids of their own."""
    if link.actor is None:
        return None
    return link.actor.name.lower() if "@" in link.actor.name else link.actor.id


def _end(link: Link, policy: Policy) -> int:
    if link.child.startswith("n|person:"):
        return link.time + policy.sign_in_window
    if link.child.startswith("n|azure:"):
        return link.time + policy.token_life
    if link.lasting:
        return link.time + policy.chain_window
    if is_exact(link.child):
        return link.time + policy.time_to_live
    return link.expires if link.expires is not None else link.time + policy.chain_window


def ambiguous(several: list[Link], target: str) -> Hop:
    """Give the hop that says: it may have been any of these, and who they are."""
    names = sorted({link.actor.name for link in several if link.actor is not None})
    candidates = names[:MAX_CANDIDATES]
    more = [f"{len(names) - MAX_CANDIDATES} more"] if len(names) > MAX_CANDIDATES else []
    latest = max(several, key=lambda link: (link.time, link.id))
    how = latest.hops[-1].how if latest.hops else latest.how
    return Hop(" or ".join([*candidates, *more]), target, how, latest.time, None, "ambiguous", candidates)
