"""FollowCredentials: from events to steps, keyed by credential on the way in and by actor on the way out."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from analytic.items import Keyed
from analytic.lineage import Follow
from analytic.policy import Policy
from analytic.resolve import ROUNDS, Resolve
from analytic.routed import Routed
from transforms.coders import EventBatch
from transforms.order import Order

_LINKS = "links"
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
        route = beam.ParDo(_RouteEventsFn(self._policy)).with_input_types(EventBatch)
        typed = route.with_output_types(Keyed, **{_LINKS: Keyed})
        routed = events | "RouteEvents" >> typed.with_outputs(_LINKS, main="events")
        links = routed[_LINKS] | "ResolveLinks" >> ResolveLinks(self._order, self._policy)
        joined = (routed.events, links) | "Join" >> self._order.join()
        return joined | "Follow" >> self._order.fold(Follow(self._policy))


class ResolveLinks(beam.PTransform):
    """Resolves the few issuing events among themselves, so that the events are joined with them once."""

    def __init__(self, order: Order, policy: Policy) -> None:
        """Takes the order that the runner's input asks for, and the policy."""
        super().__init__()
        self._order = order
        self._policy = policy

    def expand(self, links: beam.PCollection) -> beam.PCollection:
        """Links at both their keys in, links as far up as is known out, at the keys of Follow."""
        for number in range(1, ROUNDS + 1):
            links = links | f"Round{number}" >> self._order.fold(Resolve(self._policy, last=number == ROUNDS))
        return links


class _RouteEventsFn(beam.DoFn):
    """Sends each event to the key that follows it: one element for each key of a bundle, whatever its events."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._routed = Routed(policy)
        self._earliest: Timestamp = MAX_TIMESTAMP

    def start_bundle(self) -> None:
        self._clear()

    def process(self, batch: EventBatch, timestamp: Timestamp = beam.DoFn.TimestampParam) -> Iterator[Any]:
        self._routed.add(batch.events)
        self._earliest = min(self._earliest, timestamp)
        if self._routed.held >= _BUNDLE_EVENTS:
            yield from self._batches()
            self._clear()

    def finish_bundle(self) -> Iterator[Any]:
        for output in self._batches():
            tag, keyed = (output.tag, output.value) if isinstance(output, TaggedOutput) else (None, output)
            value = WindowedValue(keyed, self._earliest, [GlobalWindow()])
            yield value if tag is None else TaggedOutput(tag, value)
        self._clear()

    def _batches(self) -> Iterator[Any]:
        yield from self._routed.events()
        for keyed in self._routed.links():
            yield TaggedOutput(_LINKS, keyed)

    def _clear(self) -> None:
        self._routed = Routed(self._policy)
        self._earliest = MAX_TIMESTAMP
