"""What a tree of processes uses, as Linux tells it under /proc: for runs that are more than one process."""

import os
import threading
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_LOOK_SECONDS = 0.5


class Used(NamedTuple):
    """Seconds of CPU (user and system) so far, and resident bytes now."""

    cpu: float
    memory: int


def below(pid: int) -> Used:
    """Give what all processes below one used, those that ended and were waited for too; not the process itself."""
    children: dict[int, list[int]] = defaultdict(list)
    fields: dict[int, list[str]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        found = _stat(int(entry.name))
        if found:
            fields[int(entry.name)] = found
            children[int(found[1])].append(int(entry.name))
    ended = sum(map(int, fields[pid][13:15]))
    cpu, memory, waiting = ended, 0, list(children[pid])
    while waiting:
        one = waiting.pop()
        cpu += sum(map(int, fields[one][11:15]))
        memory += int(fields[one][21])
        waiting += children[one]
    return Used(cpu / _TICK, memory * _PAGE)


def itself(pid: int) -> float:
    """Give the seconds of CPU of one process alone. Raises OSError where it is gone."""
    return sum(map(int, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13])) / _TICK


def _stat(pid: int) -> list[str]:
    """Give the fields of /proc/PID/stat behind the name (man 5 proc), from the state on; none where it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


class Peak:
    """The most resident bytes that the processes below this one had together while a block ran, as often as looked."""

    def __enter__(self) -> "Peak":
        """Begin to look."""
        self.memory = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *unused_error: object) -> None:
        """End it."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(_LOOK_SECONDS):
            self.memory = max(self.memory, below(os.getpid()).memory)
