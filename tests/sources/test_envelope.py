"""Every wrapping that records arrive in, and what is saved when the wrapping or a record is broken."""

import base64
import gzip
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytic.sources.envelope import MAX_RECORD_BYTES, Broken, Record, records


def record(number: int, **more: Any) -> dict[str, Any]:
    """A record small enough to read; `eventVersion` comes first, as in real ones."""
    return {"eventVersion": "1.08", "eventID": f"id-{number}", **more}


def encoded(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def ids(data: bytes) -> list[str | None]:
    """The eventID of each good record, None for a broken one, after checking that numbers run without a gap."""
    found = list(records(data))
    assert [piece.number for piece in found] == list(range(len(found)))
    return [json.loads(piece.data)["eventID"] if isinstance(piece, Record) else None for piece in found]


def broken(data: bytes) -> list[Broken]:
    return [piece for piece in records(data) if isinstance(piece, Broken)]


THREE = [record(1), record(2), record(3)]
GOOD = ["id-1", "id-2", "id-3"]
LOG_EVENTS = [{"id": str(n), "timestamp": n, "message": json.dumps(one)} for n, one in enumerate(THREE)]
SUBSCRIPTION = {
    "messageType": "DATA_MESSAGE",
    "owner": "111122223333",
    "logGroup": "trail",
    "logStream": "s",
    "subscriptionFilters": ["all"],
    "logEvents": LOG_EVENTS,
}
EVENT_BRIDGE = {
    "version": "0",
    "id": "e",
    "detail-type": "AWS API Call via CloudTrail",
    "source": "aws.ec2",
    "resources": [],
    "detail": record(1),
}
LOOKED_UP = {
    "Events": [{"EventId": "1", "Resources": [], "CloudTrailEvent": json.dumps(one)} for one in THREE],
    "NextToken": "t",
}


def as_base64(value: Any) -> str:
    return base64.b64encode(encoded(value)).decode()


def as_gzip(value: Any) -> str:
    return base64.b64encode(gzip.compress(encoded(value))).decode()


def notification(value: Any) -> dict[str, Any]:
    topic = "arn:aws:sns:eu-west-1:111122223333:trail"
    return {"Type": "Notification", "MessageId": "m", "TopicArn": topic, "Message": json.dumps(value)}


def published(value: Any) -> dict[str, Any]:
    """A message of Pub/Sub, as a pull gives it."""
    return {
        "ackId": "a",
        "message": {"data": as_base64(value), "messageId": "1", "publishTime": "2024-08-02T08:23:24Z"},
    }


def audited(one: dict[str, Any]) -> dict[str, Any]:
    """A record of the Office 365 Management Activity API."""
    return {"CreationTime": "2024-08-02T08:23:24", "Operation": "UserLoggedIn", "RecordType": 15, **one}


def table(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """A result of Log Analytics."""
    names = list(rows[0])
    columns = [{"name": name, "type": "string"} for name in names]
    return {"name": "PrimaryResult", "columns": columns, "rows": [[row[name] for name in names] for row in rows]}


@pytest.mark.parametrize(
    "data",
    [
        encoded({"Records": THREE}),
        json.dumps({"Records": THREE}, indent=2).encode(),
        encoded(THREE),
        json.dumps(THREE, indent=2).encode(),
        b"\n".join(encoded(one) for one in THREE),
        b"\r\n".join(encoded(one) for one in THREE) + b"\r\n\r\n",
        b"".join(encoded(one) for one in THREE),
        b"\n".join(json.dumps(one, indent=2).encode() for one in THREE),
        encoded(SUBSCRIPTION),
        encoded(SUBSCRIPTION) * 1,
        encoded({"events": LOG_EVENTS, "searchedLogStreams": []}),
        encoded(LOOKED_UP),
        encoded({"Records": THREE[:2]}) + b"\n" + encoded(THREE[2]),
        encoded([{"Records": THREE[:1]}, {"events": LOG_EVENTS[1:]}]),
        # Firehose puts subscription messages one after the other.
        encoded({**SUBSCRIPTION, "logEvents": LOG_EVENTS[:1]}) + encoded({**SUBSCRIPTION, "logEvents": LOG_EVENTS[1:]}),
        # Azure Monitor: one message of an event hub, several of them, and a page of a list.
        encoded({"records": THREE}),
        encoded([{"records": THREE[:1]}, {"records": THREE[1:]}]),
        encoded({"records": THREE[:1]}) + b"\n" + encoded({"records": THREE[1:]}),
        encoded({"value": THREE}),
        encoded({"@odata.context": "https://x", "value": THREE, "@odata.nextLink": "https://y", "nextLink": "z"}),
        encoded({"tables": [table(THREE[:2]), table(THREE[2:])]}),
        encoded([{"RecordType": 15, "UserIds": "x", "AuditData": json.dumps(audited(one))} for one in THREE]),
        encoded({"value": [{"id": "1", "auditLogRecordType": "x", "auditData": audited(one)} for one in THREE]}),
        # SQS, SNS and Kinesis, as they answer and as they start a function.
        encoded({"Messages": [{"MessageId": "1", "ReceiptHandle": "r", "Body": json.dumps(one)} for one in THREE]}),
        encoded({"Messages": [{"Body": json.dumps(notification(one))} for one in THREE]}),
        b"\n".join(encoded(notification(one)) for one in THREE),
        encoded(notification({"Records": THREE})),
        encoded({"Records": [{"eventSource": "aws:sqs", "body": json.dumps(one)} for one in THREE]}),
        encoded({"Records": [{"EventSource": "aws:sns", "Sns": notification(one)} for one in THREE]}),
        encoded({"Records": [{"body": json.dumps(notification({**EVENT_BRIDGE, "detail": one}))} for one in THREE]}),
        encoded(
            {"Records": [{"eventName": "aws:kinesis:record", "kinesis": {"data": as_base64(one)}} for one in THREE]}
        ),
        encoded({"Records": [{"kinesis": {"data": as_gzip(SUBSCRIPTION)}}]}),
        encoded(
            {"Records": [{"Data": as_base64(one), "PartitionKey": "p"} for one in THREE], "NextShardIterator": "n"}
        ),
        encoded({"awslogs": {"data": as_gzip(SUBSCRIPTION)}}),
        encoded({"requestId": "r", "timestamp": 1, "records": [{"data": as_gzip(SUBSCRIPTION)}]}),
        encoded({"records": [{"recordId": str(n), "data": as_base64(one)} for n, one in enumerate(THREE)]}),
        # Pub/Sub: what it pushes, pulls, and what gcloud prints; Eventarc's event around it.
        b"\n".join(encoded({**published(one), "subscription": "projects/example/subscriptions/s"}) for one in THREE),
        encoded({"receivedMessages": [published(one) for one in THREE]}),
        encoded([published(one) for one in THREE]),
        encoded(
            [
                {"specversion": "1.0", "type": "google.cloud.pubsub.topic.v1.messagePublished", "data": published(one)}
                for one in THREE
            ]
        ),
        encoded([{"specversion": "1.0", "type": "google.cloud.audit.log.v1.written", "data": one} for one in THREE]),
        # A query of CloudTrail Lake, and log events that a collector wrote as they came.
        encoded(
            {
                "QueryStatus": "FINISHED",
                "QueryResultRows": [[{"eventVersion": "1"}, {"eventID": f"id-{n}"}] for n in (1, 2, 3)],
            }
        ),
        b"\n".join(encoded({"@timestamp": "x", "message": json.dumps(one)}) for one in THREE),
        b"\n".join(
            encoded(
                {
                    "insertId": "i",
                    "logName": "projects/example/logs/trail",
                    "jsonPayload": {"eventSource": "iam.amazonaws.com", "eventName": "ListUsers", **one},
                }
            )
            for one in THREE
        ),
        b"\xef\xbb\xbf" + encoded({"Records": THREE}),
        b"\xef\xbb\xbf\n  " + b"\n".join(encoded(one) for one in THREE),
    ],
)
def test_three_records_come_out_of_every_wrapping(data: bytes) -> None:
    assert ids(data) == GOOD


def test_one_record_comes_out_of_an_event_bridge_event() -> None:
    assert ids(encoded(EVENT_BRIDGE)) == ["id-1"]
    assert ids(encoded(EVENT_BRIDGE) + b"\n" + encoded(EVENT_BRIDGE)) == ["id-1", "id-1"]
    logged = {**SUBSCRIPTION, "logEvents": [{"id": "1", "message": json.dumps(EVENT_BRIDGE)}]}
    assert ids(encoded(logged)) == ["id-1"]


def test_a_records_own_bytes_come_out_unchanged() -> None:
    own = b'{"eventID" : "\\u0061",  "n":1e2}'
    assert [piece.data for piece in records(b'{"Records":[ ' + own + b" ]}")] == [own]


def test_numbers_begin_where_they_are_told_to() -> None:
    assert [piece.number for piece in records(encoded(THREE), 40)] == [40, 41, 42]


def test_a_control_message_comes_out_whole() -> None:
    control = encoded({**SUBSCRIPTION, "messageType": "CONTROL_MESSAGE"})
    assert list(records(control)) == [Record(0, control)]


def test_a_file_without_records_gives_none() -> None:
    assert list(records(b'{"Records":[]}')) == []
    assert list(records(b"[]")) == []


def test_a_wrapping_of_another_shape_is_left_for_its_source_to_judge() -> None:
    for data in (
        b'{"Records":5}',
        b'{"records":5}',
        b'{"detail":{"eventID":"x"}}',
        b'{"Events":{"a":1}}',
        b'"text"',
        b"12",
        b'{"value":5}',
        b'{"id":"a record","value":[1,2]}',
        b'{"value":"text"}',
        b'{"tables":"x"}',
        b'{"tables":[{"columns":["a"],"rows":[[1]]}]}',
        b'{"AuditData":5}',
        b'{"auditData":"text"}',
        b'{"AuditData":"{}"}',
        b'{"AuditData":"{\\"Operation\\":\\"x\\"}"}',
        b'{"message":"text","eventID":"x"}',
        b'{"message":{"attributes":{}}}',
        b'{"message":{"data":""}}',
        b'{"message":{"data":"not base64!"}}',
        b'{"Messages":["a"]}',
        b'{"Messages":[]}',
        b'{"Type":"Notification"}',
        b'{"Type":"SubscriptionConfirmation","Message":"{}"}',
        b'{"Type":"Notification","Message":5}',
        b'{"awslogs":{"data":"H4sIAAAA"}}',
        b'{"specversion":"1.0","type":"example.event","data":{}}',
        b'{"specversion":"1.0"}',
        b'{"jsonPayload":{"message":"x"},"logName":"l"}',
        b'{"QueryResultRows":[5]}',
        b'{"receivedMessages":{}}',
    ):
        assert list(records(data)) == [Record(0, data)], data


def test_an_element_that_carries_nothing_comes_as_it_is() -> None:
    batch = [{"body": json.dumps(THREE[0])}, {"eventID": "id-2"}, {"body": json.dumps(THREE[2])}]
    assert ids(encoded({"Records": batch})) == GOOD
    corrupt = {"kinesis": {"data": base64.b64encode(b"\x1f\x8b not gzip").decode()}, "eventID": "id-2"}
    good = [{"kinesis": {"data": as_base64(one)}} for one in THREE]
    assert ids(encoded({"Records": [good[0], corrupt, good[2]]})) == GOOD


def test_a_broken_batch_gives_its_good_records() -> None:
    whole = encoded({"records": THREE})
    assert ids(whole[:-10]) == ["id-1", "id-2", None]
    messages = [{"ReceiptHandle": "r", "Body": json.dumps(one)} for one in THREE]
    bad = encoded({"Messages": messages}).replace(b'"r"', b"NaN", 1)
    assert ids(bad) == [None, "id-2", "id-3"]
    page = encoded({"@odata.context": "x", "value": THREE}).replace(b'"eventVersion":"1.08"', b'"eventVersion":NaN', 1)
    assert ids(page) == [None, "id-2", "id-3"]


def test_a_bomb_in_a_message_is_not_unpacked() -> None:
    bomb = base64.b64encode(gzip.compress(b" " * 200_000_000)).decode()
    data = encoded({"awslogs": {"data": bomb}})
    assert list(records(data)) == [Record(0, data)]


def test_wrappings_are_opened_only_so_deep() -> None:
    data = encoded(record(1))
    for _ in range(8):
        data = encoded({"detail-type": "x", "detail": json.loads(data)})
    (found,) = records(data)
    assert isinstance(found, Record)
    assert found.data.count(b"detail-type") == 4


@pytest.mark.parametrize("data", [b"", b"  \n\t ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_empty_input_is_one_broken(data: bytes) -> None:
    assert list(records(data)) == [Broken(0, data, "EmptyInput", "the input is empty")]


DEEP = b'{"eventVersion":"1","eventID":"deep","x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}"
BAD_RECORDS = [
    b'{"eventVersion":"1","eventID":"bad","x":NaN}',
    b'{"eventVersion":"1","eventID":"bad","x":"\\ud800"}',
    b'{"eventVersion":"1","eventID":"bad","x":"\\q"}',
    b'{"eventVersion":"1","eventID":"bad","x":1,}',
    b'{"eventVersion":"1","eventID":"bad" "x":[1,2]}',
    b'{"eventVersion":"1","eventID":"bad","x":"{[}"!}',
    DEEP,
]


@pytest.mark.parametrize("bad", BAD_RECORDS)
@pytest.mark.parametrize(
    "wrapped",
    [
        lambda good: b'{"Records":[' + b",".join(good) + b"]}",
        lambda good: b"[" + b",".join(good) + b"]",
        lambda good: b"[\n" + b",\n".join(good) + b"\n]",
        lambda good: b"\n".join(good),
        lambda good: b"".join(good),
    ],
)
def test_a_bad_record_does_not_cost_its_neighbours(bad: bytes, wrapped: Any) -> None:
    data = wrapped([encoded(record(1)), bad, encoded(record(3))])
    found = list(records(data))
    good = [json.loads(piece.data).get("eventID") for piece in found if isinstance(piece, Record)]
    junk = b"".join(piece.data for piece in found if isinstance(piece, Broken))
    assert good == ["id-1", "id-3"]
    assert junk == bad


def test_a_record_nested_a_thousand_deep_is_one_piece() -> None:
    # How deep is too deep is the interpreter's to say; either way it is one record or one broken.
    deep = b'{"eventID":"deep","x":' + b'{"a":' * 1_000 + b"1" + b"}" * 1_001
    found = list(records(b'{"Records":[' + b",".join([encoded(THREE[0]), deep, encoded(THREE[2])]) + b"]}"))
    assert [piece.data for piece in found] == [encoded(THREE[0]), deep, encoded(THREE[2])]


def test_a_stray_bracket_is_junk() -> None:
    data = b'{"Records":[' + encoded(THREE[0]) + b"}," + encoded(THREE[1]) + b"]}"
    assert [one for one in ids(data) if one] == ["id-1", "id-2"]
    assert b"".join(piece.data for piece in broken(data)) == b"}}"


def test_a_bad_message_in_a_subscription_does_not_cost_its_neighbours() -> None:
    bad = {**SUBSCRIPTION, "logEvents": [LOG_EVENTS[0], {"id": "2", "message": "START RequestId: x"}, LOG_EVENTS[2]]}
    assert ids(encoded(bad)) == ["id-1", None, "id-3"]
    nan = encoded(SUBSCRIPTION).replace(b'"timestamp":1,', b'"timestamp":NaN,')
    assert ids(nan) == ["id-1", None, "id-3"]
    looked_up = encoded(LOOKED_UP).replace(b'"EventId":"1",', b'"EventId":NaN,', 1)
    assert ids(looked_up) == [None, "id-2", "id-3"]


@pytest.mark.parametrize("kept", [1, 2])
def test_a_truncated_file_gives_what_came_before_and_one_broken(kept: int) -> None:
    whole = encoded({"Records": THREE})
    cut = whole[: whole.index(b"id-%d" % (kept + 1)) + 2]
    assert ids(cut) == [*GOOD[:kept], None]
    assert broken(cut)[0].data == b'{"eventVersion":"1.08","eventID":"id'
    assert broken(cut)[0].error == "not JSON: Input data was truncated"


def test_a_file_cut_between_records_loses_none() -> None:
    assert ids(b'{"Records":[' + encoded(THREE[0]) + b",") == ["id-1"]


def test_a_record_that_lacks_its_bracket_does_not_swallow_the_next() -> None:
    open_ended = encoded(record(1, items=[{"a": 1}]))[:-1]
    data = b'{"Records":[' + b",".join([open_ended, encoded(THREE[1]), encoded(THREE[2])]) + b"]}"
    assert ids(data) == [None, "id-2", "id-3"]


def test_a_record_with_an_open_string_costs_only_its_line() -> None:
    data = b"\n".join([encoded(THREE[0]), b'{"eventVersion":"1","eventID":"open', encoded(THREE[2])])
    assert ids(data) == ["id-1", None, "id-3"]


def test_numbers_in_an_array_are_records_that_no_source_will_take() -> None:
    data = b"[1," + encoded(THREE[0]) + b',"x",null]'
    assert [piece.data for piece in records(data)] == [b"1", encoded(THREE[0]), b'"x"', b"null"]


def test_junk_between_records_is_not_lost() -> None:
    data = b'{"Records":[' + encoded(THREE[0]) + b" junk " + encoded(THREE[1]) + b"]}tail"
    assert ids(data) == ["id-1", None, "id-2", None]
    assert [piece.data.strip() for piece in broken(data)] == [b"junk", b"tail"]


def test_binary_is_broken_whole() -> None:
    assert [piece.data for piece in broken(b"\x1f\x8b\x08\x00\xff\xfe")] == [b"\x1f\x8b\x08\x00\xff\xfe"]


def test_a_record_larger_than_any_log_writes_is_broken_and_its_neighbours_are_not() -> None:
    large = encoded(record(2, x="y" * (MAX_RECORD_BYTES + 2**20)))
    found = list(records(b"\n".join([encoded(THREE[0]), large, encoded(THREE[2])])))
    assert [type(piece) for piece in found] == [Record, Broken, Record]
    assert isinstance(found[1], Broken)
    assert found[1].error_type == "RecordTooLarge"
    assert found[1].data == large
    assert [piece.error_type for piece in broken(large)] == ["RecordTooLarge"]


@pytest.mark.parametrize(
    "data",
    [
        b"[" * 1_000_000,
        b'{"a":' * 300_000,
        b'"' * 1_000_000,
        b'"\\' * 500_000,
        b"}" * 1_000_000,
        b'{"Records":[' * 100_000,
        b'{"a":1}]' * 100_000,
        b'{"a":1' * 200_000,
        b"[{" * 300_000,
        b'{"' + b'a":[],"' * 200_000,
        b'{"message":{"message":' * 100_000,
        b'{"value":[' * 100_000 + b"]}" * 100_000,
        b",\n" * 500_000 + b"x",
    ],
)
def test_hostile_input_costs_time_in_proportion_and_loses_nothing(data: bytes) -> None:
    started = time.process_time()
    found = list(records(data))
    assert time.process_time() - started < 5
    assert sum(len(piece.data) for piece in found) >= 0.5 * len(data.replace(b",\n", b""))
    assert all(piece.data for piece in found)


@given(st.binary(max_size=200))
def test_any_bytes_give_records_or_broken(data: bytes) -> None:
    found = list(records(data))
    assert [piece.number for piece in found] == list(range(len(found)))


@given(st.text(alphabet='{}[]",:\\ \nab1', max_size=60))
def test_anything_like_json_gives_sound_records_or_broken(text: str) -> None:
    for piece in records(text.encode()):
        if isinstance(piece, Record):
            json.loads(piece.data)


@given(st.integers(0, 400), st.binary(min_size=1, max_size=3))
def test_one_fault_in_a_file_costs_few_records(position: int, fault: bytes) -> None:
    whole = b"\n".join(encoded(record(n, items=[{"a": n}])) for n in range(10))
    position = min(position, len(whole))
    found = [piece for piece in records(whole[:position] + fault + whole[position:]) if isinstance(piece, Record)]
    assert len(found) >= 8
