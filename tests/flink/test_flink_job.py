"""The PyFlink job on a real cluster: what `scan` finds, undisturbed and through kill -9, savepoint and restore."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.flink.day import PARTITIONS, Day, Told, read, ticks
from tests.servers.flink import Cluster
from tests.servers.java import until
from tests.servers.kafka import Broker

pytestmark = pytest.mark.integration

MINUTE = 60_000_000
DAY = 24 * 60 * MINUTE


class Run:
    """One job over topics of its own; it writes to topics, or to a folder."""

    def __init__(
        self, name: str, cluster: Cluster, broker: Broker, backend: str, mode: str, folder: Path | None
    ) -> None:
        self.cluster = cluster
        self.broker = broker
        self._topics = [f"{name}-{kind}" for kind in ("logs", "findings", "dead-letters")]
        self.logs, self._findings, self._dead_letters = self._topics
        self._folder = folder
        self._name = name
        self._options = {"state.backend.type": backend, "python.execution-mode": mode}
        self.job = ""
        for topic in self._topics:
            broker.create(topic, PARTITIONS)

    def start(self, savepoint: str | None = None) -> None:
        """Submit the job, from a savepoint where one is given."""
        restore = ["--fromSavepoint", savepoint] if savepoint else []
        to = ["--findings-topic", self._findings, "--dead-letters-topic", self._dead_letters]
        if self._folder is not None:
            to = ["--output", self._folder.as_uri()]
        names = ["--group", self._name, "--transaction-prefix", self._name, "--name", self._name]
        kafka = ["--brokers", self.broker.address, "--topics", self.logs, "--idleness", "5s"]
        self.job = self.cluster.submit([*kafka, *to, *names], self._options, restore)
        self.cluster.wait(self.job, "RUNNING")

    def consumed(self) -> None:
        """Wait until a checkpoint holds all that was sent."""
        until(lambda: self.broker.lag(self.logs, self._name) == 0, "all messages to be read", 240)

    def told(self) -> Told:
        """Give what is committed."""
        if self._folder is not None:
            found = {
                kind: sorted(self._folder.glob(f"{kind}/*/{kind}-*.jsonl")) for kind in ("findings", "dead_letters")
            }
            return read(found["findings"], found["dead_letters"])
        topics = (self._findings, self._dead_letters)
        return Told(*([json.loads(value) for _, value in self.broker.committed(topic)] for topic in topics))

    def until(self, holds: Callable[[Told], bool], what: str) -> None:
        """Wait until what is committed is so."""
        until(lambda: holds(self.told()), what, 240)

    def check(self, day: Day) -> None:
        """Wait for what `scan` found; nothing is said twice, and after two more checkpoints there is nothing else."""
        self.until(lambda told: told.standing() == day.findings, "the findings of scan")
        seen = self.cluster.checkpoints(self.job)
        until(lambda: self.cluster.checkpoints(self.job) > seen + 1, "two more checkpoints", 120)
        told = self.told()
        told.check_once()
        assert told.standing() == day.findings
        letters = [(letter["raw"], letter["step"], letter["error"]) for letter in told.dead_letters]
        assert letters == [(letter["raw"], letter["step"], letter["error"]) for letter in day.dead_letters]
        assert letters


@contextmanager
def running(
    name: str, cluster: Cluster, broker: Broker, backend: str, mode: str, folder: Path | None = None
) -> Iterator[Run]:
    """Give a run, whose job is cancelled at the end."""
    run = Run(name, cluster, broker, backend, mode, folder)
    try:
        run.start()
        yield run
    finally:
        if run.job and cluster.state(run.job) in ("RUNNING", "RESTARTING", "STARTING", "CREATED"):
            cluster.cancel(run.job)


def test_kafka_gives_what_scan_gives(cluster: Cluster, broker: Broker, day: Day) -> None:
    with running("undisturbed", cluster, broker, "hashmap", "thread") as run:
        broker.send(run.logs, day.between(0, 2**63))
        broker.send(run.logs, ticks(day.messages[-1].timestamp * 1_000 + DAY))
        run.check(day)
        keys = {key.decode() for key, _ in broker.committed("undisturbed-findings")}
        assert keys == set(day.findings) | {finding["finding_id"] for finding in run.told().findings}


@pytest.mark.parametrize(("backend", "mode"), [("hashmap", "process"), ("rocksdb", "thread")])
def test_a_killed_and_a_restored_job_give_what_scan_gives(
    backend: str, mode: str, cluster: Cluster, broker: Broker, day: Day, folder: Path
) -> None:
    """`kill -9` of the TaskManager while messages come, then a stop with a savepoint in the middle of a theft.

    What was held at the stop is stepped by timers that fire after the restore, while nothing new comes to its key.
    On RocksDB the job writes files, on the hashmap topics: exactly once is held of both. Python runs in the TaskManager,
    as deploy/flink/ has it, and in processes of its own, as Flink does unless told otherwise.
    """
    end = day.theft["last_event_time"]
    some, more = end - 300 * MINUTE, end - 150 * MINUTE
    with running(backend, cluster, broker, backend, mode, folder if backend == "rocksdb" else None) as run:
        broker.send(run.logs, day.between(0, some))
        run.consumed()
        seen = cluster.checkpoints(run.job)
        until(lambda: cluster.checkpoints(run.job) > seen, "a checkpoint", 120)
        broker.send(run.logs, day.between(some, more))
        cluster.kill_task_manager()
        until(lambda: cluster.state(run.job) != "RUNNING", "the job to notice", 60)
        broker.send(run.logs, day.between(more, end))
        cluster.start_task_manager()
        cluster.wait(run.job, "RUNNING")
        run.consumed()

        savepoint = cluster.stop_with_savepoint(run.job)
        before = run.told()
        before.check_once()
        assert is_open(before, day)

        run.start(savepoint)
        broker.send(run.logs, ticks(end + 10 * MINUTE))
        run.until(lambda told: not is_open(told, day), "the timers of what was held")
        broker.send(run.logs, day.between(end, 2**63))
        broker.send(run.logs, ticks(day.messages[-1].timestamp * 1_000 + DAY))
        run.check(day)


def is_open(told: Told, day: Day) -> bool:
    """Whether the theft's last events are still held."""
    found = told.standing().get(day.theft["finding_id"])
    return found is None or found["last_event_time"] < day.theft["last_event_time"]
