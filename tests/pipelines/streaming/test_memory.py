"""What large blocks took in turn, in many threads, stays with the process for an arena or two."""

import platform
import subprocess
import sys

import pytest

from tests.pipelines.streaming.running import ROOT

THREADS = 8
"""As many arenas as glibc makes on one core."""
LARGE_MB = 12

PROGRAM = f"""
import os, sys, threading
from pathlib import Path
from pipelines.streaming.memory import bound_arenas

if sys.argv[1] == "set":
    bound_arenas()

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000

kept, turn = [], threading.Lock()
all_there, done = threading.Barrier({THREADS} + 1), threading.Barrier({THREADS} + 1)

def work():
    for _ in range(4):  # The first that is freed teaches glibc that blocks of this size are usual.
        with turn:
            large = bytearray(b"x") * ({LARGE_MB} * 1_000_000)
            kept.append(bytearray(2_000))
            del large
    all_there.wait()
    done.wait()

before = resident()
threads = [threading.Thread(target=work) for _ in range({THREADS})]
for thread in threads:
    thread.start()
all_there.wait()
print(resident() - before)
done.wait()
"""


def grown(how: str) -> int:
    """Give by how many MB a process grew whose threads had large blocks, and freed them."""
    line = [sys.executable, "-c", PROGRAM, how]
    return int(subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc keeps what was freed")
def test_what_large_blocks_took_does_not_stay_for_each_thread() -> None:
    assert grown("set") <= 2 * 2 * LARGE_MB + 2  # At the top of each of two arenas twice such a block, at most.
    assert grown("not set") > 6 * LARGE_MB  # Else there would be nothing to set.
