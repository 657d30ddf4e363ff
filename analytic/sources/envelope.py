"""From the bytes of one file, message or block to the log records in it, whatever they are wrapped in.

Recognised by content, never by name: CloudTrail's delivery file (`Records`), JSON lines, a JSON array, one record
(pretty-printed or not), EventBridge (`detail-type`, `detail`), CloudWatch Logs subscriptions (`logEvents`) and
filter-log-events exports (`events`), LookupEvents output (`Events`); envelopes inside lines, arrays and messages too.
Formats: CloudTrail user guide, "CloudTrail log file examples"; EventBridge user guide, "AWS service events"; CloudWatch
Logs user guide, "Log group-level subscription filters"; CloudTrail API reference, LookupEvents.

A sound document is split by one typed decode. A document that is not sound is salvaged piece by piece, so that one bad
record does not cost its neighbours: each byte that is not a record, nor an envelope around records, is in a Broken.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from analytic.sources import salvage

MAX_RECORD_BYTES = 8 * 1024 * 1024
"""CloudTrail caps an event at 256 KB, and at 1 MB for trails that ask for it (CloudTrail user guide, quotas); a larger
record is none that AWS wrote, and would cost memory wherever it is held. Other sources' records are smaller."""

MAX_NESTING = 4
"""Envelopes inside envelopes that are opened: an EventBridge event in a log message in a subscription is three."""

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"


_ABSENT = msgspec.Raw(b"null")


class Record(NamedTuple):
    """One log record: its zero-based number in the file, and its own JSON bytes."""

    number: int
    data: bytes


class Broken(NamedTuple):
    """A piece of a file that is no record: its number among the records, its bytes, and what is wrong in one line."""

    number: int
    data: bytes
    error_type: str
    error: str


class _Envelope(msgspec.Struct, gc=False):
    records: list[msgspec.Raw] | None = msgspec.field(default=None, name="Records")
    looked_up: list[msgspec.Raw] | None = msgspec.field(default=None, name="Events")
    filtered: list[msgspec.Raw] | None = msgspec.field(default=None, name="events")
    log_events: list[msgspec.Raw] | None = msgspec.field(default=None, name="logEvents")
    message_type: msgspec.Raw = msgspec.field(default=_ABSENT, name="messageType")
    detail_type: msgspec.Raw = msgspec.field(default=_ABSENT, name="detail-type")
    detail: msgspec.Raw = _ABSENT


class _LogEvent(msgspec.Struct, gc=False):
    message: str


class _LookedUp(msgspec.Struct, gc=False):
    event: str = msgspec.field(name="CloudTrailEvent")


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_RAW = msgspec.json.Decoder(msgspec.Raw)
_LOG_EVENT = msgspec.json.Decoder(_LogEvent)
_LOOKED_UP = msgspec.json.Decoder(_LookedUp)

# What a decoder raises on bytes that are not what it expects: DecodeError and UnicodeDecodeError are ValueErrors, and
# nesting too deep for the interpreter is a RecursionError.
_UNSOUND = (ValueError, RecursionError)


def records(data: bytes, first_number: int = 0) -> Iterator[Record | Broken]:
    """Give the records of one file in order, numbered from `first_number`, the broken ones counted.

    Never raises on bad input: what cannot be read comes as Broken, empty input as one Broken "EmptyInput". A record is
    not checked beyond being well-formed JSON; whether it is a log record is for its source to say.
    """
    content = data.removeprefix(_BOM).strip(_BLANK)
    if not content:
        yield Broken(first_number, data, "EmptyInput", "the input is empty")
        return
    for number, piece in enumerate(_document(content, MAX_NESTING), first_number):
        if isinstance(piece, salvage.Junk):
            yield Broken(number, piece.data, piece.error_type, piece.error)
        elif len(piece) > MAX_RECORD_BYTES:
            error = f"the record has {len(piece)} bytes, more than the {MAX_RECORD_BYTES} allowed"
            yield Broken(number, piece, "RecordTooLarge", error)
        else:
            yield Record(number, piece)


def _document(content: bytes, nesting: int) -> Iterator[bytes | salvage.Junk]:
    """Split what may be one JSON value or many, sound or not."""
    try:
        return _open(content, nesting)
    except _UNSOUND:
        return _salvage(content, nesting)


def _salvage(content: bytes, nesting: int) -> Iterator[bytes | salvage.Junk]:
    for piece in salvage.pieces(content):
        if isinstance(piece, salvage.Junk):
            yield piece
        elif piece.within in _TEXT_OF:
            yield from _message(piece.data, _TEXT_OF[piece.within], nesting)
        else:
            yield from _one(piece.data, nesting)


def _open(content: bytes, nesting: int) -> Iterator[bytes | salvage.Junk]:
    """Split one sound JSON value; raises what the decoder raises when it is not one, before anything is given."""
    if content[:1] == b"[":
        elements = _ARRAY.decode(content)
        return _each(elements, nesting)
    if content[:1] != b"{":
        _RAW.decode(content)
        return iter((content,))
    envelope = _ENVELOPE.decode(content)
    if envelope.records is not None:
        return map(bytes, envelope.records)
    if nesting > 0:
        if envelope.log_events is not None and envelope.message_type is not _ABSENT:
            if bytes(envelope.message_type) == b'"CONTROL_MESSAGE"':
                return iter((content,))
            return _messages(envelope.log_events, _log_message, nesting)
        if envelope.filtered is not None:
            return _messages(envelope.filtered, _log_message, nesting)
        if envelope.looked_up is not None:
            return _messages(envelope.looked_up, _looked_up, nesting)
        if envelope.detail is not _ABSENT and envelope.detail_type is not _ABSENT:
            return _document(bytes(envelope.detail), nesting - 1)
    return iter((content,))


def _each(elements: list[msgspec.Raw], nesting: int) -> Iterator[bytes | salvage.Junk]:
    for element in elements:
        value = bytes(element)
        if nesting > 0:
            yield from _one(value, nesting - 1)
        else:
            yield value


def _one(value: bytes, nesting: int) -> Iterator[bytes | salvage.Junk]:
    """Open one well-formed value; a value that only looks like an envelope is given as it is."""
    try:
        return _open(value, nesting)
    except _UNSOUND:
        return iter((value,))


def _messages(
    elements: list[msgspec.Raw], text_of: Callable[[bytes], bytes], nesting: int
) -> Iterator[bytes | salvage.Junk]:
    for element in elements:
        yield from _message(bytes(element), text_of, nesting)


def _message(element: bytes, text_of: Callable[[bytes], bytes], nesting: int) -> Iterator[bytes | salvage.Junk]:
    """Give what an element of an envelope carries as text; an element that carries none comes as it is."""
    try:
        text = text_of(element)
    except _UNSOUND:
        return iter((element,))
    content = text.strip(_BLANK)
    return _document(content, nesting - 1) if content else iter((element,))


def _log_message(element: bytes) -> bytes:
    return _LOG_EVENT.decode(element).message.encode()


def _looked_up(element: bytes) -> bytes:
    return _LOOKED_UP.decode(element).event.encode()


_TEXT_OF = {"logEvents": _log_message, "events": _log_message, "Events": _looked_up}
