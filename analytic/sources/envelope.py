"""From the bytes of one file, message or block to the log records in it, whatever they are wrapped in.

Recognised by content, never by name: CloudTrail's delivery file (`Records`), JSON lines, a JSON array, one record
(pretty-printed or not), and what `wrapping.py` opens: the envelopes of queues, event buses, log services, query
engines and collectors, inside lines, arrays and each other too.
Format: CloudTrail user guide, "CloudTrail log file examples".

A sound document is split by one typed decode. A document that is not sound is salvaged piece by piece, so that one bad
record does not cost its neighbours: each byte that is not a record, nor an envelope around records, is in a Broken.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import msgspec

from analytic.sources import salvage, wrapping

MAX_RECORD_BYTES = 8 * 1024 * 1024
"""CloudTrail caps an event at 256 KB, and at 1 MB for trails that ask for it (CloudTrail user guide, quotas); a larger
record is none that AWS wrote, and would cost memory wherever it is held. Other sources' records are smaller."""

MAX_NESTING = 4
"""Envelopes inside envelopes that are opened: an EventBridge event in a log message in a subscription is three; a
batch of Lambda around it makes four."""

_BOM = b"\xef\xbb\xbf"
_BLANK = b" \t\r\n"

_RECORD_HEAD = b'{"eventVersion"'
"""How CloudTrail's records begin, in every file that it delivers: no envelope does."""


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


_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_RAW = msgspec.json.Decoder(msgspec.Raw)

# What a decoder raises on bytes that are not what it expects: DecodeError and UnicodeDecodeError are ValueErrors, and
# nesting too deep for the interpreter is a RecursionError.
_UNSOUND = (ValueError, RecursionError)

_Pieces = Iterator[bytes | salvage.Junk]


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


def _document(content: bytes, nesting: int) -> _Pieces:
    """Split what may be one JSON value or many, sound or not."""
    try:
        return _open(content, nesting)
    except _UNSOUND:
        return _salvage(content, nesting)


def _salvage(content: bytes, nesting: int) -> _Pieces:
    for piece in salvage.pieces(content):
        if isinstance(piece, salvage.Junk):
            yield piece
        elif piece.within is not None:
            yield from _element(piece.data, wrapping.INNER[piece.within], nesting)
        elif piece.data.startswith(_RECORD_HEAD):
            yield piece.data
        else:
            yield from _one(piece.data, nesting)


def _open(content: bytes, nesting: int) -> _Pieces:
    """Split one sound JSON value; raises what the decoder raises when it is not one, before anything is given."""
    if content[:1] == b"[":
        elements = _ARRAY.decode(content)
        return _each(elements, nesting)
    if content[:1] != b"{" or content.startswith(_RECORD_HEAD):
        _RAW.decode(content)
        return iter((content,))
    found = wrapping.unwrap(content)
    if found is None or (nesting <= 0 and found.inner is not None):
        return iter((content,))
    if found.inner is None:
        return map(bytes, found.elements)
    return _elements(found.elements, found.inner, nesting)


def _elements(elements: Iterable[bytes | msgspec.Raw], inner: wrapping.Inner, nesting: int) -> _Pieces:
    for element in elements:
        yield from _element(bytes(element), inner, nesting)


def _element(element: bytes, inner: wrapping.Inner, nesting: int) -> _Pieces:
    """Give what an element of an envelope carries; an element that carries nothing comes as it is."""
    try:
        content = inner(element).removeprefix(_BOM).strip(_BLANK)
    except _UNSOUND:
        return iter((element,))
    return _document(content, nesting - 1) if content else iter((element,))


def _each(elements: list[msgspec.Raw], nesting: int) -> _Pieces:
    for element in elements:
        value = bytes(element)
        if nesting > 0:
            yield from _one(value, nesting - 1)
        else:
            yield value


def _one(value: bytes, nesting: int) -> _Pieces:
    """Open one well-formed value; a value that only looks like an envelope is given as it is."""
    try:
        return _open(value, nesting)
    except _UNSOUND:
        return iter((value,))
