"""Starts the programs of the product in order, keeps them up, and stops them in the opposite order."""

import asyncio
import contextlib
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import structlog

from bot.embedded.child import Child, RotatingLog
from bot.embedded.files import is_alive, try_lock, write_whole
from bot.errors import ServiceError

Ready = Callable[[int], Awaitable[bool]]
"""Told the process number; whether the service does its work already."""

_BROKEN_SETTINGS = 2
"""The exit status of a program that cannot work until somebody changes something."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A program to keep up. Without `ready` it counts as ready once it has run for half a second."""

    name: str
    command: tuple[str, ...]
    ready: Ready | None = None
    ready_within_s: float = 60.0
    stop_within_s: float = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """The pause before each restart; a run of `steady_after_s` makes it short again."""

    first_s: float = 0.2
    longest_s: float = 5.0
    steady_after_s: float = 10.0

    def after(self, pause_s: float, ran_s: float) -> float:
        if pause_s == 0 or ran_s >= self.steady_after_s:
            return self.first_s
        return min(self.longest_s, pause_s * 2)


@dataclass(kw_only=True, slots=True)
class _Kept:
    """A service and its present run."""

    service: Service
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    child: Child | None = None
    restarts: int = 0
    keeping: asyncio.Task[None] | None = None


class AlreadyRunning(ServiceError):
    """Another supervisor has this data folder."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"already running here as process {pid}", permanent=True)
        self.pid = pid


@contextmanager
def sole_supervisor(data_dir: Path) -> Iterator[None]:
    """Hold the data folder, until the end or death of this process. Raises AlreadyRunning."""
    lock = _lock(data_dir)
    try:
        yield
    finally:
        lock.close()


def read_service_pids(data_dir: Path) -> dict[str, int]:
    """The process numbers of the services that a supervisor of this folder keeps now, with its own."""
    try:
        pids: dict[str, int] = json.loads((data_dir / "run" / "services.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return {name: pid for name, pid in pids.items() if is_alive(pid)}


class Supervisor:
    """Keeps services up. Run it in the main thread, inside `sole_supervisor`."""

    def __init__(
        self,
        services: Sequence[Service],
        *,
        data_dir: Path,
        say: Callable[[str], None],
        backoff: Backoff = Backoff(),
        logger: structlog.typing.WrappedLogger | None = None,
    ) -> None:
        self._kept = [_Kept(service=service) for service in services]
        self._data_dir = data_dir
        self._say = say
        self._backoff = backoff
        self._log = logger if logger is not None else structlog.get_logger()
        self._stop = asyncio.Event()
        self._failure: ServiceError | None = None

    def request_stop(self) -> None:
        self._stop.set()

    async def run(self, foreground: Callable[[], Awaitable[int]] | None = None) -> int:
        """Start all, then run `foreground` to its end, or wait for SIGTERM or Ctrl-C; stop all.

        The exit status is the foreground's, or 0. Raises ServiceError when a service says at its first
        start that it cannot work (exit status 2).
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.request_stop)
        status = 0
        try:
            await self._start_all()
            if not self._stop.is_set():
                status = await self._until_stopped(foreground)
        finally:
            await self._stop_all()
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)
        if self._failure is not None:
            raise self._failure
        return status

    async def _start_all(self) -> None:
        for kept in self._kept:
            if self._stop.is_set():
                return
            started_at = time.monotonic()
            kept.keeping = asyncio.create_task(self._keep(kept))
            await self._first_of(kept.ready.wait(), within_s=kept.service.ready_within_s)
            took_s = time.monotonic() - started_at
            if kept.ready.is_set():
                self._say(f"{kept.service.name}: ready ({took_s:.1f} s)")
            elif not self._stop.is_set():
                self._say(f"{kept.service.name}: not ready after {took_s:.0f} s, see {self._log_path(kept)}")

    async def _until_stopped(self, foreground: Callable[[], Awaitable[int]] | None) -> int:
        if foreground is None:
            await self._stop.wait()
            return 0
        task = asyncio.ensure_future(foreground())
        await self._first_of(asyncio.wait([task]))
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            return 0
        return task.result()

    async def _first_of(self, awaitable: Awaitable[object], *, within_s: float | None = None) -> None:
        """Wait for the awaitable, the wish to stop, or the time limit."""
        tasks = {asyncio.ensure_future(awaitable), asyncio.ensure_future(self._stop.wait())}
        await asyncio.wait(tasks, timeout=within_s, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep(self, kept: _Kept) -> None:
        service = kept.service
        output = RotatingLog(self._log_path(kept))
        pause_s = 0.0
        while not self._stop.is_set():
            started_at = time.monotonic()
            kept.child = await Child.start(service.command, output)
            self._publish()
            self._log.info("service_started", service=service.name, pid=kept.child.pid)
            probe = asyncio.create_task(self._probe(kept, kept.child.pid))
            status = await kept.child.wait()
            last_line, kept.child = kept.child.last_line, None
            probe.cancel()
            if self._stop.is_set():
                return
            ran_s = time.monotonic() - started_at
            if status == _BROKEN_SETTINGS and kept.restarts == 0 and ran_s < service.ready_within_s:
                self._failure = ServiceError(
                    f"{service.name}: {last_line.removeprefix('dezhurny: ')}", permanent=True
                )
                self.request_stop()
                return
            pause_s = self._backoff.after(pause_s, ran_s)
            kept.restarts += 1
            self._log.warning(
                "service_died",
                service=service.name,
                status=status,
                ran_s=round(ran_s, 1),
                restart_in_s=pause_s,
            )
            self._say(f"{service.name}: ended ({_explain(status)}), starting it again")
            await self._first_of(asyncio.sleep(pause_s))

    async def _probe(self, kept: _Kept, pid: int) -> None:
        if kept.service.ready is None:
            await asyncio.sleep(0.5)
        else:
            while True:
                if await kept.service.ready(pid):
                    break
                await asyncio.sleep(0.1)
        kept.ready.set()
        self._log.info("service_ready", service=kept.service.name, pid=pid, restarts=kept.restarts)

    async def _stop_all(self) -> None:
        self._stop.set()
        for kept in reversed(self._kept):
            if kept.keeping is None:
                continue
            # Asked twice: a restart may have been under way at the first time.
            while not kept.keeping.done():
                if kept.child is not None:
                    await kept.child.stop(kept.service.stop_within_s)
                await asyncio.wait([kept.keeping], timeout=0.1)
            self._log.info("service_stopped", service=kept.service.name)
        (self._data_dir / "run" / "services.json").unlink(missing_ok=True)

    def _publish(self) -> None:
        pids = {kept.service.name: kept.child.pid for kept in self._kept if kept.child is not None}
        write_whole(self._data_dir / "run" / "services.json", json.dumps({"supervisor": os.getpid(), **pids}))

    def _log_path(self, kept: _Kept) -> Path:
        return self._data_dir / "log" / f"{kept.service.name}.log"


def _lock(data_dir: Path) -> TextIO:
    path = data_dir / "run" / "supervisor.lock"
    lock = try_lock(path)
    if lock is None:
        holder = path.read_text(encoding="utf-8").strip()
        raise AlreadyRunning(int(holder) if holder.isdigit() else 0)
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _explain(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-status).name
    return f"signal {-status}"
