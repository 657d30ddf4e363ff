"""Where to cut one file's bytes, so that a large file need not be in memory at once.

JSON lines are cut between lines. Any other document (a delivery file, an array, a pretty-printed record) can only be
read whole. A byte order mark and blank space before the first record are not part of any block.
"""

from collections.abc import Iterable, Iterator

from analytic.sources.decompress import CorruptGzipError, GzipBombError, TruncatedGzipError
from analytic.sources.envelope import records

BLOCK_BYTES = 8 * 1024 * 1024
"""Lines are gathered to blocks of about this size: large enough that the cost of an element does not show."""

MAX_DOCUMENT_BYTES = 512 * 1024 * 1024
"""The most that is held of one document or one line. CloudTrail's own delivery files stay below 50 MB unpacked."""

_BOM = b"\xef\xbb\xbf"
_CLOSERS = {b"{": b"}", b"[": b"]"}


class TooLargeError(ValueError):
    """A document, or one line, is larger than may be held."""


class EmptyInputError(ValueError):
    """A file or message has nothing in it."""


UNREADABLE = (EmptyInputError, TooLargeError, GzipBombError, TruncatedGzipError, CorruptGzipError)
"""What reading a file's or message's bytes raises; the dead letter is named after it, without the Error."""


def numbered(plain: Iterable[bytes], max_document_bytes: int = MAX_DOCUMENT_BYTES) -> Iterator[tuple[int, bytes]]:
    """Cut unpacked bytes into blocks, each with the zero-based number of its first record.

    Raises one of UNREADABLE, and what `plain` raises, after the last good one.
    """
    number = 0
    before = None
    for data in cut(plain, max_document_bytes=max_document_bytes):
        # Only a file of several blocks pays for counting: a line may be an envelope around many records.
        if before is not None:
            number += sum(1 for _ in records(before))
        before = data
        yield number, data
    if before is None:
        raise EmptyInputError("the input is empty")


def cut(
    chunks: Iterable[bytes], *, block_bytes: int = BLOCK_BYTES, max_document_bytes: int = MAX_DOCUMENT_BYTES
) -> Iterator[bytes]:
    """Give the blocks of one file: whole lines of JSON lines, else the whole document; none for a blank file.

    When `chunks` raises TruncatedGzipError, CorruptGzipError or OSError, what came before is given as a block and the
    error goes on. Raises TooLargeError when a document or line outgrows `max_document_bytes`.
    """
    held = bytearray()
    lines_end = 0  # the end of the last whole line in `held`
    is_lines: bool | None = None
    try:
        for chunk in chunks:
            piece = chunk if held else chunk.removeprefix(_BOM).lstrip()
            newline = piece.rfind(b"\n")
            if newline >= 0:
                lines_end = len(held) + newline + 1
            held += piece
            if is_lines is None and lines_end:
                is_lines = _is_whole_line(bytes(held[: held.index(b"\n")]))
            if is_lines and lines_end and len(held) >= block_bytes:
                yield bytes(memoryview(held)[:lines_end])
                del held[:lines_end]
                lines_end = 0
            if len(held) > max_document_bytes:
                raise TooLargeError(f"one document or line is larger than {max_document_bytes} bytes")
    except (TruncatedGzipError, CorruptGzipError, OSError):
        if held and not held.isspace():
            yield bytes(held)
        raise
    if held and not held.isspace():
        yield bytes(held)


def _is_whole_line(line: bytes) -> bool:
    """Whether a file's first line looks like a line of JSON lines, and not like the opening of a longer document."""
    line = line.strip()
    closer = _CLOSERS.get(line[:1])
    return closer is None or line.endswith(closer)
