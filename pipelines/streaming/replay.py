"""Reading back after a start: a local runner's state lives as long as its process, and what it read is acknowledged.

So this command keeps snapshots of its subscription, and a start seeks to one: the newest that is older than the time to
read back, else the oldest. A snapshot holds what was not acknowledged when it was taken and all that was published
since, whatever was acknowledged later; no option of the subscription is needed. (A seek to a time would not do: it
acknowledges what waits from before that time.)
"""

import hashlib
import time
from typing import Any, NamedTuple

from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError
from google.cloud import pubsub_v1

_PREFIX = "tokentrail"
_SECONDS = 30
_SHARES = 6
"""A snapshot is taken each time a share of the time to read back has passed: so much more than needed is read."""


class Rewound(NamedTuple):
    """Where a start began to read: the time of the snapshot, UTC microseconds; None where there was none."""

    since: int | None


class Replay:
    """The snapshots of one subscription."""

    def __init__(self, subscription: str, seconds: float) -> None:
        """Takes the subscription's path, and how far to read back."""
        self._subscription = subscription
        self._project = subscription.split("/")[1]
        # Two subscriptions of a project must not share snapshots; a snapshot's name may not be as long as theirs.
        own = hashlib.blake2b(subscription.encode(), digest_size=6).hexdigest()
        self._prefix = f"{_PREFIX}-{own}-"
        self._seconds = seconds
        self._client = pubsub_v1.SubscriberClient()
        self._taken = 0.0

    def start(self) -> Rewound:
        """Seek to where an earlier run's memory must begin; the first start takes a snapshot. Raises ValueError."""
        try:
            ages = self._ages()
            if not ages:
                self._take()
                return Rewound(None)
            name, at = self._chosen(ages)
            self._client.seek(request={"subscription": self._subscription, "snapshot": name}, timeout=_SECONDS)
        except (GoogleAPICallError, RetryError) as error:
            raise ValueError(
                f"{self._subscription}: its snapshots can't be used ({' '.join(str(error).split())[:160]}); give this "
                "account roles/pubsub.editor, or --replay 0s to do without them"
            ) from error
        self._taken = max(at for _, at in ages)
        return Rewound(int(at * 1_000_000))

    def keep(self) -> None:
        """Take a snapshot when it is time, and drop those that no start will seek to. For once in a while."""
        if time.time() - self._taken < self._seconds / _SHARES:
            return
        self._take()
        ages = self._ages()
        _, needed = self._chosen(ages)
        for name, at in ages:
            if at < needed:
                self._drop(name)

    def close(self) -> None:
        """Close the connection."""
        self._client.close()

    def _chosen(self, ages: list[tuple[str, float]]) -> tuple[str, float]:
        old = [(name, at) for name, at in ages if at <= time.time() - self._seconds]
        return max(old, key=_at) if old else min(ages, key=_at)

    def _ages(self) -> list[tuple[str, float]]:
        found = []
        request = {"project": f"projects/{self._project}"}
        for snapshot in self._client.list_snapshots(request=request, timeout=_SECONDS):
            own = snapshot.name.rpartition("/")[2]
            if own.startswith(self._prefix) and own.removeprefix(self._prefix).isdigit():
                found.append((snapshot.name, int(own.removeprefix(self._prefix)) / 1_000))
        return found

    def _take(self) -> None:
        self._taken = time.time()
        name = f"projects/{self._project}/snapshots/{self._prefix}{int(self._taken * 1_000)}"
        request: dict[str, Any] = {"name": name, "subscription": self._subscription}
        self._client.create_snapshot(request=request, timeout=_SECONDS)

    def _drop(self, name: str) -> None:
        try:
            self._client.delete_snapshot(request={"snapshot": name}, timeout=_SECONDS)
        except NotFound:
            return  # It expired.


def _at(snapshot: tuple[str, float]) -> float:
    return snapshot[1]
