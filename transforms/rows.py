"""CheckRows: rows go to their sink once they are known to fit; what does not becomes a dead letter of `write`."""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

import apache_beam as beam
import msgspec

from schemas import avro
from schemas.records import DeadLetter, Finding, to_dict
from schemas.rows import misfit
from transforms.coders import register
from transforms.dead_letter import TAG, dead_letter
from transforms.metrics import REJECTED, increase
from transforms.write import WriteError

MAX_ROW_BYTES = 5_000_000
"""The largest row that is sent, in bytes: BigQuery takes 10 MB a row and request (its quotas, "Streaming inserts")."""


class Row(msgspec.Struct, array_like=True):
    """A checked row: its identity, which a replay gives again, and the record's own MessagePack."""

    id: str
    body: bytes


register(Row)


class CheckRows(beam.PTransform):
    """Holds records against their schema, and gives each its identity."""

    def __init__(self, type_: type[msgspec.Struct], schema: str) -> None:
        """Takes the class of the records and the name of their schema in `schemas/`."""
        super().__init__()
        self._type = type_
        self._schema = schema

    def expand(self, records: beam.PCollection) -> Any:
        """Records in; outputs `rows` and `dead_letters`."""
        check = beam.ParDo(_CheckFn(self._schema)).with_output_types(Row, **{TAG: DeadLetter})
        return records | "Check" >> check.with_outputs(TAG, main="rows")


class _CheckFn(beam.DoFn):
    def __init__(self, schema: str) -> None:
        self._name = schema

    def setup(self) -> None:
        self._schema = avro.load(self._name)
        self._encode = msgspec.msgpack.Encoder().encode

    def process(self, record: msgspec.Struct) -> Iterator[object]:
        said = misfit(to_dict(record), self._schema)
        body = self._encode(record)
        if said is None and len(body) > MAX_ROW_BYTES:
            said = f"the row has {len(body)} bytes, more than {MAX_ROW_BYTES}"
        if said is None:
            yield Row(identity(record), body)
        else:
            yield refused(self._name, identity(record), "Misfit", said, body)


class NoMore(beam.PTransform):
    """Fails the bundle for a dead letter that can't be written: it has nowhere else to go, and is not to be lost."""

    def __init__(self, where: str) -> None:
        """Takes the table or folder, for the error."""
        super().__init__()
        self._where = where

    def expand(self, letters: beam.PCollection) -> beam.PCollection:
        """Dead letters of dead letters in; nothing out."""
        return letters | "Fail" >> beam.ParDo(_FailFn(self._where)).with_output_types(DeadLetter)


class _FailFn(beam.DoFn):
    def __init__(self, where: str) -> None:
        self._where = where

    def process(self, letter: DeadLetter) -> Iterator[DeadLetter]:
        raise WriteError(f"cannot write a dead letter to {self._where}: {letter.error}")


def refused(schema: str, id_: str, error_type: str, error: str, body: bytes) -> object:
    """Give the dead letter of a row that its table does not take. Its bytes are the record's MessagePack."""
    increase(REJECTED)
    return dead_letter("write", schema, f"{schema}:{id_}", error_type, error, body, len(body))


def identity(record: msgspec.Struct) -> str:
    """Give what names a row: a replay gives the same, another row never does. A finding's is its id and revision."""
    if isinstance(record, Finding):
        return f"{record.finding_id}-{record.revision}"
    if isinstance(record, DeadLetter):
        # Not its time: that may be the time at which it was written.
        parts: Any = (record.step, record.origin, record.attempts, record.error_type, record.raw)
    else:
        parts = record
    return blake2b(msgspec.msgpack.encode(parts), digest_size=16).hexdigest()
