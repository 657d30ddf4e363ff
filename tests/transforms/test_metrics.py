"""The closed list of metrics: its page is current, and each is emitted by a run of the transforms that own it."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import msgspec
import pytest

from analytic.analysis import analyse
from analytic.chains import shipped
from analytic.chains.examples import START, expand
from analytic.fold import Counts
from analytic.policy import DAY, Policy
from analytic.redriving import MAX_ATTEMPTS
from analytic.window import cut
from pipelines import metrics_docs, redrive
from pipelines.inputs import uri_of
from pipelines.scan import baseline_to, build, findings_to
from pipelines.stream import bounded
from schemas.records import DeadLetter, Finding, to_dict
from tests import findings, make
from tests.pipelines.test_cli import EXAMPLES, delivery, record
from tests.streams import Stream
from tests.transforms.pipeline import create, pipeline
from transforms import metrics
from transforms.clocks import BoundClocks
from transforms.coders import EventBatch
from transforms.databases import Databases
from transforms.file_sink import WriteBatches, WriteDeadLetterBatches
from transforms.messages import OpenMessages
from transforms.pubsub import Message
from transforms.sinks import Sinks, WriteResults
from transforms.within import KeepWithin

ON_SERVERS = {metrics.MESSAGES, metrics.ALERTS, metrics.COOLED}
"""Emitted by reading from and publishing to Pub/Sub: tests/transforms/test_alerts.py and the stream's own tests."""

OF_A_KIND = {metrics.ignored(kind) for kind in metrics.IGNORED_KINDS}
"""One way leads to all of these, by the kind that a source names (tests/sources hold a record for each)."""


def test_the_page_is_current() -> None:
    assert metrics_docs.DOCS.read_text(encoding="utf-8") == metrics_docs.documented()


def test_what_is_not_in_the_list_is_not_counted() -> None:
    with pytest.raises(KeyError):
        metrics.increase("unheard_of")
    with pytest.raises(KeyError):
        metrics.record("unheard_of", 1)
    assert metrics.findings_of("a_users_own") == "findings_other"


def scanned(folder: Path) -> Iterator[Any]:
    path = folder / "day.json.gz"
    digest = {
        "awsAccountId": "111122223333",
        "digestS3Bucket": "b",
        "digestStartTime": "2026-03-03T08:00:00Z",
        "digestEndTime": "2026-03-03T09:00:00Z",
        "logFiles": [],
    }
    path.write_bytes(
        gzip.compress(delivery(record(1), record(1), {"nothing": "known"}) + b"\n" + json.dumps(digest).encode())
    )
    uris = [uri_of(str(path)), uri_of(str(folder / "gone.json"))]
    history = [uri_of(str(path)) for path in sorted(EXAMPLES.rglob("*.gz"))]
    learn = baseline_to(str(folder / "b.avro"), Policy(quarantine=make.HOUR))
    for inputs, write in ((uris, findings_to(str(folder), 0, Policy())), (history, learn)):
        with pipeline() as p:
            build(p, inputs, str(folder), write, Databases(), bounded())
        yield p.result


def written(folder: Path) -> Iterator[Any]:
    """Write the findings of every shipped chain's examples, one of a user's own chain, and one that does not fit."""
    found = [
        finding
        for chain in shipped.chains()
        for example in chain.examples.fires
        for finding in analyse(expand(example), chains=(chain,), history_until=START)
    ]
    own = findings.finding("own", chain="a_users_own")
    bad = msgspec.structs.replace(own, first_event_time=2**62)
    sinks = Sinks(WriteBatches(str(folder), "findings", "finding", None), WriteDeadLetterBatches(str(folder), None))
    with pipeline() as p:
        results = {
            "findings": create(p, "Found", [*found, own, bad], Finding),
            "dead_letters": create(p, "Letters", [], DeadLetter),
        }
        _ = results | "Write" >> WriteResults(sinks)
    yield p.result


def streamed() -> Iterator[Any]:
    """Take turns at the keys of a stream: a theft whose cause comes late, and takes back what was said of it.

    Its places are more than a key remembers, and in the end all keys are let go.
    """
    with pipeline() as p:
        _ = p | "Start" >> beam.Impulse() | "Turns" >> beam.ParDo(_TurnsFn()).with_output_types(bytes)
    yield p.result


class _TurnsFn(beam.DoFn):
    """The turns of a stream, counted as the stateful DoFn counts them: a local runner gives no such counts."""

    def process(self, unused_impulse: bytes) -> Iterator[bytes]:
        stream = Stream(Policy(max_log=6, max_facets=4))
        used = [
            make.by_role(
                f"u{n}", n * make.MINUTE, "iam:CreateUser", "admin", "s", "ASIA1", source_ip=f"203.0.{n % 6}.1"
            )
            for n in range(30)
        ]
        for number, event in enumerate([*used[:3], make.assume("a", -1, "admin", "s", "ASIA1"), *used[3:]]):
            stream.bundle([event, event])
            stream.watermark(make.T0 + (number + 1) * 2 * make.MINUTE)
        stream.watermark(make.T0 + 100 * DAY)
        for stage in (*stream.rounds, stream.follow, stream.detect):
            metrics.count(Counts(**stage.counts))
        return iter(())


def redriven(folder: Path) -> Iterator[Any]:
    path = folder / "dead_letters.jsonl"
    letters = [DeadLetter(b"{", f"m{n}", "parse", "E", "e", attempts=n * MAX_ATTEMPTS) for n in range(2)]
    path.write_bytes(b"".join(msgspec.json.encode(one) + b"\n" for one in map(to_dict, letters)))
    sinks = Sinks(WriteBatches(str(folder), "findings", "finding", None), WriteDeadLetterBatches(str(folder), None))
    with pipeline() as p:
        letters_of = redrive.from_files([uri_of(str(path))])
        redrive.build(p, letters_of, sinks, str(folder), MAX_ATTEMPTS, Policy(), Databases())
    yield p.result


def opened() -> Iterator[Any]:
    """Open a notice of an object that is gone, and bound the clock of an event from the future."""
    notice = {"eventType": "OBJECT_DELETE", "bucketId": "b", "objectId": "o"}
    ahead = EventBatch([make.by_user("x", 400 * 24 * make.HOUR, "iam:ListUsers")], make.T0)
    with pipeline() as p:
        _ = create(p, "Messages", [Message(b"{}", notice)], Message) | "Open" >> OpenMessages("s")
        _ = create(p, "Batches", [ahead], EventBatch) | "Bound" >> BoundClocks(Policy())
    yield p.result


def kept() -> Iterator[Any]:
    """Keep a backfill's window: one event lies outside it, and landed two days after it happened."""
    late = make.by_user("x", -2 * DAY, "iam:ListUsers", origin="file:///CloudTrail/eu-west-1/2026/03/03/day.json.gz#0")
    (window,) = cut(make.T0, make.T0 + make.HOUR, 0, Policy())
    with pipeline() as p:
        _ = create(p, "Batches", [EventBatch([late])], EventBatch) | "Keep" >> KeepWithin(window, make.HOUR)
    yield p.result


def test_every_metric_is_emitted_by_a_run(tmp_path: Path) -> None:
    counted: set[str] = set()
    recorded: set[str] = set()
    for name, runs in (("scan", scanned), ("write", written), ("redrive", redriven)):
        folder = tmp_path / name
        folder.mkdir()
        for result in runs(folder):
            counted |= {counter for counter, number in metrics.counters(result).items() if number}
            recorded |= metrics.distributions(result).keys()
    for result in (*streamed(), *opened(), *kept()):
        counted |= {counter for counter, number in metrics.counters(result).items() if number}
    assert metrics.COUNTERS.keys() - counted - ON_SERVERS - OF_A_KIND == set()
    assert counted & OF_A_KIND
    assert recorded == metrics.DISTRIBUTIONS.keys()
