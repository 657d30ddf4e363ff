"""A real Flink cluster, a JobManager and TaskManagers as processes, from the PyPI distribution in `.venv-flink`."""

import json
import os
import re
import subprocess
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError

import yaml

from tests.servers.java import descendants, free_port, jars, need, reap, stop, unavailable, until

ROOT = Path(__file__).resolve().parents[2]
CONNECTOR = "org.apache.flink:flink-sql-connector-kafka:5.0.0-2.2"

SLOTS = 2

_SETTINGS = {
    "jobmanager.rpc.address": "127.0.0.1",
    "jobmanager.bind-host": "127.0.0.1",
    "jobmanager.memory.process.size": "700m",
    "jobmanager.execution.failover-strategy": "region",
    "taskmanager.host": "127.0.0.1",
    "taskmanager.bind-host": "127.0.0.1",
    "taskmanager.memory.process.size": "1300m",
    "taskmanager.memory.jvm-metaspace.size": "200m",
    "taskmanager.numberOfTaskSlots": SLOTS,
    "parallelism.default": SLOTS,
    "rest.address": "127.0.0.1",
    "rest.bind-address": "127.0.0.1",
    "heartbeat.interval": "2 s",
    "heartbeat.timeout": "12 s",
    "restart-strategy.type": "fixed-delay",
    "restart-strategy.fixed-delay.attempts": 100,
    "restart-strategy.fixed-delay.delay": "1 s",
    "python.execution-mode": "thread",
    "classloader.parent-first-patterns.additional": "pemja.",
    "execution.checkpointing.interval": "2 s",
    "execution.checkpointing.timeout": "2 min",
}


def environment() -> Path:
    """Give the other environment of the one lock file, made or brought up to date (docs/adr/0001)."""
    need("java")
    venv = ROOT / ".venv-flink"
    command = [need("uv"), "sync", "--quiet", "--no-group", "beam", "--extra", "flink"]
    variables = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(venv)}
    done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=600)
    if done.returncode:
        unavailable(f"uv could not make .venv-flink: {done.stderr[-500:]}")
    return venv


def connector() -> Path:
    """Give the jar of Flink's Kafka connector."""
    return next(jars(CONNECTOR).glob("flink-sql-connector-kafka-*.jar"))


class Cluster:
    """A running cluster: what a user does with it, by Flink's own command line and REST interface."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.venv = environment()
        (self.home,) = self.venv.glob("lib/python*/site-packages/pyflink")
        self.port = free_port()
        self._variables = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("FLINK_", "VIRTUAL_ENV"))},
            "PATH": f"{self.venv}/bin:{os.environ['PATH']}",
            "FLINK_CONF_DIR": str(folder / "conf"),
            "FLINK_LIB_DIR": str(folder / "lib"),
            "FLINK_LOG_DIR": str(folder / "log"),
            "FLINK_PID_DIR": str(folder),
        }
        self._processes: list[subprocess.Popen[bytes]] = []
        self.job_manager: subprocess.Popen[bytes] | None = None
        self.manager: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the JobManager and a TaskManager."""
        (self.folder / "conf").mkdir()
        (self.folder / "log").mkdir()
        (self.folder / "lib").mkdir()
        # One JVM loads pemja's library once: what loads it must not be a job's own (docs/flink.md).
        for jar in (*self.home.glob("lib/*.jar"), *self.home.glob("opt/flink-python-*.jar")):
            (self.folder / "lib" / jar.name).symlink_to(jar)
        for given in (self.home / "conf").glob("*.properties"):
            (self.folder / "conf" / given.name).write_bytes(given.read_bytes())
        shipped = yaml.safe_load((self.home / "conf" / "config.yaml").read_text())
        settings = {
            **_SETTINGS,
            "env.java.opts.all": shipped["env"]["java"]["opts"]["all"],
            "jobmanager.rpc.port": free_port(),
            "rest.port": self.port,
            "rest.bind-port": self.port,
            "python.executable": f"{self.venv}/bin/python",
            "python.client.executable": f"{self.venv}/bin/python",
            "io.tmp.dirs": str(self.folder / "tmp"),
            "execution.checkpointing.dir": (self.folder / "checkpoints").as_uri(),
            "execution.checkpointing.savepoint-dir": (self.folder / "savepoints").as_uri(),
        }
        (self.folder / "conf" / "config.yaml").write_text(yaml.safe_dump(settings))
        (self.folder / "tmp").mkdir()
        self.job_manager = self._run("jobmanager.sh")
        until(self._answers, "the JobManager", 120, [self.job_manager])
        self.start_task_manager()

    def start_task_manager(self) -> None:
        """Start a TaskManager, and wait until the JobManager knows it."""
        self.manager = self._run("taskmanager.sh")
        until(lambda: self.get("/overview")["slots-total"] == SLOTS, "the TaskManager", 120, [self.manager])

    def kill_task_manager(self) -> None:
        """`kill -9` the TaskManager. Python workers of its own, which it leaves behind, are reaped by their ids."""
        assert self.manager is not None
        workers = descendants(self.manager.pid)
        stop(self.manager, at_once=True)
        reap(workers)

    def submit(
        self, arguments: Sequence[str], options: Mapping[str, str] | None = None, restore: Sequence[str] = ()
    ) -> str:
        """Submit the job as a user does; gives its id. `options` are settings of this job."""
        settings = [f"-D{name}={value}" for name, value in (options or {}).items()]
        job = ["-j", str(connector()), "-pym", "pipelines.flink_job", *arguments]
        command = [str(self.home / "bin" / "flink"), "run", "-d", *restore, *settings, *job]
        done = subprocess.run(
            command, env=self._variables, cwd=self.folder, capture_output=True, text=True, timeout=300
        )
        found = re.search(r"JobID ([0-9a-f]{32})", done.stdout)
        assert found, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
        return found[1]

    def state(self, job: str) -> str:
        """Give a job's state: RUNNING when all its tasks are."""
        told = self.get(f"/jobs/{job}")
        running = all(vertex["status"] in ("RUNNING", "FINISHED") for vertex in told["vertices"])
        return str(told["state"]) if told["state"] != "RUNNING" or running else "STARTING"

    def wait(self, job: str, state: str, seconds: float = 240) -> None:
        """Wait until a job has a state; fails with the cause where the job fails first."""

        def reached() -> bool:
            now = self.state(job)
            assert now != "FAILED" or state == "FAILED", self.get(f"/jobs/{job}/exceptions")["root-exception"][-4000:]
            return now == state

        until(reached, f"job {job} to be {state}", seconds)

    def checkpoints(self, job: str) -> int:
        """Give how many checkpoints of a job are complete."""
        return int(self.get(f"/jobs/{job}/checkpoints")["counts"]["completed"])

    def read(self, job: str, source: str) -> int:
        """Give how many records a source has read since it was last started."""
        vertices = [vertex for vertex in self.get(f"/jobs/{job}")["vertices"] if source in vertex["name"]]
        return sum(int(self._metric(job, vertex["id"], "numRecordsIn")) for vertex in vertices)

    def _metric(self, job: str, vertex: str, name: str) -> float:
        found = self.get(f"/jobs/{job}/vertices/{vertex}/subtasks/metrics?get={name}")
        return float(found[0]["sum"]) if found else 0.0

    def stop_with_savepoint(self, job: str) -> str:
        """Stop a job; gives the path of its savepoint."""
        trigger = self.post(f"/jobs/{job}/stop", {"drain": False})["request-id"]
        told: dict[str, Any] = {}

        def done() -> bool:
            told.update(self.get(f"/jobs/{job}/savepoints/{trigger}"))
            return bool(told["status"]["id"] == "COMPLETED")

        until(done, "the savepoint", 180)
        assert "location" in told["operation"], told
        self.wait(job, "FINISHED")
        return str(told["operation"]["location"])

    def cancel(self, job: str) -> None:
        """Cancel a job that would go on for ever."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/jobs/{job}", method="PATCH")
        urllib.request.urlopen(request, timeout=30).close()
        self.wait(job, "CANCELED")

    def get(self, path: str) -> Any:
        """Ask the JobManager."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            return json.load(answer)

    def post(self, path: str, body: object) -> Any:
        """Tell the JobManager."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def close(self) -> None:
        """End all processes, the newest first."""
        for process in reversed(self._processes):
            if process.poll() is None:
                stop(process)

    def _run(self, script: str) -> subprocess.Popen[bytes]:
        with (self.folder / "log" / f"{script}-{len(self._processes)}.out").open("wb") as out:
            process = subprocess.Popen(
                [str(self.home / "bin" / script), "start-foreground"],
                env=self._variables,
                cwd=self.folder,
                stdout=out,
                stderr=out,
            )
        self._processes.append(process)
        return process

    def _answers(self) -> bool:
        try:
            return bool(self.get("/overview"))
        except (URLError, ConnectionError, TimeoutError):
            return False


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Run a cluster whose files are in a folder; it ends with the block."""
    made = Cluster(folder)
    try:
        made.start()
        yield made
    finally:
        made.close()
