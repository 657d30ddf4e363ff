"""Messages to a Pub/Sub topic, a bundle's in flight together."""

from typing import Any

import apache_beam as beam

PUBLISH_SECONDS = 60
"""How long a bundle waits for one of its messages to be taken."""


class PublishFn(beam.DoFn):
    """What publishes: a subclass's `process` sends, and the bundle ends when the topic has taken all of it.

    A bundle that fails is published again by the runner: whoever reads the topic counts copies once.
    """

    def __init__(self, topic: str) -> None:
        """Takes projects/PROJECT/topics/TOPIC."""
        self._topic = topic

    def setup(self) -> None:
        """Connect."""
        # google.cloud.pubsub takes a second to load: only workers that publish pay for it.
        from google.cloud.pubsub_v1 import PublisherClient

        self._client = PublisherClient()

    def start_bundle(self) -> None:
        """Begin with nothing in flight."""
        self._futures: list[Any] = []

    def send(self, data: bytes, attributes: dict[str, str]) -> None:
        """Send one message; whether it was taken is seen at the end of the bundle."""
        self._futures.append(self._client.publish(self._topic, data, **attributes))

    def finish_bundle(self) -> None:
        """Wait until all is taken. Raises what the client raises where something is not."""
        for future in self._futures:
            future.result(PUBLISH_SECONDS)

    def teardown(self) -> None:
        """Close the connection."""
        self._client.stop()
