"""A killed stream leaves no runner behind: with a program in Prism's place, and with the command and Prism themselves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.streaming.leash import leashed
from tests.pipelines.streaming.running import PATIENCE, ROOT, Stream
from tests.servers.prism import prism
from tests.servers.pubsub import Topic, pubsub_emulator, topic

__all__ = ["prism", "pubsub_emulator", "topic"]

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux to end a child")

PARENT = """
import subprocess, sys, time
from pipelines.streaming.leash import leashed
child = subprocess.Popen([leashed(sys.argv[1], sys.argv[2]), "600"])
print(child.pid, flush=True)
time.sleep(600)
"""
SLEEP = "/bin/sleep"


def _program(pid: int) -> str:
    """Give the program that a process runs; empty where it has ended."""
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return ""


def _wait(done: Callable[[], bool], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        time.sleep(0.05)
    return done()


def test_a_child_ends_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, SLEEP, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert _wait(lambda: _program(child) == os.path.realpath(SLEEP)), "the child did not become the program"
    finally:
        parent.kill()
        parent.wait()
    assert _wait(lambda: _program(child) == ""), "the child outlived its parent"


def test_a_child_whose_parent_is_already_gone_does_not_begin(tmp_path: Path) -> None:
    script = Path(leashed(SLEEP, str(tmp_path)))
    script.write_text(script.read_text().replace(f" {os.getpid()} ", " 1 "))
    assert subprocess.run([str(script), "600"], timeout=20, check=False).returncode == 0


def test_what_is_no_program_of_this_machine_is_left_to_beam(tmp_path: Path) -> None:
    for location in ("https://example.com/prism.zip", str(tmp_path / "none")):
        assert leashed(location, str(tmp_path)) == location


@pytest.mark.integration
def test_a_killed_stream_takes_prism_along(topic: Topic, prism: str, tmp_path: Path) -> None:
    with Stream(topic.subscription, tmp_path, prism=prism) as stream:
        found: list[int] = []

        def started() -> bool:
            found[:] = [pid for pid in _children(stream.process.pid) if _program(pid) == os.path.realpath(prism)]
            return bool(found)

        stream.wait_for(started, "Prism")
        stream.wait_for(lambda: "reading" in stream.log.read_text(), "the pipeline to run")
        os.kill(stream.process.pid, signal.SIGKILL)
        stream.process.wait(PATIENCE)
        (pid,) = found
        assert _wait(lambda: _program(pid) == ""), "Prism outlived the command"


def _children(parent: int) -> list[int]:
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
