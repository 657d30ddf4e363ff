"""Which log a record is from, and so who reads it."""

from analytic.sources import cloudtrail
from analytic.sources.ignored import Ignored
from schemas.records import ApiEvent


def parse_record(data: bytes, origin: str) -> ApiEvent | Ignored:
    """Read one log record of any known source. Raises ParseError when none can read it.

    `data` is one record's JSON as `envelope.records` gives it, `origin` its place: <uri>#<zero-based record number>.
    """
    return cloudtrail.parse(data, origin)
