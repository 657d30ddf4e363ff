"""From a block of bytes to events: every engine's Parse, without the engine."""

from collections import Counter
from collections.abc import Callable, Mapping

import msgspec

from analytic.context.network import Located, enrich
from analytic.dead_letter import letter_of
from analytic.sources.envelope import Broken, records
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.source import parse_record
from schemas.records import ApiEvent, DeadLetter


class Parsed(msgspec.Struct):
    """What a block held: `records` = the events + the dead letters + what was ignored, by kind."""

    records: int
    events: list[ApiEvent]
    dead_letters: list[DeadLetter]
    ignored: Counter[str]


def parse_block(
    uri: str,
    data: bytes,
    first: int,
    locate: Callable[[str | None], Located],
    attributes: Mapping[str, str] | None = None,
    attempts: int = 0,
) -> Parsed:
    """Parse the records of a block, in any envelope they are in, and locate where each call came from.

    `first` is the number of the block's first record at `uri`; `locate` says what is known of an address. Dead letters
    carry the `attributes` and `attempts` of the message that the block came in.
    """

    def broken(origin: str, error_type: str, error: str, data: bytes) -> DeadLetter:
        return letter_of("parse", "record", origin, error_type, error, data, len(data), attributes, attempts)

    events: list[ApiEvent] = []
    letters: list[DeadLetter] = []
    ignored: Counter[str] = Counter()
    number = first
    for record in records(data, first):
        number = record.number + 1
        origin = f"{uri}#{record.number}"
        if isinstance(record, Broken):
            letters.append(broken(origin, record.error_type, record.error, record.data))
            continue
        try:
            parsed = parse_record(record.data, origin)
        except ParseError as error:
            letters.append(broken(origin, type(error).__name__, str(error), record.data))
            continue
        if isinstance(parsed, Ignored):
            ignored[parsed.kind] += 1
        else:
            events.append(enrich(parsed, locate(parsed.source_ip)))
    return Parsed(number - first, events, letters, ignored)
