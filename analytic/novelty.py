"""What is new in one event by the actor's baseline: which facets, and how many bits they say together.

Facets of the act itself: the service, the operation, the hours of the week, and the order in which acts that matter
follow each other. Those of the context (network, client ...) are shifts (analytic/session.py), and are named here too.
"""

from functools import lru_cache

from analytic.baseline import sessions
from analytic.peers import lent_of, role_of
from analytic.policy import HOUR, Policy
from analytic.session import ActorState, show
from analytic.shifts import Context
from analytic.surprise import CONTEXT, LEAST_HISTORY, Expectation
from schemas.records import Step

_THURSDAY = 3
"""The weekday of 1970-01-01, with Monday as 0."""

PART = 4 * HOUR
"""The hours of the week are counted in parts of this length (microseconds)."""


def hours_of(time: int) -> str:
    """Give the part of the week of a time (UTC microseconds): weekday or weekend, and the hours, four at a time."""
    return _part(time // PART)


@lru_cache(1_024)
def _part(hours: int) -> str:
    weekday = (hours // 6 + _THURSDAY) % 7
    start = hours % 6 * 4
    return f"{'weekend' if weekday >= 5 else 'weekday'} {start:02}-{start + 4:02}"


def novelty(
    state: ActorState, step: Step, context: Context, name: str, matters: bool, policy: Policy, expect: Expectation
) -> tuple[float, frozenset[str]]:
    """Note the act's facets in the session; give the bits of the most surprising, and the names of all that are new.

    `name` is service:operation, `matters` whether the operation does more than read.
    """
    event = step.event
    facets = [("service", event.service), ("hours", hours_of(event.time)), ("credential", event.credential_type)]
    if event.account:
        facets.append(("account", event.account))
    if event.region:
        facets.append(("region", event.region))
    role = role_of(event)
    if role is not None:
        facets.append(("role", role))
    if matters:
        facets.append(("action", name))
        if state.last_act is not None and state.last_act != name:
            facets.append(("transition", f"{state.last_act} > {name}"))
        state.last_act = name
    for facet in facets:
        show(state, facet, event.time, policy)
    lent = lent_of(event)
    if lent is not None:
        show(state, ("identity", lent), event.time, policy)  # Whose habits these are too, by the baseline file.
    if not state.baseline.sessions or sessions(state.baseline, event.time, policy.baseline_half_life) < LEAST_HISTORY:
        return 0.0, frozenset()
    surprise, new = 0.0, set()
    for facet in facets:
        if facet[1] not in state.baseline.values.get(facet[0], {}):
            new.add(facet[0])
            if facet[0] == "action" and expect.is_unheard_of(step, facet, event.time):
                new.add("unheard_action")
            if facet[0] == "service" and not expect.is_shared(step, facet, event.time):
                new.add("unshared_service")
        surprise = max(surprise, expect.facet_bits(state.baseline, step, facet, event.time))
    if lent is not None and step.hops and lent not in state.baseline.values.get("identity", {}):
        new.add("lent")
    for dimension in CONTEXT:
        value = getattr(context, dimension)
        if value is not None and value not in state.baseline.values.get(dimension, {}):
            new.add(dimension)
    return surprise, frozenset(new)
