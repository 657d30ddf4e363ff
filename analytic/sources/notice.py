"""Notices that an object was written: a message that carries no log record itself, but names the file that does.

Recognised by content, record by record, in any envelope that `wrapping.py` opens (SNS, SQS, EventBridge, Lambda):

| notice | its document |
|---|---|
| `eventSource` aws:s3, `s3` | Amazon S3 user guide, "Event message structure": the key is url-encoded, + for a space |
| `Event` s3:TestEvent | the same guide: sent once when notifications are set up; names nothing |
| `bucket`, `object` | EventBridge, "Object Created" of Amazon S3: its `detail`; the key is as it is |
| `s3Bucket`, `s3ObjectKey` | CloudTrail user guide, "Configuring Amazon SNS notifications for CloudTrail" |
| attributes `eventType`, `bucketId`, `objectId` | Cloud Storage, "Pub/Sub notifications", told by them alone |

A notice of anything but a written object (a removal, a changed label) is a notice that names nothing.
"""

from collections.abc import Mapping
from urllib.parse import unquote_plus

import msgspec

from analytic.sources.envelope import Record, records

_SIGNS = (b'"s3', b'"object"', b"s3:TestEvent", b"s3Bucket", b'\\"s3', b'\\"object\\"')
"""What no notice lacks, plain or quoted inside an envelope: a cheap look before the decoders."""

_ABSENT = msgspec.Raw(b"null")


class _Bucket(msgspec.Struct, gc=False):
    name: str


class _Object(msgspec.Struct, gc=False):
    key: str


class _Where(msgspec.Struct, gc=False):
    bucket: _Bucket
    object: _Object


class _Notice(msgspec.Struct, gc=False):
    event_source: str = msgspec.field(default="", name="eventSource")
    event_name: str = msgspec.field(default="", name="eventName")
    s3: _Where | None = None
    test: str = msgspec.field(default="", name="Event")
    bucket: _Bucket | None = None
    object: _Object | None = None
    deletion: msgspec.Raw = msgspec.field(default=_ABSENT, name="deletion-type")
    reason: str = ""
    trail_bucket: str | None = msgspec.field(default=None, name="s3Bucket")
    trail_keys: list[str] | None = msgspec.field(default=None, name="s3ObjectKey")


_NOTICE = msgspec.json.Decoder(_Notice)

_WRITTEN = frozenset({"PutObject", "POST Object", "CopyObject", "CompleteMultipartUpload", ""})
"""`reason` of "Object Created" (S3 user guide, "EventBridge event message structure")."""


def named(content: bytes, attributes: Mapping[str, str]) -> tuple[str, ...] | None:
    """Give the uris of the objects that a message names; None when it is no notice, but content to read.

    A notice that names nothing to read gives (). A message whose records are not all notices is content.
    """
    if "eventType" in attributes and "bucketId" in attributes and "objectId" in attributes:
        written = attributes["eventType"] == "OBJECT_FINALIZE"
        return (f"gs://{attributes['bucketId']}/{attributes['objectId']}",) if written else ()
    if not any(sign in content for sign in _SIGNS):
        return None
    uris: list[str] = []
    for record in records(content):
        found = _of_one(record.data) if isinstance(record, Record) else None
        if found is None:
            return None
        uris += found
    return tuple(dict.fromkeys(uris))


def _of_one(data: bytes) -> list[str] | None:
    try:
        notice = _NOTICE.decode(data)
    except (ValueError, RecursionError):
        return None
    if notice.s3 is not None and notice.event_source == "aws:s3":
        key = unquote_plus(notice.s3.object.key)
        return [f"s3://{notice.s3.bucket.name}/{key}"] if "ObjectCreated:" in notice.event_name else []
    if notice.test == "s3:TestEvent":
        return []
    if notice.trail_bucket is not None and notice.trail_keys is not None:
        return [f"s3://{notice.trail_bucket}/{key}" for key in notice.trail_keys]
    if notice.bucket is not None and notice.object is not None:
        written = notice.deletion == _ABSENT and notice.reason in _WRITTEN
        return [f"s3://{notice.bucket.name}/{notice.object.key}"] if written else []
    return None
