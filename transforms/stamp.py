"""When results were written: the one place below `pipelines/` that looks at a clock, and only to say so in the row.

It is before the sinks, so that what a retried sink writes again is the same.
"""

import time
from collections.abc import Iterator

import apache_beam as beam
import msgspec
from apache_beam.utils.timestamp import MAX_TIMESTAMP, MIN_TIMESTAMP, Timestamp

from schemas.records import DeadLetter, Finding
from transforms.metrics import EVENT_LAG, FINDINGS, findings_of, increase, record


class StampFindings(beam.PTransform):
    """Sets `detected_at`, and counts the findings, their chains and their lag behind the last event."""

    def expand(self, findings: beam.PCollection) -> beam.PCollection:
        """Findings in, the same with `detected_at` out."""
        return findings | "Stamp" >> beam.ParDo(_StampFindingFn()).with_output_types(Finding)


class _StampFindingFn(beam.DoFn):
    def process(self, finding: Finding) -> Iterator[Finding]:
        now = time.time_ns() // 1_000
        increase(FINDINGS)
        increase(findings_of(finding.chain))
        record(EVENT_LAG, max(0, now - finding.last_event_time) // 1_000)
        yield msgspec.structs.replace(finding, detected_at=now)


class StampDeadLetters(beam.PTransform):
    """Gives a dead letter whose event time is not known the time of the message that carried it, or of now."""

    def expand(self, letters: beam.PCollection) -> beam.PCollection:
        """Dead letters in, the same with a time out."""
        return letters | "Stamp" >> beam.ParDo(_StampLetterFn()).with_output_types(DeadLetter)


class _StampLetterFn(beam.DoFn):
    def process(self, letter: DeadLetter, timestamp: Timestamp = beam.DoFn.TimestampParam) -> Iterator[DeadLetter]:
        if letter.time is None:
            known = MIN_TIMESTAMP < timestamp < MAX_TIMESTAMP and timestamp.micros > 0
            letter = msgspec.structs.replace(letter, time=timestamp.micros if known else time.time_ns() // 1_000)
        yield letter
