"""What an event costs the PyFlink job from Kafka: a backlog in a real topic, on a real cluster.

    python -m benchmarks.flink_stream --sizes 5000 25000

Needs Java and, the first time, Maven and uv (docs/flink.md). Broker and cluster are those of the integration tests,
each size has a cluster of its own, and the job runs on one slot with the settings of deploy/flink/config.yaml. The
backlog is the synthetic load of the other benchmarks (simulator/load.py) from noon on, of a day with `--day` records:
the more a day has, the more keys there are, and the fewer events of one key come at a time. A record is a message, its
time the message's. Behind them comes an act that is a finding by itself, and what moves the watermark past it.

Counted is the CPU of all processes of the cluster from submitting the job until that finding is committed. What one
more event costs is the difference between the largest size and the smallest, so that start-up is left out.
"""

import argparse
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import yaml

from benchmarks.arguments import positive
from benchmarks.processes import below, itself
from benchmarks.streaming import CANARY, canary
from simulator.load import events
from tests.servers import flink, kafka

_SEED = 1
_PARTITION = 0
_DAY_MS = 86_400_000
_WAIT_SECONDS = 900
_LOOK_SECONDS = 0.5
_LOGS, _FINDINGS, _LETTERS = "logs", "findings", "dead-letters"
_TICK = b'{"awsAccountId": "111122223333", "digestStartTime": "2026-03-03T08:00:00Z", "logFiles": []}'
"""A record that is no event: what moves the watermark, and nothing else."""

_CLUSTER_S_OWN = ("parallelism.", "taskmanager.", "jobmanager.", "restart-strategy.")
"""What of deploy/flink/config.yaml is no setting of one job."""


class Spent(NamedTuple):
    """CPU seconds, by kind of process."""

    task_manager: float
    python: float
    job_manager: float

    def __sub__(self, other: "Spent") -> "Spent":
        """Give what was used since."""
        return Spent(*(mine - its for mine, its in zip(self, other, strict=True)))


def backlog(size: int, day: int) -> Iterator[kafka.Message]:
    """Give so many records from the noon of a day that has `day` of them, then the act and the tick behind it."""
    encode = msgspec.json.Encoder().encode
    at, record = 0, dict[str, Any]()
    for record in islice(events(day, _SEED), day // 2, day // 2 + size):
        at = round(datetime.fromisoformat(record["eventTime"]).timestamp() * 1_000)
        yield kafka.Message(encode(record), at, _PARTITION)
    at += 3_600_000
    yield kafka.Message(encode(canary(record, datetime.fromtimestamp(at / 1_000, UTC))), at, _PARTITION)
    yield kafka.Message(_TICK, at + _DAY_MS, _PARTITION)


def settings() -> dict[str, str]:
    """Give the settings of one job in deploy/flink/config.yaml."""
    given = yaml.safe_load((flink.ROOT / "deploy" / "flink" / "config.yaml").read_text())
    kept = {name: value for name, value in given.items() if not name.startswith(_CLUSTER_S_OWN)}
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in kept.items()}


def spent(cluster: flink.Cluster) -> Spent:
    """Give what the cluster used so far."""
    assert cluster.manager is not None
    assert cluster.job_manager is not None
    manager, job_manager = cluster.manager.pid, cluster.job_manager.pid
    return Spent(itself(manager), below(manager).cpu, itself(job_manager) + below(job_manager).cpu)


def run(size: int, options: argparse.Namespace, broker: kafka.Broker) -> Spent:
    """Put a backlog into topics of its own and run the job over it; gives what it cost."""
    topics = [f"{name}-{size}" for name in (_LOGS, _FINDINGS, _LETTERS)]
    for topic in topics:
        broker.create(topic, 1)
    broker.send(topics[0], backlog(size, options.day))
    job = ["--brokers", broker.address, "--topics", topics[0], "--findings-topic", topics[1]]
    job += ["--dead-letters-topic", topics[2], "--group", topics[0], "--transaction-prefix", topics[0]]
    chosen = settings() | {"parallelism.default": "1"} | dict(pair.split("=", 1) for pair in options.set)
    with tempfile.TemporaryDirectory() as folder, flink.cluster(Path(folder)) as cluster:
        before, began = spent(cluster), time.perf_counter()
        id_ = cluster.submit(job, chosen)
        while not any(CANARY.encode() in value for _, value in broker.committed(topics[1])):
            if time.perf_counter() - began > _WAIT_SECONDS or cluster.state(id_) in ("FAILED", "RESTARTING"):
                sys.exit(f"the last finding was not told: {cluster.get(f'/jobs/{id_}/exceptions')}"[:4000])
            time.sleep(_LOOK_SECONDS)
        cost, wall = spent(cluster) - before, time.perf_counter() - began
        found = len({key for key, _ in broker.committed(topics[1])})
        cluster.cancel(id_)
    print(f"{size:>10,} events: {wall:.0f} s, {sum(cost):.1f} s of CPU, {found:,} findings", flush=True)
    return cost


def main() -> None:
    """Measure both sizes in turn, and print what one more event costs."""
    parser = argparse.ArgumentParser(description="Measure the PyFlink job from Kafka by a backlog.")
    parser.add_argument("--sizes", nargs=2, type=positive, default=[5_000, 25_000], help="events (%(default)s)")
    parser.add_argument("--day", type=positive, default=1_000_000, help="records of the load's day (%(default)s)")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="one more setting of the job")
    options = parser.parse_args()
    print(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}")
    with tempfile.TemporaryDirectory() as folder, kafka.broker(Path(folder)) as broker:
        small, large = (run(size, options, broker) for size in sorted(options.sizes))
    more = max(options.sizes) - min(options.sizes)
    each = {kind: cpu / more * 1e6 for kind, cpu in zip(Spent._fields, large - small, strict=True)}
    kinds = ", ".join(f"{kind} {us:.0f}" for kind, us in each.items())
    print(f"CPU us of one more event, of a day of {options.day:,}: {kinds};")
    print(f"all {sum(each.values()):.0f}; events/s a core {1e6 / sum(each.values()):,.0f}")


if __name__ == "__main__":
    main()
