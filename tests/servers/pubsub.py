"""Google's Pub/Sub emulator: its jar, started with java. Wrong there (so not tested): filters, retry backoff."""

import glob
import os
import shutil
import socket
import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from google.api_core.exceptions import NotFound
from google.cloud import pubsub_v1

from tests.servers.require import free_port, missing

JARS = "/usr/lib/google-cloud-sdk/platform/pubsub-emulator/lib/cloud-pubsub-emulator-*-all.jar"
PROJECT = "tokentrail-tests"
START_SECONDS = 60


class Topic(NamedTuple):
    """A topic with one subscription, and the clients that speak to them."""

    topic: str
    subscription: str
    publisher: pubsub_v1.PublisherClient
    subscriber: pubsub_v1.SubscriberClient

    def publish(self, messages: list[bytes], **attributes: str) -> list[str]:
        """Publish, and wait until all are there; gives the message ids."""
        futures = [self.publisher.publish(self.topic, data, **attributes) for data in messages]
        return [future.result(timeout=60) for future in futures]

    def pulled(self, seconds: float = 2) -> list[bytes]:
        """Give what is still waiting, without acknowledging it."""
        found = []
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            answer = self.subscriber.pull(
                subscription=self.subscription, max_messages=1_000, return_immediately=True, timeout=10
            )
            found += [message.message.data for message in answer.received_messages]
            time.sleep(0.1)
        return found


def jar() -> str | None:
    """Give the emulator's jar: TOKENTRAIL_PUBSUB_EMULATOR names it, or the package of Google Cloud's CLI brings it."""
    named = os.environ.get("TOKENTRAIL_PUBSUB_EMULATOR")
    found = [named] if named else sorted(glob.glob(JARS))
    return found[-1] if found and Path(found[-1]).is_file() else None


@pytest.fixture(scope="session")
def pubsub_emulator() -> Iterator[str]:
    """The emulator's host and port; PUBSUB_EMULATOR_HOST is set while it runs."""
    path = jar()
    if path is None or shutil.which("java") is None:
        missing("needs java and the Pub/Sub emulator (package google-cloud-cli-pubsub-emulator)")
    port = free_port()
    server = subprocess.Popen(
        ["java", "-Xmx1g", "-jar", str(path), "--host=127.0.0.1", f"--port={port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    host = f"127.0.0.1:{port}"
    before = os.environ.get("PUBSUB_EMULATOR_HOST")
    os.environ["PUBSUB_EMULATOR_HOST"] = host
    try:
        _wait(server, port)
        yield host
    finally:
        if before is None:
            del os.environ["PUBSUB_EMULATOR_HOST"]
        else:
            os.environ["PUBSUB_EMULATOR_HOST"] = before
        server.terminate()
        server.wait(20)


def _wait(server: subprocess.Popen, port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if server.poll() is not None:
            pytest.fail(f"the Pub/Sub emulator ended with {server.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail("the Pub/Sub emulator did not start")


@pytest.fixture
def topic(pubsub_emulator: str) -> Iterator[Topic]:
    """A new topic with a subscription; what is not acknowledged comes again after ten seconds."""
    name = f"t{uuid.uuid4().hex[:12]}"
    publisher, subscriber = pubsub_v1.PublisherClient(), pubsub_v1.SubscriberClient()
    topic = publisher.topic_path(PROJECT, name)
    subscription = subscriber.subscription_path(PROJECT, name)
    publisher.create_topic(name=topic)
    subscriber.create_subscription(name=subscription, topic=topic, ack_deadline_seconds=10)
    try:
        yield Topic(topic, subscription, publisher, subscriber)
    finally:
        for delete, named in ((subscriber.delete_subscription, subscription), (publisher.delete_topic, topic)):
            try:
                delete(**{delete.__name__.removeprefix("delete_"): named})
            except NotFound:
                pass
        publisher.stop()
        publisher.transport.close()
        subscriber.close()
