"""What an event costs `tokentrail stream` on Prism: a backlog of one record a message, over many keys.

    python -m benchmarks.streaming --emulator 127.0.0.1:8085 --events 50000 --rate 500

Needs Prism and a running Pub/Sub emulator (docs/streaming.md). The backlog is the synthetic load of the other
benchmarks (simulator/load.py), published as fast as may be; behind it comes an act that is a finding by itself. Counted
is the CPU of the stream's process and of Prism from the first message on until that finding is told and both are at
rest: what they use at rest is told beside it. The emulator is none of ours and is not counted.

The load's day is made as short as the rate asks for, by the events' own times: a runner's bundle holds what is due in
one share of `hold`, so that what an event costs hangs on how many others are due with it.
"""

import argparse
import os
import platform
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from google.cloud import pubsub_v1

from benchmarks.arguments import positive
from benchmarks.local_stream import running
from benchmarks.processes import below, itself
from pipelines.streaming.local import BUILD, prism_path
from simulator.load import events

_PROJECT = "tokentrail-streaming"
_SEED = 1
_POLICY = "version: 1\ntime_window: {disorder: 1h, idle_after: 20s}\n"
"""A backlog's time passes faster than the clock's, and Pub/Sub delivers it in no order."""

_START = datetime(2026, 3, 3, tzinfo=UTC)
"""The day of the load."""

_AFTER = timedelta(hours=1)
"""So long after the load comes the last event."""

CANARY = "00000000-0000-4000-8000-00000000000c"
"""The id of the act that is a finding by itself."""

_REST_SECONDS = 6
_AT_REST = 1.5
"""So many times the CPU at rest, or less, is at rest again."""


class Part(NamedTuple):
    """CPU seconds so far: of the stream's process, and of Prism."""

    stream: float
    prism: float

    def __sub__(self, other: "Part") -> "Part":
        """Give what was used since."""
        return Part(self.stream - other.stream, self.prism - other.prism)


def messages(records: int, rate: float) -> Iterator[bytes]:
    """Give the load, a record a message and so many a second, and then the act that is a finding by itself."""
    encode = msgspec.json.Encoder().encode
    shrunk = records / rate / timedelta(days=1).total_seconds()
    last: dict[str, Any] = {}
    for last in events(records, _SEED):
        yield encode({**last, "eventTime": _written((_read(last["eventTime"]) - _START) * shrunk)})
    yield encode(canary(last, _START + _AFTER + timedelta(seconds=records / rate)))


def canary(record: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Give the act that is a finding by itself, at a time, made of another record."""
    identity = {
        "type": "IAMUser",
        "principalId": "AIDACANARYEXAMPLE",
        "arn": "arn:aws:iam::111122223333:user/canary",
        "accountId": "111122223333",
        "accessKeyId": "AKIACANARYEXAMPLE",
        "userName": "canary",
    }
    call = {"eventSource": "secretsmanager.amazonaws.com", "eventName": "GetSecretValue", "eventID": CANARY}
    return {
        **record,
        **call,
        "userIdentity": identity,
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "sourceIPAddress": "203.0.113.7",
    }


def _read(written: str) -> datetime:
    return datetime.fromisoformat(written)


def _written(since: timedelta) -> str:
    return f"{_START + since:%Y-%m-%dT%H:%M:%SZ}"


def publish(topic: str, records: int, rate: float) -> int:
    """Publish all; gives how many messages."""
    publisher, sent, load = pubsub_v1.PublisherClient(), 0, messages(records, rate)
    while batch := list(islice(load, 5_000)):
        for future in [publisher.publish(topic, data) for data in batch]:
            future.result(timeout=120)
        sent += len(batch)
    return sent


def used(stream: int) -> Part:
    """Give what the stream's process and those below it used."""
    return Part(itself(stream), below(stream).cpu)


def told(output: Path) -> bool:
    """Whether the last finding is told."""
    return any(CANARY in path.read_text() for path in (output / "findings").glob("*.jsonl"))


def at_rest(stream: int) -> Part:
    """Give what both use a second."""
    before = used(stream)
    time.sleep(_REST_SECONDS)
    return Part(*(part / _REST_SECONDS for part in used(stream) - before))


def measured(stream: subprocess.Popen[bytes], topic: str, output: Path, options: argparse.Namespace) -> str:
    """Publish the load and wait until the stream is through with it; gives the table."""
    time.sleep(options.settle)
    rest = at_rest(stream.pid)
    before, began = used(stream.pid), time.perf_counter()
    sent = publish(topic, options.events, options.rate)
    until = time.monotonic() + options.wait
    while not told(output):
        if stream.poll() is not None or time.monotonic() > until:
            sys.exit(f"the last finding was not told:\n{(output / 'log').read_text()[-2000:]}")
        time.sleep(0.5)
    while sum(at_rest(stream.pid)) > _AT_REST * max(sum(rest), 0.05) and time.monotonic() < until:
        pass
    wall, spent = time.perf_counter() - began, used(stream.pid) - before
    lines = [
        f"{sent:,} messages of a record each in {wall:.0f} s; {options.rate:g} events/s by their own times",
        f"{'':12}{'CPU us/event':>14}{'at rest, CPU s/s':>18}{'us/event without':>18}",
    ]
    for name, cpu, idle in zip(("stream", "Prism", "both"), (*spent, sum(spent)), (*rest, sum(rest)), strict=True):
        lines.append(f"{name:12}{cpu / sent * 1e6:>14.1f}{idle:>18.3f}{(cpu - idle * wall) / sent * 1e6:>18.1f}")
    lines.append(f"events/s a core of CPU: {sent / sum(spent):,.0f}; of the stream's alone {sent / spent.stream:,.0f}")
    return "\n".join(lines)


def main() -> int:
    """Measure and print; gives 1 without Prism."""
    parser = argparse.ArgumentParser(description="Measure `tokentrail stream` on Prism by a backlog.")
    parser.add_argument("--events", type=positive, default=50_000, help="records (%(default)s)")
    parser.add_argument("--rate", type=float, default=500, help="events a second, by their own times (%(default)s)")
    parser.add_argument("--emulator", required=True, metavar="HOST:PORT", help="a running Pub/Sub emulator")
    parser.add_argument("--settle", type=float, default=15, help="seconds that a start may take (%(default)s)")
    parser.add_argument("--wait", type=float, default=900, help="seconds that all may take (%(default)s)")
    options = parser.parse_args()
    if prism_path() is None:
        print(f"Prism is not here: {BUILD}", file=sys.stderr)
        return 1
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    with running(options.emulator, _PROJECT, _POLICY, "--replay", "0s") as stream:
        print(measured(stream.process, stream.topic, stream.output, options))
    return 0


if __name__ == "__main__":
    sys.exit(main())
