"""OpenMessages: from messages to blocks of plain bytes, and, where a message names an object, to the blocks of that."""

from collections.abc import Iterator
from typing import NamedTuple

import apache_beam as beam
import msgspec
from apache_beam.pvalue import TaggedOutput

from analytic.redriving import place
from analytic.sources.blocks import MAX_DOCUMENT_BYTES, UNREADABLE
from analytic.sources.message import MAX_MESSAGE_BYTES, plain, whole
from analytic.sources.notice import named
from schemas.records import DeadLetter
from transforms.coders import register
from transforms.dead_letter import TAG, dead_letter
from transforms.metrics import NOTICES, increase
from transforms.pubsub import Message
from transforms.read import Block, Unread, blocks_of, read_file

ATTEMPTS = "tokentrail_attempts"
"""The attribute in which a message that is sent again says how often it was tried before."""

ORIGIN = "tokentrail_origin"
"""The attribute in which a message that is sent again says what the origin of its content was."""

_ORIGIN_CHARS = 1_024
"""The most that an attribute's value can have (Pub/Sub quotas)."""

_NAMED = "named"


class Named(msgspec.Struct, array_like=True, frozen=True):
    """An object to read, and the message that named it."""

    uri: str
    message: Message


register(Named)


class Opened(NamedTuple):
    """What comes out of messages."""

    blocks: beam.PCollection
    dead_letters: beam.PCollection


class OpenMessages(beam.PTransform):
    """Opens messages of any kind: one record, an array, a delivery file's content, an envelope, a notice of an object.

    The kind is told by content. Gzip is unpacked where the bytes say so.
    """

    def __init__(self, subscription: str, max_bytes: int = MAX_MESSAGE_BYTES) -> None:
        """Takes the subscription, for the origins, and the most bytes, unpacked, that a message may have."""
        super().__init__()
        self._subscription = subscription
        self._max_bytes = max_bytes

    def expand(self, messages: beam.PCollection) -> Opened:
        """Messages in; outputs `blocks` and `dead_letters`: messages, and named objects, that could not be read."""
        opening = beam.ParDo(_OpenFn(self._subscription, self._max_bytes)).with_output_types(
            Block, **{TAG: DeadLetter, _NAMED: Named}
        )
        opened = messages | "Open" >> opening.with_outputs(TAG, _NAMED, main="blocks")
        reading = beam.ParDo(_ReadNamedFn()).with_output_types(Block, **{TAG: DeadLetter})
        read = opened[_NAMED] | "ReadNamed" >> reading.with_outputs(TAG, main="blocks")
        blocks = (opened.blocks, read.blocks) | "Blocks" >> beam.Flatten()
        return Opened(blocks, (opened[TAG], read[TAG]) | "DeadLetters" >> beam.Flatten())


def origin_of(subscription: str, message: Message) -> str:
    """Give where a message came from; with # and a record's number it is the origin of that record.

    A message that is sent again comes from where it came from at first.
    """
    before = message.attributes.get(ORIGIN, "")
    if before and len(before) <= _ORIGIN_CHARS and attempts_of(message):
        return before
    return f"pubsub://{subscription}/{message.id}"


def attempts_of(message: Message) -> int:
    """Give how often a message's content was tried before it was sent again: 0 for what was never a dead letter."""
    text = message.attributes.get(ATTEMPTS, "")
    return int(text) if len(text) <= 4 and text.isascii() and text.isdigit() else 0


class _OpenFn(beam.DoFn):
    def __init__(self, subscription: str, max_bytes: int) -> None:
        self._subscription = subscription
        self._max_bytes = max_bytes

    def process(self, message: Message) -> Iterator[object]:
        origin = origin_of(self._subscription, message)
        uris = named(whole(message.data, self._max_bytes), message.attributes)
        if uris is not None:
            increase(NOTICES)
            yield from (TaggedOutput(_NAMED, Named(uri, message)) for uri in uris)
            return
        try:
            uri, first = place(origin)
            for block in blocks_of(uri, plain(message.data, self._max_bytes), self._max_bytes):
                block.number += first
                block.attributes = message.attributes
                block.attempts = attempts_of(message)
                block.published = message.published
                yield block
        except UNREADABLE as error:
            yield _refused("message", origin, type(error).__name__.removesuffix("Error"), str(error), message)


class _ReadNamedFn(beam.DoFn):
    def process(self, named: Named) -> Iterator[object]:
        message = named.message
        for output in read_file(named.uri, MAX_DOCUMENT_BYTES):
            if isinstance(output, Unread):
                # The message, not the file: sent again, it names the file again.
                yield _refused("notice", named.uri, output.error_type, output.error, message)
            else:
                # No attributes: a record of the file, sent again, must not pass for the notice of the file.
                output.attempts = attempts_of(message)
                output.published = message.published
                yield output


def _refused(kind: str, origin: str, error_type: str, error: str, message: Message) -> object:
    data = message.data
    attempts = attempts_of(message)
    return dead_letter("read", kind, origin, error_type, error, data, len(data), message.attributes, attempts)
