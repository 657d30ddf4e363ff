"""What large blocks took is given back to the system when they are freed, in every thread."""

import platform
import subprocess
import sys

import pytest

from tests.pipelines.streaming.running import ROOT

THREADS = 6
LARGE_MB = 12

PROGRAM = f"""
import os, sys, threading
from pathlib import Path
from pipelines.streaming.memory import give_back_large_blocks

if sys.argv[1] == "set":
    give_back_large_blocks()

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") // 1_000_000

kept, all_there, done = [], threading.Barrier({THREADS} + 1), threading.Barrier({THREADS} + 1)

def work():
    for _ in range(4):  # The first that is freed teaches glibc that blocks of this size are usual.
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
def test_large_blocks_are_given_back() -> None:
    assert grown("set") < LARGE_MB
    assert grown("not set") > 2 * LARGE_MB  # Else there would be nothing to set.
