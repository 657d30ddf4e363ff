"""ParseAuditLogs: from blocks of bytes to events; what is no readable record goes to the dead letters."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam

from analytic.limit import Limit
from analytic.sources.parsed import parse_block
from schemas.records import DeadLetter
from transforms.coders import EventBatch
from transforms.collecting import collect_less
from transforms.databases import Databases
from transforms.dead_letter import TAG, tagged
from transforms.limit import check
from transforms.metrics import PARSED, RECORDS, ignored, increase, tally
from transforms.read import Block


class ParseAuditLogs(beam.PTransform):
    """Parses the records of any known log, in any envelope they arrive in, and locates where each call came from."""

    def __init__(self, databases: Databases | None = None, limit: Limit | None = None) -> None:
        """Takes the address databases (without any the networks alone are known), and the limit of dead letters."""
        super().__init__()
        self._databases = databases or Databases()
        self._limit = limit

    def expand(self, blocks: beam.PCollection) -> Any:
        """Blocks in; outputs `events` (the events of each block as one EventBatch) and `dead_letters`."""
        parse = (
            beam.ParDo(_ParseFn(self._databases, self._limit))
            .with_input_types(Block)
            .with_output_types(EventBatch, **{TAG: DeadLetter})
        )
        return blocks | "Parse" >> parse.with_outputs(TAG, main="events")


class _ParseFn(beam.DoFn):
    def __init__(self, databases: Databases, limit: Limit | None = None) -> None:
        self._databases = databases
        self._limit = limit

    def setup(self) -> None:
        collect_less()
        self._databases.open()

    def teardown(self) -> None:
        self._databases.close()

    def process(self, block: Block) -> Iterator[object]:
        parsed = parse_block(
            block.uri, block.data, block.number, self._databases.locate, block.attributes, block.attempts
        )
        for letter in parsed.dead_letters:
            yield tagged(letter)
        check(self._limit, parsed.records, len(parsed.dead_letters))
        increase(RECORDS, parsed.records)
        increase(PARSED, len(parsed.events))
        for kind, times in parsed.ignored.items():
            increase(ignored(kind), times)
        tally.records += parsed.records
        if parsed.events:
            yield EventBatch(parsed.events, block.published)
