"""PublishAlerts: findings of a grave enough severity to a topic, with a cooldown for each actor and chain."""

import time
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.coders import BytesCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from analytic.alerting import Alert, Alerting, decide, key_of, load
from schemas.records import Finding
from transforms.coders import register
from transforms.metrics import ALERTS, COOLED, increase
from transforms.publish import PublishFn

register(Alert)


class PublishAlerts(beam.PTransform):
    """Decides for each finding whether it is told, and publishes what is. A failed publish fails its bundle."""

    def __init__(self, topic: str, alerting: Alerting) -> None:
        """Takes the topic (projects/P/topics/T), and from which severity on and how often to tell."""
        super().__init__()
        self._topic = topic
        self._alerting = alerting

    def expand(self, findings: beam.PCollection) -> beam.PCollection:
        """Findings in, the published alerts out."""
        return (
            findings
            | "Key" >> beam.ParDo(_KeyFn()).with_output_types(tuple[str, Finding])
            | "Decide" >> beam.ParDo(_DecideFn(self._alerting)).with_output_types(Alert)
            # Decided once: a publish that is tried again does not ask the cooldown again.
            | "Fix" >> beam.Reshuffle()
            | "Publish" >> beam.ParDo(_PublishFn(self._topic)).with_output_types(Alert)
        )


class _KeyFn(beam.DoFn):
    def process(self, finding: Finding) -> Iterator[tuple[str, Finding]]:
        yield key_of(finding), finding


class _DecideFn(beam.DoFn):
    COOLING = ReadModifyWriteStateSpec("cooling", BytesCoder())
    COOLED = TimerSpec("cooled", TimeDomain.REAL_TIME)

    def __init__(self, alerting: Alerting) -> None:
        self._alerting = alerting

    def process(
        self,
        element: tuple[str, Finding],
        cooling: Any = beam.DoFn.StateParam(COOLING),
        cooled: Any = beam.DoFn.TimerParam(COOLED),
    ) -> Iterator[Alert]:
        data = cooling.read()
        before = load(data) if data else None
        made = decide(before, element[1], time.time_ns() // 1_000, self._alerting)
        increase(COOLED, int(made.cooled))
        if made.state.until and made.state != before:
            cooling.write(msgspec.msgpack.encode(made.state))
            cooled.set(Timestamp(micros=made.state.until))
        if made.alert is not None:
            yield made.alert

    @on_timer(COOLED)
    def on_cooled(self, cooling: Any = beam.DoFn.StateParam(COOLING)) -> Iterator[Alert]:
        cooling.clear()
        return iter(())


class _PublishFn(PublishFn):
    def process(self, alert: Alert) -> Iterator[Alert]:
        self.send(alert.data, alert.attributes)
        yield alert

    def finish_bundle(self) -> None:
        super().finish_bundle()
        increase(ALERTS, len(self._futures))
