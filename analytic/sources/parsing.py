"""From one block of bytes to events: what each record in it is, and what could not be read, in plain values."""

from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from analytic.context.network import Located, enrich
from analytic.sources.envelope import Broken, records
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.source import parse_record
from schemas.records import ApiEvent

Locate = Callable[[str | None], Located]
"""What is known of an address."""


class Unread(NamedTuple):
    """A record that could not be read: where it lies, what is wrong in one line, and its bytes."""

    origin: str
    error_type: str
    error: str
    data: bytes


class Parsed(NamedTuple):
    """What a block held: `records` counts all of it, `ignored` the records that are no event, by kind."""

    records: int
    events: list[ApiEvent]
    ignored: Counter[str]
    unread: list[Unread]


def parse_block(data: bytes, number: int, uri: str, locate: Locate) -> Parsed:
    """Read a block of a file, of which the first record has that number; `locate` is asked where each call came from.

    Never raises on bad input: each record is an event, ignored or unread.
    """
    events: list[ApiEvent] = []
    ignored: Counter[str] = Counter()
    unread: list[Unread] = []
    end = number
    for record in records(data, number):
        end = record.number + 1
        origin = f"{uri}#{record.number}"
        if isinstance(record, Broken):
            unread.append(Unread(origin, record.error_type, record.error, record.data))
            continue
        try:
            parsed = parse_record(record.data, origin)
        except ParseError as error:
            unread.append(Unread(origin, type(error).__name__, str(error), record.data))
            continue
        if isinstance(parsed, Ignored):
            ignored[parsed.kind] += 1
        else:
            events.append(enrich(parsed, locate(parsed.source_ip)))
    return Parsed(end - number, events, ignored, unread)
