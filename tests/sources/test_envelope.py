"""Every wrapping that records arrive in, and what is saved when the wrapping or a record is broken."""

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
    for data in (b'{"Records":5}', b'{"detail":{"eventID":"x"}}', b'{"Events":{"a":1}}', b'"text"', b"12"):
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
