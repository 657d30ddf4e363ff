"""ResumeFindings on Beam: what was told before is continued or taken back, whichever comes to a key first."""

import apache_beam as beam
import msgspec
import pytest
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.testing import test_pipeline as beam_test_pipeline
from apache_beam.testing import test_stream as beam_test_stream
from apache_beam.testing.util import assert_that, equal_to
from apache_beam.utils.timestamp import Timestamp

from analytic.items import Keyed
from analytic.policy import Policy
from schemas.records import Finding
from tests import findings, make
from transforms.resume import _FOUND, _TOLD, _ContinueFn, told

POLICY = Policy()
BEFORE = msgspec.structs.replace(findings.finding("f"), revision=4, status="revised", detected_at=9)
SAME = msgspec.structs.replace(BEFORE, revision=0, status="open", detected_at=None)
MORE = msgspec.structs.replace(SAME, evidence_total=SAME.evidence_total + 1)
FOUND = _FOUND + msgspec.msgpack.encode(MORE)


@pytest.mark.parametrize(
    ("elements", "expected"),
    [
        ([_TOLD, FOUND], [("f", 5, "revised")]),
        ([FOUND, _TOLD], [("f", 5, "revised")]),
        ([_TOLD], [("f", 5, "retracted")]),
    ],
    ids=["told first", "found first", "not found again"],
)
def test_which_comes_first_changes_nothing(elements: list[bytes], expected: list[tuple[str, int, str]]) -> None:
    stream = beam_test_stream.TestStream().advance_watermark_to(Timestamp(micros=make.T0))
    for element in elements:
        stream.add_elements([beam.window.TimestampedValue(("f", element), Timestamp(micros=make.T0))])
        stream.advance_processing_time(1)
    stream.advance_watermark_to(Timestamp(micros=make.T0 + 40 * findings.DAY)).advance_watermark_to_infinity()
    options = PipelineOptions([])
    options.view_as(StandardOptions).streaming = True
    with beam_test_pipeline.TestPipeline(options=options) as p:
        keyed = p | stream.with_output_types(Keyed)
        kept = keyed | beam.ParDo(_ContinueFn(POLICY, told([BEFORE]))).with_output_types(Finding)
        assert_that(kept | beam.Map(lambda one: (one.finding_id, one.revision, one.status)), equal_to(expected))
