"""KeepCoverage: what a stream's logs could have shown, its rows given again as they grow (analytic/coverage/hours.py).

State and one event-time timer by account and hour, as the other keyed stages have them: a bundle that is tried again
leaves no count behind, and no trigger decides when a row is told.
"""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.coders import BytesCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.transforms.window import GlobalWindow
from apache_beam.utils.timestamp import MAX_TIMESTAMP, Timestamp
from apache_beam.utils.windowed_value import WindowedValue

from analytic.coverage.hours import Hours, Turn
from analytic.coverage.sightings import Sighting, Sightings
from analytic.items import Keyed
from analytic.policy import Policy
from schemas.coverage import Coverage
from transforms.coders import EventBatch
from transforms.drain import is_drain
from transforms.metrics import COVERAGE, CUT, EXPIRED, increase

_BUNDLE_EVENTS = 50_000
"""Events of a bundle that are gathered before they are sent on early, as FollowCredentials does."""


class KeepCoverage(beam.PTransform):
    """Counts a stream's events by provider, account, region, service, log class and hour."""

    def __init__(self, policy: Policy) -> None:
        """Takes the policy with horizon and time to live."""
        super().__init__()
        self._policy = policy

    def expand(self, events: beam.PCollection) -> beam.PCollection:
        """Events in blocks in, rows out; of one cell's rows the largest stands."""
        return (
            events
            | "Gather" >> beam.ParDo(_GatherFn()).with_input_types(EventBatch).with_output_types(Keyed)
            | "Count" >> beam.ParDo(_CountFn(self._policy)).with_output_types(Coverage)
        )


class _GatherFn(beam.DoFn):
    """Gathers a bundle's sightings: one element for each account's hour."""

    def __init__(self) -> None:
        self._sightings = Sightings()
        self._earliest: Timestamp = MAX_TIMESTAMP

    def setup(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode

    def start_bundle(self) -> None:
        self._clear()

    def process(
        self, batch: EventBatch, timestamp: Timestamp = beam.DoFn.TimestampParam
    ) -> Iterator[tuple[str, bytes]]:
        for event in batch.events:
            self._sightings.add(event)
        self._earliest = min(self._earliest, timestamp)
        if self._sightings.held >= _BUNDLE_EVENTS:
            yield from self._batches()
            self._clear()

    def finish_bundle(self) -> Iterator[WindowedValue]:
        for keyed in self._batches():
            yield WindowedValue(keyed, self._earliest, [GlobalWindow()])
        self._clear()

    def _batches(self) -> Iterator[tuple[str, bytes]]:
        for key, sightings in self._sightings.by_hour().items():
            yield key, self._encode(sightings)

    def _clear(self) -> None:
        self._sightings = Sightings()
        self._earliest = MAX_TIMESTAMP


class _CountFn(beam.DoFn):
    HOUR = ReadModifyWriteStateSpec("hour", BytesCoder())
    WAKE = TimerSpec("wake", TimeDomain.WATERMARK)

    def __init__(self, policy: Policy) -> None:
        self._hours = Hours(policy)

    def setup(self) -> None:
        self._decode = msgspec.msgpack.Decoder(list[Sighting]).decode

    def process(
        self,
        element: tuple[str, bytes],
        timestamp: Timestamp = beam.DoFn.TimestampParam,
        hour: Any = beam.DoFn.StateParam(HOUR),
        wake: Any = beam.DoFn.TimerParam(WAKE),
    ) -> Iterator[Coverage]:
        turn = self._hours.receive(hour.read(), self._decode(element[1]), timestamp.micros)
        return self._finish(turn, hour, wake)

    @on_timer(WAKE)
    def on_wake(
        self,
        timestamp: Timestamp = beam.DoFn.TimestampParam,
        hour: Any = beam.DoFn.StateParam(HOUR),
        wake: Any = beam.DoFn.TimerParam(WAKE),
    ) -> Iterator[Coverage]:
        turn = self._hours.wake(hour.read(), timestamp.micros)
        if turn.state is None and not is_drain(timestamp.micros):
            increase(EXPIRED)
        return self._finish(turn, hour, wake)

    @staticmethod
    def _finish(turn: Turn, hour: Any, wake: Any) -> Iterator[Coverage]:
        increase(CUT, turn.cut)
        increase(COVERAGE, len(turn.rows))
        if turn.state is None:
            hour.clear()
        else:
            hour.write(turn.state)
        if turn.wake is not None and turn.rearm:
            wake.set(Timestamp(micros=turn.wake))
        return iter(turn.rows)
