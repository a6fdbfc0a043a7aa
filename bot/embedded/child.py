"""One run of one program: on a leash, its output in a file that does not grow without end."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from bot.embedded import leash


class RotatingLog:
    """A file that moves to `.1`, `.2` ... when it reaches `max_bytes`; `keep` old ones stay."""

    def __init__(self, path: Path, *, max_bytes: int = 10_000_000, keep: int = 3) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._max_bytes = max_bytes
        self._keep = keep

    def write(self, data: bytes) -> None:
        """Append. On a full disk the data are dropped: a program must not stop for its log."""
        with contextlib.suppress(OSError):
            with self.path.open("ab") as file:
                file.write(data)
                size = file.tell()
            if size >= self._max_bytes:
                self._rotate()

    def _rotate(self) -> None:
        for number in range(self._keep, 0, -1):
            older = self._numbered(number)
            newer = self._numbered(number - 1) if number > 1 else self.path
            if newer.exists():
                newer.replace(older)

    def _numbered(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}")


class Child:
    """A started program. It dies with this process, and is the leader of its own process group."""

    def __init__(self, process: asyncio.subprocess.Process, log: RotatingLog) -> None:
        self._process = process
        self._tail = b""
        self._pump = asyncio.create_task(self._copy_output(log))

    @classmethod
    async def start(cls, command: Sequence[str], log: RotatingLog) -> Self:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", leash.__file__, str(os.getpid()), *command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            # Ctrl-C in the terminal must reach this process alone, which then stops all in order.
            start_new_session=True,
        )
        return cls(process, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def last_line(self) -> str:
        """The last thing that it wrote."""
        lines = self._tail.decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    async def wait(self) -> int:
        """The exit status, negative for a signal, after its output is in the log."""
        status = await self._process.wait()
        # Something that it started may still hold the pipe.
        await asyncio.wait([self._pump], timeout=0.5)
        self._pump.cancel()
        return status

    async def stop(self, within_s: float) -> None:
        """Ask it to stop; after `within_s` kill it, and all that it left behind in its group."""
        if self._process.returncode is not None:
            return  # its number may belong to somebody else by now
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(within_s):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.send_signal(number)

    async def _copy_output(self, log: RotatingLog) -> None:
        output = self._process.stdout
        assert output is not None
        while data := await output.read(1 << 16):
            log.write(data)
            self._tail = (self._tail + data)[-2_000:]
