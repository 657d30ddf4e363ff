"""A block's events, dead letters and what was ignored: together they are its records."""

import json

from analytic.context.network import Located
from analytic.sources.parsed import parse_block
from tests.sources.cloudtrail_records import record

DIGEST = {"awsAccountId": "111122223333", "digestStartTime": "2024-08-02T08:00:00Z", "logFiles": []}


def test_a_blocks_records_are_all_accounted_for() -> None:
    good, bad = record("ec2:DescribeInstances"), {"eventVersion": "1.08"}
    lines = [json.dumps(line).encode() for line in (good, bad, DIGEST, good)] + [b"no json"]
    parsed = parse_block("kafka://t", b"\n".join(lines), 5, lambda _: Located(), {"from": "here"}, 2)
    assert [event.origin for event in parsed.events] == ["kafka://t#5", "kafka://t#8"]
    assert [letter.origin for letter in parsed.dead_letters] == ["kafka://t#6", "kafka://t#9"]
    assert [letter.raw for letter in parsed.dead_letters] == [lines[1], lines[4]]
    assert parsed.dead_letters[0].attributes == {"from": "here", "kind": "record"}
    assert parsed.dead_letters[0].attempts == 2
    assert parsed.records == len(parsed.events) + len(parsed.dead_letters) + parsed.ignored.total() == 5
