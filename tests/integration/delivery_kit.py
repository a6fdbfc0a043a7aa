"""What the tests of delivery stand on: a turn in Redis, and a channel to the fake Telegram."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from redis.asyncio import Redis

from bot.delivery.delivery import Delivery
from bot.delivery.limiter import Limiter
from bot.delivery.telegram_channel import TelegramChannel
from bot.delivery.turn_delivery import TurnDelivery
from bot.domain import ChannelName, ChatRef, Turn, Utterance
from bot.settings import TelegramSettings
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind

FAST = {"messages_per_second": 500.0, "chat_interval_s": 0.0, "group_messages_per_minute": 60_000}
"""Limits that no test has to wait for."""


def telegram_settings(telegram: FakeTelegram, **values: object) -> TelegramSettings:
    return TelegramSettings.model_validate(
        {"bot_token": telegram.token, "api_base_url": telegram.base_url, **FAST, **values}
    )


@asynccontextmanager
async def open_channel(
    redis: Redis, telegram: FakeTelegram, prefix: str, **values: object
) -> AsyncIterator[TelegramChannel]:
    settings = telegram_settings(telegram, **values)
    channel = await TelegramChannel.open(settings, Limiter(redis, settings, prefix=prefix))
    try:
        yield channel
    finally:
        await channel.close()


@dataclass(kw_only=True)
class Scene:
    """One bot with one server; each call of `turn` is a customer's question, in Redis and in the chat."""

    redis: Redis
    telegram: FakeTelegram
    channel: TelegramChannel
    prefix: str
    delivery: Delivery = field(init=False)

    def __post_init__(self) -> None:
        self.delivery = self.new_delivery()

    def new_delivery(self, **values: float) -> Delivery:
        """As another process would have it."""
        options = {"patience_s": 3.0, "settle_s": 0.02, "first_sign_after_s": 0.0, **values}
        return Delivery(self.redis, {ChannelName.TELEGRAM: self.channel}, prefix=self.prefix, **options)

    async def turn(self, chat_id: int = 7, text: str = "Сколько стоит GLE?") -> Turn:
        injected = self.telegram.inject.message(chat_id, text, person_id=abs(chat_id))
        chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(chat_id), private=chat_id > 0)
        utterance = Utterance(
            update_id=str(injected.update_id),
            chat=chat,
            person_id=str(abs(chat_id)),
            text=text,
            message_id=injected.message_id,
            received_at=datetime.now(UTC),
        )
        turn_id = f"{chat.key}:{injected.update_id}"
        turn = Turn(turn_id=turn_id, chat=chat, utterances=(utterance,), attempt=1, lease="lease-1")
        await self.redis.hset(self.key(turn), "lease", turn.lease)
        return turn

    def fault(self, kind: FaultKind, *methods: str, **details: Any) -> int:
        """Put a fault in force; returns its number."""
        return self.telegram.faults.add(Fault(kind=kind, methods=methods, **details))

    def key(self, turn: Turn) -> str:
        return f"{self.prefix}:turn:{turn.turn_id}"

    async def again(self, turn: Turn) -> Turn:
        """The same turn in the hands of the next worker."""
        attempt = turn.attempt + 1
        turn = replace(turn, attempt=attempt, lease=f"lease-{attempt}")
        await self.redis.hset(self.key(turn), "lease", turn.lease)
        return turn

    def at(self, turn: Turn) -> TurnDelivery:
        return self.delivery.for_turn(turn)

    def shown(self, chat_id: int = 7) -> list[str]:
        """The bot's messages as the customer sees them now."""
        return [message.text for message in self.telegram.messages(chat_id) if message.from_bot]

    def ever_sent(self, chat_id: int = 7) -> int:
        return len(self.telegram.sent(chat_id))

    async def statistic(self, name: str) -> int:
        return int(await self.redis.get(f"{self.prefix}:stats:{name}") or 0)
