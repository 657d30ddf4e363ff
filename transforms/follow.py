"""FollowCredentials: from events to steps, keyed by credential on the way in and by actor on the way out."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import apache_beam as beam
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from analytic.fold import Fold, Item
from analytic.lineage import Follow
from analytic.links import inputs, used
from analytic.policy import Policy
from analytic.resolve import ROUNDS, Resolve
from analytic.routing import used_key
from transforms.coders import EventBatch
from transforms.items import Keyed, encode_batches

Order = Callable[[Fold[Any, Any]], beam.PTransform]
"""How a fold is put in order: SortedFold for bounded input, InEventTime for a stream."""

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
        return follow_routed(routed.events, routed[_LINKS], self._order, self._policy)


def follow_routed(events: beam.PCollection, links: beam.PCollection, order: Order, policy: Policy) -> beam.PCollection:
    """Give the steps, by actor, of events and links that are at their keys."""
    resolved = links | "ResolveLinks" >> ResolveLinks(order, policy)
    return (events, resolved) | "Join" >> beam.Flatten() | "Follow" >> order(Follow(policy))


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
            links = links | f"Round{number}" >> self._order(Resolve(self._policy, last=number == ROUNDS))
        return links


class _RouteEventsFn(beam.DoFn):
    """Sends each event to the key that follows it: one element for each key of a bundle, whatever its events."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._events: dict[str, list[Item]] = defaultdict(list)
        # By id: a name is asked for once in a bundle, however many calls show it.
        self._links: dict[str, dict[str, Item]] = defaultdict(dict)
        self._held = 0
        self._earliest: Timestamp = MAX_TIMESTAMP

    def start_bundle(self) -> None:
        self._clear()

    def process(self, batch: EventBatch, timestamp: Timestamp = beam.DoFn.TimestampParam) -> Iterator[Any]:
        for event in batch.events:
            key = used_key(event)
            if key is not None:
                self._events[key].append(used(event))
            for at, item in inputs(event, self._policy):
                self._links[at][item.id] = item
        self._held += len(batch.events)
        self._earliest = min(self._earliest, timestamp)
        if self._held >= _BUNDLE_EVENTS:
            yield from self._batches()
            self._clear()

    def finish_bundle(self) -> Iterator[Any]:
        for output in self._batches():
            tag, keyed = (output.tag, output.value) if isinstance(output, TaggedOutput) else (None, output)
            value = WindowedValue(keyed, self._earliest, [GlobalWindow()])
            yield value if tag is None else TaggedOutput(tag, value)
        self._clear()

    def _batches(self) -> Iterator[Any]:
        yield from encode_batches(self._events)
        for keyed in encode_batches({key: list(items.values()) for key, items in self._links.items()}):
            yield TaggedOutput(_LINKS, keyed)

    def _clear(self) -> None:
        self._events = defaultdict(list)
        self._links = defaultdict(dict)
        self._held = 0
        self._earliest = MAX_TIMESTAMP
