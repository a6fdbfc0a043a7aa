"""The programs of a run: started by the Procfile's commands, started again whenever they die."""

import asyncio
import os
import shlex
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).parents[2]
RESTART_S = 0.2
STOP_WITHIN_S = 20.0
RESTARTED_WITHIN_S = 30.0


def procfile_command(name: str) -> list[str]:
    """The command of the Procfile's line of that name."""
    for line in (ROOT / "Procfile").read_text(encoding="utf-8").splitlines():
        process, _, command = line.partition(": ")
        if process == name:
            return shlex.split(command)
    raise LookupError(f"the Procfile has no {name}")


class Program:
    """One process that is kept up from `start` to `stop`, whoever kills it."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        *,
        on_line: Callable[[str], None] | None = None,
    ) -> None:
        """`on_line` gets what the process prints on standard output."""
        self.name = name
        self._command = command
        self._environment = dict(environment)
        self._log = log
        self._on_line = on_line
        self._process: asyncio.subprocess.Process | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._may_run = asyncio.Event()
        self._may_run.set()
        self._up = asyncio.Event()
        self._down = asyncio.Event()
        self._down.set()
        self.exits: list[int] = []
        """The exit status of each run that has ended."""

    @property
    def pid(self) -> int | None:
        """None while it is down."""
        process = self._process
        return process.pid if process is not None and process.returncode is None else None

    def start(self) -> None:
        self._keeping = asyncio.create_task(self._keep())

    def signal(self, number: signal.Signals) -> bool:
        """Send a signal. Returns whether there was a process to get it."""
        pid = self.pid
        if pid is None:
            return False
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return True

    def kill(self) -> bool:
        return self.signal(signal.SIGKILL)

    async def keep_down(self) -> None:
        """Kill it, and leave it so until `let_up`."""
        self._may_run.clear()
        self.kill()
        await self._down.wait()

    def let_up(self) -> None:
        self._may_run.set()

    async def restarted(self) -> None:
        """Return when another run than the present one is up. Begin to wait before the kill.

        Raises TimeoutError.
        """
        async with asyncio.timeout(RESTARTED_WITHIN_S):
            await self._down.wait()
            await self._up.wait()

    async def stop(self) -> None:
        if self._keeping is None:
            return
        self._may_run.clear()
        self.signal(signal.SIGCONT)
        self.signal(signal.SIGTERM)
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_WITHIN_S):
                await self._down.wait()
        self.kill()
        self._keeping.cancel()
        await asyncio.wait([self._keeping])

    async def _keep(self) -> None:
        while True:
            await self._may_run.wait()
            await self._run()
            await asyncio.sleep(RESTART_S)

    async def _run(self) -> None:
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if self._on_line else log,
                stderr=log,
            )
        self._down.clear()
        self._up.set()
        if not self._may_run.is_set():  # told to be down while it was being started
            self.kill()
        if self._on_line and self._process.stdout is not None:
            async for line in self._process.stdout:
                self._on_line(line.decode().strip())
        self.exits.append(await self._process.wait())
        self._up.clear()
        self._down.set()
