"""The real dispatcher over the fake Telegram, with an inbox that a test may take away."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from redis.exceptions import ConnectionError as RedisAway

from bot.domain import ChatRef, Utterance
from bot.handlers.dispatcher import ALLOWED_UPDATES, build_bot, build_dispatcher
from bot.handlers.inbox import Acceptor
from bot.queue.inbox import Acceptance, Inbox
from bot.settings import TelegramSettings
from tests.fakes.telegram import FakeTelegram


@dataclass(kw_only=True)
class Ears:
    """A real inbox whose Redis can be taken away, behind the real dispatcher."""

    inbox: Inbox
    away: bool = False
    heard: list[Utterance] = field(default_factory=list)
    refused: list[Utterance] = field(default_factory=list)
    noted: list[tuple[str, int]] = field(default_factory=list)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    refusals: int = 0

    async def accept(self, utterance: Utterance) -> Acceptance:
        if self.away:
            self.refusals += 1
            self.changed.set()
            raise RedisAway("connection refused")
        acceptance = await self.inbox.accept(utterance)
        if acceptance is Acceptance.ACCEPTED:
            self.heard.append(utterance)
        self.changed.set()
        return acceptance

    async def note(self, chat: ChatRef, message_id: int) -> None:
        self.noted.append((chat.key, message_id))

    async def refuse(self, utterance: Utterance) -> None:
        self.refused.append(utterance)
        self.changed.set()

    async def until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not done():
                self.changed.clear()
                await self.changed.wait()

    async def texts(self, count: int) -> list[str]:
        """The first `count` texts heard, once there are so many."""
        await self.until(lambda: len(self.heard) >= count)
        return [utterance.text for utterance in self.heard]


@asynccontextmanager
async def polling(telegram: FakeTelegram, ears: Ears) -> AsyncIterator[None]:
    bot = build_bot(settings(telegram))
    dispatcher = build_dispatcher(Acceptor(ears, patience_s=None, refuse=ears.refuse, seen=ears.note))
    task = asyncio.create_task(
        dispatcher.start_polling(
            bot, handle_as_tasks=False, allowed_updates=ALLOWED_UPDATES, handle_signals=False
        )
    )
    try:
        yield
    finally:
        await dispatcher.stop_polling()
        await task


def settings(telegram: FakeTelegram) -> TelegramSettings:
    return TelegramSettings.model_validate({"bot_token": telegram.token, "api_base_url": telegram.base_url})
