"""Beam's job server for Flink, built from deploy/flink/job-server, and a Flink 1.19 cluster of the classes in it."""

import json
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import yaml

from tests.servers.java import CACHE, free_port, need, publish, stop, unavailable, until

ROOT = Path(__file__).resolve().parents[2]
_POM = ROOT / "deploy" / "flink" / "job-server" / "pom.xml"
_NAME = "beam-flink-job-server.jar"

_PACKAGES = "lang net io nio lang.reflect text time util util.concurrent util.concurrent.atomic util.concurrent.locks"
_OPENED = [f"--add-opens=java.base/java.{package}=ALL-UNNAMED" for package in _PACKAGES.split()]
_OPENED.append("--add-opens=java.base/sun.nio.ch=ALL-UNNAMED")
"""What Flink asks of Java 17 (its own shipped configuration)."""


def jar() -> Path:
    """Give the job server's jar; Maven builds it the first time."""
    need("java")
    version = _POM.read_text().partition("<beam.version>")[2].partition("<")[0]
    made = CACHE / f"job-server-{version}.jar"
    if not made.exists():
        maven = need("mvn")
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as work:
            (Path(work) / "pom.xml").write_text(_POM.read_text())
            command = [maven, "-q", "-B", "-f", work, "package"]
            done = subprocess.run(command, capture_output=True, text=True, timeout=600)
            if done.returncode:
                unavailable(f"Maven could not build the job server: {done.stdout[-500:]}")
            publish(Path(work) / "target" / _NAME, made)
    return made


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """Run a JobManager and a TaskManager whose files are in a folder; gives the address for --flink_master."""
    port = free_port()
    settings = {
        "jobmanager.rpc.address": "127.0.0.1",
        "jobmanager.rpc.port": free_port(),
        "jobmanager.bind-host": "127.0.0.1",
        "taskmanager.host": "127.0.0.1",
        "taskmanager.bind-host": "127.0.0.1",
        "taskmanager.numberOfTaskSlots": 1,
        "rest.address": "127.0.0.1",
        "rest.bind-address": "127.0.0.1",
        "rest.port": port,
        "rest.bind-port": port,
        "io.tmp.dirs": str(folder / "tmp"),
    }
    (folder / "tmp").mkdir()
    (folder / "flink-conf.yaml").write_text(yaml.safe_dump(settings))
    # A TaskManager's memory must be named in full where no start script works it out.
    memory = {
        "taskmanager.cpu.cores": "1.0",
        "taskmanager.memory.task.heap.size": "384m",
        "taskmanager.memory.task.off-heap.size": "64m",
        "taskmanager.memory.network.min": "128m",
        "taskmanager.memory.network.max": "128m",
        "taskmanager.memory.managed.size": "128m",
        "taskmanager.memory.framework.heap.size": "64m",
        "taskmanager.memory.framework.off-heap.size": "64m",
        "taskmanager.memory.jvm-metaspace.size": "200m",
        "taskmanager.memory.jvm-overhead.min": "64m",
        "taskmanager.memory.jvm-overhead.max": "64m",
    }
    dynamic = [part for name, value in memory.items() for part in ("-D", f"{name}={value}")]
    package = "org.apache.flink.runtime"
    address = f"127.0.0.1:{port}"
    processes = []
    try:
        manager = _java(folder, "300m", f"{package}.entrypoint.StandaloneSessionClusterEntrypoint", [])
        processes.append(manager)
        until(lambda: _slots(address) is not None, "the JobManager", 120, [manager])
        worker = _java(folder, "512m", f"{package}.taskexecutor.TaskManagerRunner", dynamic)
        processes.append(worker)
        until(lambda: _slots(address) == 1, "the TaskManager", 120, [manager, worker])
        yield address
    finally:
        for process in reversed(processes):
            stop(process)


def _java(folder: Path, heap: str, main: str, arguments: list[str]) -> subprocess.Popen[bytes]:
    command = [need("java"), f"-Xmx{heap}", *_OPENED, "-cp", str(jar()), main, "--configDir", str(folder), *arguments]
    with (folder / f"{main.rpartition('.')[2]}.log").open("wb") as log:
        return subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)


def _slots(address: str) -> int | None:
    try:
        with urllib.request.urlopen(f"http://{address}/overview", timeout=10) as answer:
            return int(json.load(answer)["slots-total"])
    except (URLError, ConnectionError, TimeoutError):
        return None
