"""ParseAuditLogs: from blocks of bytes to events; what is no readable record goes to the dead letters."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import apache_beam as beam

from analytic.sources.parsing import Unread, parse_block
from schemas.records import DeadLetter
from transforms.coders import EventBatch
from transforms.databases import Databases
from transforms.dead_letter import TAG, dead_letter
from transforms.metrics import PARSED, RECORDS, ignored, increase, tally
from transforms.read import Block


class ParseAuditLogs(beam.PTransform):
    """Parses the records of any known log, in any envelope they arrive in, and locates where each call came from."""

    def __init__(self, databases: Databases | None = None) -> None:
        """Takes the address databases; without any the networks alone are known."""
        super().__init__()
        self._databases = databases or Databases()

    def expand(self, blocks: beam.PCollection) -> Any:
        """Blocks in; outputs `events` (the events of each block as one EventBatch) and `dead_letters`."""
        parse = (
            beam.ParDo(_ParseFn(self._databases))
            .with_input_types(Block)
            .with_output_types(EventBatch, **{TAG: DeadLetter})
        )
        return blocks | "Parse" >> parse.with_outputs(TAG, main="events")


class _ParseFn(beam.DoFn):
    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    def setup(self) -> None:
        self._databases.open()

    def teardown(self) -> None:
        self._databases.close()

    def process(self, block: Block) -> Iterator[object]:
        parsed = parse_block(block.data, block.number, block.uri, self._databases.locate)
        yield from dead_letters_of(parsed.unread)
        count_records(parsed.records, len(parsed.events), parsed.ignored)
        if parsed.events:
            yield EventBatch(parsed.events)


def dead_letters_of(unread: Iterable[Unread]) -> Iterator[object]:
    """Give the dead letters of records that could not be read, and count them."""
    for origin, error_type, error, data in unread:
        yield dead_letter("parse", "record", origin, error_type, error, data, len(data))


def count_records(records: int, parsed: int, passed: Mapping[str, int]) -> None:
    """Count what a block held."""
    increase(RECORDS, records)
    increase(PARSED, parsed)
    for kind, times in passed.items():
        increase(ignored(kind), times)
    tally.records += records
