"""The ways out to people. python-telegram-bot takes 12 MB and 0.3 s: imported only for a token."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from redis.asyncio import Redis

from bot.delivery.channel import Channel
from bot.delivery.console_channel import ConsoleChannel
from bot.domain import ChannelName
from bot.settings import Settings


@asynccontextmanager
async def open_channels(settings: Settings, redis: Redis) -> AsyncIterator[Mapping[ChannelName, Channel]]:
    """Every channel that the settings open; Telegram's only with a token."""
    console = ConsoleChannel(redis)
    channels: dict[ChannelName, Channel] = {ChannelName.CONSOLE: console, ChannelName.WEB: console}
    if settings.telegram.bot_token is not None:
        from bot.delivery.limiter import Limiter
        from bot.delivery.telegram_channel import TelegramChannel

        limiter = Limiter(redis, settings.telegram)
        channels[ChannelName.TELEGRAM] = await TelegramChannel.open(settings.telegram, limiter)
    try:
        yield channels
    finally:
        for channel in set(channels.values()):
            await channel.close()
