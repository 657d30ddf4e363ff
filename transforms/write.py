"""WriteFindings, WriteDeadLetters, WriteEvents: bounded results as files, in one order, the same bytes every time.

Each gathers its rows on one key: findings and dead letters are few, and events in order need one file anyway. A file is
written under a temporary name and then renamed, so that a retried bundle leaves one whole file.
"""

import json
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

import apache_beam as beam
import fastavro
import msgspec
from apache_beam.io.filesystem import CompressionTypes
from apache_beam.io.filesystems import FileSystems

from analytic.items import Keyed
from schemas.records import DeadLetter, Finding, to_dict
from transforms.coders import EventBatch
from transforms.metrics import FINDINGS, findings_of, increase

_SYNC = b"tokentrail-avro1"
"""Avro's marker between blocks (16 bytes): random by default, fixed here so that equal rows make equal files."""


class WriteFindings(beam.PTransform):
    """Writes `findings.jsonl` and `findings.avro`, sorted by first event time, then id."""

    def __init__(self, folder: str, detected_at: int) -> None:
        """Takes the output folder and the time to write as `detected_at`, UTC microseconds."""
        super().__init__()
        self._folder = folder
        self._detected_at = detected_at

    def expand(self, findings: beam.PCollection) -> beam.PCollection:
        """Findings in, the names of the written files out."""
        return findings | "Write" >> Gathered("findings", _WriteFindingsFn(self._folder, self._detected_at))


class WriteDeadLetters(beam.PTransform):
    """Writes `dead_letters.jsonl`, sorted by origin."""

    def __init__(self, folder: str) -> None:
        """Takes the output folder."""
        super().__init__()
        self._folder = folder

    def expand(self, dead_letters: beam.PCollection) -> beam.PCollection:
        """Dead letters in, the name of the written file out."""
        return dead_letters | "Write" >> Gathered(
            "dead_letters", _WriteDeadLettersFn(self._folder, "dead_letters.jsonl")
        )


class WriteKeptAside(beam.PTransform):
    """Writes `kept_aside.jsonl`: dead letters that redrive did not send, sorted by origin."""

    def __init__(self, folder: str) -> None:
        """Takes the output folder."""
        super().__init__()
        self._folder = folder

    def expand(self, dead_letters: beam.PCollection) -> beam.PCollection:
        """Dead letters in, the name of the written file out."""
        write = _WriteDeadLettersFn(self._folder, "kept_aside.jsonl")
        return dead_letters | "Write" >> Gathered("kept_aside", write)


class WriteEvents(beam.PTransform):
    """Writes `events.jsonl` and `events.avro`, in the order of the inputs and their records."""

    def __init__(self, folder: str) -> None:
        """Takes the output folder."""
        super().__init__()
        self._folder = folder

    def expand(self, events: beam.PCollection) -> beam.PCollection:
        """Events in blocks in, the names of the written files out."""
        return events | "Write" >> Gathered("events", _WriteEventsFn(self._folder))


class Gathered(beam.PTransform):
    """Gathers rows on one key for one writer. An empty row beside them: grouping nothing would write no file at all."""

    def __init__(self, key: str, write: beam.DoFn) -> None:
        """Takes the one key, and the DoFn that writes what was gathered there."""
        super().__init__()
        self._key = key
        self._write = write

    def expand(self, rows: beam.PCollection) -> beam.PCollection:
        """Rows in, the names of the written files out."""
        none = (
            rows.pipeline
            | "Start" >> beam.Impulse()
            | "NoRow" >> beam.ParDo(_NoRowFn(self._key)).with_output_types(Keyed)
        )
        encoded = rows | "Encode" >> beam.ParDo(_EncodeFn(self._key)).with_output_types(Keyed)
        return (
            (encoded, none)
            | "WithNone" >> beam.Flatten()
            | "Gather" >> beam.GroupByKey()
            | "WriteFiles" >> beam.ParDo(self._write).with_output_types(str)
        )


class _EncodeFn(beam.DoFn):
    def __init__(self, key: str) -> None:
        self._key = key

    def setup(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode

    def process(self, row: msgspec.Struct) -> Iterator[tuple[str, bytes]]:
        yield self._key, self._encode(row)


class _NoRowFn(beam.DoFn):
    def __init__(self, key: str) -> None:
        self._key = key

    def process(self, unused_impulse: bytes) -> Iterator[tuple[str, bytes]]:
        yield self._key, b""


class _WriteFindingsFn(beam.DoFn):
    def __init__(self, folder: str, detected_at: int) -> None:
        self._folder = folder
        self._detected_at = detected_at

    def process(self, gathered: tuple[str, Iterable[bytes]]) -> Iterator[str]:
        # As bytes until each is written: as objects they take ten times the room.
        decode = msgspec.msgpack.Decoder(Finding).decode
        found = []
        for row in filter(None, gathered[1]):
            finding = decode(row)
            found.append((finding.first_event_time, finding.finding_id, row))
            increase(findings_of(finding.chain))
        found.sort()
        increase(FINDINGS, len(found))
        encoded = [row for _, _, row in found]
        yield write_lines(self._folder, "findings.jsonl", self._rows(encoded))
        yield write_avro(self._folder, "findings.avro", "finding", self._rows(encoded))

    def _rows(self, encoded: Iterable[bytes]) -> Iterator[dict[str, Any]]:
        for finding in map(msgspec.msgpack.Decoder(Finding).decode, encoded):
            finding.detected_at = self._detected_at
            yield to_dict(finding)


class _WriteDeadLettersFn(beam.DoFn):
    def __init__(self, folder: str, name: str) -> None:
        self._folder = folder
        self._name = name

    def process(self, gathered: tuple[str, Iterable[bytes]]) -> Iterator[str]:
        decode = msgspec.msgpack.Decoder(DeadLetter).decode
        letters = [decode(row) for row in gathered[1] if row]
        ensure_folder(self._folder)
        letters.sort(key=lambda letter: (*_split(letter.origin), letter.step, letter.raw))
        yield write_lines(self._folder, self._name, (to_dict(letter) for letter in letters))


class _WriteEventsFn(beam.DoFn):
    def __init__(self, folder: str) -> None:
        self._folder = folder

    def process(self, gathered: tuple[str, Iterable[bytes]]) -> Iterator[str]:
        decode = msgspec.msgpack.Decoder(EventBatch).decode
        ordered = sorted((_split(decode(row).events[0].origin), row) for row in gathered[1] if row)
        batches = [row for _, row in ordered]
        yield write_lines(self._folder, "events.jsonl", _rows(batches))
        yield write_avro(self._folder, "events.avro", "api_event", _rows(batches))


def _rows(batches: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    decode = msgspec.msgpack.Decoder(EventBatch).decode
    return (to_dict(event) for row in batches for event in decode(row).events)


def _split(origin: str) -> tuple[str, int]:
    """Split an origin into uri and record number, so that record 10 comes after record 9."""
    uri, _, number = origin.rpartition("#")
    return (uri, int(number)) if uri and number.isdigit() else (origin, -1)


def write_lines(folder: str, name: str, rows: Iterable[dict[str, Any]]) -> str:
    """Write rows to a file of JSON lines. Raises WriteError."""
    encode = msgspec.json.Encoder().encode
    with _Whole(folder, name) as file:
        for row in rows:
            file.write(encode(row) + b"\n")
    return name


def write_array(folder: str, name: str, rows: Iterable[dict[str, Any]]) -> str:
    """Write rows as one JSON array, a row a line. Raises WriteError."""
    encode = msgspec.json.Encoder().encode
    with _Whole(folder, name) as file:
        file.write(b"[")
        for number, row in enumerate(rows):
            file.write((b",\n" if number else b"\n") + encode(row))
        file.write(b"\n]\n")
    return name


def write_avro(folder: str, name: str, schema: str, rows: Iterable[dict[str, Any]]) -> str:
    """Write rows to an Avro file of one of this project's schemas. Raises WriteError."""
    parsed = fastavro.parse_schema(json.loads(files("schemas").joinpath(f"{schema}.avsc").read_text()))
    with _Whole(folder, name) as file:
        fastavro.writer(file, parsed, rows, codec="deflate", sync_marker=_SYNC, strict_allow_default=True)
    return name


def ensure_folder(folder: str) -> None:
    """Make a folder where there are such things. Raises WriteError."""
    try:
        if not FileSystems.exists(folder):
            FileSystems.mkdirs(folder)
    except OSError as error:
        if not FileSystems.exists(folder):  # Another worker may have been first.
            raise WriteError(f"cannot make the folder {folder}: {error.strerror or error}") from error


class WriteError(Exception):
    """A result can't be written: where and why. One argument, so that Beam keeps the type."""


class _Whole:
    """A file that appears under its name only when it is whole."""

    def __init__(self, folder: str, name: str) -> None:
        self._target = FileSystems.join(folder, name)
        self._draft = FileSystems.join(folder, f".{name}.draft")

    def __enter__(self) -> Any:
        try:
            self._file = FileSystems.create(self._draft, compression_type=CompressionTypes.UNCOMPRESSED)
        except OSError as error:
            raise self._failed(error) from error
        return self._file

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        try:
            self._file.close()
            if kind is None:
                FileSystems.rename([self._draft], [self._target])
        except OSError as failure:
            raise self._failed(failure) from failure
        if isinstance(error, OSError):
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> WriteError:
        # Of a rename Beam tells what happened to each pair of files.
        each = [one for one in (getattr(error, "exception_details", None) or {}).values() if isinstance(one, OSError)]
        why = next((cause for cause in each[0].args if isinstance(cause, OSError)), each[0]) if each else error
        return WriteError(f"cannot write {self._target}: {why.strerror or why}")
