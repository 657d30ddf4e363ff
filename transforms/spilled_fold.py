"""The order for bounded input on one machine: as SortedFold, with the shuffle on disk."""

import os
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import apache_beam as beam
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MIN_TIMESTAMP
from apache_beam.utils.windowed_value import WindowedValue

from analytic.fold import Fold
from analytic.items import Keyed
from transforms.order import Order
from transforms.sorted_fold import FoldFn
from transforms.spill import Spill, take_part

_Part = tuple[int, str]
"""The element of the runner's own shuffle: a part of the keys, and the path of a file of it."""


def spilled(folder: str) -> Order:
    """Give the order; all that runs it must see the folder. Who made the folder removes it."""
    return Order(partial(SpilledFold, folder=folder), _Apart)


class _Apart(beam.PTransform):
    """Leaves collections apart: joined, the runner would hold all of both at once."""

    def expand(self, parts: Any) -> Any:  # Tuples: Beam warns of each type but a collection's.
        return parts


class SpilledFold(beam.PTransform):
    """Spills batches to files by parts of the keys, then reads, sorts and folds a part at a time."""

    def __init__(self, fold: Fold[Any, Any], folder: str) -> None:
        """Takes the fold, and the folder of the files."""
        super().__init__()
        self._fold = fold
        self._folder = folder
        self._secret = os.urandom(16)

    def expand(self, keyed: Any) -> beam.PCollection:
        """Batches of items by key in, of one collection or several; batches of outputs by their next key out."""
        several = keyed if isinstance(keyed, tuple) else (keyed,)
        spill = beam.ParDo(_SpillFn(self._folder, self._secret)).with_output_types(_Part)
        spills = tuple(one | f"Spill{number}" >> spill for number, one in enumerate(several))
        return (
            spills
            | "Together" >> beam.Flatten()
            | "GroupByKey" >> beam.GroupByKey()
            | "FoldSpilled" >> beam.ParDo(_FoldSpilledFn(self._fold)).with_output_types(Keyed)
        )


class _SpillFn(beam.DoFn):
    def __init__(self, folder: str, secret: bytes) -> None:
        self._folder = folder
        self._secret = secret

    def start_bundle(self) -> None:
        self._spill = Spill(self._folder, self._secret)

    def process(self, element: tuple[str, bytes]) -> None:
        self._spill.add(*element)

    def finish_bundle(self) -> Iterator[WindowedValue]:
        for part in self._spill.close().items():
            yield WindowedValue(part, MIN_TIMESTAMP, [GlobalWindow()])


class _FoldSpilledFn(FoldFn):
    def process(self, element: tuple[int, Iterable[str]]) -> Iterator[tuple[str, bytes]]:
        _, paths = element
        for _, batches in take_part(paths):
            yield from self.folded(batches)
