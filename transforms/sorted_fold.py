"""The order for bounded input: all of a key's items together, sorted, folded once."""

from collections.abc import Iterable, Iterator
from typing import Any

import apache_beam as beam

from analytic.fold import Fold, fold_sorted
from analytic.items import Keyed, decode_items, encode_outputs
from transforms.collecting import collect_less
from transforms.metrics import count


class SortedFold(beam.PTransform):
    """GroupByKey, sort, fold: for bounded input, and equal to what InEventTime gives on a stream."""

    def __init__(self, fold: Fold[Any, Any]) -> None:
        """Takes the fold."""
        super().__init__()
        self._fold = fold

    def expand(self, keyed: beam.PCollection) -> beam.PCollection:
        """Batches of items by key in, batches of outputs by their next key out."""
        return (
            keyed
            | "GroupByKey" >> beam.GroupByKey()
            | "FoldSorted" >> beam.ParDo(_FoldSortedFn(self._fold)).with_output_types(Keyed)
        )


class FoldFn(beam.DoFn):
    """What folds all of a key's batches at once."""

    def __init__(self, fold: Fold[Any, Any]) -> None:
        """Takes the fold."""
        self._fold = fold

    def setup(self) -> None:
        """Set the worker's collecting of cycles."""
        collect_less()

    def folded(self, batches: Iterable[bytes]) -> Iterator[tuple[str, bytes]]:
        """Give the outputs of a key in batches, and count."""
        outputs, counts = fold_sorted(self._fold, (item for batch in batches for item in decode_items(batch)))
        count(counts)
        yield from encode_outputs(outputs)


class _FoldSortedFn(FoldFn):
    def process(self, element: tuple[str, Iterable[bytes]]) -> Iterator[tuple[str, bytes]]:
        _, batches = element
        yield from self.folded(batches)
