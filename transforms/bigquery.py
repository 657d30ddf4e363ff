"""WriteRows: checked rows into a BigQuery table by streaming inserts, each with an insert id that a replay gives again.

The insert itself is the DoFn inside Beam's `WriteToBigQuery` (method STREAMING_INSERTS). That transform draws its
insert ids at random, a new one for a replayed row; the DoFn takes them from us.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.io.gcp.bigquery import BigQueryDisposition, BigQueryWriteFn
from apache_beam.io.gcp.bigquery_tools import RetryStrategy
from apache_beam.pvalue import TaggedOutput
from apache_beam.utils.windowed_value import WindowedValue

from schemas import avro
from schemas.records import DeadLetter, to_dict
from schemas.tables import to_row
from transforms.dead_letter import TAG
from transforms.metrics import ROWS, increase
from transforms.rows import CheckRows, NoMore, Row, refused


class WriteRows(beam.PTransform):
    """Writes records to a table; gives the dead letters of what did not fit or what BigQuery refused."""

    def __init__(self, table: str, type_: type[msgspec.Struct], schema: str) -> None:
        """Takes the table (PROJECT:DATASET.TABLE), the class of the records and their schema in `schemas/`."""
        super().__init__()
        self._table = table
        self._type = type_
        self._schema = schema

    def expand(self, records: beam.PCollection) -> beam.PCollection:
        """Records in, the dead letters of step `write` out."""
        checked = records | "CheckRows" >> CheckRows(self._type, self._schema)
        insert = beam.ParDo(_InsertFn(self._table, self._type, self._schema))
        inserted = (
            checked.rows
            # A failed insert is tried again by itself: what came before is not.
            | "Fix" >> beam.Reshuffle()
            | "Insert" >> insert.with_output_types(None, **{TAG: DeadLetter}).with_outputs(TAG, main="none")
        )
        return (checked[TAG], inserted[TAG]) | "Refused" >> beam.Flatten()


class WriteDeadLetterRows(beam.PTransform):
    """Writes dead letters to a table. One that can't be written fails the bundle: it has nowhere else to go."""

    def __init__(self, table: str) -> None:
        """Takes the table (PROJECT:DATASET.TABLE)."""
        super().__init__()
        self._table = table

    def expand(self, letters: beam.PCollection) -> beam.PCollection:
        """Dead letters in; nothing of use out."""
        refused_letters = letters | "Rows" >> WriteRows(self._table, DeadLetter, "dead_letter")
        return refused_letters | "Nowhere" >> NoMore(self._table)


class _Sent(dict[str, Any]):
    """A row as it is sent, which remembers the row that it was made of."""

    row: Row


class _InsertFn(BigQueryWriteFn):
    """Beam's insert with our insert ids; what BigQuery refuses comes out as dead letters."""

    def __init__(self, table: str, type_: type[msgspec.Struct], schema: str) -> None:
        super().__init__(
            batch_size=None,
            create_disposition=BigQueryDisposition.CREATE_NEVER,
            # What is refused for good (a value, a missing table) is a dead letter; the rest is tried again.
            retry_strategy=RetryStrategy.RETRY_ON_TRANSIENT_ERROR,
        )
        self._table = table
        self._type = type_
        self._name = schema

    def setup(self) -> None:
        self._avro = avro.load(self._name)
        self._decode = msgspec.msgpack.Decoder(self._type).decode

    def process(self, row: Row, window: Any = beam.DoFn.WindowedValueParam) -> Iterator[object]:
        sent = _Sent(to_row(to_dict(self._decode(row.body)), self._avro))
        sent.row = row
        increase(ROWS)
        yield from self._letters(super().process((self._table, (sent, row.id)), window) or ())

    def finish_bundle(self) -> Iterator[object]:
        yield from self._letters(super().finish_bundle())

    def _letters(self, outputs: Iterable[TaggedOutput]) -> Iterator[object]:
        for output in outputs:
            if output.tag != BigQueryWriteFn.FAILED_ROWS_WITH_ERRORS:
                continue  # The same rows without their errors.
            _, sent, errors = output.value.value
            letter: Any = refused(self._name, sent.row.id, "BigQuery", _said(errors), sent.row.body)
            yield TaggedOutput(TAG, WindowedValue(letter.value, output.value.timestamp, output.value.windows))


def _said(errors: Any) -> str:
    """Give BigQuery's errors of one row in a line: reason, place and message; never the row."""
    if isinstance(errors, str):
        return errors
    parts = (f"{error.get('reason', '')} {error.get('location', '')}: {error.get('message', '')}" for error in errors)
    return "; ".join(" ".join(part.split()) for part in parts)
