"""stream == backfill on Beam's TestStream: any order, copies, bundles, jumps and gaps of the watermark."""

import msgspec
import pytest
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.testing import test_pipeline as beam_test_pipeline
from apache_beam.testing import test_stream as beam_test_stream
from apache_beam.testing.util import BeamAssertException, assert_that
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analytic.analysis import analyse
from analytic.fold import WITHDRAWN
from analytic.policy import Policy
from analytic.routing import used_key
from pipelines.stream import unbounded
from schemas.records import ApiEvent, Step
from tests import make
from tests.analytic.test_event_time import days, plain
from tests.transforms.test_pipeline import check_stream
from transforms.coders import EventBatch
from transforms.follow import FollowCredentials

GAPS = [1_000, make.MINUTE, make.HOUR, 5 * make.HOUR, 11 * make.HOUR]
"""How far the watermark goes at once: a tick (a busy or an idle source), or a jump."""

MORE = settings(max_examples=25, phases=[Phase.generate])


@st.composite
def arrivals(draw: st.DrawFn, most: int) -> tuple[list[ApiEvent], list[list[ApiEvent]], list[int]]:
    """Draw a day, how it arrives in bundles (some of them empty: an idle source), and the watermark after each."""
    events = draw(days())
    copies = draw(st.lists(st.sampled_from(events), max_size=5))
    arriving = draw(st.permutations(events + copies))
    bundles: list[list[ApiEvent]] = []
    while arriving:
        size = draw(st.integers(1, 6))
        bundles.append(arriving[:size])
        if draw(st.booleans()):
            bundles.append([])
        arriving = arriving[size:]
    watermarks, at = [], make.T0
    for _ in bundles:
        at = max(at + 1_000, min(at + draw(st.sampled_from(GAPS)), make.T0 + most))  # It may not stand still.
        watermarks.append(at)
    return events, bundles, watermarks


@pytest.mark.integration
@given(arrivals(most=17 * make.HOUR))
@MORE
def test_within_the_allowance_a_stream_gives_what_bounded_input_gives(
    drawn: tuple[list[ApiEvent], list[list[ApiEvent]], list[int]],
) -> None:
    events, bundles, watermarks = drawn
    check_stream(bundles, watermarks, plain(analyse(events)))


@pytest.mark.integration
@given(arrivals(most=200 * make.HOUR))
@MORE
def test_beyond_the_allowance_nothing_is_lost_and_what_is_late_is_marked(
    drawn: tuple[list[ApiEvent], list[list[ApiEvent]], list[int]],
) -> None:
    """A horizon of an hour, that most of a drawn day comes too late for: each event still is one step, and says so."""
    events, bundles, watermarks = drawn
    policy = Policy(chain_window=make.HOUR, lateness=0, recon_window=make.HOUR)
    stream = beam_test_stream.TestStream()
    for bundle, watermark in zip(bundles, watermarks, strict=True):
        if bundle:
            stream.add_elements([TimestampedValue(EventBatch(bundle), Timestamp(micros=bundle[0].time))])
        stream.advance_watermark_to(Timestamp(micros=watermark))
    for days_on in (20, 60, 100):
        stream.advance_watermark_to(Timestamp(micros=make.T0 + days_on * 24 * make.HOUR))
    stream.advance_watermark_to_infinity()
    # Copies of one call are one step, whichever of them stands.
    expected = {event.shared_event_id or event.event_id for event in events if used_key(event) is not None}

    def whole(batches: list[tuple[str, bytes]]) -> None:
        from analytic.items import decode_items  # Here: Beam pickles this function, and a decoder can't be.

        latest = {}
        for key, batch in batches:
            for item in decode_items(batch):
                known = latest.get((key, item.id))
                if known is None or item.revision >= known.revision:
                    latest[key, item.id] = item
        standing = [item for item in latest.values() if item.body != WITHDRAWN]
        found = [item.shared or item.id for item in standing]
        if sorted(set(found)) != sorted(expected):
            raise BeamAssertException(f"{sorted(found)} != {sorted(expected)}")
        for item in standing:
            if item.late and not msgspec.msgpack.decode(item.body, type=Step).late:
                raise BeamAssertException(f"{item.id} came too late and its step does not say so")

    options = PipelineOptions([])
    options.view_as(StandardOptions).streaming = True
    with beam_test_pipeline.TestPipeline(options=options) as pipeline:
        batches = pipeline | "Events" >> stream.with_output_types(EventBatch)
        assert_that(batches | "Follow" >> FollowCredentials(unbounded(policy), policy), whole)
