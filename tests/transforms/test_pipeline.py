"""The pipeline as Beam sees it: no pickled data, stable labels, the same findings on a stream as on bounded input."""

from collections.abc import Iterator

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.runners.portability.fn_api_runner import FnApiRunner
from apache_beam.testing import test_pipeline as beam_test_pipeline
from apache_beam.testing import test_stream as beam_test_stream
from apache_beam.testing.util import BeamAssertException, assert_that, equal_to
from apache_beam.utils.timestamp import Timestamp
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from analytic.analysis import analyse
from analytic.policy import Policy
from pipelines.scan import build, events_to, findings_to
from pipelines.stream import bounded, findings_from, unbounded
from schemas.records import ApiEvent, Finding
from tests import make
from tests.analytic.test_event_time import days, plain
from transforms.coders import EventBatch
from transforms.coverage_hours import KeepCoverage
from transforms.databases import Databases
from transforms.spilled_fold import spilled

LABELS = """
CountCoverage
CountCoverage/AddUp
CountCoverage/AddUp/Combine
CountCoverage/AddUp/Combine/ParDo(CombineValuesDoFn)
CountCoverage/AddUp/GroupByKey
CountCoverage/Count
CountCoverage/Drop
CountCoverage/Drop/Values
DeadLetters
DetectChains
DetectChains/DecodeFindings
DetectChains/Detect
DetectChains/Detect/FoldSorted
DetectChains/Detect/GroupByKey
FollowCredentials
FollowCredentials/Follow
FollowCredentials/Follow/FoldSorted
FollowCredentials/Follow/GroupByKey
FollowCredentials/Join
FollowCredentials/ResolveLinks
FollowCredentials/ResolveLinks/Round1
FollowCredentials/ResolveLinks/Round1/FoldSorted
FollowCredentials/ResolveLinks/Round1/GroupByKey
FollowCredentials/ResolveLinks/Round2
FollowCredentials/ResolveLinks/Round2/FoldSorted
FollowCredentials/ResolveLinks/Round2/GroupByKey
FollowCredentials/ResolveLinks/Round3
FollowCredentials/ResolveLinks/Round3/FoldSorted
FollowCredentials/ResolveLinks/Round3/GroupByKey
FollowCredentials/ResolveLinks/Round4
FollowCredentials/ResolveLinks/Round4/FoldSorted
FollowCredentials/ResolveLinks/Round4/GroupByKey
FollowCredentials/RouteEvents
FollowCredentials/RouteEvents/ParDo(_RouteEventsFn)
NameBlindSpots
NameBlindSpots/Name
ParseAuditLogs
ParseAuditLogs/Parse
ParseAuditLogs/Parse/ParDo(_ParseFn)
ReadFiles
ReadFiles/Read
ReadFiles/Read/ParDo(_ReadFn)
Uris
ViewAccounts
ViewAccounts/ByAccount
ViewAccounts/Together
ViewAccounts/View
WriteCoverage
WriteCoverage/Write
WriteCoverage/Write/Encode
WriteCoverage/Write/Gather
WriteCoverage/Write/NoRow
WriteCoverage/Write/Start
WriteCoverage/Write/WithNone
WriteCoverage/Write/WriteFiles
WriteDeadLetters
WriteDeadLetters/Write
WriteDeadLetters/Write/Encode
WriteDeadLetters/Write/Gather
WriteDeadLetters/Write/NoRow
WriteDeadLetters/Write/Start
WriteDeadLetters/Write/WithNone
WriteDeadLetters/Write/WriteFiles
WriteFindings
WriteFindings/Write
WriteFindings/Write/Encode
WriteFindings/Write/Gather
WriteFindings/Write/NoRow
WriteFindings/Write/Start
WriteFindings/Write/WithNone
WriteFindings/Write/WriteFiles
"""

DATA_CODERS = {
    "beam:coder:bytes:v1",
    "beam:coder:string_utf8:v1",
    "beam:coder:varint:v1",
    "beam:coder:kv:v1",
    "beam:coder:iterable:v1",
    "beam:coder:global_window:v1",
    "beam:coder:tuple:v1",
    "tokentrail:coder:msgpack:v1",
}


def pipelines() -> Iterator[beam.Pipeline]:
    """Give each pipeline of the project, built and not run."""
    findings = findings_to("/nowhere", 0, Policy())
    for write, order in ((findings, bounded()), (findings, spilled("/nowhere")), (events_to("/nowhere"), bounded())):
        pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
        build(pipeline, ["file:///a", "file:///b"], "/nowhere", write, Databases(), order)
        yield pipeline
    pipeline = beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([]))
    batches = pipeline | "Batches" >> beam.Create([b""]).with_output_types(bytes) | "None" >> beam.ParDo(_Nothing())
    findings_from(batches, unbounded(Policy()), Policy())
    _ = batches | "KeepCoverage" >> KeepCoverage(Policy())
    yield pipeline


class _Nothing(beam.DoFn):
    def process(self, element: bytes) -> Iterator[EventBatch]:
        return iter(())

    def infer_output_type(self, input_type: object) -> type[EventBatch]:
        return EventBatch


def test_no_data_is_pickled() -> None:
    """Each PCollection's coder is one of ours or of Beam's standard ones, through all its components."""
    for pipeline in pipelines():
        proto = pipeline.to_runner_api().components
        # Beam's own Create shuffles internally with primitives; what lies inside it is Beam's, and never ours.
        inside = {
            pcollection
            for transform in proto.transforms.values()
            if "Create" in transform.unique_name
            or "Uris" in transform.unique_name
            or "Batches" in transform.unique_name
            for pcollection in transform.outputs.values()
        }
        for name, pcollection in proto.pcollections.items():
            if name in inside:
                continue
            assert urns(proto, pcollection.coder_id) <= DATA_CODERS, pcollection.unique_name
        for transform in proto.transforms.values():
            if transform.spec.urn != "beam:transform:pardo:v1":
                continue
            payload = beam.portability.api.beam_runner_api_pb2.ParDoPayload.FromString(transform.spec.payload)
            for state in payload.state_specs.values():
                one = state.WhichOneof("spec") == "read_modify_write_spec"
                coder = state.read_modify_write_spec.coder_id if one else state.bag_spec.element_coder_id
                assert urns(proto, coder) == {"beam:coder:bytes:v1"}


def urns(proto: object, coder_id: str) -> set[str]:
    coder = proto.coders[coder_id]
    return {coder.spec.urn}.union(*(urns(proto, component) for component in coder.component_coder_ids))


def labels() -> str:
    scan = next(pipelines())
    names = {transform.unique_name for transform in scan.to_runner_api().components.transforms.values()}
    return "\n".join(sorted(name for name in names if name and not name.startswith(("Uris/", "ref_"))))


def test_labels_are_the_golden_ones() -> None:
    """Labels are an API: a running job is updated by them. A change goes under State in CHANGELOG.md."""
    assert labels() == LABELS.strip()


def check_stream(bundles: list[list[ApiEvent]], watermarks: list[int], expected: list[object]) -> None:
    """Run events through a TestStream; the latest standing revisions must be the expected findings."""
    stream = beam_test_stream.TestStream()
    for bundle, watermark in zip(bundles, watermarks, strict=True):
        if bundle:
            stream.add_elements([beam.window.TimestampedValue(EventBatch(bundle), Timestamp(micros=bundle[0].time))])
        stream.advance_watermark_to(Timestamp(micros=watermark // 1_000 * 1_000))
    # To finite times past the last event and every time to live first: at infinity the timers' output is lost.
    for days_on in (1, 40, 80):
        stream.advance_watermark_to(Timestamp(micros=make.T0 + days_on * 24 * make.HOUR))
    stream.advance_watermark_to_infinity()

    def standing(found: list[Finding]) -> None:
        latest: dict[str, Finding] = {}
        for finding in sorted(found, key=lambda finding: finding.revision):
            latest[finding.finding_id] = finding
        left = [finding for finding in latest.values() if finding.status != "retracted"]
        left.sort(key=lambda finding: (finding.first_event_time, finding.finding_id))
        if plain(left) != expected:
            raise BeamAssertException(f"{plain(left)} != {expected}")

    options = PipelineOptions([])
    options.view_as(StandardOptions).streaming = True
    with beam_test_pipeline.TestPipeline(options=options) as pipeline:
        batches = pipeline | "Events" >> stream.with_output_types(EventBatch)
        assert_that(findings_from(batches, unbounded(Policy()), Policy()), standing)


def three_day_parts() -> list[ApiEvent]:
    """A theft in order: the home of an instance, a command on it, its credential from elsewhere, and a quiet colleague."""
    return [
        make.by_instance("h", 0, "s3:GetObject", "i-1", "ASIA2"),
        make.by_user("x", 537, "ssm:SendCommand", source_ip=make.CAFE, touched=[make.instance("i-1")]),
        make.by_user("q", make.MINUTE, "s3:ListBuckets", "bob"),
        make.by_instance("y", 2 * make.MINUTE, "iam:ListUsers", "i-1", "ASIA2", source_ip=make.CAFE),
        make.by_instance("z", 2 * make.HOUR, "secretsmanager:GetSecretValue", "i-1", "ASIA2", source_ip=make.CAFE),
    ]


@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [3, 0, 4, 1, 2], [3, 3, 1, 1, 0, 2, 4, 4]])
@pytest.mark.parametrize("size", [1, 3])
def test_a_stream_on_beam_gives_what_bounded_input_gives(order: list[int], size: int) -> None:
    """Reordered and doubled, in bundles, the watermark ahead of what is still to come: late events revise."""
    events = three_day_parts()
    expected = plain(analyse(events))
    assert any(finding.chain == "command_execution_credential_used" for finding in analyse(events))
    arriving = [events[number] for number in order]
    bundles = [arriving[start : start + size] for start in range(0, len(arriving), size)]
    watermarks = [make.T0 + (number + 1) * make.HOUR for number in range(len(bundles))]
    check_stream(bundles, watermarks, expected)


@pytest.mark.integration
@given(days(), st.randoms(use_true_random=False))
@settings(max_examples=25, phases=[Phase.generate])
def test_drawn_days_on_a_stream_give_what_bounded_input_gives(events: list[ApiEvent], random: object) -> None:
    arriving = events + random.choices(events, k=3)
    random.shuffle(arriving)
    bundles = [arriving[start : start + 3] for start in range(0, len(arriving), 3)]
    first = min(event.time for event in events)
    step = max(1_000, (max(event.time for event in events) - first) // len(bundles))  # Whole milliseconds at least.
    check_stream(bundles, [first + (number + 1) * step for number in range(len(bundles))], plain(analyse(events)))


def test_bounded_beam_gives_what_the_bare_folds_give() -> None:
    events = three_day_parts()
    with beam.Pipeline(runner=FnApiRunner(), options=PipelineOptions([])) as pipeline:
        halves = [EventBatch(events[::2]), EventBatch(events[1::2] + events[:2])]
        batches = pipeline | "Events" >> beam.Create(halves).with_output_types(EventBatch)
        assert_that(findings_from(batches, bounded(), Policy()), equal_to(analyse(events)))


@pytest.mark.parametrize("name", ["files", "records", "parsed", "duplicates", "late", "revised", "findings"])
def test_the_metrics_are_a_closed_list(name: str) -> None:
    from transforms.metrics import COUNTERS, increase

    assert COUNTERS[name].endswith(".")
    with pytest.raises(KeyError):
        increase(name + "s")
