"""Work that uses a whole core, or may hang in a library, in a process that can be killed."""

import asyncio
import contextlib
import os
import pickle
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from bot.errors import AudioError, AudioFault, SpeechError
from bot.voice.child import HEADER_BYTES, framed

Report = Callable[[Any], None]
_ENDS_WITHIN_S: Final = 2.0


class OwnProcess:
    """A child that does one thing at a time, started by the first call and again after it was killed.

    `build` is called once in the child; what it returns is called with a report and the arguments of `call`.
    It is pickled, and so are arguments, results and errors.
    """

    def __init__(
        self, build: Callable[[], Callable[..., Any]], *, name: str, starts_within_s: float = 120.0
    ) -> None:
        self._build = build
        self._name = name
        self._starts_within_s = starts_within_s
        self._child: asyncio.subprocess.Process | None = None
        self._in_turn = asyncio.Lock()

    @property
    def pid(self) -> int | None:
        return None if self._child is None else self._child.pid

    async def start(self) -> float:
        """Have the child ready; the seconds that took. Raises SpeechError, or what `build` raised."""
        async with self._in_turn:
            return await self._start()

    async def call(self, *arguments: Any, within_s: float, on_report: Report | None = None) -> Any:
        """What the child's function returns, or raises. It is killed when that takes longer than `within_s`,
        and when the call is cancelled.

        Raises AudioError with TOO_SLOW for the former, SpeechError when the child dies.
        """
        async with self._in_turn:
            await self._start()
            return await self._exchange(arguments, within_s, on_report)

    async def close(self) -> None:
        """End the child. The next call starts another one."""
        child, self._child = self._child, None
        if child is None:
            return
        assert child.stdin is not None
        child.stdin.close()
        try:
            async with asyncio.timeout(_ENDS_WITHIN_S):
                await child.wait()
        except TimeoutError:
            await _kill(child)
        _forget(child)

    async def _start(self) -> float:
        if self._child is not None and self._child.returncode is None:
            return 0.0
        began = time.monotonic()
        self._child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.voice.child"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,  # Ctrl-C in the terminal is the parent's
        )
        try:
            await self._exchange(self._build, self._starts_within_s, None)
        except BaseException:
            await self.close()
            raise
        return time.monotonic() - began

    async def _exchange(self, message: object, within_s: float, on_report: Report | None) -> Any:
        child = self._child
        assert child is not None
        try:
            async with asyncio.timeout(within_s):
                return await _answer(child, message, on_report)
        except TimeoutError:
            await self._put_down()
            raise AudioError(AudioFault.TOO_SLOW, f"{self._name} took more than {within_s:g} s") from None
        except (EOFError, ConnectionError) as error:
            await self._put_down()
            raise SpeechError(f"{self._name} has ended in the middle of its work") from error
        except asyncio.CancelledError:
            await self._put_down()
            raise

    async def _put_down(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            await _kill(child)
            _forget(child)


async def _answer(child: asyncio.subprocess.Process, message: object, on_report: Report | None) -> Any:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(framed(message))
    await child.stdin.drain()
    while True:
        header = await child.stdout.readexactly(HEADER_BYTES)
        kind, value = pickle.loads(await child.stdout.readexactly(int.from_bytes(header, "big")))
        if kind == "failed":
            raise value
        if kind == "done":
            return value
        if on_report is not None:
            on_report(value)


async def _kill(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        child.kill()
    await child.wait()


def _forget(child: asyncio.subprocess.Process) -> None:
    """Close its pipes now: asyncio would leave them to the collector of garbage."""
    child._transport.close()  # type: ignore[attr-defined]
