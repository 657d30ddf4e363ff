"""Runs the analytic over a case, and notes at which event each finding first became medium."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import msgspec

from analytic import analysis
from analytic.detection import Detect
from analytic.fold import Item, Output, fold_sorted
from analytic.learning import groups_before
from analytic.policy import Policy
from schemas.records import ApiEvent, Finding

MEDIUM = 3
"""The rank of medium: what is below it, nobody is called for."""


class Told(NamedTuple):
    """A finding, and the time (UTC microseconds) of the event that made it medium; None where it never became so."""

    finding: Finding
    since: int | None


class Watch:
    """A Detect that is watched: the same fold, with the first time that each finding was medium."""

    repeats = True

    def __init__(self, inner: Detect) -> None:
        """Takes the fold to watch."""
        self._inner = inner
        self._decode = msgspec.msgpack.Decoder(Finding).decode
        self.since: dict[str, int] = {}

    def step(self, state: Any, item: Item) -> tuple[Any, Sequence[tuple[str, Any]]]:
        """Take one item as the inner fold does."""
        state, drafts = self._inner.step(state, item)
        for id_, draft in drafts:
            if id_ not in self.since and self._decode(self._inner.render(draft)[1].body).severity_rank >= MEDIUM:
                self.since[id_] = item.time
        return state, drafts

    def render(self, draft: Any) -> tuple[str, Item]:
        """Give the finding."""
        return self._inner.render(draft)

    def retract(self, draft: Any) -> tuple[str, Item]:
        """Give the finding, retracted."""
        return self._inner.retract(draft)

    def recall(self, state: Any, id_: str) -> Any:
        """Give a draft that a state still holds."""
        return self._inner.recall(state, id_)

    def lost(self, state: Any) -> int:
        """Give how many things the caps have let go."""
        return self._inner.lost(state)

    def begin_after(self, last: int) -> Any:
        """As the fold does."""
        return self._inner.begin_after(last)

    def load(self, data: bytes) -> Any:
        """Decode a state."""
        return self._inner.load(data)

    def dump(self, state: Any) -> bytes:
        """Encode a state."""
        return self._inner.dump(state)


def run(events: Sequence[ApiEvent], policy: Policy, history_until: int | None = None) -> list[Told]:
    """Analyse events as `analytic.analysis.analyse` does; gives the findings by first event time, then id.

    With `history_until` (UTC microseconds) the peers are learnt from what is before it.
    """
    keyed = analysis._keyed(analysis._steps(events, policy))
    groups = groups_before(keyed, history_until, policy) if history_until is not None else None
    watch = Watch(Detect(policy, groups))
    outputs: list[Output] = [output for items in keyed.values() for output in fold_sorted(watch, items)[0]]
    decode = msgspec.msgpack.Decoder(Finding).decode
    findings = sorted((decode(output.item.body) for output in outputs), key=_order)
    return [Told(finding, watch.since.get(finding.finding_id)) for finding in findings]


def _order(finding: Finding) -> tuple[int, str]:
    return (finding.first_event_time, finding.finding_id)
