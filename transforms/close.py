"""CloseSessions: what a drain cuts is told again, marked as partial.

A session's end that a drain brought on is taken for one (transforms/drain.py). A drain of a subscription that is being
read from the past, by a runner's own source, goes unnoticed: its findings are as right, and not marked.
"""

from collections.abc import Iterator
from typing import Any

import apache_beam as beam
import msgspec
from apache_beam.coders import BytesCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from analytic.cut import closes, cut
from analytic.items import Keyed
from analytic.policy import Policy
from schemas.records import Finding
from transforms.drain import is_drain


class CloseSessions(beam.PTransform):
    """Passes findings on, and remembers each until its session is closed."""

    def __init__(self, policy: Policy) -> None:
        """Takes the policy with the gap that ends a session."""
        super().__init__()
        self._policy = policy

    def expand(self, findings: beam.PCollection) -> beam.PCollection:
        """Findings in, findings out."""
        return (
            findings
            | "Key" >> beam.ParDo(_KeyFn()).with_output_types(Keyed)
            | "Close" >> beam.ParDo(_CloseFn(self._policy)).with_output_types(Finding)
        )


class _KeyFn(beam.DoFn):
    def setup(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode

    def process(self, finding: Finding) -> Iterator[tuple[str, bytes]]:
        yield finding.finding_id, self._encode(finding)


class _CloseFn(beam.DoFn):
    LAST = ReadModifyWriteStateSpec("last", BytesCoder())
    CLOSED = TimerSpec("closed", TimeDomain.WATERMARK)

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def setup(self) -> None:
        self._decode = msgspec.msgpack.Decoder(Finding).decode

    def process(
        self,
        element: tuple[str, bytes],
        last: Any = beam.DoFn.StateParam(LAST),
        closed: Any = beam.DoFn.TimerParam(CLOSED),
    ) -> Iterator[Finding]:
        finding = self._decode(element[1])
        before = last.read()
        if before is not None:
            # What was marked took the next revision, of which the stages before do not know.
            least = self._decode(before).revision + 1
            finding = msgspec.structs.replace(finding, revision=max(finding.revision, least))
        closed.set(Timestamp(micros=-(-closes(finding, self._policy) // 1_000) * 1_000))
        last.write(msgspec.msgpack.encode(finding))
        yield finding

    @on_timer(CLOSED)
    def on_closed(
        self, timestamp: Timestamp = beam.DoFn.TimestampParam, last: Any = beam.DoFn.StateParam(LAST)
    ) -> Iterator[Finding]:
        encoded = last.read()
        if encoded is None or not is_drain(timestamp.micros):
            last.clear()
            return
        finding = self._decode(encoded)
        if finding.status != "retracted":
            marked = cut(finding)
            last.write(msgspec.msgpack.encode(marked))
            yield marked
