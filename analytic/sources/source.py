"""Which log a record is from, and so who reads it."""

from collections.abc import Mapping
from typing import Final, Protocol

import msgspec

from analytic.sources import (
    azure_activity,
    cloudtrail,
    entra_audit,
    entra_signin,
    gcp_audit,
    graph_activity,
    m365,
    okta,
)
from analytic.sources.errors import ParseError
from analytic.sources.ignored import Ignored
from analytic.sources.json_fields import decode_fields
from schemas.records import ApiEvent

MAX_NAMED_KEYS = 6
MAX_KEY_CHARS = 32
"""How much of an unknown record's own keys an error shows: enough to see what it is, and none of its values."""


class Source(Protocol):
    """What each module of a log gives."""

    @property
    def IGNORED(self) -> tuple[str, ...]:  # noqa: N802 - a constant of each module
        """The kinds of this log's records that carry no call and no sign-in."""

    def recognises(self, fields: Mapping[str, msgspec.Raw], /) -> bool:
        """Whether a record, decoded one level, is of this log: by its own keys, cheap, in every writing."""

    def parse(self, data: bytes, origin: str, /) -> ApiEvent | Ignored:
        """Read one record of this log. Raises ParseError."""


SOURCES: Final[tuple[Source, ...]] = (
    cloudtrail,
    gcp_audit,
    azure_activity,
    graph_activity,
    entra_signin,
    entra_audit,
    m365,
    okta,
)
"""Every log that is read. No record is recognised by two of them."""

IGNORED_KINDS: Final = tuple(kind for source in SOURCES for kind in source.IGNORED)
"""Every kind of record that a source passes over."""


def parse_record(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one log record of any known source. Raises ParseError when none can read it.

    `data` is one record's JSON as `envelope.records` gives it, `origin` its place: <uri>#<zero-based record number>.
    """
    # Most records are CloudTrail's: one typed decode tells and reads them.
    event = cloudtrail.parse_common(data, origin)
    if event is not None:
        return event
    fields = decode_fields(data)
    for source in SOURCES:
        if source.recognises(fields):
            return source.parse(data, origin)
    raise ParseError(f"no record of a known log: {_described(fields)}")


def _described(fields: Mapping[str, msgspec.Raw]) -> str:
    names = [ascii(name[:MAX_KEY_CHARS]) for name in list(fields)[:MAX_NAMED_KEYS]]
    more = ", ..." if len(fields) > MAX_NAMED_KEYS else ""
    return f"its keys are {', '.join(names)}{more}" if names else "it is empty"
