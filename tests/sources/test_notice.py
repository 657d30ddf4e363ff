"""Notices of objects, in every envelope that they come in, and what is none."""

import json

import pytest

from analytic.sources.notice import named

S3 = {
    "eventVersion": "2.1",
    "eventSource": "aws:s3",
    "eventName": "ObjectCreated:Put",
    "s3": {"bucket": {"name": "logs"}, "object": {"key": "AWSLogs/1/a+b%3Dc.json.gz", "size": 9}},
}
KEY = "s3://logs/AWSLogs/1/a b=c.json.gz"
EVENT = {"Records": [S3]}
CREATED = {
    "version": "0",
    "detail-type": "Object Created",
    "source": "aws.s3",
    "detail": {"version": "0", "bucket": {"name": "logs"}, "object": {"key": "a+b.gz"}, "reason": "PutObject"},
}
TRAIL = {"s3Bucket": "logs", "s3ObjectKey": ["AWSLogs/1/x.json.gz", "AWSLogs/1/y.json.gz"]}


def sns(content: object) -> dict:
    return {"Type": "Notification", "MessageId": "1", "TopicArn": "arn:aws:sns:::t", "Message": json.dumps(content)}


def sqs(content: object) -> dict:
    return {"Messages": [{"MessageId": "1", "Body": json.dumps(content)}]}


@pytest.mark.parametrize(
    "content", [EVENT, sns(EVENT), sqs(EVENT), sqs(sns(EVENT))], ids=["s3", "sns", "sqs", "sqs_sns"]
)
def test_s3_events_name_their_object_with_its_key_decoded(content: object) -> None:
    assert named(json.dumps(content).encode(), {}) == (KEY,)


@pytest.mark.parametrize("content", [CREATED, sqs(CREATED)], ids=["eventbridge", "sqs"])
def test_an_event_of_eventbridge_names_its_object_as_it_is(content: object) -> None:
    assert named(json.dumps(content).encode(), {}) == ("s3://logs/a+b.gz",)


@pytest.mark.parametrize("content", [TRAIL, sns(TRAIL)], ids=["bare", "sns"])
def test_cloudtrails_own_notice_names_several(content: object) -> None:
    expected = ("s3://logs/AWSLogs/1/x.json.gz", "s3://logs/AWSLogs/1/y.json.gz")
    assert named(json.dumps(content).encode(), {}) == expected


def test_cloud_storage_is_told_by_its_attributes() -> None:
    attributes = {"eventType": "OBJECT_FINALIZE", "bucketId": "b", "objectId": "cloudaudit/x y.json"}
    assert named(b'{"kind": "storage#object"}', attributes) == ("gs://b/cloudaudit/x y.json",)
    assert named(b"", {**attributes, "eventType": "OBJECT_DELETE"}) == ()


@pytest.mark.parametrize(
    "content",
    [
        {"Records": [{**S3, "eventName": "ObjectRemoved:Delete"}]},
        {"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "logs"},
        {**CREATED, "detail": {**CREATED["detail"], "deletion-type": "Permanently Deleted"}},
    ],
    ids=["removed", "test", "deleted"],
)
def test_a_notice_of_anything_else_names_nothing(content: object) -> None:
    assert named(json.dumps(content).encode(), {}) == ()


@pytest.mark.parametrize(
    "content",
    [
        {"eventVersion": "1.11", "eventSource": "s3.amazonaws.com", "eventName": "PutObject", "s3": None},
        {"eventVersion": "1.11", "requestParameters": {"s3Bucket": "logs", "s3ObjectKey": ["x"]}},
        {"Records": [S3, {"eventVersion": "1.11", "eventName": "ListBuckets"}]},
        {"eventSource": "aws:s3", "s3": {"bucket": {}, "object": {}}},
        {"s3Bucket": "logs", "s3ObjectKey": "x"},
        {"bucket": {"name": 5}, "object": {"key": "x"}},
        {"object": [[[[[]]]]]},
    ],
)
def test_what_is_no_notice_is_content(content: object) -> None:
    assert named(json.dumps(content).encode(), {}) is None


@pytest.mark.parametrize("data", [b"", b"s3:TestEvent", b'{"s3"', b'\xff"s3\xfe', b'"object"' + b"[" * 100_000])
def test_broken_content_is_no_notice(data: bytes) -> None:
    assert named(data, {}) is None
