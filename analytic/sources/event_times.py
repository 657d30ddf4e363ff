"""When the calls in a message happened, read without parsing it: for a watermark, which needs to be right on the whole.

One typed decode a record, some 4 us. What decides is each source's own reading of its record; a test holds the two
together.
"""

from typing import NamedTuple

import msgspec

from analytic.sources.envelope import Record, records
from analytic.sources.times import iso_micros


class Span(NamedTuple):
    """The earliest and the latest event time of a message's records, UTC microseconds."""

    earliest: int
    latest: int


class _Times(msgspec.Struct, gc=False):
    cloudtrail: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="eventTime")
    cloudtrail_lake: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="eventtime")
    gcp: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="timestamp")
    gcp_received: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="receiveTimestamp")
    azure: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="time")
    azure_rest: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="eventTimestamp")
    azure_table: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="TimeGenerated")
    sign_in: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="createdDateTime")
    directory: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="activityDateTime")
    m365: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="CreationTime")
    okta: msgspec.Raw = msgspec.field(default=msgspec.Raw(b"null"), name="published")


_TIMES = msgspec.json.Decoder(_Times)
_TEXT = msgspec.json.Decoder(str)


def span(content: bytes) -> Span | None:
    """Give the span of a message's event times; None where no record shows one."""
    found = [time for record in records(content) if isinstance(record, Record) and (time := _of_one(record.data))]
    return Span(min(found), max(found)) if found else None


def _of_one(data: bytes) -> int | None:
    try:
        times = _TIMES.decode(data)
    except (ValueError, RecursionError):
        return None
    for name in times.__struct_fields__:
        raw = bytes(getattr(times, name))
        if raw[:1] == b'"':
            try:
                return iso_micros(_TEXT.decode(raw))
            except ValueError:
                continue
    return None
