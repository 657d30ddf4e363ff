"""ReadMessages and ReadDataflowMessages: from a Pub/Sub subscription to messages, each once its bundle is committed.

On Dataflow the runner reads Pub/Sub itself. Everywhere else ReadMessages does: a splittable DoFn over
google-cloud-pubsub (transforms/puller.py), which bounds what is outstanding and extends the leases of what is being
worked on. A message is acknowledged in the bundle's finalizer, that is when the runner has taken over what came out of
it; a bundle that fails acknowledges nothing, and its messages come again. Both give the same element.
"""

import time
from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.io.gcp.pubsub import PubsubMessage, ReadFromPubSub
from apache_beam.io.iobase import RestrictionProgress, RestrictionTracker
from apache_beam.io.watermark_estimators import WatermarkEstimator
from apache_beam.transforms.core import RestrictionProvider, WatermarkEstimatorProvider
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import MIN_TIMESTAMP, Duration, Timestamp

from analytic import watermark
from analytic.policy import Policy
from analytic.sources.event_times import span
from analytic.sources.message import whole
from analytic.watermark import Progress
from transforms.coders import StructCoder, register
from transforms.metrics import MESSAGES, increase, tally
from transforms.puller import Limits, puller_of, stop

_BUNDLE_MESSAGES = 1_000
_BUNDLE_SECONDS = 0.5
"""A bundle ends at whichever comes first: small enough that what is read is soon committed and acknowledged."""

_POLL_SECONDS = 0.1
"""How long an empty subscription is left alone, and how long a bundle waits for a first message."""


_DRAIN_SECONDS = 2
"""What is held needs so long, at the end, to get through the keyed stages: each wakes when the one before has told."""


class Message(msgspec.Struct, array_like=True, frozen=True):
    """One message. `attempt` is the subscription's delivery attempt, 0 where it counts none."""

    data: bytes
    attributes: dict[str, str] = {}
    id: str = ""
    attempt: int = 0
    published: int | None = None


class Reading(msgspec.Struct, array_like=True, frozen=True):
    """The restriction of a subscription: all of it, or none any more."""

    ended: bool = False


register(Message)
register(Reading)
register(Progress)


class ReadMessages(beam.PTransform):
    """Reads a subscription on any runner that finalizes bundles (Prism does; one that cannot refuses the pipeline)."""

    def __init__(self, subscription: str, policy: Policy, limits: Limits | None = None) -> None:
        """Takes the subscription's path, the policy's bounds of event time, and how much may be outstanding."""
        super().__init__()
        self._subscription = subscription
        self._policy = policy
        self._limits = limits or Limits()

    def expand(self, begin: Any) -> beam.PCollection:
        """Nothing in, messages out, with their earliest event time as timestamp."""
        return (
            begin
            | "Start" >> beam.Impulse()
            | "Name" >> beam.ParDo(_NameFn(self._subscription)).with_output_types(str)
            | "Pull" >> beam.ParDo(_PullFn(self._policy, self._limits)).with_output_types(Message)
        )


class ReadDataflowMessages(beam.PTransform):
    """Reads a subscription where the runner reads Pub/Sub itself."""

    def __init__(self, subscription: str) -> None:
        """Takes the subscription's path."""
        super().__init__()
        self._subscription = subscription

    def expand(self, begin: Any) -> beam.PCollection:
        """Nothing in, messages out, with the time of publishing as timestamp."""
        return (
            begin
            | "Read" >> ReadFromPubSub(subscription=self._subscription, with_attributes=True)
            | "Message" >> beam.ParDo(_FromBeamFn()).with_output_types(Message)
        )


class _NameFn(beam.DoFn):
    def __init__(self, subscription: str) -> None:
        self._subscription = subscription

    def process(self, unused_impulse: bytes) -> Iterator[str]:
        yield self._subscription


class _FromBeamFn(beam.DoFn):
    def process(self, message: PubsubMessage) -> Iterator[Message]:
        increase(MESSAGES)
        published = message.publish_time and Timestamp.from_utc_datetime(message.publish_time).micros
        yield Message(message.data or b"", dict(message.attributes or {}), message.message_id or "", 0, published)


class _Tracker(RestrictionTracker):
    """Claims one bundle's pull at a time; split off at 0, the rest goes on later."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading

    def current_restriction(self) -> Reading:
        return self._reading

    def current_progress(self) -> RestrictionProgress:
        return RestrictionProgress(completed=0.0, remaining=1.0)

    def try_claim(self, unused_position: object) -> bool:
        return not self._reading.ended

    def try_split(self, fraction_of_remainder: float) -> tuple[Reading, Reading] | None:
        if fraction_of_remainder != 0 or self._reading.ended:
            return None
        self._reading = Reading(ended=True)
        return self._reading, Reading()

    def check_done(self) -> bool:
        return True  # What is not pulled stays with Pub/Sub.

    def is_bounded(self) -> bool:
        return False


class _ReadingProvider(RestrictionProvider):
    def initial_restriction(self, unused_element: str) -> Reading:
        return Reading()

    def create_tracker(self, restriction: Reading) -> _Tracker:
        return _Tracker(restriction)

    def restriction_size(self, unused_element: str, restriction: Reading) -> int:
        return 0 if restriction.ended else 1

    def restriction_coder(self) -> StructCoder:
        return StructCoder(Reading)

    def truncate(self, unused_element: str, unused_restriction: Reading) -> None:
        return None  # A drain reads no more.


class _Estimator(WatermarkEstimator):
    """Carries `Progress` from bundle to bundle."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress

    def current_watermark(self) -> Timestamp:
        at = self.progress.watermark
        # Whole milliseconds, as timers have them.
        return MIN_TIMESTAMP if at is None else Timestamp(micros=at // 1_000 * 1_000)

    def get_estimator_state(self) -> Progress:
        return self.progress

    def advance(self, progress: Progress) -> None:
        self.progress = progress

    def observe_timestamp(self, timestamp: Timestamp) -> None:
        pass  # The newest event of a message decides, its timestamp is the earliest.


class _EstimatorProvider(WatermarkEstimatorProvider):
    def initial_estimator_state(self, unused_element: str, unused_restriction: Reading) -> Progress:
        return Progress()

    def create_watermark_estimator(self, estimator_state: Progress) -> _Estimator:
        return _Estimator(estimator_state)

    def estimator_state_coder(self) -> StructCoder:
        return StructCoder(Progress)


class _PullFn(beam.DoFn):
    def __init__(self, policy: Policy, limits: Limits) -> None:
        self._policy = policy
        self._limits = limits

    @beam.DoFn.unbounded_per_element()
    def process(
        self,
        subscription: str,
        # Before the tracker: Beam hands what is not bound to an element by place (2.77).
        finalizer: Any = beam.DoFn.BundleFinalizerParam,
        tracker: Any = beam.DoFn.RestrictionParam(_ReadingProvider()),
        estimator: Any = beam.DoFn.WatermarkEstimatorParam(_EstimatorProvider()),
    ) -> Iterator[TimestampedValue]:
        # Prism makes every bundle of this stage final; the SDK prints a stack for one that asked for nothing (2.77).
        finalizer.register(_nothing)
        if not tracker.try_claim(None):
            return
        progress = msgspec.structs.replace(estimator.get_estimator_state())
        puller = puller_of(subscription, self._limits)
        if stop.asked.is_set():
            if progress.ended:
                return  # The restriction ends here, and the runner's watermark goes to infinity.
            puller.give_back()
            # First to a finite time, so that what is held is told before everything ends.
            watermark.ended(progress, self._policy)
            stop.at = progress.watermark or 0
            estimator.advance(progress)
            tracker.defer_remainder(Duration(seconds=_DRAIN_SECONDS))
            return
        received = puller.take(_BUNDLE_MESSAGES, _BUNDLE_SECONDS, _POLL_SECONDS)
        for message in received:
            yield self._given(message, progress)
        if received:
            increase(MESSAGES, len(received))
            tally.messages += len(received)
            tally.newest = max(tally.newest, progress.newest or 0)
            finalizer.register(puller.acknowledging(received))
        elif not puller.outstanding:
            watermark.waited(progress, _now(), self._policy)
        # After what it speaks of: the runner may take the watermark at any time.
        estimator.advance(progress)
        tracker.defer_remainder(Duration(seconds=0 if received else _POLL_SECONDS))

    def _given(self, received: Any, progress: Progress) -> TimestampedValue:
        message = received.message
        published = message.publish_time.ToMicroseconds()
        attributes = dict(message.attributes)
        spanned = span(whole(message.data))
        watermark.heard(progress, spanned and spanned.latest, published, _now(), self._policy)
        given = Message(message.data, attributes, message.message_id, received.delivery_attempt or 0, published)
        # What shows no time is not late, and not early either.
        at = watermark.bounded_by(spanned.earliest, published, self._policy) if spanned else progress.newest
        return TimestampedValue(given, Timestamp(micros=published if at is None else at))


def _nothing() -> None:
    return None


def _now() -> int:
    return time.time_ns() // 1_000
