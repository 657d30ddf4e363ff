"""ReadFiles: from file uris to blocks of plain bytes, whatever the files are packed in."""

import os
from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import unquote_to_bytes

import apache_beam as beam
import msgspec
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from analytic.dead_letter import RAW_BYTES, dead_letter
from analytic.sources.blocks import MAX_DOCUMENT_BYTES, UNREADABLE, numbered
from schemas.records import DeadLetter
from transforms.coders import register
from transforms.dead_letter import TAG, tagged
from transforms.metrics import BYTES_READ, FILES, increase, tally

CHUNK_BYTES = 4 * 1024 * 1024


class Block(msgspec.Struct, array_like=True):
    """Some whole records of one file, unpacked. `number` is the zero-based number of the first in the file."""

    uri: str
    number: int
    data: bytes


register(Block)


class ReadFiles(beam.PTransform):
    """Reads files by uri, and unpacks gzip where the content (not the name) says so."""

    def __init__(self, max_document_bytes: int = MAX_DOCUMENT_BYTES) -> None:
        """Takes the most bytes, unpacked, that one document or line may have."""
        super().__init__()
        self._max_document_bytes = max_document_bytes

    def expand(self, uris: beam.PCollection) -> Any:
        """Uris in; outputs `blocks` and `dead_letters`: files, or the rest of files, that could not be read."""
        read = beam.ParDo(_ReadFn(self._max_document_bytes)).with_output_types(Block, **{TAG: DeadLetter})
        return uris | "Read" >> read.with_outputs(TAG, main="blocks")


class _ReadFn(beam.DoFn):
    def __init__(self, max_document_bytes: int) -> None:
        self._max_document_bytes = max_document_bytes

    def process(self, uri: str) -> Iterator[object]:
        increase(FILES)
        chunks = Chunks()
        try:
            with FileSystems.open(local_path(uri), compression_type=CompressionTypes.UNCOMPRESSED) as file:
                chunks.open(file)
                yield from self._blocks(uri, chunks)
        except UNREADABLE as error:
            yield _unread(uri, type(error).__name__.removesuffix("Error"), str(error), chunks)
        except OSError as error:
            yield _unread(uri, type(error).__name__, str(error), chunks)
        finally:
            increase(BYTES_READ, chunks.read)

    def _blocks(self, uri: str, chunks: "Chunks") -> Iterator[object]:
        empty = True
        for number, data in numbered(chunks, max_document_bytes=self._max_document_bytes):
            empty = False
            yield Block(uri, number, data)
        if empty:
            yield _unread(uri, "EmptyInput", "the file is empty", chunks)


class Chunks:
    """The chunks of one file. Keeps its head and its size for a dead letter, and counts the bytes read."""

    def __init__(self) -> None:
        """Holds nothing until a file is opened."""
        self.head = b""
        self.read = 0
        self.size = 0
        self._file: BinaryIO | None = None

    def open(self, file: BinaryIO) -> None:
        """Take an open file; its size is known at once where it can be."""
        self._file = file
        if file.seekable():
            file.seek(0, os.SEEK_END)
            self.size = file.tell()
            file.seek(0)

    def __iter__(self) -> Iterator[bytes]:
        """Read on."""
        while self._file and (chunk := self._file.read(CHUNK_BYTES)):
            self.head += chunk[: RAW_BYTES - len(self.head)]
            self.read += len(chunk)
            self.size = max(self.size, self.read)
            tally.bytes_read += len(chunk)
            yield chunk


def _unread(uri: str, error_type: str, error: str, chunks: Chunks) -> object:
    return tagged(dead_letter("read", "file", uri, error_type, error, chunks.head, chunks.size))


def local_path(uri: str) -> str:
    """Give the path of a file: uri as Python names files (surrogates for bytes that are not UTF-8); others as is."""
    scheme = "file://"
    return os.fsdecode(unquote_to_bytes(uri.removeprefix(scheme))) if uri.startswith(scheme) else uri
