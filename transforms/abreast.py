"""Parsing and folding of bounded input by several processes, with the results of ParseAuditLogs and SortedFold.

For the in-process runner alone: other runners have workers of their own.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.pvalue import TaggedOutput
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from analytic.fold import Fold
from schemas.records import DeadLetter
from transforms.dead_letter import TAG
from transforms.items import Keyed
from transforms.metrics import count
from transforms.parse import count_records, dead_letters_of
from transforms.read import Block
from transforms.workers import Batches, Queue, Routed, Workers, fold_groups, parse_and_route

LINKS = "links"

_TASK_BYTES = 1024 * 1024
"""Keys are folded in tasks of about this many bytes: some thousand events, so that the way there and back is little."""

_BUNDLE_EVENTS = 50_000
"""Events after which a bundle's links are sent on, as _RouteEventsFn does: by then a name was asked for once."""

_current: list[Workers] = []
"""The processes of the run in this process: a DoFn is copied on its way to the runner, and a process is not."""


def use(workers: Workers) -> None:
    """Make these the processes of what runs from now on."""
    _current[:] = [workers]


class ParseAndRoute(beam.PTransform):
    """Parses blocks and sends each event to the key that follows it, in the run's processes."""

    def expand(self, blocks: beam.PCollection) -> Any:
        """Blocks in; outputs `events` and `links` by key, and `dead_letters`."""
        parse = (
            beam.ParDo(_ParseAndRouteFn())
            .with_input_types(Block)
            .with_output_types(Keyed, **{LINKS: Keyed, TAG: DeadLetter})
        )
        return blocks | "ParseAndRoute" >> parse.with_outputs(LINKS, TAG, main="events")


class _ParseAndRouteFn(beam.DoFn):
    def start_bundle(self) -> None:
        self._queue = Queue(_current[0])
        self._links: dict[str, dict[str, msgspec.Raw]] = defaultdict(dict)
        self._held = 0

    def process(self, block: Block) -> Iterator[object]:
        for routed in self._queue.put(parse_and_route, block.uri, block.number, block.data):
            yield from self._routed(routed)

    def finish_bundle(self) -> Iterator[object]:
        for routed in self._queue.rest():
            yield from map(_at_the_end, self._routed(routed))
        yield from map(_at_the_end, self._send_links())

    def _routed(self, routed: Routed) -> Iterator[object]:
        yield from dead_letters_of(routed.unread)
        count_records(routed.records, routed.parsed, routed.ignored)
        yield from routed.events
        for key, id_, item in routed.links:
            self._links[key][id_] = msgspec.Raw(item)
        self._held += routed.parsed
        if self._held >= _BUNDLE_EVENTS:
            yield from self._send_links()

    def _send_links(self) -> Iterator[object]:
        for key, items in self._links.items():
            yield TaggedOutput(LINKS, (key, msgspec.msgpack.encode(list(items.values()))))
        self._links = defaultdict(dict)
        self._held = 0


class FoldAbreast(beam.PTransform):
    """GroupByKey, sort, fold, as SortedFold does: the folding in the run's processes."""

    def __init__(self, number: int) -> None:
        """Takes the number of a fold that the processes know."""
        super().__init__()
        self._number = number

    def expand(self, keyed: beam.PCollection) -> beam.PCollection:
        """Batches of items by key in, batches of outputs by their next key out."""
        return (
            keyed
            | "GroupByKey" >> beam.GroupByKey()
            | "FoldAbreast" >> beam.ParDo(_FoldAbreastFn(self._number)).with_output_types(Keyed)
        )


class _FoldAbreastFn(beam.DoFn):
    def __init__(self, number: int) -> None:
        self._number = number

    def start_bundle(self) -> None:
        self._queue = Queue(_current[0])
        self._groups: list[list[bytes]] = []
        self._bytes = 0

    def process(self, element: tuple[str, Iterable[bytes]]) -> Iterator[object]:
        batches = list(element[1])
        self._groups.append(batches)
        self._bytes += sum(map(len, batches))
        if self._bytes >= _TASK_BYTES:
            groups, self._groups, self._bytes = self._groups, [], 0
            for folded in self._queue.put(fold_groups, self._number, groups):
                yield from _folded(folded)

    def finish_bundle(self) -> Iterator[object]:
        if self._groups:
            for folded in self._queue.put(fold_groups, self._number, self._groups):
                yield from map(_at_the_end, _folded(folded))
        for folded in self._queue.rest():
            yield from map(_at_the_end, _folded(folded))


def _folded(folded: tuple[Batches, Any]) -> Batches:
    batches, counts = folded
    count(counts)
    return batches


def _at_the_end(output: Any) -> Any:
    """Give what is put out when a bundle ends the window that a runner cannot know."""
    if isinstance(output, TaggedOutput):
        return TaggedOutput(output.tag, _at_the_end(output.value))
    return WindowedValue(output, MIN_TIMESTAMP, (GlobalWindow(),))


def abreast(workers: Workers) -> Any:
    """Give the order for bounded input whose folding several processes share."""

    def order(fold: Fold[Any, Any]) -> FoldAbreast:
        return FoldAbreast(workers.add(fold))

    return order
