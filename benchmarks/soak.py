"""Soak: a stream on Prism for some minutes, under a steady rate, a burst, a hot key and broken input.

    python -m benchmarks.soak --minutes 8 --rate 50

Seven phases of equal length: a steady rate; ten times that; the steady rate beside one key that is given `--hot` events
at once; half of the input broken; the steady rate again, whose memory is held against the first; another hot key as
large, and the steady rate, whose memory is held against that after the first. Needs the Pub/Sub emulator and Prism as
the integration tests do (docs/streaming.md).

Prints a line every ten seconds and a table at the end: what was published and told, the lag from publishing an event
to the row of the finding that it completed, and the memory of the two processes and the size of the state (as the
stream's own counter has it, once a minute) as each phase ended. The policy waits a second only, so the lag is the
machinery's own, and forgets within minutes, so that memory that is not given back shows.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from google.cloud import pubsub_v1

from benchmarks.local_stream import running
from pipelines.streaming.local import BUILD, prism_path

_POLICY = """version: 1
time_window: {disorder: 1s, hold: 1s, idle_after: 2s, chain_window: 60s, lateness: 30s, time_to_live: 2m,
  session_gap: 60s, recon_window: 60s, sign_in_window: 60s, token_life: 60s,
  home_settles: 60s}
"""
_STATE = re.compile(r"(\d+) bytes of state")
_PHASES = ("steady", "burst", "hot key", "half broken", "steady again", "second hot key", "steady at last")
_USERS = 200
_CANARY_SECONDS = 1.0
_LINE_SECONDS = 10.0
_PROJECT = "tokentrail-soak"


class Published(NamedTuple):
    """When, and in which phase, an event was published."""

    at: float
    phase: str


class Kept(NamedTuple):
    """What is kept, in MB: the memory of the stream's process and of Prism, and the state of all keys."""

    stream: float
    prism: float
    state: float


class Load:
    """Publishes records with the time of now; every second one person whose act is a finding by itself."""

    def __init__(self, topic: str) -> None:
        """Takes the topic's path."""
        self._topic = topic
        self._publisher = pubsub_v1.PublisherClient()
        self._number = 0
        self._futures: list[Any] = []
        self.canaries: dict[str, Published] = {}
        self.counts = dict.fromkeys(_PHASES, 0)

    def send(self, phase: str, user: str, call: str, broken: bool = False) -> str:
        """Publish one record; gives its event id."""
        self._number += 1
        id_ = f"00000000-0000-4000-8000-{self._number:012d}"
        data = json.dumps(_record(id_, user, call)).encode()
        self._futures.append(self._publisher.publish(self._topic, data[: len(data) // 2] if broken else data))
        self.counts[phase] += 1
        return id_

    def canary(self, phase: str) -> None:
        """Publish what is a finding by itself: a new key that goes straight to a secret."""
        id_ = self.send(phase, f"canary{self._number}", "secretsmanager:GetSecretValue")
        self.canaries[id_] = Published(time.time(), phase)

    def flush(self) -> None:
        """Wait until all is there."""
        for future in self._futures:
            future.result(timeout=120)
        self._futures.clear()


def _record(id_: str, user: str, call: str) -> dict[str, Any]:
    service, name = call.split(":")
    return {
        "eventVersion": "1.11",
        "userIdentity": {
            "type": "IAMUser",
            "principalId": f"AIDA{user.upper()}",
            "arn": f"arn:aws:iam::111122223333:user/{user}",
            "accountId": "111122223333",
            "accessKeyId": f"AKIA{user.upper()}",
            "userName": user,
        },
        "eventTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": "eu-west-1",
        "sourceIPAddress": "203.0.113.7",
        "userAgent": "aws-cli/2.24.0 md/awscrt#0.23.8 os/linux#6.8.0 lang/python#3.12.6 cfg/retry-mode#standard",
        "requestParameters": None,
        "responseElements": None,
        "requestID": id_,
        "eventID": id_,
        "readOnly": True,
        "eventType": "AwsApiCall",
        "managementEvent": True,
        "recipientAccountId": "111122223333",
        "eventCategory": "Management",
    }


def _publish(load: Load, options: argparse.Namespace) -> Iterator[str]:
    """Publish all phases at their rates; yields the phase some ten times a second."""
    seconds = options.minutes * 60 / len(_PHASES)
    for phase in _PHASES:
        began = canary = time.monotonic()
        sent = 0
        rate = options.rate * (10 if phase == "burst" else 1)
        hot = options.hot if "hot key" in phase else 0
        while (passed := time.monotonic() - began) < seconds:
            while sent < passed * rate:
                broken = phase == "half broken" and sent % 2 == 0
                load.send(phase, f"user{sent % _USERS}", "s3:ListBuckets", broken)
                sent += 1
            for _ in range(min(hot, 2_000)):
                load.send(phase, phase.replace(" ", ""), "s3:ListBuckets")
            hot -= min(hot, 2_000)
            if time.monotonic() >= canary:
                load.canary(phase)
                canary += _CANARY_SECONDS
            time.sleep(0.1)
            yield phase


def _memory(pid: int) -> float:
    """Give a process's resident memory in MB; 0 where it is gone."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _child(pid: int, name: str) -> int:
    """Give the process of a name that another started; 0 without one."""
    found = subprocess.run(["pgrep", "-P", str(pid), name], capture_output=True, text=True, check=False)
    return int(found.stdout.split()[0]) if found.stdout.split() else 0


def _rows(output: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in (output / "findings").glob("*.jsonl") for line in path.read_text().splitlines()
    ]


def _lags(output: Path, load: Load) -> dict[str, list[float]]:
    lags: dict[str, list[float]] = {phase: [] for phase in _PHASES}
    for row in _rows(output):
        published = load.canaries.get(row["evidence"][-1]["event_id"])
        if row["revision"] == 0 and published is not None:
            lags[published.phase].append(row["detected_at"] / 1e6 - published.at)
    return lags


def _table(load: Load, output: Path, seconds: float, ends: dict[str, Kept]) -> str:
    lags = _lags(output, load)
    lines = [
        "| phase | published | canaries told | lag p50 s | lag p99 s | stream MB | Prism MB | state MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for phase in _PHASES:
        expected = sum(published.phase == phase for published in load.canaries.values())
        found = sorted(lags[phase])
        p50 = f"{statistics.median(found):.2f}" if found else "-"
        p99 = f"{found[min(len(found) - 1, int(len(found) * 0.99))]:.2f}" if found else "-"
        kept = " | ".join(f"{number:.0f}" for number in ends[phase][:2]) + f" | {ends[phase].state:.1f}"
        lines.append(f"| {phase} | {load.counts[phase]} | {len(found)} of {expected} | {p50} | {p99} | {kept} |")
    total = sum(load.counts.values())
    return "\n".join([*lines, f"{total} messages until all were told: {seconds:.0f} s, {total / seconds:.0f} a second"])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=8)
    parser.add_argument("--rate", type=int, default=50, help="messages a second when steady")
    parser.add_argument("--hot", type=int, default=100_000, help="events of the one hot key")
    parser.add_argument("--emulator", required=True, metavar="HOST:PORT", help="a running Pub/Sub emulator")
    parser.add_argument("--wait", type=float, default=300, help="seconds that the end may take")
    options = parser.parse_args()
    least = len(_PHASES) * _LINE_SECONDS / 60
    if options.minutes < least:
        parser.error(f"--minutes {options.minutes:g}: a phase needs a line of its own, give {least:.2f} or more")
    return options


def main() -> int:
    """Run the soak; gives 1 where something was not told in time."""
    options = _arguments()
    if prism_path() is None:
        print(f"Prism is not here: {BUILD}", file=sys.stderr)
        return 1
    with running(options.emulator, _PROJECT, _POLICY, "--dead-letter-limit", "1") as stream:
        return _soak(options, Load(stream.topic), stream.process, stream.output)


def _soak(options: argparse.Namespace, load: Load, stream: subprocess.Popen[bytes], output: Path) -> int:
    while not (prism := _child(stream.pid, "prism")):
        if stream.poll() is not None:
            print((output / "log").read_text(), file=sys.stderr)
            return 1
        time.sleep(0.2)
    began = time.monotonic()
    due = began
    ends: dict[str, Kept] = {}
    for phase in _publish(load, options):
        if time.monotonic() >= due:
            due += _LINE_SECONDS
            ends[phase] = _kept(stream.pid, prism, output)
            _say(began, load, ends[phase], output)
    load.flush()
    until = time.monotonic() + options.wait
    while time.monotonic() < until and sum(map(len, _lags(output, load).values())) < len(load.canaries):
        time.sleep(1)
        if time.monotonic() >= due:
            due += _LINE_SECONDS
            _say(began, load, _kept(stream.pid, prism, output), output)
    print(_table(load, output, time.monotonic() - began, ends))
    return 0 if sum(map(len, _lags(output, load).values())) == len(load.canaries) else 1


def _kept(stream: int, prism: int, output: Path) -> Kept:
    found = _STATE.findall((output / "log").read_text())
    return Kept(_memory(stream), _memory(prism), int(found[-1]) / 1e6 if found else 0.0)


def _say(began: float, load: Load, kept: Kept, output: Path) -> None:
    told = sum(map(len, _lags(output, load).values()))
    print(
        f"{time.monotonic() - began:6.0f} s  published {sum(load.counts.values()):7d}  told {told:4d} of "
        f"{len(load.canaries):4d}  MB: stream {kept.stream:4.0f}  Prism {kept.prism:4.0f}  state {kept.state:6.1f}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
