"""What the caps on a key's state, or its time to live, let go: counted, and said in the findings that may lack it.

A state notes under the name of each cap how many went so far and when last, in event time. A finding made of the state
says so for as long as what went could still have mattered.
"""

from analytic.policy import Policy

Cuts = dict[str, tuple[int, int]]
"""By the cap's name: how many went so far, and the event time (UTC microseconds) at which the last one did."""

ISSUES, TOUCHES, FACETS = "issues", "touches", "facets"
"""Of Follow and Resolve; `FACETS` of Detect's sessions too."""

MARKS, SHIFTS, LESSONS, TAINTS = "marks", "shifts", "lessons", "taints"
"""Of Detect."""

ENDED = "ended"
"""The time to live, of all of them: it let an earlier state of the key go, nobody knows how much."""


def lose(cuts: Cuts, cap: str, count: int, time: int) -> None:
    """Note that a cap let so many go."""
    if count > 0:
        before, last = cuts.get(cap, (0, time))
        cuts[cap] = (before + count, max(last, time))


def ended(last: int) -> Cuts:
    """Give the cuts of a key whose earlier state ended by its time to live, after a last item of that time."""
    return {ENDED: (0, last)}


def felt_for(policy: Policy) -> int:
    """Say how long after the last item of a state that ended this is still said: its mark is kept so long."""
    return 2 * policy.time_to_live


def lost(cuts: Cuts) -> int:
    """Give how many went so far, for the metrics."""
    return sum(count for count, _ in cuts.values())


def since(cuts: Cuts, cap: str, time: int) -> bool:
    """Whether a cap let anything go since a time."""
    return cap in cuts and cuts[cap][1] >= time


def matters(cuts: Cuts, time: int, policy: Policy) -> list[str]:
    """Give the caps of Detect whose cut may still be felt at a time."""
    reach = {LESSONS: max(policy.quarantine, policy.chain_window), TAINTS: policy.baseline_half_life}
    reach[ENDED] = felt_for(policy)
    return [cap for cap in cuts if since(cuts, cap, time - reach.get(cap, policy.chain_window))]


def spot(cap: str, policy: Policy) -> str:
    """Say what a finding may lack by a cap, and which key of the policy raises it."""
    match cap:
        case "issues":
            what = f"more than {policy.max_issues} credentials were issued at one place (limits.max_issues)"
            return f"{what}: who holds an earlier one is forgotten"
        case "touches":
            what = f"more than {policy.max_touches} acts upon the workload were seen (limits.max_touches)"
            return f"{what}: an earlier one, and who did it, is forgotten"
        case "facets":
            what = f"more than {policy.max_facets} networks, programs or the like were seen (limits.max_facets)"
            return f"{what}: an earlier one counts as new again"
        case "marks":
            return "a stage came very often: a chain that only its earlier events would complete is not told"
        case "shifts":
            what = f"more than {policy.max_facets} shifts were live at once (limits.max_facets)"
            return f"{what}: what followed from an earlier one alone is not told"
        case "lessons":
            return (
                "many sessions wait for the quarantine to pass: what earlier ones showed was not learnt, and looks new"
            )
        case "taints":
            what = f"more than {4 * policy.max_facets} new things came with findings (limits.max_facets)"
            return f"{what}: an earlier one may have been learnt as usual"
        case "ended":
            what = "nothing came for longer than time_window.time_to_live, and what was known from before was let go"
            return f"{what}: who is behind a credential may lie there, an old place or habit counts as new"
    raise ValueError(f"{cap} is no cap of a state")
