"""What the pipeline counts: one closed list. A count is of outcomes, once a block or turn, never once an event."""

import threading
from typing import Any

import msgspec
from apache_beam.metrics import Metrics

from analytic.chains import shipped
from analytic.sources.source import IGNORED_KINDS as SOURCE_KINDS

NAMESPACE = "tokentrail"

MESSAGES = "messages"
NOTICES = "notices"
AHEAD = "clocks_ahead"
FILES = "files"
BYTES_READ = "bytes_read"
RECORDS = "records"
PARSED = "parsed"
IGNORED = "ignored"
DEAD_LETTERS = "dead_letters"
DUPLICATES = "duplicates"
LATE = "late"
REVISED = "revised"
RETRACTED = "retracted"
CUT = "cut"
FORGOTTEN = "forgotten"
EXPIRED = "expired"
FINDINGS = "findings"
BASELINES = "baselines"
COVERAGE = "coverage"
OUTSIDE = "outside"
OVERDUE = "overdue"
HELD = "held"
REJECTED = "rejected_rows"
ALERTS = "alerts"
COOLED = "alerts_cooled_down"
ROWS = "rows"
REDRIVEN = "redriven"
KEPT_ASIDE = "kept_aside"
EVENT_LAG = "event_lag_milliseconds"

STEPS = ("read", "parse", "write")
"""The steps that write dead letters."""

CHAINS = tuple(chain.name for chain in shipped.chains())
"""The chains that have a counter of their own; `other` takes the users' own."""

IGNORED_KINDS = (*SOURCE_KINDS, "other")
"""What a source may pass over because it is no call of anyone; `other` takes what no source names."""

COUNTERS = {
    MESSAGES: "Messages read from a subscription, redeliveries too.",
    NOTICES: "Messages that name objects to read, or name none.",
    AHEAD: "Events whose time lay further ahead of their arrival than the policy lets a clock be.",
    FILES: "Files opened, readable or not.",
    BYTES_READ: "Bytes read from files, before gzip is unpacked.",
    RECORDS: "Records found in the blocks: parsed, ignored and parse dead letters together.",
    PARSED: "Records that became events.",
    **{f"{IGNORED}_{kind}": f"Records that are no event: {kind}." for kind in IGNORED_KINDS},
    **{f"{DEAD_LETTERS}_{step}": f"Dead letters of the step {step}." for step in STEPS},
    DUPLICATES: "Events that came again, by their id or their shared id, at the keys that hear them.",
    LATE: "Items that came behind the stepped time of their key.",
    REVISED: "Outputs that were emitted again because a late item changed them.",
    RETRACTED: "Outputs that were taken back because of a late item.",
    CUT: "Items, or ids of coverage, that a cap on a key's log let go: what comes late or again is not told apart.",
    FORGOTTEN: "Links, acts upon workloads, places, stages and shifts that a cap on a key's state let go.",
    EXPIRED: "Keys whose state was let go after its time to live.",
    HELD: "Items that were held for the watermark when they came.",
    FINDINGS: "Findings written; on a stream each revision is one.",
    **{f"{FINDINGS}_{chain}": f"Findings written of the chain {chain}." for chain in (*CHAINS, "other")},
    ROWS: "Rows sent to BigQuery or written to a stream's files: findings, dead letters and coverage.",
    REJECTED: "Rows that did not fit their table, by our own check or by BigQuery's; each is a dead letter of `write`.",
    ALERTS: "Alerts published.",
    COOLED: "Findings that were grave enough for an alert, and came in the cooldown of an earlier one.",
    REDRIVEN: "Dead letters sent through the front door again.",
    KEPT_ASIDE: "Dead letters that redrive did not send: at the maximum of attempts, or cut.",
    BASELINES: "Rows of a baseline file written: actors and groups of peers.",
    COVERAGE: "Rows of coverage written: one for each account, region, service, log class and hour; on a "
    "stream one each time that it has grown.",
    OUTSIDE: "Events that lie outside what a backfill's window reads, and were left out.",
    OVERDUE: "Events that landed in their file later than a backfill's --lateness, by the date in its path.",
}
"""Every counter with its meaning. The namespace of each is NAMESPACE."""

DISTRIBUTIONS = {
    EVENT_LAG: "From a finding's last event to the writing of the finding, in milliseconds.",
}
"""Every distribution with its meaning."""


def increase(name: str, by: int = 1) -> None:
    """Add to a counter; raises KeyError on a name that is not in COUNTERS."""
    if name not in COUNTERS:
        raise KeyError(name)
    if by:
        Metrics.counter(NAMESPACE, name).inc(by)


def record(name: str, value: int) -> None:
    """Add a value to a distribution; raises KeyError on a name that is not in DISTRIBUTIONS."""
    if name not in DISTRIBUTIONS:
        raise KeyError(name)
    Metrics.distribution(NAMESPACE, name).update(value)


def count(counts: msgspec.Struct) -> None:
    """Add a struct of ints, each field named as its counter (analytic/fold.py, Counts)."""
    for name in counts.__struct_fields__:
        increase(name, getattr(counts, name))


def ignored(kind: str) -> str:
    """Give the counter of a kind of ignored record."""
    return f"{IGNORED}_{kind if kind in IGNORED_KINDS else 'other'}"


def dead_letters(step: str) -> str:
    """Give the counter of a step's dead letters."""
    return f"{DEAD_LETTERS}_{step}"


def findings_of(chain: str) -> str:
    """Give the counter of a chain's findings."""
    return f"{FINDINGS}_{chain if chain in CHAINS else 'other'}"


class Tally:
    """How far this process is, for a progress display.

    Beam's counters come at the end of a bundle, and a scan is one bundle. So the DoFns of this process also add here,
    once a chunk or block. It is no state: nothing reads it but the display, and where a worker is another process
    it stays there unread.
    """

    def __init__(self) -> None:
        """Starts at nothing read."""
        self.bytes_read = 0
        self.records = 0
        self.messages = 0
        self.newest = 0
        self.state = 0
        self._lock = threading.Lock()

    def keep(self, change: int) -> None:
        """Take that the keyed stages keep so many bytes more (or less). From any thread."""
        with self._lock:
            self.state += change


tally = Tally()
"""The one tally of this process."""


def distributions(result: Any) -> dict[str, Any]:
    """Give the distributions of a finished run by name: those that were recorded."""
    found = result.metrics().query()["distributions"]
    return {
        one.key.metric.name: one.result for one in found if one.key.metric.namespace == NAMESPACE and one.result.count
    }


def counters(result: Any) -> dict[str, int]:
    """Give all counters of a finished run by name, zero where nothing was counted."""
    found = dict.fromkeys(COUNTERS, 0)
    for counter in result.metrics().query()["counters"]:
        if counter.key.metric.namespace == NAMESPACE:
            found[counter.key.metric.name] += counter.result or 0  # Beam 2.77 gives None for a committed 0.
    return found
