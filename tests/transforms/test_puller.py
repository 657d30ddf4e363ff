"""Leases on Google's Pub/Sub emulator: kept while a bundle works, given up when it works for too long."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

from tests.servers.pubsub import Topic, pubsub_emulator, topic
from transforms.puller import _LEASE_SECONDS, Limits, Puller

__all__ = ["pubsub_emulator", "topic"]

pytestmark = pytest.mark.integration

DEADLINE = 10
"""Seconds, of the fixture's subscription: the least that Pub/Sub allows."""


@contextmanager
def taken(topic: Topic, limits: Limits) -> Iterator[tuple[Puller, list[Any]]]:
    """Take what was published, as a bundle does, and leave it unacknowledged."""
    topic.publish([b"one", b"two"])
    with closing(Puller(topic.subscription, limits)) as puller:
        messages: list[Any] = []
        until = time.monotonic() + 30
        while len(messages) < 2 and time.monotonic() < until:
            messages += puller.take(2, 0.5, 0.5)
        assert {one.message.data for one in messages} == {b"one", b"two"}
        yield puller, messages


def test_a_bundle_that_takes_longer_than_the_deadline_keeps_its_messages(topic: Topic) -> None:
    with taken(topic, Limits()) as (puller, messages):
        assert topic.pulled(DEADLINE * 2.5) == []  # Another reader gets none of them.
        assert puller.take(2, 0.5, 0.5) == []
        assert puller.outstanding == 2
        puller.acknowledging(messages)()
        assert puller.outstanding == 0
    assert topic.pulled(DEADLINE + 2) == []


def test_what_is_worked_on_for_too_long_goes_to_another_try(topic: Topic) -> None:
    """After the limit a lease is let run out: it counts as outstanding no more, and the message comes again."""
    with taken(topic, Limits(lease_seconds=1)) as (puller, _):
        again: list[Any] = []
        until = time.monotonic() + _LEASE_SECONDS + 4 * DEADLINE
        while len(again) < 2 and time.monotonic() < until:
            again += puller.take(2, 0.5, 0.5)
        assert {one.message.data for one in again} == {b"one", b"two"}
