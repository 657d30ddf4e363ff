"""The two orders on Flink, as on Beam: under the watermark for streams, sorted at the end for bounded input.

Both hold bytes at a key and one event-time timer.
"""

from collections.abc import Callable, Iterator
from typing import Any

from pyflink.datastream import KeyedProcessFunction
from pyflink.datastream.state import ListStateDescriptor, ValueStateDescriptor

from analytic.event_time import EventTime, Turn
from analytic.fold import Fold, fold_sorted
from analytic.items import Keyed, decode_items, encode_outputs
from analytic.policy import Policy
from pipelines.flink.counters import Counters
from pipelines.flink.elements import BYTES
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
        """Find the key's state."""
        self._log = runtime_context.get_state(ValueStateDescriptor("log", BYTES))
        self._counters = Counters(runtime_context)

    def process_element(self, value: Keyed, ctx: Any) -> Iterator[Keyed]:
        """Hold a batch of items. Without the watermark: what is due is stepped when the timer says so."""
        _, batch = value
        return self._finish(self._event_time.receive(self._log.value(), decode_items(batch)), ctx)

    def on_timer(self, unused_timestamp: int, ctx: Any) -> Iterator[Keyed]:
        """Step what the watermark has passed: all of it at once, however far it went."""
        watermark = min(ctx.timer_service().current_watermark() * _MILLISECOND, _END)
        turn = self._event_time.receive(self._log.value(), (), watermark)
        return self._finish(turn.at_the_end() if turn.counts.expired and watermark >= _END else turn, ctx)

    def _finish(self, turn: Turn, ctx: Any) -> Iterator[Keyed]:
        # Everything was computed before: state is written last.
        outputs = encode_outputs(turn.outputs)
        self._counters.count(turn.counts)
        if turn.state is None:
            self._log.clear()
        else:
            self._log.update(turn.state)
        timers = ctx.timer_service()
        if turn.last is not None and turn.last != turn.wake and turn.last > timers.current_watermark() * _MILLISECOND:
            # Flink's timers are told by their time: one that has moved must be taken back, or it stays for weeks.
            timers.delete_event_time_timer(turn.last // _MILLISECOND)
        if turn.wake is not None and turn.rearm:
            timers.register_event_time_timer(turn.wake // _MILLISECOND)
        return outputs


class SortedAtTheEnd(KeyedProcessFunction):
    """Gathers all of a key's items, sorts them and folds them once, when the input has ended."""

    def __init__(self, fold: Fold[Any, Any]) -> None:
        """Takes the fold."""
        self._fold = fold

    def open(self, runtime_context: Any) -> None:
        """Find the key's state."""
        collect_less()
        self._batches = runtime_context.get_list_state(ListStateDescriptor("batches", BYTES))
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
