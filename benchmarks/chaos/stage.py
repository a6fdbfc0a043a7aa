"""A stage: the product's real processes between a fake Telegram, a model server and its spare."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis

from benchmarks.chaos.marks import Conversations, Counts, marks_in
from benchmarks.chaos.programs import Program
from tests.fakes.telegram import FakeTelegram, Injected
from tests.postgres import PostgresServer

UP_WITHIN_S = 60.0
"""For what takes a moment on an idle machine; afterwards a stage has failed."""


@dataclass(kw_only=True)
class Stage:
    """One running installation, and what is asked in it."""

    name: str
    home: Path
    telegram: FakeTelegram
    redis: Redis
    redis_server: Program
    model: Program
    bots: list[Program]
    workers: list[Program]
    scheduler: Program
    postgres: PostgresServer | None
    poisoned: list[str]
    """The marks of the poisonous questions that a model got, once per request."""
    webhooks: tuple[str, ...] = ()
    conversations: Conversations = field(default_factory=Conversations)
    kills: int = 0
    last_kill_at: float = 0.0
    _open: dict[int, set[str]] = field(default_factory=dict)
    _last_chat: int = 1_000
    """The bot itself has a small id."""

    def new_chats(self, count: int) -> list[int]:
        first = self._last_chat + 1
        self._last_chat += count
        return list(range(first, first + count))

    def new_chat(self) -> int:
        return self.new_chats(1)[0]

    def ask(self, chat_id: int, orders: str = "") -> Injected:
        """A question that is counted; `orders` are the model's (see `model.py`)."""
        mark = self.conversations.ask(chat_id)
        self._open.setdefault(chat_id, set()).add(mark)
        return self.telegram.inject.message(chat_id, f"Скажите, пожалуйста, {mark} {orders}?")

    def say(self, chat_id: int, orders: str) -> Injected:
        """A question whose answer need not carry its mark."""
        return self.telegram.inject.message(chat_id, f"Скажите, пожалуйста, q{chat_id}m0 {orders}?")

    def unanswered(self, of: Collection[int] | None = None) -> int:
        """How many counted questions, of some chats or of all, have no visible answer yet."""
        chats = list(self._open) if of is None else [chat for chat in of if chat in self._open]
        return sum(self._unanswered_in(chat_id) for chat_id in chats)

    def _unanswered_in(self, chat_id: int) -> int:
        marks = self._open[chat_id]
        for message in self.telegram.messages(chat_id):
            if message.from_bot:
                marks.difference_update(marks_in(message.text))
        if not marks:
            del self._open[chat_id]
        return len(marks)

    async def drained(self, of: Collection[int] | None = None, timeout_s: float = 60.0) -> float | None:
        """Wait until all is answered in some chats, or in all. The moment (monotonic) it was, or None if it
        never was; then these questions are waited for no more."""
        if await until(lambda: not self.unanswered(of), timeout_s, every_s=0.2):
            return time.monotonic()
        left = {chat: sorted(self._open[chat]) for chat in list(self._open) if of is None or chat in of}
        report(f"{self.name}: unanswered after {timeout_s:.0f} s: {left}")
        for chat in left:
            del self._open[chat]
        return None

    def count(self, chats: Collection[int] | None = None) -> Counts:
        """Of some chats, or of all."""
        asked = self.conversations.asked
        some = Conversations(asked={chat: asked[chat] for chat in asked if chats is None or chat in chats})
        return some.count({chat_id: self.telegram.messages(chat_id) for chat_id in some.asked})

    def killed(self, *programs: Program) -> None:
        for program in programs:
            self.kills += program.kill()
        self.last_kill_at = time.monotonic()

    async def kill_redis(self) -> None:
        """The server, not its watcher."""
        os.kill(int((await self.redis.info("server"))["process_id"]), signal.SIGKILL)
        self.kills += 1
        self.last_kill_at = time.monotonic()

    async def statistic(self, name: str) -> int:
        return int(await self.redis.get(f"dz:stats:{name}") or 0)

    async def workers_up(self) -> None:
        """Return when every worker has registered with RQ. Raises TimeoutError."""
        async with asyncio.timeout(UP_WITHIN_S):
            while not {worker.pid for worker in self.workers} <= await self._registered_pids():  # noqa: ASYNC110
                await asyncio.sleep(0.1)

    async def _registered_pids(self) -> set[int | None]:
        keys = await self.redis.smembers("rq:workers")
        pids = [await self.redis.hget(key, "pid") for key in keys]
        return {int(pid) for pid in pids if pid}

    async def accepted(self, asked: Injected) -> None:
        """Return when the inbox has taken the update. Raises TimeoutError."""
        seen = f"dz:seen:telegram:{asked.update_id}"
        async with asyncio.timeout(UP_WITHIN_S):
            while not await self.redis.exists(seen):  # noqa: ASYNC110  another process does it
                await asyncio.sleep(0.01)

    def tell_faults(self) -> None:
        """Report what is visible in each chat whose count is bad."""
        for chat_id in self.conversations.asked:
            counts = self.count([chat_id])
            if counts.lost or counts.doubled or counts.repeated or counts.out_of_order:
                seen = [(m.message_id, m.history) for m in self.telegram.messages(chat_id)]
                report(f"{self.name}: {counts}: {seen}")


async def until(is_so: Callable[[], bool], timeout_s: float, every_s: float = 0.05) -> bool:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every_s)
    return True


def report(line: str) -> None:
    print(f"[{time.monotonic() - _STARTED_AT:6.1f} s] {line}", file=sys.stderr, flush=True)


_STARTED_AT = time.monotonic()
