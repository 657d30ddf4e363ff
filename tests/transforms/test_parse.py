import json

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from pipelines.inputs import Inputs
from pipelines.scan import summarise
from schemas.records import DeadLetter
from tests.sources.cloudtrail_records import record
from tests.transforms.pipeline import create, pipeline
from transforms import metrics
from transforms.coders import EventBatch
from transforms.parse import ParseAuditLogs
from transforms.read import Block

URI = "file:///trail.json"
DIGEST = {"awsAccountId": "111122223333", "digestStartTime": "2024-08-02T08:00:00Z", "logFiles": []}


def delivery(*records: object) -> bytes:
    return json.dumps({"Records": records}).encode()


def test_records_become_events_dead_letters_and_counts() -> None:
    good, bad = record("ec2:DescribeInstances"), {"eventVersion": "1.08"}
    blocks = [
        Block(URI, 0, delivery(good, bad, good)),
        Block(URI + "2", 5, json.dumps(DIGEST).encode()),
        Block(URI + "3", 7, b'{"a": NaN}'),
    ]
    with pipeline() as p:
        parsed = create(p, "Blocks", blocks, Block) | "ParseAuditLogs" >> ParseAuditLogs()
        origins = parsed.events | "Origins" >> beam.Map(origins_of).with_output_types(list[str])
        assert_that(origins, equal_to([[f"{URI}#0", f"{URI}#2"]]), label="Events")
        letters = parsed.dead_letters | "Letters" >> beam.Map(facts_of).with_output_types(tuple[str, bytes, int])
        broken = json.dumps(bad).encode()
        assert_that(
            letters,
            equal_to([(f"{URI}#1", broken, len(broken)), (f"{URI}3#7", b'{"a": NaN}', 10)]),
            label="DeadLetters",
        )
    counted = metrics.counters(p.result)
    assert counted[metrics.RECORDS] == 5
    assert counted[metrics.PARSED] == 2
    assert counted[metrics.ignored("cloudtrail_digest")] == 1
    assert counted[metrics.dead_letters("parse")] == 2


def origins_of(batch: EventBatch) -> list[str]:
    return [event.origin for event in batch.events]


def facts_of(letter: DeadLetter) -> tuple[str, bytes, int]:
    assert letter.step == "parse"
    assert letter.attributes == {"kind": "record"}
    assert "\n" not in letter.error
    assert 0 < len(letter.error) <= 300
    return letter.origin, letter.raw, letter.raw_size


def test_each_kind_of_ignored_record_is_counted_under_its_own_name() -> None:
    entry = {"insertId": "i", "logName": "projects/example/logs/syslog", "timestamp": "2024-08-02T08:23:24Z"}
    entry |= {"resource": {"type": "global", "labels": {}}, "textPayload": "started"}
    with pipeline() as p:
        blocks = [Block(URI, 0, json.dumps([DIGEST, entry, DIGEST]).encode())]
        parsed = create(p, "Blocks", blocks, Block) | "ParseAuditLogs" >> ParseAuditLogs()
        assert_that(parsed.events, equal_to([]), label="Events")
        assert_that(parsed.dead_letters, equal_to([]), label="DeadLetters")
    counted = metrics.counters(p.result)
    assert counted[metrics.RECORDS] == 3
    assert counted[metrics.ignored("cloudtrail_digest")] == 2
    assert counted[metrics.ignored("gcp_not_audit")] == 1


def test_the_summary_tells_the_ignored_by_kind_and_in_all() -> None:
    counted = dict.fromkeys(metrics.COUNTERS, 0)
    counted |= {metrics.ignored("cloudtrail_digest"): 2, metrics.ignored("gcp_not_audit"): 1, metrics.RECORDS: 3}
    summary = summarise(counted, [], Inputs({}, 0, []), 1.0)
    assert summary["ignored"] == 3
    assert summary["ignored_by_kind"] == {"cloudtrail_digest": 2, "gcp_not_audit": 1}


def test_a_kind_that_the_list_does_not_name_is_counted_as_other() -> None:
    assert metrics.ignored("never heard of") == "ignored_other"


def test_a_counter_outside_the_list_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="unheard"):
        metrics.increase("unheard")
