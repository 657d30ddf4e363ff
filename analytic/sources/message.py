"""A message's bytes to the content in it: unpacked where it is gzip, and no larger than may be held."""

from collections.abc import Iterator

from analytic.sources.blocks import TooLargeError
from analytic.sources.decompress import CorruptGzipError, GzipBombError, TruncatedGzipError, decompress

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
"""Unpacked. A message has at most 10 MB (Pub/Sub quotas); real logs unpack to 5 to 40 times their size."""


def plain(data: bytes, most: int = MAX_MESSAGE_BYTES) -> Iterator[bytes]:
    """Give the plain bytes of a message in pieces.

    Raises TooLargeError, and what decompress raises, after the last good piece.
    """
    given = 0
    for piece in decompress((data,)):
        given += len(piece)
        if given > most:
            raise TooLargeError(f"the message unpacks to more than {most} bytes")
        yield piece


def whole(data: bytes, most: int = MAX_MESSAGE_BYTES) -> bytes:
    """Give the plain bytes of a message; none where they can't be had whole."""
    try:
        return b"".join(plain(data, most))
    except (TooLargeError, GzipBombError, TruncatedGzipError, CorruptGzipError):
        return b""
