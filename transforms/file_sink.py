"""WriteBatches: unbounded results as files that appear whole, under names that a retry gives again.

Rows gather for a time on the wall clock, then become one file of JSON lines and one of Avro. A file's name tells the
time of its earliest row and a hash of its rows' identities: a retry writes over its own file, a job that is started
again over nothing else's.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.coders import BytesCoder, VarIntCoder
from apache_beam.io.filesystems import FileSystems
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import Timestamp

from analytic.items import Keyed
from schemas import avro
from schemas.tables import table
from transforms.dead_letter import TAG
from transforms.metrics import ROWS, increase
from transforms.rows import CheckRows, NoMore, Row
from transforms.write import ensure_folder, write_avro, write_lines

SECONDS = 60
"""How long rows gather, on the wall clock, before their file is written."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

BYTES = 16 * 1024 * 1024
"""The bytes that end a gathering before its time."""


class WriteBatches(beam.PTransform):
    """Writes records to `FOLDER/NAME/NAME-TIME-HASH.jsonl` and `.avro`; gives the dead letters of what did not fit."""

    def __init__(self, folder: str, name: str, schema: str, seconds: float | None = SECONDS) -> None:
        """Takes the output folder, the results' name and schema, and how long rows gather (None: to the end)."""
        super().__init__()
        self._folder = FileSystems.join(folder, name)
        self._name = name
        self._schema = schema
        self._seconds = seconds

    def expand(self, records: beam.PCollection) -> beam.PCollection:
        """Records in, the dead letters of step `write` out."""
        checked = records | "CheckRows" >> CheckRows(self._schema)
        _ = (
            checked.rows
            | "Key" >> beam.ParDo(_KeyFn(self._name)).with_output_types(Keyed)
            | "Gather" >> beam.ParDo(_GatherFn(self._seconds)).with_output_types(Keyed)
            # What is written again after a failure is what was written before: the batch is fixed here.
            | "Fix" >> beam.Reshuffle()
            | "WriteFiles" >> beam.ParDo(_WriteFn(self._folder, self._schema)).with_output_types(str)
        )
        return checked[TAG]


class WriteDeadLetterBatches(beam.PTransform):
    """Writes dead letters to `FOLDER/dead_letters/`. One that does not fit fails the bundle: it has nowhere to go."""

    def __init__(self, folder: str, seconds: float | None = SECONDS) -> None:
        """Takes the output folder, and how long letters gather (None: to the end)."""
        super().__init__()
        self._folder = folder
        self._seconds = seconds

    def expand(self, letters: beam.PCollection) -> beam.PCollection:
        """Dead letters in; nothing of use out."""
        batches = WriteBatches(self._folder, "dead_letters", "dead_letter", self._seconds)
        return letters | "Batches" >> batches | "Nowhere" >> NoMore(self._folder)


class _KeyFn(beam.DoFn):
    def __init__(self, key: str) -> None:
        self._key = key

    def setup(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode

    def process(self, row: Row) -> Iterator[tuple[str, bytes]]:
        yield self._key, self._encode(row)


class _GatherFn(beam.DoFn):
    """Holds rows until their time or size is reached, or the input ends."""

    ROWS = BagStateSpec("rows", BytesCoder())
    SIZE = ReadModifyWriteStateSpec("size", VarIntCoder())
    DUE = TimerSpec("due", TimeDomain.REAL_TIME)
    END = TimerSpec("end", TimeDomain.WATERMARK)

    def __init__(self, seconds: float | None) -> None:
        self._seconds = seconds

    def process(
        self,
        element: tuple[str, bytes],
        rows: Any = beam.DoFn.StateParam(ROWS),
        size: Any = beam.DoFn.StateParam(SIZE),
        due: Any = beam.DoFn.TimerParam(DUE),
        end: Any = beam.DoFn.TimerParam(END),
    ) -> Iterator[tuple[str, bytes]]:
        key, row = element
        held = size.read() or 0
        if not held:
            if self._seconds is not None:
                due.set(Timestamp.now() + self._seconds)
            end.set(GlobalWindow().max_timestamp())
        rows.add(row)
        size.write(held + len(row))
        if held + len(row) >= BYTES:
            due.clear()
            yield from self._batch(key, rows, size)

    @on_timer(DUE)
    def on_due(
        self,
        key: Any = beam.DoFn.KeyParam,
        rows: Any = beam.DoFn.StateParam(ROWS),
        size: Any = beam.DoFn.StateParam(SIZE),
    ) -> Iterator[tuple[str, bytes]]:
        yield from self._batch(key, rows, size)

    @on_timer(END)
    def on_end(
        self,
        key: Any = beam.DoFn.KeyParam,
        rows: Any = beam.DoFn.StateParam(ROWS),
        size: Any = beam.DoFn.StateParam(SIZE),
        due: Any = beam.DoFn.TimerParam(DUE),
    ) -> Iterator[tuple[str, bytes]]:
        due.clear()
        yield from self._batch(key, rows, size)

    @staticmethod
    def _batch(key: str, rows: Any, size: Any) -> Iterator[tuple[str, bytes]]:
        batch = list(rows.read())
        if batch:
            yield key, msgspec.msgpack.encode(batch)
        rows.clear()
        size.clear()


class _WriteFn(beam.DoFn):
    def __init__(self, folder: str, schema: str) -> None:
        self._folder = folder
        self._schema = schema

    def setup(self) -> None:
        self._rows = msgspec.msgpack.Decoder(list[bytes])
        self._row = msgspec.msgpack.Decoder(Row)
        self._body = msgspec.msgpack.Decoder(dict[str, Any])
        # A dead letter's time may be that of its writing: it must not rename the file of a replay.
        self._time = None if self._schema == "dead_letter" else table(avro.load(self._schema)).partition

    def process(self, element: tuple[str, bytes]) -> Iterator[str]:
        key, batch = element
        by_id = {row.id: row.body for row in map(self._row.decode, self._rows.decode(batch))}
        rows = [self._body.decode(body) for _, body in sorted(by_id.items())]
        name = f"{key}-{self._earliest(rows)}{_hash(by_id)}"
        ensure_folder(self._folder)
        increase(ROWS, len(rows))
        yield write_lines(self._folder, f"{name}.jsonl", rows)
        yield write_avro(self._folder, f"{name}.avro", self._schema, rows)

    def _earliest(self, rows: list[dict[str, Any]]) -> str:
        """Give the earliest event time as it stands in a file's name."""
        if self._time is None:
            return ""
        earliest = _EPOCH + timedelta(microseconds=min(row[self._time] for row in rows))
        return f"{earliest:%Y%m%dT%H%M%SZ}-"


def _hash(rows: dict[str, bytes]) -> str:
    return blake2b("\n".join(sorted(rows)).encode(), digest_size=8).hexdigest()
