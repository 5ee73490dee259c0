"""Start a program on a leash: it gets a signal from the kernel the moment its parent is gone.

Run as a script, `leash.py PARENT SIGNAL PROGRAM ARGUMENT...`, it becomes the program itself, so
the process id stays. Linux only; elsewhere the program starts without a leash.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1
"""The kernel's number for "signal me when my parent ends", from linux/prctl.h."""


def leashed(command: Sequence[str], last_signal: signal.Signals = signal.SIGKILL) -> list[str]:
    """Return the command line that runs `command` until the calling thread's process ends.

    The kernel watches the thread that starts the program: start it from one that lives long.
    """
    return [
        *(sys.executable, "-I", "-S", __file__),
        *(str(os.getpid()), str(int(last_signal))),
        *command,
    ]


def _become(parent: int, last_signal: int, command: list[str]) -> None:
    """Fasten the leash, make sure that the parent is still there, and become the program."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, last_signal)
    if os.getppid() != parent:
        sys.exit("the parent ended before its child could start")
    os.execvp(command[0], command)  # noqa: S606  (no shell is wanted)


if __name__ == "__main__":
    _become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
