"""A stream in plain Python: the two stages under EventTime, with a watermark and timers, as an engine would run them."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from analytic.detection import Detect
from analytic.event_time import EventTime
from analytic.fold import WITHDRAWN, Fold, Item
from analytic.lineage import Follow
from analytic.links import inputs, used
from analytic.policy import Policy
from analytic.resolve import ROUNDS, Resolve
from analytic.routing import used_key
from schemas.records import ApiEvent, Finding, Step


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
    """The rounds of Resolve, Follow and Detect in a row. `latest` holds the newest revision of each finding."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.rounds = [Stage(Resolve(policy, last=n == ROUNDS), policy) for n in range(1, ROUNDS + 1)]
        self.follow = Stage(Follow(policy), policy)
        self.detect = Stage(Detect(policy), policy)
        self.latest: dict[str, Finding] = {}
        self.revisions: dict[str, list[int]] = defaultdict(list)
        self.followed: dict[str, Item] = {}

    def bundle(self, events: Iterable[ApiEvent]) -> None:
        followed: dict[str, list[Item]] = defaultdict(list)
        links: dict[str, list[Item]] = defaultdict(list)
        for event in events:
            key = used_key(event)
            if key is not None:
                followed[key].append(used(event))
            for at, item in inputs(event, self.policy):
                links[at].append(item)
        for key, items in links.items():
            self._resolve(0, self.rounds[0].receive(key, items))
        for key, items in followed.items():
            self._follow(self.follow.receive(key, items))

    def watermark(self, at: int) -> None:
        """Advance: timers fire in order, each stage's watermark held behind the outputs of the one before."""
        for number, stage in enumerate(self.rounds):
            self._resolve(number, stage.advance(at))
        self._follow(self.follow.advance(at))
        self._write(self.detect.advance(at))

    def _resolve(self, number: int, outputs: list) -> None:
        for key, item in outputs:
            if number + 1 < ROUNDS:
                self._resolve(number + 1, self.rounds[number + 1].receive(key, [item]))
            else:
                self._follow(self.follow.receive(key, [item]))

    def _follow(self, outputs: list) -> None:
        for key, item in outputs:
            known = self.followed.get(item.id)
            if known is None or item.revision > known.revision:
                self.followed[item.id] = item
            self._write(self.detect.receive(key, [item]))

    def _write(self, outputs: list) -> None:
        for _, item in outputs:
            finding = msgspec.msgpack.decode(item.body, type=Finding)
            self.revisions[finding.finding_id].append(item.revision)
            self.latest[finding.finding_id] = finding

    def findings(self) -> list[Finding]:
        standing = (finding for finding in self.latest.values() if finding.status != "retracted")
        return sorted(standing, key=lambda finding: (finding.first_event_time, finding.finding_id))

    def steps(self) -> list[Step]:
        """Give the standing steps, each once."""
        standing = (item for item in self.followed.values() if item.body != WITHDRAWN)
        steps = [msgspec.msgpack.decode(item.body, type=Step) for item in standing]
        return sorted(steps, key=lambda step: (step.event.time, step.event.event_id))
