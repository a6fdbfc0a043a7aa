"""How a worker learns at once that a turn is to stop: by the person's wish, or because staff took over."""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from redis.asyncio import Redis

from bot.domain import Turn
from bot.queue.persistence import AWAY, listen

REMEMBERED = 1_000
HELD = "held "
"""Published before a turn's id: not cancelled, but its chat is somebody else's now."""
UNSURE_S = 5.0
"""How old a turn may be when it begins to be watched, and have been cancelled while nobody listened."""


class Cancellations:
    """The cancellations of the whole fleet, as they are published. Keep `run` going beside the turns."""

    def __init__(self, redis: Redis, *, prefix: str = "dz") -> None:
        self._redis = redis
        self._prefix = prefix
        self._watched: dict[str, asyncio.Event] = {}
        self._recent: deque[str] = deque(maxlen=REMEMBERED)
        """Published before their turn was watched."""
        self._sure_from = float("inf")

    async def run(self) -> None:
        """Listen for ever, through restarts of Redis."""
        async for message in listen(self._redis, f"{self._prefix}:cancelled"):
            if message is None:
                self._sure_from = time.monotonic() + UNSURE_S
                with suppress(*AWAY):
                    for turn_id in list(self._watched):
                        await self._look_up(turn_id)
                continue
            turn_id = message.decode()
            if turn_id.startswith(HELD):  # it may be begun anew when the chat is free again
                turn_id = turn_id.removeprefix(HELD)
            else:
                self._recent.append(turn_id)
            if turn_id in self._watched:
                self._watched[turn_id].set()

    @asynccontextmanager
    async def watching(self, turn: Turn) -> AsyncIterator[asyncio.Event]:
        """The event is set as soon as the turn is cancelled, or from the start if it was before.

        It is set too when one of the staff takes the chat over while the turn is watched.
        """
        event = self._watched[turn.turn_id] = asyncio.Event()
        try:
            if turn.turn_id in self._recent:
                event.set()
            elif not turn.is_first_run or time.monotonic() < self._sure_from:
                await self._look_up(turn.turn_id)
            yield event
        finally:
            # A turn that another job of this process has taken over is watched by that one now.
            if self._watched.get(turn.turn_id) is event:
                del self._watched[turn.turn_id]

    async def _look_up(self, turn_id: str) -> None:
        cancelled = await self._redis.hget(f"{self._prefix}:turn:{turn_id}", "cancelled")
        if cancelled and turn_id in self._watched:
            self._watched[turn_id].set()
