"""Run a command that dies when its parent does: ``python leash.py PARENT_PID COMMAND...``.

A killed supervisor cannot stop its children, and one of them holds 2 GB. On Linux the kernel kills the
command and this program has become the command; elsewhere this program stays between the two and watches.
Run as a file, so it imports nothing of the project.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time

_PR_SET_PDEATHSIG = 1


def become(parent_pid: int, command: list[str]) -> None:
    """Replace this process by the command. Does not return."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)  # it died before the kernel had been told
    os.execvp(command[0], command)


def stay(parent_pid: int, command: list[str], *, every_s: float = 0.5) -> int:
    """Run the command as a child, pass stop signals on, and kill it when the parent is gone."""
    child = subprocess.Popen(command)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _frame: child.send_signal(received))
    while (status := child.poll()) is None:
        if os.getppid() != parent_pid:
            child.kill()
        time.sleep(every_s)
    return status if status >= 0 else 128 - status


def main() -> int:
    parent_pid, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        become(parent_pid, command)
    return stay(parent_pid, command)


if __name__ == "__main__":
    sys.exit(main())
