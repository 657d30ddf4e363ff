"""Beam's own ReadFromPubSub, which Dataflow replaces by its built-in one: what it hands to our transforms.

Beam's local runner pulls, acknowledges at once and takes the clock for the watermark: this shows what becomes of messages,
and nothing of delivery or order.
"""

import json
import threading
import time
from collections.abc import Iterator

import apache_beam as beam
import pytest
from apache_beam.options.pipeline_options import PipelineOptions

from schemas.records import DeadLetter
from tests.pipelines.test_baseline import record
from tests.servers.pubsub import Topic, pubsub_emulator, topic
from transforms.coders import EventBatch
from transforms.databases import Databases
from transforms.messages import ATTEMPTS, OpenMessages
from transforms.parse import ParseAuditLogs
from transforms.pubsub import ReadDataflowMessages

__all__ = ["pubsub_emulator", "topic"]

PATIENCE = 120

_seen: list[EventBatch | DeadLetter] = []
"""What came out, in this process: the local runner runs here."""


class _SeeFn(beam.DoFn):
    def process(self, element: EventBatch | DeadLetter) -> Iterator[None]:
        _seen.append(element)
        return iter(())


@pytest.mark.integration
def test_what_dataflow_reads_is_parsed_or_is_a_dead_letter_with_its_attributes(topic: Topic) -> None:
    _seen.clear()
    pipeline = beam.Pipeline(runner="DirectRunner", options=PipelineOptions([], streaming=True))
    opened = pipeline | "ReadMessages" >> ReadDataflowMessages(topic.subscription) | OpenMessages(topic.subscription)
    parsed = opened.blocks | ParseAuditLogs(Databases())
    _ = parsed.events | "SeeEvents" >> beam.ParDo(_SeeFn())
    letters = (opened.dead_letters, parsed.dead_letters) | beam.Flatten()
    _ = letters | "SeeLetters" >> beam.ParDo(_SeeFn())
    before = time.time_ns() // 1_000
    result = pipeline.run()
    try:
        good = [json.dumps(record(n, 1, 9, "ListBuckets", "s3")).encode() for n in range(20)]
        topic.publish(good)
        (id_,) = topic.publish([b'{"no": "log"}'], source="here", **{ATTEMPTS: "2"})
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and len(_seen) < len(good) + 1:
            time.sleep(0.2)
    finally:
        # It takes half a minute to stop where nothing comes.
        threading.Thread(target=result.cancel, daemon=True).start()
    batches = [one for one in _seen if isinstance(one, EventBatch)]
    assert sorted(event.event_id for batch in batches for event in batch.events) == sorted(
        json.loads(data)["eventID"] for data in good
    )
    assert all(batch.published is not None and batch.published >= before for batch in batches)
    (letter,) = [one for one in _seen if isinstance(one, DeadLetter)]
    assert letter.origin.startswith(f"pubsub://{topic.subscription}/{id_}")
    assert (letter.raw, letter.step, letter.attempts) == (b'{"no": "log"}', "parse", 2)
    assert letter.attributes["source"] == "here"
