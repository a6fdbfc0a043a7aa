"""Asks by the console's way: words straight into the inbox, answers from the channel's streams."""

import asyncio
import itertools
import json
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from benchmarks.stack import QUESTION
from bot.domain import ChannelName, ChatRef, Utterance, UtteranceKind
from bot.queue.inbox import Inbox
from bot.redis_pool import QuickPool

_numbers = itertools.count(1)


class Console:
    """Many people at consoles. Answers are read when all is over, so that reading costs nobody anything."""

    def __init__(self, redis_url: str) -> None:
        pool = QuickPool.from_url(redis_url, max_connections=32, timeout=60)
        self._redis = Redis.from_pool(pool)
        self._inbox = Inbox(self._redis)

    async def close(self) -> None:
        await self._redis.aclose()

    async def ask(self, chats: Sequence[str], *texts: str, timeout_s: float = 120) -> list[float]:
        """A message from each chat at once, the texts in turn. Seconds from arrival to the whole answer."""
        finished = await self._finished() + len(chats)
        said = zip(chats, itertools.cycle(texts or [QUESTION]), strict=False)
        times = await asyncio.gather(*(self._say(chat, text) for chat, text in said))
        asked = dict(zip(chats, times, strict=True))
        async with asyncio.timeout(timeout_s):
            while await self._finished() < finished:  # noqa: ASYNC110  in another process
                await asyncio.sleep(0.02)
        return [await self._answered_at(chat) - at for chat, at in asked.items()]

    async def ask_steadily(self, name: str, every_s: float, over: asyncio.Event, *texts: str) -> list[float]:
        """A message from a new chat at even distances until it is over: seconds from arrival to answer."""
        asked: dict[str, float] = {}
        started = time.monotonic()
        while not over.is_set():
            chat = f"{name}-{len(asked)}"
            asked[chat] = await self._say(chat, (texts or (QUESTION,))[len(asked) % max(1, len(texts))])
            rest_s = started + len(asked) * every_s - time.monotonic()
            with suppress(TimeoutError):
                await asyncio.wait_for(over.wait(), max(0.0, rest_s))
        for chat in asked:
            await self.answered(chat)
        return [await self._answered_at(chat) - at for chat, at in asked.items()]

    async def answered(self, chat: str, timeout_s: float = 120) -> None:
        """Return when the chat has an answer."""
        async with asyncio.timeout(timeout_s):
            while True:
                with suppress(LookupError):
                    await self._answered_at(chat)
                    return
                await asyncio.sleep(0.02)

    async def _say(self, chat: str, text: str) -> float:
        utterance = Utterance(
            update_id=f"bench-{next(_numbers)}",
            chat=ChatRef(channel=ChannelName.CONSOLE, chat_id=chat),
            person_id=chat,
            person_name=chat,
            kind=UtteranceKind.TEXT,
            text=text,
            received_at=datetime.now(UTC),
        )
        at = time.time()
        await self._inbox.accept(utterance)
        return at

    async def _finished(self) -> int:
        """How many turns were ever finished."""
        if not await self._redis.exists("dz:turnlog"):
            return 0
        return int((await self._redis.xinfo_stream("dz:turnlog"))["entries-added"])

    async def _answered_at(self, chat: str) -> float:
        """When the newest final event of the chat was written. Raises LookupError if there is none."""
        key = f"dz:channel:{ChannelName.CONSOLE}:{chat}"
        newest: Any = await self._redis.xrevrange(key, count=5)
        for entry_id, fields in newest:
            if json.loads(fields[b"event"])["final"]:
                return int(entry_id.split(b"-")[0]) / 1000
        raise LookupError(f"{chat} has no answer")
