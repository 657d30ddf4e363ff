"""KeepWithin and NumberFindings: a backfill's window, around the flow that reads more than it tells."""

from collections.abc import Iterator

import apache_beam as beam

from analytic.policy import Policy
from analytic.window import Window, numbered
from schemas.records import Finding
from transforms.coders import EventBatch
from transforms.metrics import OUTSIDE, OVERDUE, increase
from transforms.partitions import held


class KeepWithin(beam.PTransform):
    """Keeps the events that a window reads, whatever lies in their files beside them."""

    def __init__(self, window: Window, lateness: int) -> None:
        """Takes the window, and how late after its event a record was expected at most, in microseconds."""
        super().__init__()
        self._keep = _KeepFn(window, lateness)

    def expand(self, events: beam.PCollection) -> beam.PCollection:
        """Events in blocks in, those within out."""
        return events | "Keep" >> beam.ParDo(self._keep).with_output_types(EventBatch)


class _KeepFn(beam.DoFn):
    def __init__(self, window: Window, lateness: int) -> None:
        self._window = window
        self._lateness = lateness

    def process(self, batch: EventBatch) -> Iterator[EventBatch]:
        origin, until = self._window.origin, self._window.until
        kept = [event for event in batch.events if origin <= event.time < until]
        increase(OUTSIDE, len(batch.events) - len(kept))
        # All events of a batch are of one block, and so of one file.
        path = held(batch.events[0].origin.rpartition("#")[0])
        if path is not None:
            due = path.start - self._lateness
            increase(OVERDUE, sum(event.time < due for event in batch.events))
        if kept:
            yield EventBatch(kept, batch.published)


class NumberFindings(beam.PTransform):
    """Gives findings their revisions, and the blind spot of what the window's origin cut off."""

    def __init__(self, window: Window, policy: Policy) -> None:
        """Takes the window and the policy."""
        super().__init__()
        self._number = _NumberFn(window, policy)

    def expand(self, findings: beam.PCollection) -> beam.PCollection:
        """Findings in, findings out."""
        return findings | "Number" >> beam.ParDo(self._number).with_output_types(Finding)


class _NumberFn(beam.DoFn):
    def __init__(self, window: Window, policy: Policy) -> None:
        self._window = window
        self._policy = policy

    def process(self, finding: Finding) -> Iterator[Finding]:
        yield numbered(finding, self._window, self._policy)
