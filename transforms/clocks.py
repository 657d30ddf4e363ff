"""BoundClocks: a record from the future is not waited for; its arrival decides, and its finding says so."""

from collections.abc import Iterator

import apache_beam as beam

from analytic.policy import Policy
from analytic.watermark import bounded_by
from transforms.coders import EventBatch
from transforms.metrics import AHEAD, increase


class BoundClocks(beam.PTransform):
    """Cuts each event's time at the policy's `clock_skew` after its message was published."""

    def __init__(self, policy: Policy) -> None:
        """Takes the policy with the bound."""
        super().__init__()
        self._policy = policy

    def expand(self, events: beam.PCollection) -> beam.PCollection:
        """Events in blocks in, the same out."""
        return events | "Bound" >> beam.ParDo(_BoundFn(self._policy)).with_output_types(EventBatch)


class _BoundFn(beam.DoFn):
    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def process(self, batch: EventBatch) -> Iterator[EventBatch]:
        ahead = 0
        for event in batch.events:
            at = bounded_by(event.time, batch.published, self._policy)
            if at < event.time:
                event.clock_ahead = event.time - at
                event.time = at
                ahead += 1
        increase(AHEAD, ahead)
        yield batch
