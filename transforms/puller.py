"""A process's connection to a subscription: messages pulled ahead, leased, and acknowledged when told.

google-cloud-pubsub's streaming pull does the work: it extends the lease of every message until it is acknowledged or
given back, at most `lease_seconds` long, and stops pulling while too much is outstanding. A process has one connection
a subscription, because a runner makes as many DoFns as it has bundles that are not yet final.
"""

import atexit
import contextlib
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from google.api_core.exceptions import GoogleAPICallError
from google.cloud import pubsub_v1

stopping = threading.Event()
"""Set, it ends the reading of this process after the bundles that are open: a drain, where the runner offers none."""

_CLOSE_SECONDS = 5


class Limits(NamedTuple):
    """What may be outstanding: messages and bytes not yet acknowledged, and for how long at most."""

    messages: int = 10_000
    bytes: int = 128 * 1024 * 1024
    lease_seconds: int = 600


class PullError(Exception):
    """A subscription can't be read: which, and why. One argument, so that Beam keeps the type."""


class Puller:
    """Pulls one subscription ahead of its readers."""

    def __init__(self, subscription: str, limits: Limits) -> None:
        """Begin to pull."""
        self._subscription = subscription
        self._arrived: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._taken = 0
        self._lock = threading.Lock()
        self._client = pubsub_v1.SubscriberClient()
        self._stream = self._client.subscribe(
            subscription,
            callback=self._arrived.put,
            flow_control=pubsub_v1.types.FlowControl(
                max_messages=limits.messages, max_bytes=limits.bytes, max_lease_duration=limits.lease_seconds
            ),
        )

    @property
    def outstanding(self) -> bool:
        """Whether anything is waiting to be taken or acknowledged."""
        return self._taken > 0 or not self._arrived.empty()

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
        if not taken and self._stream.done():
            self._fail()
        with self._lock:
            self._taken += len(taken)
        return taken

    def acknowledging(self, messages: Sequence[Any]) -> Callable[[], None]:
        """Give what acknowledges messages: for when the runner has made their bundle final."""

        def acknowledge() -> None:
            for message in messages:
                message.ack()
            with self._lock:
                self._taken -= len(messages)

        return acknowledge

    def give_back(self) -> None:
        """Read no more, and let what was pulled and not taken be delivered to others."""
        self._stream.cancel()
        while not self._arrived.empty():
            self._arrived.get().nack()

    def close(self) -> None:
        """Read no more, and send the acknowledgements that were given."""
        self.give_back()
        with contextlib.suppress(GoogleAPICallError, TimeoutError):  # What was not acknowledged comes again.
            self._stream.result(timeout=_CLOSE_SECONDS)
        self._client.close()

    def _fail(self) -> None:
        error = self._stream.exception()
        if error is not None:
            reason = error.message if isinstance(error, GoogleAPICallError) else str(error)
            raise PullError(f"{self._subscription} can't be read: {' '.join(reason.split())[:200]}") from error


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
