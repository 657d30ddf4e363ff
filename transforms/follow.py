"""FollowCredentials: from events to steps, keyed by credential on the way in and by actor on the way out."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from analytic.fold import Fold, Item
from analytic.lineage import Follow
from analytic.policy import Policy
from analytic.routing import heard, route
from transforms.coders import EventBatch
from transforms.items import Keyed, encode_batches

Order = Callable[[Fold[Any, Any]], beam.PTransform]
"""How a fold is put in order: SortedFold for bounded input, InEventTime for a stream."""

_BUNDLE_EVENTS = 50_000
"""Events held before a bundle's batches are sent on early: some 40 MB."""


class FollowCredentials(beam.PTransform):
    """Follows each credential's life; gives the steps in batches, keyed by the actor behind them."""

    def __init__(self, order: Order, policy: Policy) -> None:
        """Takes the order that the runner's input asks for, and the policy."""
        super().__init__()
        self._order = order
        self._policy = policy

    def expand(self, events: beam.PCollection) -> beam.PCollection:
        """Events in blocks in, steps by actor out."""
        return (
            events
            | "RouteEvents" >> beam.ParDo(_RouteEventsFn()).with_input_types(EventBatch).with_output_types(Keyed)
            | "Follow" >> self._order(Follow(self._policy))
        )


class _RouteEventsFn(beam.DoFn):
    """Sends each event to the keys that hear it: one element for each key of a bundle, whatever its events."""

    def __init__(self) -> None:
        self._batches: dict[str, list[Item]] = defaultdict(list)
        self._held = 0
        self._earliest: Timestamp = MAX_TIMESTAMP

    def start_bundle(self) -> None:
        self._clear()

    def process(
        self, batch: EventBatch, timestamp: Timestamp = beam.DoFn.TimestampParam
    ) -> Iterable[tuple[str, bytes]]:
        for event in batch.events:
            for key, roles in route(event).items():
                self._batches[key].append(heard(event, roles))
        self._held += len(batch.events)
        self._earliest = min(self._earliest, timestamp)
        if self._held < _BUNDLE_EVENTS:
            return ()
        batches = encode_batches(self._batches)
        self._clear()
        return batches

    def finish_bundle(self) -> Iterator[WindowedValue]:
        for keyed in encode_batches(self._batches):
            yield WindowedValue(keyed, self._earliest, [GlobalWindow()])
        self._clear()

    def _clear(self) -> None:
        self._batches = defaultdict(list)
        self._held = 0
        self._earliest = MAX_TIMESTAMP
