"""Work beside the runner, in processes of this machine: bytes go there and bytes come back.

The in-process runner works on one core. Parsing is done a block at a time and folding a key at a time, so both can be
done in other processes, while the runner goes on grouping and writing. Imports no Beam: a worker starts in a moment.
"""

import gc
import multiprocessing
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from typing import Any, NamedTuple, TypeVar

import msgspec

from analytic.fold import Counts, Fold, Item, fold_sorted
from analytic.links import inputs, used
from analytic.policy import Policy
from analytic.routing import used_key
from analytic.sources.parsing import Unread, parse_block
from transforms.databases import Databases
from transforms.items import decode_items, encode_batches, encode_outputs

GC_THRESHOLDS = (100_000, 50, 100)
"""Records are many, live long and hold no cycles: collecting less often saves a scan 18 % of its CPU, at no memory."""

_AHEAD = 3
"""Tasks for each process that are under way or wait: enough that none is idle, few enough to bound the memory."""

T = TypeVar("T")
Batches = list[tuple[str, bytes]]
"""Batches of items by key, as they go from stage to stage (transforms/items.py)."""


class Routed(NamedTuple):
    """A block's events by the key that follows them, its links (each by key and id), and what else it held."""

    events: Batches
    links: list[tuple[str, str, bytes]]
    parsed: int
    records: int
    ignored: Counter[str]
    unread: list[Unread]


class Workers:
    """Some processes with all that their tasks need: the policy, the databases, the folds by number."""

    def __init__(self, number: int, policy: Policy, databases: Databases) -> None:
        """Takes how many processes; none starts before the first task."""
        self.number = number
        self._policy = policy
        self._databases = databases
        self._folds: list[Fold[Any, Any]] = []
        self._pool: ProcessPoolExecutor | None = None

    def add(self, fold: Fold[Any, Any]) -> int:
        """Add a fold, before the first task; gives its number for `fold_groups`."""
        self._folds.append(fold)
        return len(self._folds) - 1

    def submit(self, task: Callable[..., T], *arguments: object) -> "Future[T]":
        """Give a task of this module to the next free process."""
        if self._pool is None:
            # Not forked: this process has the threads of a runner.
            context = multiprocessing.get_context("spawn")
            settings = (self._policy, self._databases, self._folds)
            self._pool = ProcessPoolExecutor(self.number, context, _start, settings)
        return self._pool.submit(task, *arguments)

    def close(self) -> None:
        """End the processes; what they had not begun is left undone."""
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
            self._pool = None


class Queue:
    """The tasks of one bundle, in their order; bounded, so that what waits does not pile up."""

    def __init__(self, workers: Workers) -> None:
        """Takes the processes."""
        self._workers = workers
        self._tasks: deque[Future[Any]] = deque()

    def put(self, task: Callable[..., T], *arguments: object) -> Iterator[T]:
        """Add a task; gives the results of the earlier ones that are done, or are waited for."""
        self._tasks.append(self._workers.submit(task, *arguments))
        while self._tasks and (self._tasks[0].done() or len(self._tasks) > _AHEAD * self._workers.number):
            yield self._tasks.popleft().result()

    def rest(self) -> Iterator[Any]:
        """Wait for the results of all tasks."""
        while self._tasks:
            yield self._tasks.popleft().result()


class _Settings(NamedTuple):
    policy: Policy
    databases: Databases
    folds: Sequence[Fold[Any, Any]]


_settings: list[_Settings] = []
"""What this process was started with, if it is a worker."""


def _start(policy: Policy, databases: Databases, folds: Sequence[Fold[Any, Any]]) -> None:
    gc.set_threshold(*GC_THRESHOLDS)
    databases.open()
    _settings[:] = [_Settings(policy, databases, folds)]


def parse_and_route(uri: str, number: int, data: bytes) -> Routed:
    """Parse a block, and send each event to the key that follows it (in a worker)."""
    policy, databases, _ = _settings[0]
    parsed = parse_block(data, number, uri, databases.locate)
    events: dict[str, list[Item]] = defaultdict(list)
    links: dict[tuple[str, str], Item] = {}
    for event in parsed.events:
        key = used_key(event)
        if key is not None:
            events[key].append(used(event))
        for at, item in inputs(event, policy):
            links[at, item.id] = item
    encode = msgspec.msgpack.Encoder().encode
    encoded = [(at, id_, encode(item)) for (at, id_), item in links.items()]
    count = len(parsed.events)
    return Routed(list(encode_batches(events)), encoded, count, parsed.records, parsed.ignored, parsed.unread)


def fold_groups(number: int, groups: list[list[bytes]]) -> tuple[Batches, Counts]:
    """Fold the items of some keys, each with all its batches, in event order (in a worker)."""
    fold = _settings[0].folds[number]
    outputs, total = [], Counts()
    for batches in groups:
        given, counts = fold_sorted(fold, (item for batch in batches for item in decode_items(batch)))
        outputs += given
        total.duplicates += counts.duplicates
    return list(encode_outputs(outputs)), total
