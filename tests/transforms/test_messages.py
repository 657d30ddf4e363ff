"""Messages of all kinds become blocks; what can't be read keeps its bytes, attributes and attempts."""

import gzip
import json
from pathlib import Path

import apache_beam as beam
import pytest
from apache_beam.pvalue import TaggedOutput

from pipelines.inputs import uri_of
from schemas.records import DeadLetter
from transforms.messages import ATTEMPTS, ORIGIN, Named, _OpenFn, _ReadNamedFn, attempts_of, origin_of
from transforms.pubsub import Message
from transforms.read import Block

SUBSCRIPTION = "projects/p/subscriptions/s"
RECORD = b'{"eventID":"1"}'


def opened(message: Message, most: int = 1_000_000) -> tuple[list[Block], list[DeadLetter], list[Named]]:
    blocks, letters, names = [], [], []
    for output in _OpenFn(SUBSCRIPTION, most).process(message):
        if not isinstance(output, TaggedOutput):
            blocks.append(output)
        else:
            (letters if isinstance(output.value, DeadLetter) else names).append(output.value)
    return blocks, letters, names


def test_a_message_becomes_a_block_that_knows_where_it_came_from() -> None:
    message = Message(RECORD, {"a": "b", ATTEMPTS: "2"}, "77", 1, 9)
    (block,), letters, names = opened(message)
    assert block == Block(f"pubsub://{SUBSCRIPTION}/77", 0, RECORD, message.attributes, 2, 9)
    assert (letters, names) == ([], [])
    assert origin_of(SUBSCRIPTION, message) == block.uri


@pytest.mark.parametrize(
    "data", [gzip.compress(RECORD, mtime=0), gzip.compress(gzip.compress(RECORD, mtime=0), mtime=0)]
)
def test_gzip_is_told_by_its_content(data: bytes) -> None:
    (block,), _, _ = opened(Message(data, {}, "1"))
    assert block.data == RECORD


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "EmptyInput"),
        (b" \n", "EmptyInput"),
        (gzip.compress(bytes(range(256)) * 99, mtime=0)[:80], "TruncatedGzip"),
        (b'"' + b"x" * 2_000 + b'"', "TooLarge"),
        (gzip.compress(b" " * 5_000, mtime=0), "TooLarge"),
    ],
)
def test_what_cannot_be_opened_keeps_its_bytes_attributes_and_attempts(data: bytes, error: str) -> None:
    _, letters, _ = opened(Message(data, {"source": "x", ATTEMPTS: "3"}, "5"), most=1_000)
    (letter,) = letters
    assert (letter.raw, letter.step, letter.error_type) == (data, "read", error)
    assert letter.origin == f"pubsub://{SUBSCRIPTION}/5"
    assert letter.attempts == 3
    assert letter.attributes == {"source": "x", ATTEMPTS: "3", "kind": "message"}


@pytest.mark.parametrize("text", ["", "-1", "x", "99999", "\u0663"])
def test_attempts_that_are_no_number_are_none(text: str) -> None:
    assert attempts_of(Message(b"", {ATTEMPTS: text})) == 0


def test_a_notice_names_its_objects_and_gives_no_block() -> None:
    message = Message(json.dumps({"s3Bucket": "b", "s3ObjectKey": ["x", "y"]}).encode(), {}, "1")
    blocks, letters, names = opened(message)
    assert (blocks, letters) == ([], [])
    assert [name.uri for name in names] == ["s3://b/x", "s3://b/y"]


def test_a_named_object_is_read_like_any_file(tmp_path: Path) -> None:
    path = tmp_path / "delivered.json.gz"
    path.write_bytes(gzip.compress(RECORD, mtime=0))
    message = Message(b"notice", {"eventType": "OBJECT_FINALIZE"}, "1", 0, 7)
    (block,) = _ReadNamedFn().process(Named(uri_of(str(path)), message))
    assert block == Block(uri_of(str(path)), 0, RECORD, {}, 0, 7)


def test_a_named_object_that_is_gone_leaves_the_notice_to_send_again(tmp_path: Path) -> None:
    message = Message(b"notice", {"bucketId": "b"}, "1")
    (output,) = _ReadNamedFn().process(Named(uri_of(str(tmp_path / "gone")), message))
    assert isinstance(output, beam.pvalue.TaggedOutput)
    assert output.value.raw == b"notice"
    assert output.value.attributes == {"bucketId": "b", "kind": "notice"}
    assert output.value.origin == uri_of(str(tmp_path / "gone"))


@pytest.mark.parametrize(
    ("attributes", "origin", "attempts"),
    [
        ({ATTEMPTS: "2", ORIGIN: "pubsub://x/1#7"}, ("pubsub://x/1", 7), 2),
        ({ATTEMPTS: "2"}, (f"pubsub://{SUBSCRIPTION}/9", 0), 2),
        ({ATTEMPTS: "-1", ORIGIN: "a#7"}, (f"pubsub://{SUBSCRIPTION}/9", 0), 0),
        ({ATTEMPTS: "9" * 400, ORIGIN: "a#7"}, (f"pubsub://{SUBSCRIPTION}/9", 0), 0),
        ({ATTEMPTS: "²", ORIGIN: "a#7"}, (f"pubsub://{SUBSCRIPTION}/9", 0), 0),
        ({ATTEMPTS: "1", ORIGIN: "a" * 1_025}, (f"pubsub://{SUBSCRIPTION}/9", 0), 1),
        ({ORIGIN: "a#7"}, (f"pubsub://{SUBSCRIPTION}/9", 0), 0),
    ],
)
def test_what_a_message_says_of_its_former_tries_is_bounded(
    attributes: dict[str, str], origin: tuple[str, int], attempts: int
) -> None:
    (block,), _, _ = opened(Message(RECORD, attributes, "9"))
    assert ((block.uri, block.number), block.attempts) == (origin, attempts)
