"""Goes on trying an update while Redis or the database is away: not confirmed, it would come again anyway."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiogram import BaseMiddleware
from aiogram.types import TelegramObject, Update
from redis.exceptions import RedisError

from bot.errors import StoreError, StoreFull
from bot.handlers.fullness import tell_full

log = structlog.get_logger()

_LONGEST_PAUSE_S = 2.0


class Patience(BaseMiddleware):
    """Handlers behind it are run again as a whole, so each of their steps must be safe to repeat.

    `patience_s`: None (polling) to go on until it works; else what was raised last is raised then, and
    Telegram sends the update again.
    """

    def __init__(self, patience_s: float | None) -> None:
        self._patience_s = patience_s

    async def __call__(
        self,
        handler: Callable[[TelegramObject, dict[str, Any]], Awaitable[Any]],
        event: TelegramObject,
        data: dict[str, Any],
    ) -> Any:
        loop = asyncio.get_running_loop()
        ends_at = None if self._patience_s is None else loop.time() + self._patience_s
        pause_s = 0.1
        while True:
            try:
                return await handler(event, data)
            except StoreFull:
                # others must not wait until somebody makes room
                log.error("update_without_room", update_id=getattr(event, "update_id", None))
                await tell_full(event, data)
                return None
            except (RedisError, StoreError) as error:
                is_over = ends_at is not None and loop.time() + pause_s > ends_at
                if is_over or (isinstance(error, StoreError) and error.permanent):
                    raise
                update_id = event.update_id if isinstance(event, Update) else None
                log.warning("update_held_up", update_id=update_id, error=type(error).__name__)
            await asyncio.sleep(pause_s)
            pause_s = min(_LONGEST_PAUSE_S, pause_s * 2)
