"""Keeps the local runner from outliving its stream: a killed command takes the Prism that it started along.

Beam starts Prism as a plain child, and a child whose parent was killed goes on, with its ports and memory. On Linux a
process can ask the kernel to be ended with its parent (prctl(2), PR_SET_PDEATHSIG), and what it then becomes by exec
is ended too. So Beam is given a script that runs this module, which asks and becomes Prism. Other systems have no such
request: there Prism is started as it is.
"""

import ctypes
import os
import shlex
import signal
import sys
from pathlib import Path
from zipfile import is_zipfile

_PR_SET_PDEATHSIG = 1
"""linux/prctl.h."""


def leashed(prism: str, folder: str) -> str:
    """Give what to start in Prism's place, written into a folder: it becomes Prism, and ends with this process.

    The kernel watches the thread that starts it: that thread must last as long as the run. Gives Prism itself where
    the system can't do this, or where `prism` is no program of this machine.
    """
    if sys.platform != "linux" or not os.access(prism, os.X_OK) or is_zipfile(prism):
        return prism
    script = Path(folder) / "prism"
    command = shlex.join([sys.executable, "-I", str(Path(__file__).resolve()), str(os.getpid()), prism])
    script.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
    script.chmod(0o700)
    return str(script)


def become(parent: int, command: list[str]) -> None:
    """Become a command that is killed when the parent ends. Raises OSError where the command can't be run."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() == parent:  # Else it ended before it was asked for.
        os.execv(command[0], command)  # noqa: S606 - that is what it is for


if __name__ == "__main__":
    become(int(sys.argv[1]), sys.argv[2:])
