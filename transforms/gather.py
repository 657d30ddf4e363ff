"""GatherRows: what a fold says of each actor, in one local file, for a command to read back."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec

from analytic.fold import Fold
from analytic.items import Keyed, decode_items
from transforms.order import Order

_ONE = "rows"


class GatherRows(beam.PTransform):
    """Folds each actor's steps, and writes the bodies of what comes out to a file: MessagePack, a list."""

    def __init__(self, order: Order, fold: Fold[Any, Any], path: str) -> None:
        """Takes the order that the input asks for, the fold, and the local file."""
        super().__init__()
        self._order = order
        self._fold = fold
        self._path = path

    def expand(self, steps: beam.PCollection) -> beam.PCollection:
        """Steps by actor in, the name of the written file out; nothing is written where nothing came out."""
        return (
            steps
            | "Fold" >> self._order.fold(self._fold)
            | "Together" >> beam.ParDo(_TogetherFn()).with_output_types(Keyed)
            | "Gather" >> beam.GroupByKey()
            | "Write" >> beam.ParDo(_WriteRowsFn(self._path)).with_output_types(str)
        )


class _TogetherFn(beam.DoFn):
    def process(self, element: tuple[str, bytes]) -> Iterator[tuple[str, bytes]]:
        yield _ONE, element[1]


class _WriteRowsFn(beam.DoFn):
    def __init__(self, path: str) -> None:
        self._path = path

    def process(self, gathered: tuple[str, Iterable[bytes]]) -> Iterator[str]:
        items = [item for batch in gathered[1] for item in decode_items(batch)]
        items.sort(key=lambda item: (item.time, item.id))
        Path(self._path).write_bytes(msgspec.msgpack.encode([item.body for item in items]))
        yield self._path


def rows_of(path: str, type_: type[Any]) -> list[Any]:
    """Read the rows back, by time, then id; none where none was written."""
    file = Path(path)
    return msgspec.msgpack.decode(file.read_bytes(), type=list[type_]) if file.exists() else []  # type: ignore[valid-type]  # a type made at run time
