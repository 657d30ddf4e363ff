import gzip
import os
from functools import partial
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from analytic.sources.blocks import cut
from pipelines.inputs import uri_of as file_uri
from schemas.records import DeadLetter
from tests.transforms.pipeline import pipeline
from transforms import metrics
from transforms.read import Block, ReadFiles, _ReadFn, local_path

LINE = b'{"eventID":"1"}'
ENVELOPE = b'{"Records":[{"eventID":"2"},{"eventID":"3"}]}'


def read(*paths: Path, max_document_bytes: int = 10**9) -> tuple[list[Block], list[DeadLetter]]:
    """Read files without a runner: what the DoFn gives."""
    blocks: list[Block] = []
    letters: list[DeadLetter] = []
    for path in paths:
        for output in _ReadFn(max_document_bytes).process(file_uri(str(path))):
            letters.append(output.value) if isinstance(output, beam.pvalue.TaggedOutput) else blocks.append(output)
    return blocks, letters


def letter_of(path: Path, **settings: int) -> DeadLetter:
    _, (letter,) = read(path, **settings)
    assert letter.step == "read"
    assert letter.origin == file_uri(str(path))
    assert letter.attributes == {"kind": "file"}
    return letter


def test_files_become_blocks_and_dead_letters(tmp_path: Path) -> None:
    (tmp_path / "plain.json").write_bytes(LINE)
    (tmp_path / "packed").write_bytes(gzip.compress(LINE))
    (tmp_path / "empty.json").write_bytes(b"")
    uris = [file_uri(str(tmp_path / name)) for name in ("plain.json", "packed", "empty.json")]
    with pipeline() as p:
        files = p | "Uris" >> beam.Create(uris, reshuffle=False) | "ReadFiles" >> ReadFiles()
        assert_that(files.blocks, equal_to([Block(uris[0], 0, LINE), Block(uris[1], 0, LINE)]), label="Blocks")
        empty = DeadLetter(b"", uris[2], "read", "EmptyInput", "the input is empty", attributes={"kind": "file"})
        assert_that(files.dead_letters, equal_to([empty]), label="DeadLetters")
    counted = metrics.counters(p.result)
    assert counted[metrics.FILES] == 3
    assert counted[metrics.BYTES_READ] == len(LINE) + len(gzip.compress(LINE))
    assert counted[metrics.dead_letters("read")] == 1


def test_a_file_of_many_blocks_goes_on_counting_its_records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An envelope on a line counts as the records in it, as the parser will number them."""
    monkeypatch.setattr("transforms.read.CHUNK_BYTES", 32)
    monkeypatch.setattr("analytic.sources.blocks.cut", partial(cut, block_bytes=32))
    path = tmp_path / "lines.jsonl"
    path.write_bytes(b"\n".join([LINE, ENVELOPE, LINE, b"junk", LINE, LINE]))
    blocks, letters = read(path)
    assert letters == []
    assert b"".join(block.data for block in blocks) == path.read_bytes()
    first = {block.data: block.number for block in blocks}
    assert len(first) > 2
    numbers = [block.number for block in blocks]
    assert numbers[0] == 0
    assert numbers[-1] + len(blocks[-1].data.split()) == 7


def test_a_truncated_gzip_gives_what_it_holds_and_a_dead_letter(tmp_path: Path) -> None:
    path = tmp_path / "cut.gz"
    packed = gzip.compress(os.urandom(5000).hex().encode())
    path.write_bytes(packed[:3000])
    (block,), (letter,) = read(path)
    assert len(block.data) > 1000
    assert letter.error_type == "TruncatedGzip"
    assert letter.raw == packed[:3000]
    assert letter.raw_size == 3000


def test_a_bomb_is_a_dead_letter_with_its_own_bytes(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(bytes(100_000_000), compresslevel=1))
    letter = letter_of(path)
    assert letter.error_type == "GzipBomb"
    assert letter.raw == path.read_bytes()[: 1024 * 1024]
    assert letter.raw_size == path.stat().st_size


def test_a_document_beyond_the_cap_is_a_dead_letter_cut_at_a_mebibyte(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    path.write_bytes(b'{"a":"' + b"x" * 3_000_000 + b'"}')
    letter = letter_of(path, max_document_bytes=2_000_000)
    assert letter.error_type == "TooLarge"
    assert "2000000 bytes" in letter.error
    assert len(letter.raw) == 1024 * 1024
    assert letter.raw_size == path.stat().st_size


def test_a_file_that_cannot_be_opened_is_a_dead_letter(tmp_path: Path) -> None:
    (tmp_path / "gone.json").symlink_to(tmp_path / "nowhere")
    assert letter_of(tmp_path / "gone.json").error_type == "FileNotFoundError"
    (tmp_path / "folder.json").mkdir()
    assert letter_of(tmp_path / "folder.json").error_type == "IsADirectoryError"
    (tmp_path / "loop.json").symlink_to(tmp_path / "loop.json")
    assert letter_of(tmp_path / "loop.json").error_type == "OSError"


@pytest.mark.parametrize("name", [b"plain.json", b"not utf-8 \xff.json", "größe #1 %41.json".encode(), b"line\nfeed"])
def test_any_file_name_goes_through_its_uri(tmp_path: Path, name: bytes) -> None:
    path = Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name)))
    path.write_bytes(LINE)
    uri = file_uri(str(path))
    assert uri.isascii()
    assert "#" not in uri
    assert local_path(uri) == str(path)
    (block,), _ = read(path)
    assert block == Block(uri, 0, LINE)
