"""A stream in plain Python: the two stages under EventTime, with a watermark and timers, as an engine would run them."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from analytic.detection import Detect
from analytic.event_time import EventTime
from analytic.fold import Fold, Item
from analytic.lineage import Follow
from analytic.policy import Policy
from analytic.routing import heard, route
from schemas.records import ApiEvent, Finding


class Stage:
    """One keyed stage: state bytes and one timer a key."""

    def __init__(self, fold: Fold, policy: Policy) -> None:
        self.event_time = EventTime(fold, policy)
        self.states: dict[str, bytes | None] = defaultdict(lambda: None)
        self.timers: dict[str, int] = {}
        self.counts: dict[str, int] = defaultdict(int)

    def receive(self, key: str, items: list[Item], watermark: int | None = None) -> list:
        copies = msgspec.msgpack.decode(msgspec.msgpack.encode(items), type=list[Item])
        turn = self.event_time.receive(self.states[key], copies, watermark)
        self.states[key] = turn.state
        if turn.wake is None:
            self.timers.pop(key, None)
        elif turn.rearm:
            self.timers[key] = turn.wake
        for name in turn.counts.__struct_fields__:
            self.counts[name] += getattr(turn.counts, name)
        return turn.outputs

    def advance(self, watermark: int) -> list:
        outputs = []
        while due := sorted((at, key) for key, at in self.timers.items() if at <= watermark):
            at, key = due[0]
            del self.timers[key]
            outputs += self.receive(key, [], at)
        return outputs


class Stream:
    """Follow and Detect in a row. `latest` holds the newest revision of each finding."""

    def __init__(self, policy: Policy) -> None:
        self.follow = Stage(Follow(policy), policy)
        self.detect = Stage(Detect(policy), policy)
        self.latest: dict[str, Finding] = {}
        self.revisions: dict[str, list[int]] = defaultdict(list)

    def bundle(self, events: Iterable[ApiEvent]) -> None:
        batches: dict[str, list[Item]] = defaultdict(list)
        for event in events:
            for key, roles in route(event).items():
                batches[key].append(heard(event, roles))
        for key, items in batches.items():
            self._on(self.follow.receive(key, items))

    def watermark(self, at: int) -> None:
        """Advance: timers fire in order, the second stage's watermark held behind the first's outputs."""
        self._on(self.follow.advance(at))
        self._write(self.detect.advance(at))

    def _on(self, outputs: list) -> None:
        for key, item in outputs:
            self._write(self.detect.receive(key, [item]))

    def _write(self, outputs: list) -> None:
        for _, item in outputs:
            finding = msgspec.msgpack.decode(item.body, type=Finding)
            self.revisions[finding.finding_id].append(item.revision)
            self.latest[finding.finding_id] = finding

    def findings(self) -> list[Finding]:
        standing = (finding for finding in self.latest.values() if finding.status != "retracted")
        return sorted(standing, key=lambda finding: (finding.first_event_time, finding.finding_id))
