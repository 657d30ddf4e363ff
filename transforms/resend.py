"""PublishLetters: dead letters back to the topic they came from, for the stream that reads it."""

from typing import Any

import apache_beam as beam

from schemas.records import DeadLetter
from transforms.letters import LetterError
from transforms.messages import ATTEMPTS, ORIGIN

_PUBLISH_SECONDS = 60
_OURS = ("kind", "aside")
"""What a letter's attributes say beside those of its message."""


class PublishLetters(beam.PTransform):
    """Publishes letters as the messages they were, with their attempts raised. A publish that fails ends the run."""

    def __init__(self, topic: str) -> None:
        """Takes the topic, projects/P/topics/T."""
        super().__init__()
        self._topic = topic

    def expand(self, letters: beam.PCollection) -> beam.PCollection:
        """Letters in, the same out when they are published."""
        return letters | "Publish" >> beam.ParDo(_PublishFn(self._topic)).with_output_types(DeadLetter)


def message_of(letter: DeadLetter) -> tuple[bytes, dict[str, str]]:
    """Give the bytes and attributes of the message that brings a letter again.

    It carries the letter's origin: what fails again is a letter of the same origin with one more attempt, not a new
    letter that would be sent again beside the old one.
    """
    attributes = {name: value for name, value in letter.attributes.items() if name not in _OURS}
    return letter.raw, attributes | {ATTEMPTS: str(letter.attempts + 1), ORIGIN: letter.origin}


class _PublishFn(beam.DoFn):
    def __init__(self, topic: str) -> None:
        self._topic = topic

    def setup(self) -> None:
        # google.cloud.pubsub takes a second to load: only a run that publishes pays for it.
        from google.cloud.pubsub_v1 import PublisherClient

        self._client = PublisherClient()

    def start_bundle(self) -> None:
        self._futures: list[Any] = []

    def process(self, letter: DeadLetter) -> list[DeadLetter]:
        data, attributes = message_of(letter)
        self._futures.append(self._client.publish(self._topic, data, **attributes))
        return [letter]

    def finish_bundle(self) -> None:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            for future in self._futures:
                future.result(_PUBLISH_SECONDS)
        except (GoogleAPICallError, RetryError, TimeoutError) as error:
            raise LetterError(
                f"{self._topic}: letters can't be published ({' '.join(str(error).split())[:200]}); "
                "send them all again, copies count once"
            ) from error

    def teardown(self) -> None:
        self._client.stop()
