"""ResumeFindings: a run without its state continues what an earlier run told (analytic/resume.py)."""

import zlib
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import apache_beam as beam
import msgspec
from apache_beam.coders import BytesCoder
from apache_beam.transforms.timeutil import TimeDomain
from apache_beam.transforms.userstate import ReadModifyWriteStateSpec, TimerSpec, on_timer
from apache_beam.utils.timestamp import Timestamp

from analytic.items import Keyed
from analytic.policy import Policy
from analytic.resume import Before, continued, missed
from schemas.records import Finding

_TOLD, _FOUND = b"t", b"f"

MAX_TOLD = 10_000
"""Findings that are remembered from an earlier run: some 3 MB packed, months of findings of a large organization."""


class Told(NamedTuple):
    """The findings that an earlier run told and that a replay will come by, each in its last revision, packed."""

    packed: bytes = b""


def told(findings: Iterable[Finding]) -> Told:
    """Pack findings to travel with the pipeline: the newest of them where they are too many."""
    newest = sorted(findings, key=lambda finding: finding.last_event_time)[-MAX_TOLD:]
    return Told(zlib.compress(msgspec.msgpack.encode(newest)) if newest else b"")


class ResumeFindings(beam.PTransform):
    """Lets findings continue the revisions that were told before, and takes back what is not found again."""

    def __init__(self, told: Told, policy: Policy) -> None:
        """Takes what was told before, and the policy, which says when a finding must have been found again."""
        super().__init__()
        self._told = told
        self._policy = policy

    def expand(self, findings: beam.PCollection) -> beam.PCollection:
        """Findings in, findings out. What was told is at hand at once, so that nothing hangs on which comes first.

        Of an impulse comes only that there is something to wait for: a finding that is not found again is taken back.
        """
        found = findings | "KeyFindings" >> beam.ParDo(_KeyFn()).with_output_types(Keyed)
        told = (
            findings.pipeline
            | "Start" >> beam.Impulse()
            | "Told" >> beam.ParDo(_ToldFn(self._told)).with_output_types(Keyed)
        )
        return (
            (found, told)
            | "WithTold" >> beam.Flatten()
            | "Continue" >> beam.ParDo(_ContinueFn(self._policy, self._told)).with_output_types(Finding)
        )


class _KeyFn(beam.DoFn):
    def setup(self) -> None:
        self._encode = msgspec.msgpack.Encoder().encode

    def process(self, finding: Finding) -> Iterator[tuple[str, bytes]]:
        yield finding.finding_id, _FOUND + self._encode(finding)


class _ToldFn(beam.DoFn):
    def __init__(self, told: Told) -> None:
        self._told = told

    def process(self, unused_impulse: bytes) -> Iterator[tuple[str, bytes]]:
        for id_ in _unpacked(self._told):
            yield id_, _TOLD


def _unpacked(told: Told) -> dict[str, Finding]:
    if not told.packed:
        return {}
    findings = msgspec.msgpack.decode(zlib.decompress(told.packed), type=list[Finding])
    return {finding.finding_id: finding for finding in findings}


class _ContinueFn(beam.DoFn):
    BEFORE = ReadModifyWriteStateSpec("before", BytesCoder())
    PASSED = TimerSpec("passed", TimeDomain.WATERMARK)

    def __init__(self, policy: Policy, told: Told) -> None:
        self._policy = policy
        self._told = told

    def setup(self) -> None:
        self._last = _unpacked(self._told)
        self._encode = msgspec.msgpack.Encoder().encode
        self._finding = msgspec.msgpack.Decoder(Finding).decode
        self._before = msgspec.msgpack.Decoder(Before).decode

    def process(
        self,
        element: tuple[str, bytes],
        before: Any = beam.DoFn.StateParam(BEFORE),
        passed: Any = beam.DoFn.TimerParam(PASSED),
    ) -> Iterator[Finding]:
        id_, tagged = element
        last, known = self._last.get(id_), before.read()
        if tagged[:1] == _TOLD:
            if known is None and last is not None:
                before.write(self._encode(Before(last)))
                # The last event of it has been stepped by then, in all stages.
                passed.set(Timestamp(micros=-(-(last.last_event_time + self._policy.hold) // 1_000) * 1_000 + 1_000))
            return
        finding = self._finding(tagged[1:])
        if known is None and last is None:
            yield finding  # Nothing was told of it before, and nothing need be kept.
            return
        said = continued(self._before(known) if known is not None else Before(last), finding)
        before.write(self._encode(said.before))
        if said.finding is not None:
            yield said.finding

    @on_timer(PASSED)
    def on_passed(self, before: Any = beam.DoFn.StateParam(BEFORE)) -> Iterator[Finding]:
        known = before.read()
        gone = missed(self._before(known)) if known is not None else None
        if gone is not None:
            before.write(self._encode(Before(gone)))
            yield gone
