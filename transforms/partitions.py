"""Which events a file can hold, by the date in its path: what providers write, delivered at or after the event.

Layouts: CloudTrail and its like in S3 (`…/CloudTrail/<region>/YYYY/MM/DD/`; CloudTrail user guide, "Finding your
CloudTrail log files"), Firehose (`…/YYYY/MM/DD/HH/`), a Cloud Logging sink (`…/YYYY/MM/DD/HH:MM:SS_HH:MM:SS_S0.json`;
"View logs routed to Cloud Storage"), Azure Monitor (`…/y=YYYY/m=MM/d=DD/h=HH/m=MM/`; "Resource logs: send to Azure
Storage") and rows of BigQuery (transforms/bigquery_rows.py).
"""

import re
from datetime import UTC, datetime
from typing import NamedTuple

from analytic.policy import DAY, HOUR, SECOND

_DAY = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/(?:(\d\d)/)?(?=[^/]*$)")
_SINK = re.compile(r"/(\d{4})/(\d\d)/(\d\d)/(\d\d):(\d\d):(\d\d)_(\d\d):(\d\d):(\d\d)_[^/]*$")
_AZURE = re.compile(r"/y=(\d{4})/m=(\d\d)/d=(\d\d)/(?:h=(\d\d)/)?")
_ROWS = re.compile(r"^bigquery://[^/]+/(\d{4})-(\d\d)-(\d\d)(?:T(\d\d))?$")


class Held(NamedTuple):
    """The time that a path tells, UTC microseconds: from `start` to before `end`."""

    start: int
    end: int

    def can_hold(self, origin: int, until: int, lateness: int) -> bool:
        """Whether an event of [origin, until) can lie there, when none comes later than `lateness`."""
        return self.end > origin and self.start - lateness < until


def held(uri: str) -> Held | None:
    """Give the time that a path tells, None where it tells none, or no possible one."""
    sink = _SINK.search(uri)
    try:
        if sink:
            year, month, day, *clock = (int(part) for part in sink.groups())
            start, end = _micros(year, month, day, *clock[:3]), _micros(year, month, day, *clock[3:])
            return Held(start, end + SECOND) if start <= end else Held(start, end + DAY)
        found = _ROWS.search(uri) or _AZURE.search(uri) or _DAY.search(uri)
        if found is None:
            return None
        year, month, day = (int(part) for part in found.groups()[:3])
        hour = found.group(4)
        start = _micros(year, month, day, int(hour or 0))
        return Held(start, start + (DAY if hour is None else HOUR))
    except ValueError:
        return None  # No such day, or no such hour: the path is another's.


def _micros(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * SECOND
