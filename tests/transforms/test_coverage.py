"""Coverage on Beam: the bare count, bounded and on a stream; what is written; findings with more blind spots."""

import json
from io import BytesIO
from pathlib import Path

import apache_beam as beam
import fastavro
from apache_beam.options.pipeline_options import PipelineOptions, StandardOptions
from apache_beam.testing import test_pipeline as beam_test_pipeline
from apache_beam.testing import test_stream as beam_test_stream
from apache_beam.testing.util import BeamAssertException, assert_that, equal_to
from apache_beam.utils.timestamp import Timestamp

from analytic.coverage.cells import Counter, cell_of, ordered
from analytic.policy import Policy
from pipelines.stream import coverage_from, with_blind_spots
from schemas.coverage import Coverage
from schemas.records import ApiEvent, Finding
from tests import findings, make
from tests.transforms.pipeline import create, pipeline
from transforms.coders import EventBatch
from transforms.coverage import WriteCoverage
from transforms.coverage_hours import KeepCoverage


def day() -> list[ApiEvent]:
    return [
        make.by_user(f"e{number}", number * 10 * make.MINUTE, call, account=account)
        for number, (call, account) in enumerate(
            [("s3:ListBuckets", "1"), ("iam:CreateUser", "2"), ("s3:GetObject", "1"), ("iam:ListUsers", "1")] * 6
        )
    ]


def bare(events: list[ApiEvent]) -> list[Coverage]:
    counter = Counter()
    for event in events:
        counter.add(event)
    return ordered(counter.rows.values())


def test_bounded_input_gives_each_cell_once() -> None:
    events = day()
    with pipeline() as p:
        batches = create(p, "Events", [EventBatch(events[::2]), EventBatch(events[1::2])], EventBatch)
        rows = coverage_from(batches) | "Rows" >> beam.FlatMap(lambda batch: batch.rows)
        assert_that(rows, equal_to(bare(events)))


def test_a_stream_gives_a_cell_again_as_it_grows_and_the_fullest_row_is_the_bounded_one() -> None:
    events = day()
    stream = beam_test_stream.TestStream()
    for start in range(2, len(events), 5):
        bundle = events[start : start + 5]
        stream.add_elements([beam.window.TimestampedValue(EventBatch(bundle), Timestamp(micros=bundle[0].time))])
        stream.advance_watermark_to(Timestamp(micros=bundle[0].time))
    stream.advance_watermark_to(Timestamp(micros=make.T0 + 10 * make.HOUR))
    late = beam.window.TimestampedValue(EventBatch(events[:2]), Timestamp(micros=events[0].time))
    stream.add_elements([late])  # Of the first hour, behind the watermark.
    copies = beam.window.TimestampedValue(EventBatch(events[3:6]), Timestamp(micros=events[3].time))
    stream.add_elements([copies])
    stream.advance_watermark_to(Timestamp(micros=make.T0 + 11 * make.HOUR))
    stream.advance_watermark_to_infinity()
    expected = bare(events + events[3:6])

    def fullest(found: list[Coverage]) -> None:
        best: dict = {}
        for row in found:
            known = best.get(cell_of(row))
            best[cell_of(row)] = (
                row if known is None or known.events + known.copies < row.events + row.copies else known
            )
        if ordered(best.values()) != expected:
            raise BeamAssertException(f"{ordered(best.values())} != {expected}")
        if len(found) <= len(expected):
            raise BeamAssertException("no row came again: nothing was late, and the test shows nothing")

    options = PipelineOptions([])
    options.view_as(StandardOptions).streaming = True
    with beam_test_pipeline.TestPipeline(options=options) as p:
        batches = p | "Events" >> stream.with_output_types(EventBatch)
        rows = batches | "KeepCoverage" >> KeepCoverage(Policy())
        assert_that(rows, fullest)


def test_the_files_hold_every_row_in_order(tmp_path: Path) -> None:
    events = day()
    with pipeline() as p:
        batches = create(p, "Events", [EventBatch(events)], EventBatch)
        _ = coverage_from(batches) | "WriteCoverage" >> WriteCoverage(str(tmp_path))
    rows = json.loads((tmp_path / "coverage.json").read_text())
    assert [row["events"] for row in rows] == [row.events for row in bare(events)]
    assert rows[0]["hour"] == make.T0
    avro = list(fastavro.reader(BytesIO((tmp_path / "coverage.avro").read_bytes())))
    assert [row["service"] for row in avro] == [row["service"] for row in rows]


def test_no_events_make_an_empty_list(tmp_path: Path) -> None:
    with pipeline() as p:
        batches = create(p, "Events", [], EventBatch)
        _ = coverage_from(batches) | "WriteCoverage" >> WriteCoverage(str(tmp_path))
    assert json.loads((tmp_path / "coverage.json").read_text()) == []


def test_a_finding_is_given_what_its_account_does_not_show() -> None:
    finding = findings.finding("f")
    account = finding.session.accounts[0]

    def named(found: list[Finding]) -> None:
        (one,) = found
        if one.blind_spots[: len(finding.blind_spots)] != finding.blind_spots:
            raise BeamAssertException("what the finding said before is gone")
        if not any(f"account {account}: data events" in spot for spot in one.blind_spots):
            raise BeamAssertException(str(one.blind_spots))

    with pipeline() as p:
        batches = create(
            p, "Events", [EventBatch([make.by_user("a", 0, "s3:ListBuckets", account=account)])], EventBatch
        )
        made = create(p, "Findings", [finding], Finding)
        assert_that(with_blind_spots(made, coverage_from(batches), Policy()), named)
