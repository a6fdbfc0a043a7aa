"""Who may use the one model next."""

import asyncio
import heapq
import itertools
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager


class PriorityGate:
    """Lets one through at a time: whoever's `arrival + patience_s` is the earliest.

    So the short ones, who have no patience, go before the long ones, and no long one waits for ever.
    """

    def __init__(self, *, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._waiting: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()
        self._is_taken = False

    @asynccontextmanager
    async def passing(self, *, patience_s: float) -> AsyncIterator[None]:
        await self._enter(patience_s)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, patience_s: float) -> None:
        if not self._is_taken:
            self._is_taken = True
            return
        called: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (self._now() + patience_s, next(self._numbers), called))
        try:
            await called
        except asyncio.CancelledError:
            if called.done() and not called.cancelled():  # called in, and cancelled before it could go
                self._leave()
            raise

    def _leave(self) -> None:
        while self._waiting:
            called = heapq.heappop(self._waiting)[2]
            if not called.done():
                called.set_result(None)
                return
        self._is_taken = False
