"""From messages or files to batches by key: parsing and routing in one operator, so that no event is an element."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from pyflink.common import Row
from pyflink.datastream import ProcessFunction

from analytic.dead_letter import letter_of
from analytic.policy import Policy
from analytic.routed import Routed
from analytic.sources.blocks import UNREADABLE, numbered
from analytic.sources.decompress import decompress
from analytic.sources.message import plain
from analytic.sources.parsed import parse_block
from pipelines.flink.counters import Counters
from pipelines.flink.elements import DEAD_LETTERS, LINKS
from schemas.records import DeadLetter, to_dict
from transforms.collecting import collect_less
from transforms.databases import Databases
from transforms.metrics import BYTES_READ, FILES, MESSAGES, PARSED, RECORDS, dead_letters, ignored
from transforms.read import UNOPENED, Chunks, local_path

_HELD_EVENTS = 50_000
"""Events held before the batches of one file are sent on early: some 40 MB."""


class _Intake:
    """Parses and routes the records of one message or file at a time; gives the operator's outputs."""

    def __init__(self, policy: Policy, databases: Databases) -> None:
        self._policy = policy
        self._databases = databases

    def open(self, context: Any) -> None:
        collect_less()
        self.counters = Counters(context)
        self._encode = msgspec.json.Encoder().encode
        self._routed = Routed(self._policy)
        self._databases.open()

    def close(self) -> None:
        self._databases.close()

    def take(self, uri: str, plain: Iterable[bytes]) -> Iterator[Any]:
        """Take the unpacked bytes at a uri. Raises UNREADABLE after what could be read."""
        for first, data in numbered(plain):
            parsed = parse_block(uri, data, first, self._databases.locate)
            yield from map(self.letter, parsed.dead_letters)
            self._routed.add(parsed.events)
            self.counters.increase(RECORDS, parsed.records)
            self.counters.increase(PARSED, len(parsed.events))
            for kind, times in parsed.ignored.items():
                self.counters.increase(ignored(kind), times)
            if self._routed.held >= _HELD_EVENTS:
                yield from self.batches()

    def batches(self) -> Iterator[Any]:
        """Give what was routed since, by key."""
        yield from self._routed.events()
        for keyed in self._routed.links():
            yield LINKS, keyed
        self._routed = Routed(self._policy)

    def letter(self, letter: DeadLetter) -> Any:
        """Give a dead letter for its output, and count it."""
        self.counters.increase(dead_letters(letter.step))
        return DEAD_LETTERS, Row(letter.origin.encode("utf-8", "replace"), self._encode(to_dict(letter)))


class ParseMessages(ProcessFunction):
    """Kafka's messages in, batches by key out; links and dead letters beside them."""

    def __init__(self, topic: str, policy: Policy, databases: Databases) -> None:
        """Takes the topic, for the origins of events: `kafka://<topic>?timestamp=<milliseconds>#<record in it>`."""
        self._topic = topic
        self._intake = _Intake(policy, databases)

    def open(self, runtime_context: Any) -> None:
        """Open the databases and the counters."""
        self._intake.open(runtime_context)

    def close(self) -> None:
        """Close the databases."""
        self._intake.close()

    def process_element(self, value: bytes, ctx: Any) -> Iterator[Any]:
        """Take one message: a record, or any envelope around some."""
        uri = f"kafka://{self._topic}?timestamp={ctx.timestamp()}"
        self._intake.counters.increase(MESSAGES)
        self._intake.counters.increase(BYTES_READ, len(value))
        try:
            yield from self._intake.take(uri, plain(value))
        except UNREADABLE as error:
            yield self._intake.letter(_unread("message", uri, error, value, len(value)))
        yield from self._intake.batches()


class ReadFiles(ProcessFunction):
    """Uris of files in, batches by key out: one for each key of a file. Links and dead letters beside them."""

    def __init__(self, policy: Policy, databases: Databases) -> None:
        """Takes what parsing and routing need."""
        self._intake = _Intake(policy, databases)

    def open(self, runtime_context: Any) -> None:
        """Open the databases and the counters."""
        self._intake.open(runtime_context)

    def close(self) -> None:
        """Close the databases."""
        self._intake.close()

    def process_element(self, value: str, unused_ctx: Any) -> Iterator[Any]:
        """Read one file."""
        chunks = Chunks()
        self._intake.counters.increase(FILES)
        try:
            with FileSystems.open(local_path(value), compression_type=CompressionTypes.UNCOMPRESSED) as file:
                chunks.open(file)
                yield from self._intake.take(value, decompress(chunks))
        except (*UNREADABLE, *UNOPENED) as error:
            yield self._intake.letter(_unread("file", value, error, chunks.head, chunks.size))
        self._intake.counters.increase(BYTES_READ, chunks.read)
        yield from self._intake.batches()


def _unread(kind: str, uri: str, error: Exception, head: bytes, size: int) -> DeadLetter:
    name = type(error).__name__.removesuffix("Error") if isinstance(error, UNREADABLE) else type(error).__name__
    return letter_of("read", kind, uri, name, str(error), head, size)
