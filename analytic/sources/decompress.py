"""Gzip, a piece at a time: chunks of bytes in, chunks of bytes out, a typed error where the bytes end badly.

What could be unpacked is given before the error is raised, so that the whole records of a damaged file are not lost.
The format is RFC 1952: a file may be several members one after the other, and zero bytes may follow the last.
"""

import itertools
import zlib
from collections.abc import Generator, Iterable, Iterator
from typing import cast

from isal import igzip_lib

GZIP_MAGIC = b"\x1f\x8b"
"""The first two bytes of every member (RFC 1952, 2.3.1)."""

MAX_RATIO = 200
"""A file that unpacks to more than so many times its size is a bomb. Real CloudTrail deliveries lie between 5 and 40;
deflate itself ends at 1032 (zlib's technical notes)."""

RATIO_FREE_BYTES = 64 * 1024 * 1024
"""Below this size the ratio is not looked at: a small file of one repeated record compresses well and harms nobody."""

_LEVELS = 2
"""CloudWatch Logs sends gzip through Firehose, which can gzip it again: one level inside another, not more."""

_INPUT_BYTES = 64 * 1024
"""Input goes in in small pieces: what follows a member's end is copied, and a file of tiny members copies it often."""

_OUTPUT_BYTES = 256 * 1024
"""At most so much comes out of one call, whatever the bytes promise."""

_SALVAGE_BYTES = 1024 * 1024
"""A damaged member no larger than this is unpacked again to the very byte of the damage."""

_ISAL_ERROR = cast("type[Exception]", igzip_lib.IsalError)
"""isal's stubs declare its exception as an instance."""


class TruncatedGzipError(ValueError):
    """The file ends inside a member."""


class CorruptGzipError(ValueError):
    """The bytes are not what the format, or the member's checksum, asks for."""


class GzipBombError(ValueError):
    """The file unpacks to far more than any log would."""


def decompress(
    chunks: Iterable[bytes], *, max_ratio: int = MAX_RATIO, ratio_free_bytes: int = RATIO_FREE_BYTES
) -> Iterator[bytes]:
    """Give the plain bytes of one file: unpacked where it begins as gzip, else as they are.

    Raises TruncatedGzipError or CorruptGzipError after the last good byte, and GzipBombError once more than
    `ratio_free_bytes` and more than `max_ratio` times the input has come out.
    """
    taken = _Taken(chunks)
    plain: Iterator[bytes] = iter(taken)
    for _ in range(_LEVELS):
        plain = _unpacked(plain)
    given = 0
    for piece in plain:
        given += len(piece)
        if given > ratio_free_bytes and given > max_ratio * taken.size:
            raise GzipBombError(
                f"{taken.size} bytes of gzip gave more than {max_ratio} times as many; stopped at {given}"
            )
        yield piece


class _Taken:
    """Passes chunks on and counts their bytes."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self.size += len(chunk)
            yield chunk


def _unpacked(chunks: Iterator[bytes]) -> Iterator[bytes]:
    head = b""
    while len(head) < len(GZIP_MAGIC) and (chunk := next(chunks, b"")):
        head += chunk
    whole = itertools.chain((head,) if head else (), chunks)
    return _members(_pieces(whole)) if head.startswith(GZIP_MAGIC) else whole


def _pieces(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for chunk in chunks:
        view = memoryview(chunk)
        for start in range(0, len(chunk), _INPUT_BYTES):
            yield bytes(view[start : start + _INPUT_BYTES])


def _members(pieces: Iterator[bytes]) -> Iterator[bytes]:
    rest = next(pieces)
    while rest:
        rest = yield from _member(rest, pieces)
        while not (rest := rest.lstrip(b"\0")) and (piece := next(pieces, b"")):
            rest = piece
        if len(rest) < len(GZIP_MAGIC):
            rest += next(pieces, b"")
        if rest and not rest.startswith(GZIP_MAGIC):
            raise CorruptGzipError("the last gzip member is followed by bytes that are not gzip")


def _member(piece: bytes, pieces: Iterator[bytes]) -> Generator[bytes, None, bytes]:
    """Unpack one member; the return value is what was taken beyond its end."""
    unpacker = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP)
    taken = bytearray()
    given = 0
    while True:
        if len(taken) <= _SALVAGE_BYTES:
            taken += piece
        try:
            plain = unpacker.decompress(piece, _OUTPUT_BYTES)
        except _ISAL_ERROR as error:
            if len(taken) <= _SALVAGE_BYTES:
                yield from _salvaged(bytes(taken), given)
            raise CorruptGzipError(f"damaged gzip: {error}") from error
        piece = b""
        if plain:
            given += len(plain)
            yield plain
        if unpacker.eof:
            return unpacker.unused_data
        if not plain and not (piece := next(pieces, b"")):
            raise TruncatedGzipError(f"the file ends inside a gzip member, after {given} unpacked bytes")


def _salvaged(member: bytes, given: int) -> Iterator[bytes]:
    """Give what a damaged member holds beyond the first `given` bytes.

    isal loses the output of the call that meets the damage; zlib, fed byte by byte, loses none of it.
    """
    unpacker = zlib.decompressobj(wbits=31)
    for start in range(len(member)):
        try:
            plain = unpacker.decompress(member[start : start + 1])
        except zlib.error:
            return
        new = plain[max(given, 0) :]
        given -= len(plain)
        if new:
            yield new
