"""The whole analytic in one loop, without an engine: what the pipelines must equal and are measured against."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from analytic.detection import Detect
from analytic.fold import Item, fold_sorted
from analytic.lineage import Follow
from analytic.policy import Policy
from analytic.routing import heard, route
from schemas.records import ApiEvent, Finding


def analyse(events: Iterable[ApiEvent], policy: Policy | None = None) -> list[Finding]:
    """Give the findings of a bounded set of events, sorted by first event time, then id."""
    policy = policy or Policy()
    credentials: dict[str, list[Item]] = defaultdict(list)
    for event in events:
        for key, roles in route(event).items():
            credentials[key].append(heard(event, roles))
    actors: dict[str, list[Item]] = defaultdict(list)
    follow = Follow(policy)
    for items in credentials.values():
        for actor, item in fold_sorted(follow, items)[0]:
            actors[actor].append(item)
    decode = msgspec.msgpack.Decoder(Finding).decode
    detect = Detect(policy)
    findings = [decode(output.item.body) for items in actors.values() for output in fold_sorted(detect, items)[0]]
    return sorted(findings, key=lambda finding: (finding.first_event_time, finding.finding_id))
