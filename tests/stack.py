"""The product's real processes, started by the Procfile's own commands, against the fakes of the outer world.

They run in a folder that looks like the project's root but has no `.env`, so that a developer's has no say.
"""

import asyncio
import os
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from functools import partial
from pathlib import Path
from typing import IO, Self

from redis.asyncio import Redis
from redis.exceptions import RedisError

from bot.embedded.redis import EmbeddedRedis
from tests.consenting import agree, agree_lately
from tests.fakes.model import ScriptedModel
from tests.fakes.telegram import FakeTelegram

ROOT = Path(__file__).parents[1]
UNHURRIED = {
    "TELEGRAM_CHAT_INTERVAL_S": "0",
    "TURNS_PER_MINUTE": "100000",
    "BURST_WINDOW_S": "0",
    "ANSWER_CACHE_TTL_S": "0",
    "EMBEDDINGS": "false",
    "VOICE_ENABLED": "false",
}
"""Without the pauses that a test would have to wait for."""
_READY_WITHIN_S = 40.0
_CUSTOMERS = range(1, 200)


def procfile() -> dict[str, list[str]]:
    """Each process's command as the Procfile has it."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    return {name: shlex.split(command) for name, command in (line.split(": ", 1) for line in lines)}


def bare_environment() -> dict[str, str]:
    """Nothing of this project, only what every program finds."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def copy_of_the_root(folder: Path) -> Path:
    """A folder with links to everything that the processes need."""
    root = folder / "root"
    root.mkdir()
    for name in ("bot", "migrations", "tenants", "worker.py", "scheduler.py", "alembic.ini", "Procfile"):
        (root / name).symlink_to(ROOT / name)
    (root / ".venv").symlink_to(sys.prefix)
    return root


class Stack:
    """One machine's worth of the product. Open it with `Stack.open`; it ends whatever it has started."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.data_dir = folder / "var"
        self.root = copy_of_the_root(folder)
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.redis_server = EmbeddedRedis(self.data_dir)
        self.redis = Redis.from_url(self.redis_server.url, socket_timeout=None)
        self.settings = {"DATA_DIR": str(self.data_dir), "REDIS_URL": self.redis_server.url, **settings}
        self._logs = folder

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, **settings: str) -> AsyncIterator[Self]:
        stack = cls(folder, settings)
        await asyncio.to_thread(stack.redis_server.start)
        await asyncio.to_thread(stack._let_customers_agree)
        try:
            yield stack
        finally:
            await asyncio.to_thread(stack._end)
            await stack.redis.aclose()

    def _let_customers_agree(self) -> None:
        """The customers of these tests agreed to the terms long ago."""
        agree(f"sqlite:///{self.data_dir / 'dezhurny.db'}", _CUSTOMERS)
        agree_lately(self.redis_server.url, _CUSTOMERS)

    def _end(self) -> None:
        for name in list(self.processes):
            self.stop(name)
            print(f"--- {name}\n{self.log(name)[-4_000:]}")
        self.redis_server.stop()

    async def start(self, *names: str, **settings: str) -> None:
        """Start processes of the Procfile; returns when they are at work."""
        for name in names:
            with self._log_file(name).open("ab") as log:
                self.processes[name] = self.spawn(name, log, **settings)
        for name in names:
            await self.until(partial(self._is_ready, name), f"{name} is ready")

    async def start_another(self, name: str, known_as: str, **settings: str) -> None:
        """One more process of the same kind, with a log of its own."""
        with self._log_file(known_as).open("ab") as log:
            process = self.processes[known_as] = self.spawn(name, log, **settings)

        async def is_at_work() -> bool:
            return process.pid in await self._workers()

        await self.until(is_at_work, f"{known_as} is ready")

    def spawn(self, name: str, output: IO[bytes] | int, **settings: str) -> subprocess.Popen[bytes]:
        """A process of the Procfile whose end is the caller's business."""
        return self.run(procfile()[name], output, settings=settings)

    def run(
        self,
        command: list[str],
        output: IO[bytes] | int,
        *,
        settings: Mapping[str, str],
        stdin: int = subprocess.DEVNULL,
    ) -> subprocess.Popen[bytes]:
        """Any command line of the product in the project's folder."""
        return subprocess.Popen(
            command,
            cwd=self.root,
            env={**bare_environment(), **self.settings, **settings},
            stdin=stdin,
            stdout=output,
            stderr=subprocess.STDOUT,
        )

    async def refusal(self, name: str, **settings: str) -> tuple[int, str]:
        """The exit status and the words of a process that cannot start."""
        process = self.spawn(name, subprocess.PIPE, **settings)
        try:
            said, _ = await asyncio.to_thread(process.communicate, timeout=_READY_WITHIN_S)
        finally:
            process.kill()
        return process.returncode, said.decode()

    def stop(self, name: str, signal_number: int = signal.SIGTERM) -> int:
        """End a process and return its exit status; with SIGKILL it is not asked."""
        process = self.processes.pop(name)
        process.send_signal(signal_number)
        try:
            return process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait(5)

    def log(self, name: str) -> str:
        return self._log_file(name).read_text(errors="replace")

    def _log_file(self, name: str) -> Path:
        return self._logs / f"{name}.log"

    async def until(
        self, done: Callable[[], Awaitable[bool] | bool], what: str, within_s: float = _READY_WITHIN_S
    ) -> None:
        """Wait; in vain, it fails with the end of every log."""
        deadline = asyncio.get_running_loop().time() + within_s
        while True:
            answer = done()
            if answer if isinstance(answer, bool) else await answer:
                return
            if asyncio.get_running_loop().time() > deadline:
                logs = "\n".join(f"--- {name}\n{self.log(name)[-3_000:]}" for name in self.processes)
                raise AssertionError(f"it never came to: {what}\n{logs}")
            await asyncio.sleep(0.05)

    async def _is_ready(self, name: str) -> bool:
        process = self.processes[name]
        if process.poll() is not None:
            raise AssertionError(f"{name} ended with {process.returncode}:\n{self.log(name)}")
        if name in ("worker", "voice"):
            return process.pid in await self._workers()
        return name != "bot" or any(word in self.log("bot") for word in ("polling", "webhook_serving"))

    async def _workers(self) -> list[int]:
        try:
            keys = await self.redis.smembers("rq:workers")
            return [int(await self.redis.hget(key, "pid") or 0) for key in keys]
        except RedisError:
            return []

    async def models_that_answered(self) -> set[str]:
        """The models named in the SQLite store; "" is an answer that needed none."""
        with closing(sqlite3.connect(self.data_dir / "dezhurny.db", timeout=10)) as store:
            return {model for (model,) in store.execute("SELECT DISTINCT model FROM turns")}

    async def logged_turns(self) -> list[tuple[str, str, str]]:
        """Chat, question and outcome of every turn in the SQLite store, oldest first."""
        return await asyncio.to_thread(self._logged_turns)

    def _logged_turns(self) -> list[tuple[str, str, str]]:
        with closing(sqlite3.connect(self.data_dir / "dezhurny.db", timeout=10)) as store:
            rows: list[tuple[str, str, str]] = store.execute(
                "SELECT chat_key, question, outcome FROM turns ORDER BY id"
            ).fetchall()
            return rows


def telegram_and_model(telegram: FakeTelegram, model: ScriptedModel) -> dict[str, str]:
    """The settings that aim the product at the fakes."""
    return {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_BASE_URL": telegram.base_url,
        "LLM_PROVIDER": "openai",
        "OPENAI_BASE_URL": model.openai_url,
        "OPENAI_API_KEY": "key",
    }
