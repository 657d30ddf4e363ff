"""The pipeline's closed list of counters (transforms/metrics.py) as Flink's metrics."""

from typing import Any

import msgspec

from transforms.metrics import COUNTERS, NAMESPACE


class Counters:
    """The counters of one operator's subtask, each registered when it is first needed."""

    def __init__(self, context: Any) -> None:
        """Takes Flink's runtime context."""
        self._group = context.get_metrics_group().add_group(NAMESPACE)
        self._counters: dict[str, Any] = {}

    def increase(self, name: str, by: int = 1) -> None:
        """Add to a counter; raises KeyError on a name that is not in COUNTERS."""
        if name not in COUNTERS:
            raise KeyError(name)
        if not by:
            return
        if name not in self._counters:
            self._counters[name] = self._group.counter(name)
        self._counters[name].inc(by)

    def count(self, counts: msgspec.Struct) -> None:
        """Add a struct of ints, each field named as its counter (analytic/fold.py, Counts)."""
        for name in counts.__struct_fields__:
            self.increase(name, getattr(counts, name))
