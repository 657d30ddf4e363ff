"""BoundClocks: a record from the future waits as long as the policy lets a clock be ahead, and is flagged."""

from collections.abc import Iterator

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.testing import test_pipeline as beam_test_pipeline
from apache_beam.testing import test_stream as beam_test_stream
from apache_beam.testing.util import BeamAssertException, assert_that, equal_to
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from analytic.policy import DAY, MINUTE, SECOND, Policy
from pipelines.stream import findings_from, unbounded
from schemas.records import ApiEvent, Finding
from tests import make
from tests.transforms.pipeline import create, pipeline
from transforms import metrics
from transforms.clocks import BoundClocks
from transforms.coders import EventBatch

SKEW = Policy().clock_skew
PUBLISHED = make.T0 + make.MINUTE


class _ClocksFn(beam.DoFn):
    def process(self, batch: EventBatch) -> Iterator[tuple[str, int, int]]:
        for event in batch.events:
            yield event.event_id, event.time - make.T0, event.clock_ahead or 0


def test_only_what_lies_beyond_the_bound_is_cut_and_says_by_how_much() -> None:
    bound = PUBLISHED + SKEW - make.T0
    sent = EventBatch([_at("past", 0), _at("edge", bound), _at("over", bound + 1), _at("year", 365 * DAY)], PUBLISHED)
    from_a_file = EventBatch([_at("file", 365 * DAY)])
    with pipeline() as p:
        bounded = create(p, "Batches", [sent, from_a_file], EventBatch) | "BoundClocks" >> BoundClocks(Policy())
        assert_that(
            bounded | "Clocks" >> beam.ParDo(_ClocksFn()).with_output_types(tuple[str, int, int]),
            equal_to(
                [
                    ("past", 0, 0),
                    ("edge", bound, 0),
                    ("over", bound, 1),
                    ("year", bound, 365 * DAY - bound),
                    ("file", 365 * DAY, 0),  # When it was written nobody knows.
                ]
            ),
        )
    assert metrics.counters(p.result)[metrics.AHEAD] == 2


@pytest.mark.parametrize(("skew", "waits"), [(SKEW, SKEW), (400 * DAY, 365 * DAY)])
def test_on_a_stream_a_record_from_the_future_waits_no_longer_than_the_bound(skew: int, waits: int) -> None:
    """A clock a year ahead: its finding is told when the watermark has passed its arrival and the bound, and says so.

    The second policy lets clocks be further ahead than that: then it is waited for, and nothing is flagged.
    """
    policy = Policy(clock_skew=skew)
    moved = {"source_ip": make.CAFE, "interface": "sdk", "client": "boto3/1", "os": "windows"}
    events = [_at("a", 0), _at("b", MINUTE, **moved)]
    future = _at("c", 365 * DAY, call="cloudtrail:StopLogging", **moved)
    # Far ahead, nothing of what came before is live any more: then the shift comes along.
    events += [] if waits == SKEW else [_at("b2", 365 * DAY - MINUTE), _at("b3", 365 * DAY - SECOND, **moved)]
    stream = beam_test_stream.TestStream()
    for event in (*events, future):
        stream.add_elements([TimestampedValue(EventBatch([event], PUBLISHED), Timestamp(micros=make.T0))])
    for minutes in range(1, 12):
        stream.advance_watermark_to(Timestamp(micros=PUBLISHED + minutes * MINUTE))
    for days in (300, 366, 500):
        stream.advance_watermark_to(Timestamp(micros=make.T0 + days * DAY))
    stream.advance_watermark_to_infinity()
    latest = make.T0 + waits + 3 * policy.hold + (MINUTE if waits == SKEW else 0)

    def told(found: list[tuple[int, Finding]]) -> None:
        about = [(at, one) for at, one in found if any(piece.event_id == "c" for piece in one.evidence)]
        if not about:
            raise BeamAssertException("no finding tells the record from the future")
        for at, finding in about:
            flagged = any("ahead of its arrival" in spot for spot in finding.blind_spots)
            if not make.T0 + waits <= at <= latest or flagged != (waits == SKEW):
                raise BeamAssertException(f"told {at - make.T0} after the start, {finding.blind_spots}")

    options = PipelineOptions([])
    options.view_as(StandardOptions).streaming = True
    with beam_test_pipeline.TestPipeline(options=options) as p:
        batches = p | "Events" >> stream.with_output_types(EventBatch) | "BoundClocks" >> BoundClocks(policy)
        findings = findings_from(batches, unbounded(policy), policy)
        assert_that(findings | "At" >> beam.ParDo(_AtFn()).with_output_types(tuple[int, Finding]), told)


class _AtFn(beam.DoFn):
    """Gives each finding with the time of the watermark that let it go."""

    def process(
        self, finding: Finding, timestamp: Timestamp = beam.DoFn.TimestampParam
    ) -> Iterator[tuple[int, Finding]]:
        yield timestamp.micros, finding


def _at(id_: str, at: int, call: str = "s3:ListBuckets", **fields: object) -> ApiEvent:
    return make.by_user(id_, at, call, mfa=True, **fields)
