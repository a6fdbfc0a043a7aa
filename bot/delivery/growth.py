"""Shows an answer while it grows: the latest text wins, at most once per interval, never for certain."""

import asyncio
from collections.abc import Awaitable, Callable


class Growth:
    """Calls `show` with the latest text, in a task of its own that ends when there is nothing new.

    The first text waits a moment too: an answer that is there at once needs no preview.
    """

    def __init__(
        self, show: Callable[[str], Awaitable[None]], *, interval_s: float, first_after_s: float
    ) -> None:
        self._show = show
        self._interval_s = interval_s
        self._first_after_s = first_after_s
        self._latest: str | None = None
        self._task: asyncio.Task[None] | None = None
        self._is_showing = False
        self._next_at: float | None = None

    def grow(self, text: str) -> None:
        self._latest = text
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._pump())

    async def stop(self) -> None:
        """Return when nothing more will be shown. What is being sent is sent to its end."""
        self._latest = None
        task, self._task = self._task, None
        if task is None:
            return
        if not self._is_showing:
            task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            task.result()

    async def _pump(self) -> None:
        clock = asyncio.get_running_loop().time
        if self._next_at is None:
            self._next_at = clock() + self._first_after_s
        while self._latest is not None:
            await asyncio.sleep(max(0.0, self._next_at - clock()))
            text, self._latest = self._latest, None
            if text is None:
                return
            self._is_showing = True
            try:
                await self._show(text)
            finally:
                self._is_showing = False
                self._next_at = clock() + self._interval_s
