"""What the pipeline counts: one closed list. A count is of outcomes, once a block or turn, never once an event."""

from typing import Any

import msgspec
from apache_beam.metrics import Metrics

from analytic.sources.source import IGNORED_KINDS as SOURCE_KINDS

NAMESPACE = "tokentrail"

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
FINDINGS = "findings"
BASELINES = "baselines"
OUTSIDE = "outside"
OVERDUE = "overdue"

STEPS = ("read", "parse")
"""The steps that write dead letters."""

IGNORED_KINDS = (*SOURCE_KINDS, "other")
"""What a source may pass over because it is no call of anyone; `other` takes what no source names."""

COUNTERS = {
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
    CUT: "Items that a cap on a key's state let go.",
    FINDINGS: "Findings written.",
    BASELINES: "Rows of a baseline file written: actors and groups of peers.",
    OUTSIDE: "Events that lie outside what a backfill's window reads, and were left out.",
    OVERDUE: "Events that landed in their file later than a backfill's --lateness, by the date in its path.",
}
"""Every counter with its meaning. The namespace of each is NAMESPACE."""


def increase(name: str, by: int = 1) -> None:
    """Add to a counter; raises KeyError on a name that is not in COUNTERS."""
    if name not in COUNTERS:
        raise KeyError(name)
    if by:
        Metrics.counter(NAMESPACE, name).inc(by)


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


tally = Tally()
"""The one tally of this process."""


def counters(result: Any) -> dict[str, int]:
    """Give all counters of a finished run by name, zero where nothing was counted."""
    found = dict.fromkeys(COUNTERS, 0)
    for counter in result.metrics().query()["counters"]:
        if counter.key.metric.namespace == NAMESPACE:
            found[counter.key.metric.name] += counter.result
    return found
