"""What can be saved of a document that is not sound JSON: its good records, and each bad piece with its own bytes.

The scan is iterative and knows strings, so neither nesting nor brackets in text mislead it. Its patterns are possessive
(no backtracking), and each byte is looked at a fixed number of times: hostile input costs time in proportion.
"""

import re
from collections.abc import Generator, Iterator
from typing import NamedTuple

import msgspec

MAX_HEAD_BYTES = 4096
"""How far into an envelope its list of records may begin: names of an account, a log group and its filters."""


class Piece(NamedTuple):
    """A sound JSON value, and the key of the envelope's list that it was in, or None."""

    data: bytes
    within: str | None


class Junk(NamedTuple):
    """Bytes that are no JSON value, and why."""

    data: bytes
    error_type: str
    error: str


_RAW = msgspec.json.Decoder(msgspec.Raw)

# A string ends on its line: JSON has no raw newline in strings, and so an unclosed quote misleads no further.
_STRING = rb'"(?:[^"\\\n]++|\\.)*+"'
_STRING_OR_OPEN = _STRING + rb"?+"
_TO_BRACKET = re.compile(rb'(?:[^"{}\[\]]++|' + _STRING_OR_OPEN + rb")*+([{}\[\]])")
_STRAY = re.compile(rb'(?:[^"{\[]++|' + _STRING_OR_OPEN + rb")++")
_STRAY_IN_LIST = re.compile(rb'(?:[^"{\[\]]++|' + _STRING_OR_OPEN + rb")++")
_BETWEEN = re.compile(rb"[\s,]*+")
_FIRST_KEY = re.compile(rb"\{\s*+(" + _STRING + rb")\s*+:")
_FIELD = _STRING + rb"\s*+:\s*+(?:" + _STRING + rb'|\[[^\[\]{}]*+\]|[^"\[\]{},]++)\s*+,\s*+'
_LIST = rb"Records|records|value|Events|events|logEvents|Messages|receivedMessages"
_ENVELOPE = re.compile(rb"\{\s*+(?:" + _FIELD + rb')*?"(' + _LIST + rb')"\s*+:\s*+\[')


def pieces(content: bytes) -> Iterator[Piece | Junk]:
    """Give the sound values of a document that is not one sound value, and the junk between them, in order."""
    lines = [line for line in content.split(b"\n") if line.strip()]
    sound = [_is_sound(line) for line in lines]
    if len(lines) > 1 and (sound[0] or 2 * sum(sound) >= len(lines)):
        yield from _lines(lines, sound)
    else:
        yield from _values(content)


def _lines(lines: list[bytes], sound: list[bool]) -> Iterator[Piece | Junk]:
    """Read JSON lines. Unsound lines that follow each other may be one value written over several lines."""
    unsound: list[bytes] = []
    for line, is_sound in zip(lines, sound, strict=True):
        if not is_sound:
            unsound.append(line)
            continue
        yield from _unsound_lines(unsound)
        unsound = []
        yield Piece(line.strip(), None)
    yield from _unsound_lines(unsound)


def _unsound_lines(lines: list[bytes]) -> Iterator[Piece | Junk]:
    found = list(_values(b"\n".join(lines)))
    if len(lines) > 1 and not any(isinstance(piece, Piece) for piece in found):
        return iter([_junk(line) for line in lines])
    return iter(found)


def _values(content: bytes) -> Iterator[Piece | Junk]:
    """Read values that follow each other, with or without blanks or commas between them."""
    position = _skip_blanks(content, 0)
    while position < len(content):
        end = _end(content, position, _STRAY)
        value = content[position:end]
        if _is_sound(value):
            yield Piece(value, None)
        else:
            yield from _open(value)
        position = _skip_blanks(content, end)


def _open(value: bytes) -> Iterator[Piece | Junk]:
    """Read the elements of an unsound envelope or array; what is neither is an unsound record."""
    envelope = _ENVELOPE.match(value, 0, MAX_HEAD_BYTES)
    if envelope:
        position = yield from _elements(value, envelope.end(), envelope[1].decode())
        rest = value[position:]
        if rest.strip() and not _is_sound(b'{"":[]' + rest):
            yield _junk(rest)
    elif value[:1] == b"[":
        position = yield from _elements(value, 1, None)
        if value[position:].strip():
            yield _junk(value[position:])
    else:
        yield from _split_record(value)


def _elements(value: bytes, position: int, within: str | None) -> Generator[Piece | Junk, None, int]:
    """Read the elements of a list from `position`; returns the position after its closing bracket, or the end."""
    position = _skip_blanks(value, position)
    while position < len(value):
        if value[position] == ord("]"):
            return position + 1
        if position == len(value) - 1 and value[position] == ord("}"):
            break  # the envelope's own closing bracket: an unsound element has taken the list's
        end = _end(value, position, _STRAY_IN_LIST)
        element = value[position:end]
        if _is_sound(element):
            yield Piece(element, within)
        else:
            yield from (
                piece._replace(within=within) if isinstance(piece, Piece) else piece for piece in _split_record(element)
            )
        position = _skip_blanks(value, end)
    return len(value)


def _split_record(record: bytes) -> Iterator[Piece | Junk]:
    """Save the records that an unsound one has swallowed because a bracket or quote of it was missing.

    A log writes each record with the same first key, so a record begins where that key opens an object again.
    """
    first_key = _FIRST_KEY.match(record)
    starts = [0]
    if first_key:
        begins = re.compile(rb"(?:[}\]]\s*+,?\s*+|\n\s*+)(?=\{\s*+" + re.escape(first_key[1]) + rb"\s*+:)")
        starts += [found.end() for found in begins.finditer(record)]
    if len(starts) == 1:
        yield _junk(record)
        return
    for start, stop in zip(starts, [*starts[1:], len(record)], strict=True):
        part = record[start:stop]
        end = _end(part, 0, _STRAY)
        if not _is_sound(part[:end]):
            yield _junk(part)
            continue
        yield Piece(part[:end], None)
        if part[end:].strip(b" \t\r\n,]}"):
            yield _junk(part[end:])


def _end(content: bytes, start: int, stray: re.Pattern[bytes]) -> int:
    """Give where the value that begins at `start` ends: at its closing bracket, or at the end of the bytes.

    What begins with no bracket is `stray`: a scalar or junk, as far as the next value.
    """
    if content[start] not in b"{[":
        found = stray.match(content, start)
        return found.end() if found else start + 1
    depth, position = 0, start
    while found := _TO_BRACKET.match(content, position):
        depth += 1 if found[1] in b"{[" else -1
        position = found.end()
        if depth == 0:
            return position
    return len(content)


def _skip_blanks(content: bytes, position: int) -> int:
    found = _BETWEEN.match(content, position)
    return found.end() if found else position


def _is_sound(value: bytes) -> bool:
    try:
        _RAW.decode(value)
    except (ValueError, RecursionError):
        return False
    return True


def _junk(value: bytes) -> Junk:
    value = value.strip(b" \t\r\n,") or value
    try:
        _RAW.decode(value)
    except ValueError as error:
        return Junk(value, type(error).__name__, f"not JSON: {error}")
    except RecursionError:
        return Junk(value, "RecursionError", "not readable: nested too deep")
    return Junk(value, "DecodeError", "not a record: it stands between records")
