"""Gzip, sound and not: what comes out before an error, and which error."""

import gzip
import random
import zlib
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources.decompress import CorruptGzipError, GzipBombError, TruncatedGzipError, decompress

_random = random.Random(7)
PLAIN = b"".join(b'{"eventID":"%032x"}\n' % _random.getrandbits(128) for _ in range(20_000))
PACKED = gzip.compress(PLAIN, mtime=0)


def unpack(data: bytes, size: int = 10_000) -> tuple[bytes, Exception | None]:
    """Give what came out before the end, or the error."""
    chunks: Iterator[bytes] = (data[start : start + size] for start in range(0, len(data), size))
    out = bytearray()
    try:
        for piece in decompress(chunks):
            out += piece
    except ValueError as error:
        return bytes(out), error
    return bytes(out), None


@given(st.binary(max_size=300), st.integers(1, 400))
def test_what_is_no_gzip_comes_as_it_is(data: bytes, size: int) -> None:
    if not data.startswith(b"\x1f\x8b"):
        assert unpack(data, size) == (data, None)


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5), st.integers(1, 400), st.integers(0, 5))
def test_members_one_after_the_other_are_one_file(parts: list[bytes], size: int, padding: int) -> None:
    data = b"".join(gzip.compress(part) for part in parts) + b"\0" * padding
    plain = b"".join(parts)
    if not plain.startswith(b"\x1f\x8b"):
        assert unpack(data, size) == (plain, None)


def test_gzip_inside_gzip_is_unpacked_twice() -> None:
    assert unpack(gzip.compress(PACKED)) == (PLAIN, None)


@pytest.mark.parametrize("kept", [5, len(PACKED) // 2, len(PACKED) - 8, len(PACKED) - 1])
def test_a_truncated_file_gives_its_whole_beginning(kept: int) -> None:
    plain, error = unpack(PACKED[:kept])
    assert isinstance(error, TruncatedGzipError)
    assert plain == zlib.decompressobj(wbits=31).decompress(PACKED[:kept])


def test_a_wrong_checksum_costs_no_byte_before_it() -> None:
    plain, error = unpack(PACKED[:-8] + b"\0" * 8)
    assert plain == PLAIN
    assert isinstance(error, CorruptGzipError)


def test_damage_costs_no_byte_before_it() -> None:
    plain, error = unpack(PACKED[:100_000] + b"\xff" * 400 + PACKED[100_400:])
    assert isinstance(error, CorruptGzipError)
    assert plain.startswith(zlib.decompressobj(wbits=31).decompress(PACKED[:100_000]))


def test_bytes_after_the_last_member_are_told() -> None:
    plain, error = unpack(PACKED + b"more")
    assert plain == PLAIN
    assert isinstance(error, CorruptGzipError)


def test_a_bomb_is_stopped_early() -> None:
    bomb = gzip.compress(bytes(20_000_000), compresslevel=1)
    given: list[int] = []
    with pytest.raises(GzipBombError, match="more than 200 times"):
        given.extend(map(len, decompress([bomb], ratio_free_bytes=1_000_000)))
    assert sum(given) <= 200 * len(bomb)


def test_a_small_file_may_pack_well() -> None:
    plain = b"a" * 1_000_000
    assert unpack(gzip.compress(plain)) == (plain, None)
