"""The chains over the real hops and shifts, each event of an actor in its order: Detect without its drafts."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from analytic import analysis
from analytic.analysis import follow
from analytic.chains.chain import Chain
from analytic.chains.engine import Rules, step
from analytic.chains.examples import START
from analytic.chains.marks import Marks
from analytic.chains.moment import Match, Moment
from analytic.context.action import of_event
from analytic.draft import evidence_of
from analytic.learning import groups_before
from analytic.novelty import novelty
from analytic.peers import Groups
from analytic.policy import Policy
from analytic.session import ActorState, arm, enter, live
from analytic.shifts import by_service, context_of
from analytic.surprise import Expectation
from analytic.weighed import judged, news
from schemas.records import ApiEvent, Step


def matches(events: Iterable[ApiEvent], chains: Sequence[Chain]) -> list[tuple[str, Match]]:
    """Give each match with the id of the event that completed it."""
    by_actor: dict[str, list[Step]] = defaultdict(list)
    for one in follow(events):
        by_actor[one.actor.id].append(one)
    rules = Rules(chains, Policy())
    groups = groups_before(analysis._keyed(analysis._steps(events, Policy())), START, Policy())
    return [found for steps in by_actor.values() for found in _actor(steps, rules, groups)]


def _actor(steps: list[Step], rules: Rules, groups: Groups) -> list[tuple[str, Match]]:
    policy = Policy()
    expect = Expectation(policy, groups)
    state, marks, found = ActorState(), Marks(), []
    for one in steps:
        event, context = one.event, context_of(one.event)
        enter(state, event, context, policy)
        if by_service(event):
            continue
        act = of_event(event)
        shifts = judged(state, one, context, policy, expect) + news(state, one, context, policy, expect)
        matters = act.stage is not None and act.stage != "recon"
        name = f"{event.service}:{event.action}"
        surprise, new = novelty(state, one, context, name, matters, policy, expect)
        evidence = evidence_of(event)
        if shifts:
            arm(state, shifts, one, evidence, policy)
        near = live(state, event, context, policy)
        moment = Moment(state, one, act, context, evidence, near, policy, surprise, new)
        found += [(event.event_id, match) for match in step(rules, rules.possible(event, act), marks, moment)]
    return found
