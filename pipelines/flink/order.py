"""The two orders on Flink, as on Beam: under the watermark for streams, sorted at the end for bounded input.

Both hold bytes at a key and one event-time timer.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

from pyflink.datastream import KeyedProcessFunction
from pyflink.datastream.state import ListStateDescriptor

from analytic.event_log import arrived, parted
from analytic.event_time import EventTime
from analytic.fold import Fold, Item, fold_sorted
from analytic.items import Keyed, decode_items, encode_outputs
from analytic.policy import Policy
from pipelines.flink.counters import Counters
from pipelines.flink.elements import STATE
from transforms.collecting import collect_less

Order = Callable[[Fold[Any, Any]], KeyedProcessFunction]
"""How a fold is put in order."""

_END = (2**63 - 1) // 1_000 * 1_000
"""The last whole millisecond in 64 bits of microseconds: Flink's watermark of the end is a thousand times as far."""

_MILLISECOND = 1_000


class InEventTime(KeyedProcessFunction):
    """Holds a key's items to the watermark, steps them in event order, and revises what late ones change."""

    def __init__(self, fold: Fold[Any, Any], policy: Policy) -> None:
        """Takes the fold, and the policy with hold, horizon and caps."""
        self._event_time = EventTime(fold, policy)

    def open(self, runtime_context: Any) -> None:
        """Find the key's state: its log, and beside it the batches that came since, unread."""
        collect_less()
        self._kept = runtime_context.get_list_state(ListStateDescriptor("log", STATE))
        self._counters = Counters(runtime_context)

    def process_element(self, value: Keyed, ctx: Any) -> Iterator[Keyed]:
        """Keep a batch unread, and wake when it is due: a key is read once a wake, however much came for it."""
        _, batch = value
        self._kept.add(arrived(batch))
        ctx.timer_service().register_event_time_timer(self._due(decode_items(batch)))
        return iter(())

    def on_timer(self, timestamp: int, ctx: Any) -> Iterator[Keyed]:
        """Step what the watermark has passed: all of it at once, however far it went."""
        timers = ctx.timer_service()
        passed = timers.current_watermark()
        log, kept = parted(self._kept.get())
        batches = [decode_items(batch) for batch in kept]
        turn = self._event_time.receive(log, chain.from_iterable(batches), min(passed * _MILLISECOND, _END))
        if turn.counts.expired and passed * _MILLISECOND >= _END:
            turn = turn.at_the_end()
        # Everything was computed before: state is written last.
        outputs = encode_outputs(turn.outputs)
        self._counters.count(turn.counts)
        self._kept.update([] if turn.state is None else [turn.state])
        wake = None if turn.wake is None else turn.wake // _MILLISECOND
        # Flink's timers are told by their time. What is stepped with this one needs no wake of its own any more, and
        # one that has moved must be taken back, or it stays for weeks.
        over = {due for due in map(self._due, batches) if due <= passed}
        if turn.last is not None and turn.last // _MILLISECOND > passed:
            over.add(turn.last // _MILLISECOND)
        for due in over - {wake, timestamp}:
            timers.delete_event_time_timer(due)
        if wake is not None and turn.rearm:
            timers.register_event_time_timer(wake)
        return outputs

    def _due(self, items: list[Item]) -> int:
        return self._event_time.due(items) // _MILLISECOND


class SortedAtTheEnd(KeyedProcessFunction):
    """Gathers all of a key's items, sorts them and folds them once, when the input has ended."""

    def __init__(self, fold: Fold[Any, Any]) -> None:
        """Takes the fold."""
        self._fold = fold

    def open(self, runtime_context: Any) -> None:
        """Find the key's state."""
        collect_less()
        self._batches = runtime_context.get_list_state(ListStateDescriptor("batches", STATE))
        self._counters = Counters(runtime_context)

    def process_element(self, value: Keyed, ctx: Any) -> Iterator[Keyed]:
        """Keep a batch of items."""
        _, batch = value
        self._batches.add(batch)
        ctx.timer_service().register_event_time_timer(2**63 - 1)  # Flink's watermark of the end.
        return iter(())

    def on_timer(self, unused_timestamp: int, unused_ctx: Any) -> Iterator[Keyed]:
        """Fold."""
        items = (item for batch in self._batches.get() for item in decode_items(batch))
        outputs, counts = fold_sorted(self._fold, items)
        self._batches.clear()
        self._counters.count(counts)
        return encode_outputs(outputs)
