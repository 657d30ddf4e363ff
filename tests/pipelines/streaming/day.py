"""The examples' day as a stream would have it: out of order, some twice, some an hour late, some broken."""

import gzip
import json
import random
from pathlib import Path
from typing import NamedTuple

from analytic.sources.times import iso_micros

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
HOUR = 3_600_000_000


class Arrival(NamedTuple):
    """What is published, in order; the same as a file of lines in event order, intact and as it is; the broken."""

    messages: list[bytes]
    lines: list[bytes]
    intact: list[bytes]
    broken: list[bytes]


def records() -> list[bytes]:
    """Give the records of the examples, in event order."""
    found = []
    for path in sorted(EXAMPLES.rglob("*.json.gz")):
        found += json.loads(gzip.decompress(path.read_bytes()))["Records"]
    found.sort(key=lambda record: (record["eventTime"], record["eventID"]))
    return [json.dumps(record).encode() for record in found]


def time_of(record: bytes) -> int:
    return iso_micros(json.loads(record)["eventTime"])


def arrival(seed: int, broken: float = 0.01) -> Arrival:
    """Give the day as it arrives: within two minutes of its order, one in ten twice, one in twenty an hour late."""
    drawn = random.Random(seed)
    intact = records()
    lines, bad, due = [], [], []
    for record in intact:
        line = record
        if drawn.random() < broken:
            line = record[: drawn.randrange(20, len(record) - 1)].rstrip(b", ")
            bad.append(line)
        lines.append(line)
        at = time_of(record) + drawn.randrange(120_000_000)
        if drawn.random() < 0.05:
            at += HOUR
        due.append((at, line))
        if drawn.random() < 0.10:
            due.append((at + drawn.randrange(600_000_000), line))
    due.sort()
    return Arrival([line for _, line in due], lines, intact, bad)
