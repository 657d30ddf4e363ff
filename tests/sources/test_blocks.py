"""Where files are cut: between lines, or not at all."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources.blocks import EmptyInputError, TooLargeError, cut, numbered
from analytic.sources.decompress import TruncatedGzipError

LINE = st.sampled_from([b'{"a":1}', b'{"b":[1,2]}', b"[1]", b"no json", b'{"broken":', b""])


def chunked(data: bytes, size: int) -> Iterator[bytes]:
    return (data[start : start + size] for start in range(0, len(data), size))


@given(st.lists(LINE, max_size=20), st.integers(1, 50), st.integers(1, 40))
def test_blocks_are_whole_lines_and_nothing_is_lost(lines: list[bytes], size: int, block_bytes: int) -> None:
    data = b"".join(line + b"\n" for line in [b'{"first":0}', *lines])
    blocks = list(cut(chunked(data, size), block_bytes=block_bytes))
    assert b"".join(blocks).split() == data.split()
    assert all(block.endswith(b"\n") for block in blocks)


@given(st.integers(1, 50))
def test_lines_come_in_blocks_of_the_size_asked_for(size: int) -> None:
    line = b'{"a":1}\n'
    blocks = list(cut(chunked(line * 100, size), block_bytes=80))
    assert len(blocks) > 5
    assert all(len(block) < 80 + size + len(line) for block in blocks)


@pytest.mark.parametrize(
    "document",
    [
        b'{\n  "Records": [\n{"a": 1},\n{"a": 2}\n]}\n',
        b'{"Records": [\n{"a": 1},\n{"a": 2}\n]}\n',
        b'[\n{"a": 1},\n{"a": 2}\n]\n',
        b'{"Records":[{"a":1},{"a":2}]}',
        b'{"a": "cut off',
    ],
)
def test_any_other_document_is_one_block(document: bytes) -> None:
    assert list(cut(chunked(document, 3), block_bytes=4)) == [document]


@pytest.mark.parametrize("blank", [b"", b" \n\r\n\t", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"])
def test_a_blank_file_has_no_block(blank: bytes) -> None:
    assert list(cut([blank])) == []


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    data = b'\xef\xbb\xbf{"a":1}\n{"a":2}\n'
    assert list(cut(chunked(data, 12), block_bytes=8)) == [b'{"a":1}\n', b'{"a":2}\n']


def test_a_document_that_outgrows_the_cap_is_not_held() -> None:
    with pytest.raises(TooLargeError, match="larger than 1000 bytes"):
        list(cut(iter([b'{"a":\n', *[b"x" * 100] * 20]), max_document_bytes=1000))


def test_a_long_line_after_short_ones_gives_the_short_ones() -> None:
    blocks = cut([b'{"a":1}\n{"a":2}\n', b"x" * 2000], block_bytes=10, max_document_bytes=1000)
    assert next(blocks) == b'{"a":1}\n{"a":2}\n'
    with pytest.raises(TooLargeError):
        next(blocks)


def test_what_came_before_an_error_is_given() -> None:
    def chunks() -> Iterator[bytes]:
        yield b'{"Records":['
        yield b'{"a":1},{"a"'
        raise TruncatedGzipError

    blocks = cut(chunks())
    assert next(blocks) == b'{"Records":[{"a":1},{"a"'
    with pytest.raises(TruncatedGzipError):
        next(blocks)


def test_blocks_are_numbered_by_the_records_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """An envelope is as many records as it holds, a line that is none is one."""
    lines = [b'{"Records":[{"a":1},{"a":2}]}', b"no json", b'{"a":3}', b'{"a":4}']
    monkeypatch.setattr("analytic.sources.blocks.cut", lambda plain, **_: iter(plain))
    assert [number for number, _ in numbered(lines)] == [0, 2, 3, 4]


def test_nothing_at_all_is_an_error() -> None:
    with pytest.raises(EmptyInputError):
        list(numbered([b" ", b"\n"]))
