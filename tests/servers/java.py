"""What the servers in Java share: their jars from Maven, free ports, and processes that end with the tests."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NoReturn

import pytest

CACHE = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "tokentrail" / "servers"
"""Where jars are kept from one run to the next."""

_POM = """<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>tokentrail.tests</groupId><artifactId>servers</artifactId><version>1</version>
<dependencies><dependency><groupId>{}</groupId><artifactId>{}</artifactId><version>{}</version></dependency></dependencies>
</project>
"""


def unavailable(reason: str) -> NoReturn:
    """Skip on a user's machine; fail where CI requires the servers."""
    if os.environ.get("TOKENTRAIL_REQUIRE_SERVERS"):
        pytest.fail(reason)
    pytest.skip(reason)


def need(program: str) -> str:
    """Give the path of a program."""
    found = shutil.which(program)
    if found is None:
        unavailable(f"needs {program} on the PATH")
    return found


def jars(coordinates: str) -> Path:
    """Give the folder with an artifact (group:artifact:version) and all that it depends on; from Maven the first time."""
    need("java")
    folder = CACHE / coordinates.replace(":", "-")
    if folder.is_dir():
        return folder
    maven = need("mvn")
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        (Path(work) / "pom.xml").write_text(_POM.format(*coordinates.split(":")))
        command = [maven, "-q", "-B", "-f", work, "dependency:copy-dependencies", "-DincludeScope=runtime"]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        if done.returncode:
            unavailable(f"Maven could not get {coordinates}: {done.stdout[-500:]}")
        publish(Path(work) / "target" / "dependency", folder)
    return folder


def publish(made: Path, at: Path) -> None:
    """Put a finished file or folder in its place, where another run may have been faster."""
    try:
        made.rename(at)
    except OSError:
        if not at.exists():
            raise


def free_port() -> int:
    """Give a port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until(done: Callable[[], bool], what: str, seconds: float, alive: Iterable[subprocess.Popen[bytes]] = ()) -> None:
    """Wait until something holds; fails after so many seconds, or when a process that it needs has ended."""
    end = time.monotonic() + seconds
    while not done():
        for process in alive:
            if process.poll() is not None:
                pytest.fail(f"waiting for {what}: process {process.pid} ended with {process.returncode}")
        if time.monotonic() > end:
            pytest.fail(f"waited {seconds} s for {what}")
        time.sleep(0.2)


def descendants(pid: int) -> list[tuple[int, str]]:
    """Give the processes that a process started, and those that these did: ids, each with its start (an id comes again)."""
    parents: dict[int, list[tuple[int, str]]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # It has ended meanwhile.
        parents.setdefault(int(fields[1]), []).append((int(stat.parent.name), fields[19]))
    found: list[tuple[int, str]] = []
    level = [pid]
    while level:
        children = [child for one in level for child in parents.get(one, [])]
        found += children
        level = [child for child, _ in children]
    return found


def reap(processes: Iterable[tuple[int, str]]) -> None:
    """Kill processes by id, where they are still the same ones."""
    for pid, start in processes:
        try:
            if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[19] == start:
                os.kill(pid, signal.SIGKILL)
        except (OSError, IndexError):
            continue  # It has ended by itself.


def stop(process: subprocess.Popen[bytes], *, at_once: bool = False) -> None:
    """End a process and all that it started; `at_once` as kill -9 does."""
    family = descendants(process.pid)
    if at_once:
        process.kill()
    else:
        process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(20)
    reap(family)
