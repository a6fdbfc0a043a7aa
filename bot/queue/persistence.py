"""Staying calm while Redis is away."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

log = structlog.get_logger()

FIRST_PAUSE_S = 0.1
LONGEST_PAUSE_S = 2.0

AWAY = (RedisError, OSError)
"""What a call may raise while Redis is down, restarting, out of disk or out of memory."""


class Patience:
    """Pauses that double from call to call until `reset`."""

    def __init__(self) -> None:
        self._pause_s = FIRST_PAUSE_S

    def reset(self) -> None:
        self._pause_s = FIRST_PAUSE_S

    async def pause(self) -> None:
        await asyncio.sleep(self._pause_s)
        self._pause_s = min(self._pause_s * 2, LONGEST_PAUSE_S)


async def repeat(interval_s: float, call: Callable[[], Awaitable[object]]) -> None:
    """Await `call()` every `interval_s`, for ever, however often Redis is away."""
    patience = Patience()
    while True:
        try:
            await call()
            patience.reset()
        except AWAY as error:
            log.warning("redis_away", call=getattr(call, "__qualname__", "?"), error=str(error))
            await patience.pause()
        await asyncio.sleep(interval_s)


async def listen(redis: Redis, channel: str) -> AsyncGenerator[bytes | None, None]:
    """The messages of a pub/sub channel, for ever. None whenever the subscription has begun (again):
    what was published before it is missed."""
    patience = Patience()
    while True:
        try:
            async with aclosing(_subscription(redis, channel)) as messages:
                async for message in messages:
                    patience.reset()
                    yield message
        except AWAY as error:
            log.warning("redis_away", channel=channel, error=str(error))
        await patience.pause()


async def _subscription(redis: Redis, channel: str) -> AsyncGenerator[bytes | None, None]:
    pubsub = redis.pubsub()
    try:
        await pubsub.subscribe(channel)
        while True:
            message: dict[str, Any] | None = await pubsub.get_message(timeout=None)
            if message is None:
                continue
            if message["type"] == "subscribe":
                yield None
            elif message["type"] == "message":
                yield message["data"]
    finally:
        await pubsub.aclose()  # type: ignore[no-untyped-call]
