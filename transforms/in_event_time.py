"""The order for streams: a thin stateful wrapper around analytic/event_time.py, with one state cell and one timer."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
from apache_beam.coders import BytesCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from analytic.event_time import EventTime, Turn
from analytic.fold import Fold
from analytic.items import Keyed, decode_items, encode_outputs
from analytic.policy import Policy
from transforms.metrics import count


class InEventTime(beam.PTransform):
    """Holds a key's items to the watermark, steps them in event order, and revises what late ones change."""

    def __init__(self, fold: Fold[Any, Any], policy: Policy) -> None:
        """Takes the fold, and the policy with hold, horizon and caps."""
        super().__init__()
        self._fold = fold
        self._policy = policy

    def expand(self, keyed: beam.PCollection) -> beam.PCollection:
        """Batches of items by key in, batches of outputs by their next key out."""
        step = _StepInEventTimeFn(self._fold, self._policy)
        return keyed | "StepInEventTime" >> beam.ParDo(step).with_output_types(Keyed)


class _StepInEventTimeFn(beam.DoFn):
    LOG = ReadModifyWriteStateSpec("log", BytesCoder())
    WAKE = TimerSpec("wake", TimeDomain.WATERMARK)

    def __init__(self, fold: Fold[Any, Any], policy: Policy) -> None:
        self._event_time = EventTime(fold, policy)

    def process(
        self,
        element: tuple[str, bytes],
        log: Any = beam.DoFn.StateParam(LOG),
        wake: Any = beam.DoFn.TimerParam(WAKE),
    ) -> Iterator[tuple[str, bytes]]:
        _, batch = element
        return self._finish(self._event_time.receive(log.read(), decode_items(batch)), log, wake)

    @on_timer(WAKE)
    def on_wake(
        self,
        timestamp: Timestamp = beam.DoFn.TimestampParam,
        log: Any = beam.DoFn.StateParam(LOG),
        wake: Any = beam.DoFn.TimerParam(WAKE),
    ) -> Iterator[tuple[str, bytes]]:
        return self._finish(self._event_time.receive(log.read(), (), timestamp.micros), log, wake)

    @staticmethod
    def _finish(turn: Turn, log: Any, wake: Any) -> Iterator[tuple[str, bytes]]:
        # Everything was computed before: state is written last, so that a failed bundle leaves none behind.
        outputs = encode_outputs(turn.outputs)
        count(turn.counts)
        if turn.state is None:
            log.clear()
        else:
            log.write(turn.state)
        if turn.wake is not None and turn.rearm:
            wake.set(Timestamp(micros=turn.wake))
        return outputs
