"""The engine of all chains: which events are stages, what is remembered of them, and when a chain is complete.

A chain is complete at an event of its last stage when, within the window that ends there, each stage before it can be
filled with so many different events as it asks for, all of them before all events of the next stage. Events stand in
the fold's order (time, then id). The search goes backwards and takes the latest events for each stage: that leaves the
most room to the stages before it, so what it does not find is not there (tests/analytic/chains/test_engine.py holds it
against a search of all assignments).

What is remembered (marks.py) is bounded: at most 64 events a stage, the oldest out; nothing older than the window.
"""

from collections.abc import Sequence

from analytic.caps import MARKS, lose
from analytic.chains import facets
from analytic.chains.chain import MAX_MARKS
from analytic.chains.marks import NOWHERE, Mark, Marks, Position
from analytic.chains.moment import Match, Moment
from analytic.chains.rules import Calls, Rule, Rules
from analytic.chains.wording import Telling, told, unseen
from analytic.scoring import context_bits
from analytic.session import Noted
from schemas.records import Stage

__all__ = ["Rules", "step"]

NOTHING: frozenset[str] = frozenset()


def step(rules: Rules, calls: Calls, marks: Marks, moment: Moment) -> list[Match]:
    """Take one event of an actor: note what it may begin or go on with, and give the chains that it completes.

    `calls` is what the rules say of its call. The most telling chain comes first. `marks` is changed in place.
    """
    found = []
    noted, live, surprise, new = marks.noted, moment.live, moment.surprise, moment.new
    shifted = {trigger.shift.dimension for trigger in live} if live else NOTHING
    for rule, stages in calls.all if live or new or surprise else calls.quiet:
        last = rule.last
        # Most of what may be a later stage has no earlier one before it, and is asked nothing more; nor is what could
        # complete a chain whose gates nothing opens.
        shut = rule.gated
        if shut and live and rule.least_shift and not (rule.dimensions and rule.dimensions.isdisjoint(shifted)):
            shut = False
        if shut and rule.least_surprise and surprise >= rule.least_surprise:
            shut = False
        numbers = []
        for stage in stages:
            number, before, shifts, news, _, _ = stage
            if number < 0:
                if stage.holds(moment):
                    noted[rule.counters[~number].key] = [Mark(moment.evidence, None, "")]
                continue
            if (shut and number == last) or (number and not noted.get(before)):
                continue
            if (news and not new) or (shifts is not None and shifts.isdisjoint(shifted)):
                continue
            if stage.holds(moment):
                numbers.append(number)
        if not numbers:
            continue
        if numbers[-1] == last and _is_open(rule, moment):
            match = _completed(rule, marks, moment)
            if match is not None:
                found.append(match)
        for number in reversed(numbers):
            if number < last or rule.stages[last].least > 1:
                _note(rules, rule, marks, number, moment)
    return found


def _is_open(rule: Rule, moment: Moment) -> bool:
    """Whether the gates let the event complete the chain: either of them, where both are given."""
    shift, surprise = rule.least_shift, rule.least_surprise
    if not shift and not surprise:
        return True
    if surprise and moment.surprise >= surprise:
        return True
    if not shift:
        return False
    live = [trigger.shift for trigger in facets.own_triggers(moment)]
    return context_bits([one for one in live if not rule.dimensions or one.dimension in rule.dimensions]) >= shift


def _mark(rule: Rule, number: int, moment: Moment) -> Mark:
    event, network, obtains = moment.step.event, moment.context.network, rule.stages[number].obtains
    same = [facets.shared(facet, event, network, obtains) for facet in rule.same]
    apart = [facets.shared(facet, event, network, obtains) for facet in rule.apart]
    counted = facets.counted(rule.stages[number].counts, event)
    return Mark(moment.evidence, moment.act.technique, counted, same, apart, moment.act.impact)


def _note(rules: Rules, rule: Rule, marks: Marks, number: int, moment: Moment) -> None:
    """Note an event for a stage, if the stages before it are there; only the latest of its kind where that says all."""
    mark = _mark(rule, number, moment)
    since = mark.evidence.time - rule.window
    if number and _assign(rule, marks, number - 1, mark.position, None, since) is None:
        return
    key = rule.stages[number].key
    after = _noted(marks, rule, number + 1) if number + 1 < len(rule.stages) else ()
    # An older one of the same kind is of use only to an event of the next stage that lies between the two.
    used_until = after[-1].position if after else NOWHERE
    kept = [
        old
        for old in marks.noted.get(key, ())
        if old.evidence.time >= since
        and (old.counted != mark.counted or old.position < used_until or not _alike(old, mark))
    ]
    if rule.same or rule.apart or len(rule.stages) > 2:  # Else the latest events are all that is asked for.
        lose(moment.state.cuts, MARKS, len(kept) + 1 - MAX_MARKS, mark.evidence.time)
    marks.noted[key] = [*kept, mark][-MAX_MARKS:]
    _sweep(rules, marks, mark.evidence.time)


def _sweep(rules: Rules, marks: Marks, now: int) -> None:
    """Let go of stages whose window has passed, and of chains that are no more."""
    for key in [key for key, old in marks.noted.items() if old[-1].evidence.time < now - rules.keys.get(key, -1)]:
        del marks.noted[key]


def _alike(old: Mark, new: Mark) -> bool:
    return old.same == new.same and old.apart == new.apart


def _noted(marks: Marks, rule: Rule, number: int) -> Sequence[Mark]:
    return marks.noted.get(rule.stages[number].key, ())


def _assign(
    rule: Rule, marks: Marks, number: int, bound: Position, to: Mark | None, since: int
) -> list[list[Mark]] | None:
    """Fill the stages up to a number with the latest events before a bound; None where one cannot be filled.

    `to` is the event whose facets they share; None asks for no facets. Gives for each stage, the first first, all its
    different events that lie between the stages around it, oldest first.
    """
    filled: list[list[Mark]] = []
    while number >= 0:
        latest = _latest(_noted(marks, rule, number), bound, to, since)
        least = rule.stages[number].least
        if len(latest) < least:
            return None
        bound = latest[least - 1].position
        filled.insert(0, latest)
        number -= 1
    # Beside the latest, a stage has whatever else came after the latest of the stage before.
    ends = [NOWHERE, *(stage[0].position for stage in filled)]
    return [[mark for mark in reversed(stage) if mark.position > end] for stage, end in zip(filled, ends, strict=False)]


def _latest(noted: Sequence[Mark], bound: Position, to: Mark | None, since: int) -> list[Mark]:
    """Give the latest of each different event before a bound, the latest first."""
    found: dict[str, Mark] = {}
    for mark in reversed(noted):
        if mark.evidence.time < since:
            break
        if mark.position < bound and mark.counted not in found and (to is None or _belong(mark, to)):
            found[mark.counted] = mark
    return list(found.values())


def _belong(mark: Mark, to: Mark) -> bool:
    """Whether two events share what a chain's stages share, and differ where its last stage differs."""
    return all(not set(one).isdisjoint(other) for one, other in zip(mark.same, to.same, strict=False)) and all(
        _differ(one, other) for one, other in zip(mark.apart, to.apart, strict=False)
    )


def _differ(one: list[str], other: list[str]) -> bool:
    """Whether two events have other values of a facet; what the log does not say differs from nothing."""
    return any(one) and any(other) and set(one).isdisjoint(other)


def _completed(rule: Rule, marks: Marks, moment: Moment) -> Match | None:
    last = len(rule.stages) - 1
    mark = _mark(rule, last, moment)
    since = mark.evidence.time - rule.window
    beside: list[Mark] = []
    bound = mark.position
    stage = rule.stages[last]
    if stage.least > 1:
        # The event itself is one of them; its stage's others need only share what the chain's stages share.
        alike = Mark(mark.evidence, None, "", mark.same)
        others = _latest(_noted(marks, rule, last), bound, alike, since)
        beside = [other for other in others if other.counted != mark.counted]
        if len(beside) < stage.least - 1:
            return None
        bound = beside[stage.least - 2].position
    filled = _assign(rule, marks, last - 1, bound, mark, since)
    if filled is None:
        return None
    start = filled[-1][-1].position if filled else NOWHERE
    filled.append([other for other in reversed(beside) if other.position > start])
    first = next((marks_[0] for marks_ in filled if marks_), None)
    count = len(filled[0]) + (last == 0)
    telling = Telling(moment, first, count)
    triggers = facets.own_triggers(moment)
    earlier = [_as_noted(mark, rule.stages[number].name) for number, stage_ in enumerate(filled) for mark in stage_]
    recon = sum(noted.stage.stage == "recon" for noted in earlier)
    spots = [told(text, telling) for text in rule.blind_spots] + unseen(triggers, moment)
    title = told(rule.title, telling)
    completing = moment.stage(stage.name)
    against = [counter.reason for counter in rule.counters if _came(marks, counter.key, mark.position, since)]
    return Match(rule.name, completing, earlier, triggers, recon, title, spots, rule.bits, rule.story, against)


def _came(marks: Marks, key: str, before: Position, since: int) -> bool:
    noted = marks.noted.get(key)
    return noted is not None and noted[-1].position < before and noted[-1].evidence.time >= since


def _as_noted(mark: Mark, stage: str) -> Noted:
    evidence = mark.evidence
    place = (stage, evidence.time, evidence.event_id, evidence.service, evidence.action, mark.technique)
    return Noted(evidence, Stage(*place), mark.impact)
