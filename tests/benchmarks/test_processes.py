"""What a tree of processes uses, of real processes."""

import os
import subprocess
import sys
import time

from benchmarks.processes import Peak, below

_BUSY = "import time\nheld = bytearray(64_000_000)\nwhile time.process_time() < 0.4: pass\n"
_IN_A_SHELL = ["sh", "-c", f"{sys.executable} -c '{_BUSY}'; sleep 0.7"]


def test_the_cpu_of_a_child_s_child_counts_and_stays_when_both_are_gone() -> None:
    before = below(os.getpid()).cpu
    process = subprocess.Popen(_IN_A_SHELL)
    process.wait(60)
    assert below(os.getpid()).cpu - before >= 0.35


def test_a_process_s_own_cpu_is_none_of_those_below() -> None:
    before = below(os.getpid()).cpu
    end = time.process_time() + 0.2
    while time.process_time() < end:
        pass
    assert below(os.getpid()).cpu - before < 0.1


def test_the_peak_is_of_all_that_ran_together() -> None:
    with Peak() as peak:
        processes = [subprocess.Popen([sys.executable, "-c", f"{_BUSY}time.sleep(1.2)"]) for _ in range(2)]
        for process in processes:
            process.wait(60)
    assert peak.memory > 128_000_000
