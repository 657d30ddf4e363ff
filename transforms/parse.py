"""ParseAuditLogs: from blocks of bytes to events; what is no readable record goes to the dead letters."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import apache_beam as beam

from analytic.context.network import enrich
from analytic.limit import Limit
from analytic.sources.envelope import Broken, records
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.source import parse_record
from schemas.records import ApiEvent, DeadLetter
from transforms.coders import EventBatch
from transforms.databases import Databases
from transforms.dead_letter import TAG, dead_letter
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
        self._databases.open()

    def teardown(self) -> None:
        self._databases.close()

    def process(self, block: Block) -> Iterator[object]:
        events: list[ApiEvent] = []
        passed: Counter[str] = Counter()
        number = block.number
        letters = 0
        locate = self._databases.locate
        for record in records(block.data, block.number):
            number = record.number + 1
            origin = f"{block.uri}#{record.number}"
            if isinstance(record, Broken):
                letters += 1
                yield _broken(block, origin, record.error_type, record.error, record.data)
                continue
            try:
                parsed = parse_record(record.data, origin)
            except ParseError as error:
                letters += 1
                yield _broken(block, origin, type(error).__name__, str(error), record.data)
                continue
            if isinstance(parsed, Ignored):
                passed[ignored(parsed.kind)] += 1
            else:
                events.append(enrich(parsed, locate(parsed.source_ip)))
        check(self._limit, number - block.number, letters)
        increase(RECORDS, number - block.number)
        increase(PARSED, len(events))
        for counter, times in passed.items():
            increase(counter, times)
        tally.records += number - block.number
        if events:
            yield EventBatch(events, block.published)


def _broken(block: Block, origin: str, error_type: str, error: str, data: bytes) -> object:
    return dead_letter("parse", "record", origin, error_type, error, data, len(data), block.attributes, block.attempts)
