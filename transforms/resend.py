"""PublishLetters: dead letters back to the topic they came from, for the stream that reads it."""

import apache_beam as beam

from schemas.records import DeadLetter
from transforms.letters import LetterError
from transforms.messages import ATTEMPTS, ORIGIN
from transforms.publish import PublishFn

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


class _PublishFn(PublishFn):
    def process(self, letter: DeadLetter) -> list[DeadLetter]:
        self.send(*message_of(letter))
        return [letter]

    def finish_bundle(self) -> None:
        from google.api_core.exceptions import GoogleAPICallError, RetryError

        try:
            super().finish_bundle()
        except (GoogleAPICallError, RetryError, TimeoutError) as error:
            raise LetterError(
                f"{self._topic}: letters can't be published ({' '.join(str(error).split())[:200]}); "
                "send them all again, copies count once"
            ) from error
