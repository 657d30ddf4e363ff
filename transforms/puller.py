"""A process's connection to a subscription: messages pulled ahead, leased, and acknowledged when told.

Unary pull, not streaming pull: Google's emulator goes on delivering to the stream of a client that was killed, so that
no restart could be proved with it. A process has one connection a subscription, because a runner makes as many DoFns
as it has bundles that are not yet final.
"""

import atexit
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from google.api_core.exceptions import (
    DeadlineExceeded,
    GoogleAPICallError,
    InternalServerError,
    RetryError,
    ServiceUnavailable,
    TooManyRequests,
)
from google.cloud import pubsub_v1


class Stop:
    """A drain of this process, where the runner offers none: the command asks for it, the source begins it."""

    def __init__(self) -> None:
        """Not asked for; `at` is the watermark, UTC microseconds, up to which all was told when reading ended."""
        self.asked = threading.Event()
        self.at: int | None = None


stop = Stop()
"""The one of this process."""

_PULL_MESSAGES = 1_000
"""The most that one pull gives (Pub/Sub quotas)."""

_IDS = 500
"""Ids in one request: an id has some 200 bytes, a request at most 512 KiB (Pub/Sub quotas)."""

_PULL_SECONDS = 30
"""How long a pull waits on an empty subscription, at most."""

_LEASE_SECONDS, _EXTEND_SECONDS = 60, 20
"""A lease is made so long, and extended so often."""

_EMPTY_SECONDS = 0.05
_RPC_SECONDS = 30.0
_TRANSIENT = (DeadlineExceeded, InternalServerError, ServiceUnavailable, TooManyRequests, RetryError)


class Limits(NamedTuple):
    """What may be outstanding: messages and bytes not yet acknowledged, and for how long a lease is extended."""

    messages: int = 10_000
    bytes: int = 128 * 1024 * 1024
    lease_seconds: int = 600


class PullError(Exception):
    """A subscription can't be read: which, and why. One argument, so that Beam keeps the type."""


class _Lease(NamedTuple):
    since: float
    size: int


class Puller:
    """Pulls one subscription ahead of its readers."""

    def __init__(self, subscription: str, limits: Limits) -> None:
        """Begin to pull."""
        self._subscription = subscription
        self._limits = limits
        self._arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._leases: dict[str, _Lease] = {}
        self._bytes = 0
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._error: GoogleAPICallError | None = None
        self._client = pubsub_v1.SubscriberClient()
        self._threads = [threading.Thread(target=run, daemon=True) for run in (self._pull, self._extend)]
        for thread in self._threads:
            thread.start()

    @property
    def outstanding(self) -> int:
        """How many messages were pulled and are not yet acknowledged or given up."""
        return len(self._leases)

    def take(self, most: int, seconds: float, patience: float) -> list[Any]:
        """Give messages: none if none comes for `patience`, else those of the next `seconds`. Raises PullError."""
        taken: list[Any] = []
        until = time.monotonic() + seconds
        wait = patience
        while len(taken) < most:
            try:
                taken.append(self._arrived.get(timeout=wait))
            except queue.Empty:
                break
            wait = min(patience, until - time.monotonic())
            if wait <= 0:
                break
        if not taken and self._error is not None:
            reason = " ".join(str(self._error.message).split())[:200]
            raise PullError(f"{self._subscription} can't be read: {reason}")
        return taken

    def acknowledging(self, messages: Sequence[Any]) -> Callable[[], None]:
        """Give what acknowledges messages: for when the runner has made their bundle final.

        An acknowledgement that fails is one more redelivery, and counts once like any.
        """
        ids = [message.ack_id for message in messages]

        def acknowledge() -> None:
            for some in _batches(ids):
                self._client.acknowledge(subscription=self._subscription, ack_ids=some, timeout=_RPC_SECONDS)
            self._forget(ids)

        return acknowledge

    def give_back(self) -> None:
        """Read no more, and let what was pulled and not taken be delivered again at once."""
        self._ended.set()
        ids = []
        while not self._arrived.empty():
            ids.append(self._arrived.get().ack_id)
        self._modify(ids, 0)
        self._forget(ids)

    def close(self) -> None:
        """Read no more."""
        self.give_back()
        self._client.close()

    def _pull(self) -> None:
        while not self._ended.is_set():
            free = min(_PULL_MESSAGES, self._limits.messages - len(self._leases))
            if free <= 0 or self._bytes >= self._limits.bytes:
                self._ended.wait(_EMPTY_SECONDS)
                continue
            try:
                answer = self._client.pull(subscription=self._subscription, max_messages=free, timeout=_PULL_SECONDS)
            except _TRANSIENT:
                self._ended.wait(_EMPTY_SECONDS)
                continue
            except GoogleAPICallError as error:
                self._error = error
                return
            except ValueError:
                return  # The client was closed while it waited.
            # The client's wrappers around the messages look each field up anew, which costs more than all that we do.
            messages = pubsub_v1.types.PullResponse.pb(answer).received_messages
            self._lease(messages)
            # Now, and not at the next round: a subscription's own deadline may be as short as ten seconds.
            self._modify([message.ack_id for message in messages], _LEASE_SECONDS)
            if not messages:
                self._ended.wait(_EMPTY_SECONDS)

    def _lease(self, messages: Sequence[Any]) -> None:
        now = time.monotonic()
        with self._lock:
            for message in messages:
                self._leases[message.ack_id] = _Lease(now, len(message.message.data))
                self._bytes += len(message.message.data)
        for message in messages:
            self._arrived.put(message)

    def _extend(self) -> None:
        """Extend the leases of what is being worked on; what is held for too long goes to another try."""
        while not self._ended.wait(_EXTEND_SECONDS):
            oldest = time.monotonic() - self._limits.lease_seconds
            with self._lock:
                given_up = [id_ for id_, lease in self._leases.items() if lease.since < oldest]
                kept = [id_ for id_, lease in self._leases.items() if lease.since >= oldest]
            self._forget(given_up)
            self._modify(kept, _LEASE_SECONDS)

    def _modify(self, ids: list[str], seconds: int) -> None:
        for some in _batches(ids):
            try:
                self._client.modify_ack_deadline(
                    subscription=self._subscription, ack_ids=some, ack_deadline_seconds=seconds, timeout=_RPC_SECONDS
                )
            except (GoogleAPICallError, RetryError):
                return  # What is not extended comes again, which counts once.

    def _forget(self, ids: Sequence[str]) -> None:
        with self._lock:
            for id_ in ids:
                lease = self._leases.pop(id_, None)
                self._bytes -= lease.size if lease is not None else 0


def _batches(ids: Sequence[str]) -> Iterator[list[str]]:
    return (list(ids[start : start + _IDS]) for start in range(0, len(ids), _IDS))


_pullers: dict[str, Puller] = {}
_opening = threading.Lock()


def puller_of(subscription: str, limits: Limits) -> Puller:
    """Give this process's connection to a subscription; the first call opens it."""
    with _opening:
        if subscription not in _pullers:
            _pullers[subscription] = Puller(subscription, limits)
        return _pullers[subscription]


def close_all() -> None:
    """Close this process's connections."""
    with _opening:
        while _pullers:
            _pullers.popitem()[1].close()


atexit.register(close_all)
