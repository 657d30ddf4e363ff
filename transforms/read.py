"""ReadFiles: from file uris to blocks of plain bytes, whatever the files are packed in."""

import os
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO, NamedTuple
from urllib.parse import unquote_to_bytes

import apache_beam as beam
import msgspec
from apache_beam.io.aws.clients.s3.messages import S3ClientError
from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems
from botocore.exceptions import BotoCoreError
from google.api_core.exceptions import GoogleAPICallError
from google.auth.exceptions import GoogleAuthError

from analytic.dead_letter import RAW_BYTES
from analytic.sources.blocks import MAX_DOCUMENT_BYTES, UNREADABLE, numbered
from analytic.sources.decompress import decompress
from schemas.records import DeadLetter
from transforms.coders import register
from transforms.dead_letter import TAG, dead_letter
from transforms.metrics import BYTES_READ, FILES, increase, tally

CHUNK_BYTES = 4 * 1024 * 1024


class Block(msgspec.Struct, array_like=True):
    """Some whole records of one file or message, unpacked. `number` is the zero-based number of the first in it.

    What came in a message has its attributes, when it was published, and how often it was tried before.
    """

    uri: str
    number: int
    data: bytes
    attributes: dict[str, str] = {}
    attempts: int = 0
    published: int | None = None


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
        for output in read_file(uri, self._max_document_bytes):
            if isinstance(output, Unread):
                yield dead_letter("read", "file", uri, output.error_type, output.error, output.head, output.size)
            else:
                yield output


class Unread(NamedTuple):
    """What could not be read of a file: why, and its first bytes and size, as far as they are known."""

    error_type: str
    error: str
    head: bytes
    size: int


def read_file(uri: str, max_document_bytes: int) -> Iterator["Block | Unread"]:
    """Give a file's blocks and, where it or the rest of it can't be read, at last an Unread."""
    increase(FILES)
    chunks = Chunks()
    try:
        with FileSystems.open(local_path(uri), compression_type=CompressionTypes.UNCOMPRESSED) as file:
            chunks.open(file)
            yield from blocks_of(uri, decompress(chunks), max_document_bytes)
    except UNREADABLE as error:
        yield Unread(type(error).__name__.removesuffix("Error"), str(error), chunks.head, chunks.size)
    except UNOPENED as error:
        yield Unread(type(error).__name__, str(error), chunks.head, chunks.size)
    finally:
        increase(BYTES_READ, chunks.read)


UNOPENED = (OSError, BeamIOError, GoogleAPICallError, GoogleAuthError, S3ClientError, BotoCoreError)
"""What opening or reading a file raises, on this machine and in object storage."""


def blocks_of(uri: str, plain: Iterable[bytes], max_document_bytes: int) -> Iterator[Block]:
    """Cut unpacked bytes into blocks. Raises one of UNREADABLE after the last good one."""
    return (Block(uri, number, data) for number, data in numbered(plain, max_document_bytes))


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


def local_path(uri: str) -> str:
    """Give the path of a file: uri as Python names files (surrogates for bytes that are not UTF-8); others as is."""
    scheme = "file://"
    return os.fsdecode(unquote_to_bytes(uri.removeprefix(scheme))) if uri.startswith(scheme) else uri
