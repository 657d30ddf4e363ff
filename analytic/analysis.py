"""The whole analytic in one loop, without an engine: what the pipelines must equal and are measured against."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from analytic.chains.chain import Chain
from analytic.detection import Detect
from analytic.fold import Fold, Item, Output, fold_sorted
from analytic.learning import groups_before
from analytic.lineage import Follow
from analytic.links import inputs, used
from analytic.policy import Policy
from analytic.resolve import ROUNDS, Resolve
from analytic.routing import used_key
from analytic.window import Window, Within, numbered
from schemas.records import ApiEvent, Finding, Step

_Keyed = dict[str, list[Item]]


def analyse(
    events: Iterable[ApiEvent],
    policy: Policy | None = None,
    chains: tuple[Chain, ...] | None = None,
    history_until: int | None = None,
) -> list[Finding]:
    """Give the findings of a bounded set of events by the shipped chains, or others; by first event time, then id.

    With `history_until` (UTC microseconds) what is before it teaches what the peers do, as a baseline file would.
    """
    policy = policy or Policy()
    keyed = _keyed(_steps(events, policy))
    groups = None if history_until is None else groups_before(keyed, history_until, policy)
    return _findings(Detect(policy, groups, chains), keyed)


def analyse_window(events: Iterable[ApiEvent], window: Window, policy: Policy | None = None) -> list[Finding]:
    """Give the findings that a backfill's window tells, of all events that there are."""
    policy = policy or Policy()
    read = [event for event in events if window.origin <= event.time < window.until]
    found = _findings(Within(Detect(policy), window), _keyed(_steps(read, policy)))
    return [numbered(finding, window, policy) for finding in found]


def _findings(fold: Fold[Any, Any], keyed: _Keyed) -> list[Finding]:
    decode = msgspec.msgpack.Decoder(Finding).decode
    outputs = _fold(fold, keyed)
    return sorted(
        (decode(output.item.body) for output in outputs),
        key=lambda finding: (finding.first_event_time, finding.finding_id),
    )


def follow(events: Iterable[ApiEvent], policy: Policy | None = None) -> list[Step]:
    """Give the steps of a bounded set of events: each event once, with who is behind it, sorted by time, then id."""
    decode = msgspec.msgpack.Decoder(Step).decode
    steps = [decode(output.item.body) for output in _steps(events, policy or Policy())]
    return sorted(steps, key=lambda step: (step.event.time, step.event.event_id))


def _steps(events: Iterable[ApiEvent], policy: Policy) -> list[Output]:
    followed: _Keyed = defaultdict(list)
    links: _Keyed = defaultdict(list)
    for event in events:
        key = used_key(event)
        if key is not None:
            followed[key].append(used(event))
        for key, item in inputs(event, policy):
            links[key].append(item)
    for number in range(1, ROUNDS + 1):
        links = _keyed(_fold(Resolve(policy, last=number == ROUNDS), links))
    for key, items in links.items():
        followed[key].extend(items)
    return _fold(Follow(policy), followed)


def _fold(fold: Fold[Any, Any], keyed: _Keyed) -> list[Output]:
    return [output for items in keyed.values() for output in fold_sorted(fold, items)[0]]


def _keyed(outputs: Iterable[Output]) -> _Keyed:
    keyed: _Keyed = defaultdict(list)
    for key, item in outputs:
        keyed[key].append(item)
    return keyed
