"""What ends because the stream ends is told apart from what its time to live ends."""

from typing import Any

import pytest
from apache_beam.options.pipeline_options import PipelineOptions
from apache_beam.testing import test_pipeline as beam_test_pipeline
from apache_beam.testing import test_stream as beam_test_stream
from apache_beam.transforms.window import TimestampedValue
from apache_beam.utils.timestamp import Timestamp

from analytic.policy import DAY, HOUR, Policy
from pipelines.stream import unbounded
from tests import make
from tests.servers.prism import prism
from transforms.coders import EventBatch
from transforms.coverage_hours import KeepCoverage
from transforms.drain import is_drain
from transforms.follow import FollowCredentials
from transforms.metrics import EXPIRED, counters
from transforms.puller import stop

__all__ = ["prism"]


@pytest.mark.integration
@pytest.mark.parametrize("stopped", [False, True])
@pytest.mark.parametrize("transform", [FollowCredentials(unbounded(Policy()), Policy()), KeepCoverage(Policy())])
def test_only_a_time_to_live_is_counted(
    transform: Any, stopped: bool, prism: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stop, "at", make.T0 + HOUR if stopped else None)
    event = make.by_user("a", 0, "iam:ListUsers")
    stream = beam_test_stream.TestStream()
    stream.add_elements([TimestampedValue(EventBatch([event]), Timestamp(micros=event.time))])
    for at in (HOUR, 40 * DAY, 80 * DAY):
        stream.advance_watermark_to(Timestamp(micros=make.T0 + at))
    stream.advance_watermark_to_infinity()
    # On Prism: the runner in this process does not give what timers counted.
    options = PipelineOptions([], runner="PrismRunner", streaming=True, prism_location=prism, prism_log_level="error")
    with beam_test_pipeline.TestPipeline(options=options) as pipeline:
        _ = pipeline | "Events" >> stream.with_output_types(EventBatch) | "Keep" >> transform
    assert counters(pipeline.result)[EXPIRED] == (0 if stopped else 1)


def test_a_timer_of_the_past_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stop, "at", None)
    assert not is_drain(make.T0)
    assert is_drain(2**62)
    monkeypatch.setattr(stop, "at", make.T0)
    assert is_drain(make.T0 + 1)
