"""What logs come wrapped in on their way, and how each wrapping is told by its own keys and opened.

| wrapping | its document |
|---|---|
| `Records` | CloudTrail user guide, "CloudTrail log file examples" |
| `Records` of `body`, `Sns` or `kinesis` | AWS Lambda developer guide, using Lambda with SQS, SNS and Kinesis |
| `Records` of `Data` | Kinesis Data Streams API reference, GetRecords |
| `Messages` of `Body` | Amazon SQS API reference, ReceiveMessage |
| `Type` Notification, `Message` | Amazon SNS developer guide, "HTTP/HTTPS notification JSON format" |
| `detail-type`, `detail` | EventBridge user guide, "AWS service events" |
| `messageType`, `logEvents` | CloudWatch Logs user guide, "Log group-level subscription filters" |
| `awslogs` | AWS Lambda developer guide, using Lambda with CloudWatch Logs |
| `events` of `message` | CloudWatch Logs API reference, FilterLogEvents |
| `Events` of `CloudTrailEvent` | CloudTrail API reference, LookupEvents |
| `QueryResultRows` | CloudTrail API reference, GetQueryResults |
| `records` | Azure Monitor, "Stream Azure monitoring data to an event hub", "Resource logs schema" |
| `records` of `data` | Amazon Data Firehose developer guide, "HTTP endpoint delivery request" |
| `value` | Azure REST API conventions; Microsoft Graph, "Paging Microsoft Graph data" |
| `tables` of `columns` and `rows` | Azure Monitor Log Analytics API, "Response format" |
| `AuditData`, `auditData` | Microsoft Purview, "Search the audit log"; Microsoft Graph, auditLogRecord |
| `message` of `data`, `receivedMessages` | Pub/Sub documentation, "Push subscriptions", subscriptions.pull |
| `specversion`, `data` | CloudEvents 1.0, JSON format, as Eventarc sends it |
| `jsonPayload` that is a CloudTrail record | Cloud Logging, LogEntry, as collectors write it |
| `message` that is JSON text | one log event of CloudWatch Logs, as collectors write it |

What is base64 may be gzip inside (a subscription of CloudWatch Logs always is).
"""

import base64
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import msgspec

from analytic.sources.decompress import GZIP_MAGIC, decompress

Inner = Callable[[bytes], bytes]
"""Gives the document that an element of a wrapping carries; raises ValueError or RecursionError when there is none."""

_ABSENT = msgspec.Raw(b"null")
_GOOGLE_EVENTS = ("google.cloud.audit.", "google.cloud.pubsub.")
_PAGE_KEYS = frozenset({"value", "nextLink", "count"})


class Wrapping(NamedTuple):
    """The elements of an envelope, and what opens each; None where they are the records themselves."""

    elements: Iterable[bytes | msgspec.Raw]
    inner: Inner | None


class _Envelope(msgspec.Struct, gc=False):
    records: list[msgspec.Raw] | None = msgspec.field(default=None, name="Records")
    batch: list[msgspec.Raw] | None = msgspec.field(default=None, name="records")
    looked_up: msgspec.Raw = msgspec.field(default=_ABSENT, name="Events")
    filtered: msgspec.Raw = msgspec.field(default=_ABSENT, name="events")
    log_events: msgspec.Raw = msgspec.field(default=_ABSENT, name="logEvents")
    message_type: msgspec.Raw = msgspec.field(default=_ABSENT, name="messageType")
    detail_type: msgspec.Raw = msgspec.field(default=_ABSENT, name="detail-type")
    detail: msgspec.Raw = _ABSENT
    awslogs: msgspec.Raw = _ABSENT
    queried: msgspec.Raw = msgspec.field(default=_ABSENT, name="QueryResultRows")
    value: msgspec.Raw = _ABSENT
    tables: msgspec.Raw = _ABSENT
    audit_text: msgspec.Raw = msgspec.field(default=_ABSENT, name="AuditData")
    audit_object: msgspec.Raw = msgspec.field(default=_ABSENT, name="auditData")
    message: msgspec.Raw = _ABSENT
    received: msgspec.Raw = msgspec.field(default=_ABSENT, name="receivedMessages")
    queued: msgspec.Raw = msgspec.field(default=_ABSENT, name="Messages")
    type: msgspec.Raw = msgspec.field(default=_ABSENT, name="Type")
    notice: msgspec.Raw = msgspec.field(default=_ABSENT, name="Message")
    spec_version: msgspec.Raw = msgspec.field(default=_ABSENT, name="specversion")
    json_payload: msgspec.Raw = msgspec.field(default=_ABSENT, name="jsonPayload")


class _Data(msgspec.Struct, gc=False):
    data: str


class _Note(msgspec.Struct, gc=False):
    message: str = msgspec.field(name="Message")


class _LogEvent(msgspec.Struct, gc=False):
    message: str


class _LookedUp(msgspec.Struct, gc=False):
    event: str = msgspec.field(name="CloudTrailEvent")


class _Queued(msgspec.Struct, gc=False):
    body: str = msgspec.field(name="Body")


class _BatchItem(msgspec.Struct, gc=False):
    body: str | None = None
    sns: _Note | None = msgspec.field(default=None, name="Sns")
    kinesis: _Data | None = None
    data: str | None = msgspec.field(default=None, name="Data")


class _CloudEvent(msgspec.Struct, gc=False):
    type: str
    data: msgspec.Raw


class _Call(msgspec.Struct, gc=False, rename="camel"):
    event_source: str
    event_name: str


class _Audited(msgspec.Struct, gc=False, rename="pascal"):
    creation_time: str
    operation: str
    record_type: int | str


class _Column(msgspec.Struct, gc=False):
    name: str


class _Table(msgspec.Struct, gc=False):
    columns: list[_Column]
    rows: list[list[msgspec.Raw]]


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])
_RAW = msgspec.json.Decoder(msgspec.Raw)
_TEXT = msgspec.json.Decoder(str)
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])
_DATA = msgspec.json.Decoder(_Data)
_LOG_EVENT = msgspec.json.Decoder(_LogEvent)
_LOOKED_UP = msgspec.json.Decoder(_LookedUp)
_QUEUED = msgspec.json.Decoder(_Queued)
_BATCH_ITEM = msgspec.json.Decoder(_BatchItem)
_CLOUD_EVENT = msgspec.json.Decoder(_CloudEvent)
_CALL = msgspec.json.Decoder(_Call)
_AUDITED = msgspec.json.Decoder(_Audited)
_TABLES = msgspec.json.Decoder(list[_Table])
_QUERY_ROWS = msgspec.json.Decoder(list[list[dict[str, msgspec.Raw]]])


def unwrap(content: bytes) -> Wrapping | None:
    """Open one sound JSON object; None for what is no wrapping. Raises what the decoder raises when it is not sound."""
    envelope = _ENVELOPE.decode(content)
    if envelope.records is not None:
        return Wrapping(envelope.records, _first(envelope.records, _batched))
    if envelope.batch is not None:
        return Wrapping(envelope.batch, _first(envelope.batch, _encoded))
    try:
        return _of_aws(envelope, content) or _of_others(envelope, content)
    except (ValueError, RecursionError):
        return None  # It has an envelope's key, and something else there.


def _of_aws(envelope: _Envelope, content: bytes) -> Wrapping | None:
    if envelope.log_events is not _ABSENT and envelope.message_type is not _ABSENT:
        control = bytes(envelope.message_type) == b'"CONTROL_MESSAGE"'
        return None if control else Wrapping(_ARRAY.decode(envelope.log_events), _log_message)
    if envelope.filtered is not _ABSENT:
        return Wrapping(_ARRAY.decode(envelope.filtered), _log_message)
    if envelope.looked_up is not _ABSENT:
        return Wrapping(_ARRAY.decode(envelope.looked_up), _looked_up)
    if envelope.detail is not _ABSENT and envelope.detail_type is not _ABSENT:
        return _single(bytes(envelope.detail))
    if envelope.notice is not _ABSENT and bytes(envelope.type) == b'"Notification"':
        return _single(_quoted(bytes(envelope.notice)))
    if envelope.queued is not _ABSENT:
        messages = _ARRAY.decode(envelope.queued)
        return Wrapping(messages, _body) if _first(messages, _body) else None
    if envelope.awslogs is not _ABSENT:
        return _single(_encoded(bytes(envelope.awslogs)))
    if envelope.queried is not _ABSENT:
        rows = _QUERY_ROWS.decode(envelope.queried)
        return Wrapping((_joined(row) for row in rows), None)
    if envelope.json_payload is not _ABSENT:
        _CALL.decode(envelope.json_payload)
        return _single(bytes(envelope.json_payload))
    return None


def _of_others(envelope: _Envelope, content: bytes) -> Wrapping | None:
    if envelope.value is not _ABSENT:
        return Wrapping(_ARRAY.decode(envelope.value), _itself) if _is_page(content) else None
    if envelope.tables is not _ABSENT:
        return Wrapping(_rows(_TABLES.decode(envelope.tables)), None)
    if envelope.audit_text is not _ABSENT:
        return _audited(_quoted(bytes(envelope.audit_text)))
    if envelope.audit_object is not _ABSENT:
        return _audited(bytes(envelope.audit_object))
    if envelope.received is not _ABSENT:
        return Wrapping(_ARRAY.decode(envelope.received), _itself)
    if envelope.spec_version is not _ABSENT:
        event = _CLOUD_EVENT.decode(content)
        return _single(bytes(event.data)) if event.type.startswith(_GOOGLE_EVENTS) else None
    if envelope.message is _ABSENT:
        return None
    if bytes(envelope.message)[:1] != b'"':
        return _single(_encoded(bytes(envelope.message)))
    text = _quoted(bytes(envelope.message))
    return _single(text) if text.startswith(b"{") else None


def _audited(content: bytes) -> Wrapping | None:
    _AUDITED.decode(content)  # A row whose record is not whole is for the log's own source to read.
    return _single(content)


def _single(content: bytes) -> Wrapping | None:
    return Wrapping((content,), _itself) if content else None


def _first(elements: list[msgspec.Raw], inner: Inner) -> Inner | None:
    """Give `inner` if it opens the first element: a batch is all of one kind."""
    try:
        return inner if elements and inner(bytes(elements[0])) else None
    except (ValueError, RecursionError):
        return None


def _is_page(content: bytes) -> bool:
    """Whether `value` is a page of a list, and not a field of a record."""
    return all(key in _PAGE_KEYS or key.startswith(("@", "odata.")) for key in _FIELDS.decode(content))


def _rows(tables: list[_Table]) -> Iterator[bytes]:
    for table in tables:
        names = [column.name for column in table.columns]
        for row in table.rows:
            yield msgspec.json.encode(dict(zip(names, row, strict=False)))


def _joined(row: list[dict[str, msgspec.Raw]]) -> bytes:
    return msgspec.json.encode({name: value for cell in row for name, value in cell.items()})


def _itself(element: bytes) -> bytes:
    return element


def _quoted(element: bytes) -> bytes:
    return _TEXT.decode(element).encode()


def _encoded(element: bytes) -> bytes:
    return _plain(_DATA.decode(element).data)


def _log_message(element: bytes) -> bytes:
    return _LOG_EVENT.decode(element).message.encode()


def _looked_up(element: bytes) -> bytes:
    return _LOOKED_UP.decode(element).event.encode()


def _body(element: bytes) -> bytes:
    return _QUEUED.decode(element).body.encode()


def _batched(element: bytes) -> bytes:
    item = _BATCH_ITEM.decode(element)
    if item.body is not None:
        return item.body.encode()
    if item.sns is not None:
        return item.sns.message.encode()
    if item.kinesis is not None:
        return _plain(item.kinesis.data)
    if item.data is not None:
        return _plain(item.data)
    raise ValueError("not an element of a batch")


def _plain(data: str) -> bytes:
    """Decode base64, and unpack the gzip that may be in it."""
    content = base64.b64decode(data, validate=True)
    return b"".join(decompress((content,))) if content.startswith(GZIP_MAGIC) else content


INNER: dict[str, Inner] = {
    "Records": _batched,
    "records": _encoded,
    "value": _itself,
    "logEvents": _log_message,
    "events": _log_message,
    "Events": _looked_up,
    "Messages": _body,
    "receivedMessages": _itself,
}
"""What opens the elements of a list that was salvaged from a broken envelope, by its key; elements that carry nothing
are the records themselves."""
