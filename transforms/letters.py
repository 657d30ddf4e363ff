"""ReadLetters, SendLetters, RaiseAttempts: dead letters on their way through the front door again."""

import base64
import json
from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import fastavro
import msgspec
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems
from apache_beam.pvalue import AsDict, TaggedOutput

from analytic.redriving import ASIDE, BYTES, FILE, FINDING, NOTICE, place, raised, way
from analytic.sources.blocks import MAX_DOCUMENT_BYTES, UNREADABLE
from analytic.sources.decompress import decompress
from analytic.sources.message import whole
from analytic.sources.notice import named
from schemas import avro
from schemas.records import DeadLetter, Finding
from schemas.tables import from_row
from transforms.dead_letter import TAG, dead_letter
from transforms.metrics import KEPT_ASIDE, REDRIVEN, increase
from transforms.read import Block, blocks_of, local_path

PUBLISHED = "published"
_AVRO = b"Obj\x01"


class LetterError(Exception):
    """A file or table holds no dead letters: where and what to do. One argument, so that Beam keeps the type."""


class ReadLetterFiles(beam.PTransform):
    """Reads files of dead letters, as scan and streams write them: JSON lines or Avro, told by their content."""

    def expand(self, uris: beam.PCollection) -> beam.PCollection:
        """Uris in, dead letters out. Raises LetterError on what is none."""
        return uris | "Read" >> beam.ParDo(_ReadFileFn()).with_output_types(DeadLetter)


class _ReadFileFn(beam.DoFn):
    def process(self, uri: str) -> Iterator[DeadLetter]:
        schema = avro.load("dead_letter")
        path = local_path(uri)
        try:
            with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
                head = file.read(len(_AVRO))
            with FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED) as file:
                yield from _letters(path, fastavro.reader(file) if head == _AVRO else map(_line, file), schema)
        except OSError as error:
            raise LetterError(f"{path}: {error.strerror or error}") from error


def _line(line: bytes) -> Any:
    row = json.loads(line)
    return {**row, "raw": base64.b64decode(row["raw"], validate=True)}


def _letters(path: str, rows: Iterable[Any], schema: avro.Schema) -> Iterator[DeadLetter]:
    number = 0
    try:
        for row in rows:
            number += 1
            plain = avro.positional(from_row_of_file(row, schema), schema)
            yield msgspec.convert(plain, DeadLetter)
    except (ValueError, KeyError, TypeError, EOFError) as error:
        why = f"it lacks {error}" if isinstance(error, KeyError) else f"{type(error).__name__}: {error!s:.100}"
        raise LetterError(
            f"{path}: dead letter {number + (number == 0)} or the one after it can't be read ({why}): "
            "give the dead letters that scan or a stream wrote"
        ) from error


def from_row_of_file(row: Any, schema: avro.Schema) -> Any:
    """Give a row of an Avro file as JSON lines give it: times as microseconds."""
    time = row.get("time")
    if time is None or isinstance(time, int):
        return row
    kind = next(field["type"] for field in schema["fields"] if field["name"] == "time")
    return {**row, "time": from_row(time, kind)}


class ReadLetterTable(beam.PTransform):
    """Reads dead letters by a query over a table of them."""

    def expand(self, queries: beam.PCollection) -> beam.PCollection:
        """Queries in, dead letters out. Raises LetterError where BigQuery refuses one."""
        return queries | "Query" >> beam.ParDo(_QueryFn()).with_output_types(DeadLetter)


class _QueryFn(beam.DoFn):
    def process(self, query: str) -> Iterator[DeadLetter]:
        from google.api_core.exceptions import GoogleAPICallError, RetryError
        from google.cloud import bigquery

        schema = avro.load("dead_letter")
        try:
            for row in bigquery.Client().query(query).result():
                yield msgspec.convert(avro.positional(from_row(dict(row.items()), schema), schema), DeadLetter)
        except (GoogleAPICallError, RetryError) as error:
            raise LetterError(f"BigQuery: {' '.join(str(error).split())[:300]}") from error


class SendLetters(beam.PTransform):
    """Sends each dead letter its way, the one of the most attempts where an origin has several."""

    def __init__(self, max_attempts: int, published: frozenset[str] = frozenset()) -> None:
        """Takes how often a letter may be sent again, and the ways of those that leave as they are, at `published`."""
        super().__init__()
        self._max_attempts = max_attempts
        self._published = published

    def expand(self, letters: beam.PCollection) -> Any:
        """Letters in; outputs `files` (uris), `bytes` (Block), and what the tags name."""
        send = beam.ParDo(_SendFn(self._max_attempts, self._published)).with_output_types(
            Block,
            **{
                FILE: str,
                FINDING: Finding,
                ASIDE: DeadLetter,
                PUBLISHED: DeadLetter,
                "sent": tuple[str, int],
                TAG: DeadLetter,
            },
        )
        return (
            letters
            | "Key" >> beam.ParDo(_KeyFn()).with_output_types(tuple[str, DeadLetter])
            | "GroupByOrigin" >> beam.GroupByKey()
            | "Send" >> send.with_outputs(FILE, FINDING, ASIDE, PUBLISHED, "sent", TAG, main=BYTES)
        )


class _KeyFn(beam.DoFn):
    def process(self, letter: DeadLetter) -> Iterator[tuple[str, DeadLetter]]:
        yield letter.origin, letter


class _SendFn(beam.DoFn):
    def __init__(self, max_attempts: int, published: frozenset[str]) -> None:
        self._max_attempts = max_attempts
        self._published = published

    def setup(self) -> None:
        self._finding = avro.load("finding")

    def process(self, group: tuple[str, Iterable[DeadLetter]]) -> Iterator[object]:
        origin, letters = group
        letter = max(letters, key=lambda letter: (letter.attempts, letter.step, letter.raw))
        which, why = way(letter, self._max_attempts)
        if which == ASIDE:
            increase(KEPT_ASIDE)
            attributes = {**letter.attributes, "aside": why}
            yield TaggedOutput(ASIDE, msgspec.structs.replace(letter, attributes=attributes))
            return
        increase(REDRIVEN)
        if which in self._published:
            yield TaggedOutput(PUBLISHED, letter)
            return
        yield TaggedOutput("sent", (origin, letter.attempts))
        if which == FILE:
            yield TaggedOutput(FILE, origin)
        elif which == FINDING:
            yield self._found(letter)
        elif which == NOTICE:
            yield from _named(letter)
        else:
            yield from _blocks(letter)

    def _found(self, letter: DeadLetter) -> object:
        try:
            row = avro.positional(json.loads(letter.raw), self._finding)
            return TaggedOutput(FINDING, msgspec.convert(row, Finding))
        except (ValueError, KeyError, TypeError) as error:
            return _again("write", letter, type(error).__name__, str(error))


def _named(letter: DeadLetter) -> Iterator[object]:
    """Give the files that a message names; its letter's origin is one of them."""
    uris = named(whole(letter.raw), letter.attributes)
    if not uris:
        yield _again("read", letter, "NoNotice", "the message names no file")
    yield from (TaggedOutput(FILE, uri) for uri in uris or () if uri == letter.origin)


def _blocks(letter: DeadLetter) -> Iterator[object]:
    """Unpack the bytes as the front door does."""
    uri, first = place(letter.origin)
    attributes = {name: value for name, value in letter.attributes.items() if name not in ("kind", "aside")}
    try:
        for block in blocks_of(uri, decompress(iter([letter.raw])), MAX_DOCUMENT_BYTES):
            block.number += first
            block.attributes = attributes
            yield block
    except UNREADABLE as error:
        yield _again("read", letter, type(error).__name__.removesuffix("Error"), str(error))


def _again(step: str, letter: DeadLetter, error_type: str, error: str) -> object:
    kind = letter.attributes.get("kind", "record")
    size = max(letter.raw_size, len(letter.raw))
    return dead_letter(step, kind, letter.origin, error_type, error, letter.raw, size, letter.attributes)


class RaiseAttempts(beam.PTransform):
    """Gives dead letters that came out of sent ones their attempts, one more than before."""

    def __init__(self, sent: beam.PCollection) -> None:
        """Takes the origins that were sent, with their attempts before."""
        super().__init__()
        self._sent = sent

    def expand(self, letters: beam.PCollection) -> beam.PCollection:
        """Dead letters in, the same with their attempts out."""
        return letters | "Raise" >> beam.ParDo(_RaiseFn(), AsDict(self._sent)).with_output_types(DeadLetter)


class _RaiseFn(beam.DoFn):
    def process(self, letter: DeadLetter, sent: dict[str, int]) -> Iterator[DeadLetter]:
        yield msgspec.structs.replace(letter, attempts=raised(letter.origin, sent))
