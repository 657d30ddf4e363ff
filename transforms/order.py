"""How folds are put in order: what the parts of the flow are given, so that none knows which input it has."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import apache_beam as beam

from analytic.fold import Fold


@dataclass(frozen=True)
class Order:
    """A way to step folds in event order, from batches of items by key to batches of outputs by their next key."""

    fold: Callable[[Fold[Any, Any]], beam.PTransform]
    """Puts one fold in order: SortedFold or SpilledFold for bounded input, InEventTime for a stream."""

    join: Callable[[], beam.PTransform] = beam.Flatten
    """Joins several collections of batches to what `fold`'s transform takes."""
