"""The leash that waits beside its command, as it does where the kernel cannot hold it."""

import signal
import subprocess
import sys

import psutil

SLEEPER = "import time; print('up', flush=True); time.sleep(60)"


def test_the_command_dies_when_the_parent_is_another_one() -> None:
    with holding(parent="-1") as process:
        assert process.wait(20) == 128 + signal.SIGKILL


def test_a_stop_signal_is_passed_on() -> None:
    with holding(parent="os.getppid()") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        [child] = psutil.Process(process.pid).children()
        process.terminate()
        assert process.wait(20) == 128 + signal.SIGTERM
        assert not child.is_running()


def holding(parent: str) -> "subprocess.Popen[str]":
    program = (
        "import os, sys; from bot.embedded import leash\n"
        f"sys.exit(leash.stay({parent}, [sys.executable, '-c', {SLEEPER!r}], every_s=0.02))"
    )
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
