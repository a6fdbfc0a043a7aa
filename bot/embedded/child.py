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

    def __init__(self, process: asyncio.subprocess.Process, output: int, log: RotatingLog) -> None:
        self._process = process
        self._output = output
        self._output_ended = asyncio.Event()
        self._log = log
        self._tail = b""
        asyncio.get_running_loop().add_reader(output, self._copy_output)

    @classmethod
    async def start(cls, command: Sequence[str], log: RotatingLog) -> Self:
        # A pipe of our own: with asyncio's, the program would not count as ended while something that it
        # started still holds it.
        output, its_end = os.pipe()
        os.set_blocking(output, False)
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", leash.__file__, str(os.getpid()), *command),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=its_end,
                stderr=its_end,
                # Ctrl-C in the terminal must reach this process alone, which then stops all in order.
                start_new_session=True,
            )
        except BaseException:
            os.close(output)
            raise
        finally:
            os.close(its_end)
        return cls(process, output, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def last_line(self) -> str:
        """The last thing that it wrote."""
        lines = self._tail.decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "")

    async def wait(self) -> int:
        """The exit status, negative for a signal, after its output is in the log. Call it once."""
        status = await self._process.wait()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                await self._output_ended.wait()
        asyncio.get_running_loop().remove_reader(self._output)
        os.close(self._output)
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

    def _copy_output(self) -> None:
        data = os.read(self._output, 1 << 16)
        if not data:
            asyncio.get_running_loop().remove_reader(self._output)
            self._output_ended.set()
            return
        self._log.write(data)
        self._tail = (self._tail + data)[-2_000:]
