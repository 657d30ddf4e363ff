"""The order for streams: a thin stateful wrapper around analytic/event_time.py, one state and one family of timers."""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
from apache_beam.coders import BytesCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import BagStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from analytic.event_log import arrived, parted
from analytic.event_time import EventTime
from analytic.fold import Fold
from analytic.items import Keyed, decode_items, encode_outputs
from analytic.policy import Policy
from transforms.drain import is_drain
from transforms.metrics import count, tally

_FORGET = ""
"""The tag of the timer that forgets a key: there is one, which moves."""


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
    # A key's log, and beside it the batches that came since: reading state is a round trip to the runner, which a
    # batch that comes does without. So a key is read once a wake, however many batches came for it.
    LOG = BagStateSpec("log", BytesCoder())
    WAKE = TimerSpec("wake", TimeDomain.WATERMARK)

    def __init__(self, fold: Fold[Any, Any], policy: Policy) -> None:
        self._event_time = EventTime(fold, policy)

    def process(
        self,
        element: tuple[str, bytes],
        log: Any = beam.DoFn.StateParam(LOG),
        wake: Any = beam.DoFn.TimerParam(WAKE),
    ) -> None:
        _, batch = element
        due = self._event_time.due(decode_items(batch))
        kept = arrived(batch)
        log.add(kept)
        tally.keep(len(kept))
        # A timer for each time that is due, told apart by its tag: which one is set already is not known unread.
        wake.set(Timestamp(micros=due), dynamic_timer_tag=str(due))

    @on_timer(WAKE)
    def on_wake(
        self,
        timestamp: Timestamp = beam.DoFn.TimestampParam,
        log: Any = beam.DoFn.StateParam(LOG),
        wake: Any = beam.DoFn.TimerParam(WAKE),
    ) -> Iterator[tuple[str, bytes]]:
        pieces = list(log.read())
        data, batches = parted(pieces)
        items = [item for batch in batches for item in decode_items(batch)]
        turn = self._event_time.receive(data, items, timestamp.micros)
        if turn.counts.expired and is_drain(timestamp.micros):
            turn = turn.at_the_end()
        # Everything was computed before: state is written last, so that a failed bundle leaves none behind.
        outputs = encode_outputs(turn.outputs)
        count(turn.counts)
        log.clear()
        if turn.state is not None:
            log.add(turn.state)
        tally.keep(len(turn.state or b"") - sum(map(len, pieces)))
        if turn.wake is not None and turn.rearm:
            wake.set(Timestamp(micros=turn.wake), dynamic_timer_tag=_FORGET if turn.idle else str(turn.wake))
        return outputs
