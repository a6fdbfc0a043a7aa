"""Counts each local day once it is over and before its rows go."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.people.retention.background import in_background
from bot.people.retention.clock import TrustedClock
from bot.people.retention.days import each_day, midnight, today
from bot.store.figures import Figures, FigureStore


class DailyFigures:
    """One tenant's. What is kept is never counted anew, so a day is kept only when it is surely over.

    Methods raise redis-py's errors and StoreError; repeating them is safe.
    """

    def __init__(self, store: FigureStore, zone: ZoneInfo, clock: TrustedClock) -> None:
        self._store = store
        self._zone = zone
        self._clock = clock

    async def last_over(self) -> date:
        """The last day that is surely over, whatever a clock that has leapt ahead shows."""
        return today((await self._clock.look()).moment, self._zone) - timedelta(days=1)

    async def of(self, day: date) -> Figures:
        """The day's figures; they are counted if they were not kept yet, and kept if the day is over."""
        is_over = day <= await self.last_over()
        return await asyncio.to_thread(self._of, day, is_over)

    async def keep_until(self, day: date, *, may_go_on: Callable[[], bool] = lambda: True) -> date:
        """See that the figures of every day with rows, up to this one, are kept.

        Returns the last day of which that could be: the given one, or an earlier one that is over.
        """
        last = min(day, await self.last_over())
        await in_background(lambda: self._keep_until(last, may_go_on))
        return last

    def _of(self, day: date, is_over: bool) -> Figures:
        kept = self._store.of(day)
        if kept or not is_over:
            return kept or self._count(day)
        self._store.keep(day, self._count(day))
        return self._store.of(day)

    def _keep_until(self, last: date, may_go_on: Callable[[], bool]) -> None:
        oldest = self._store.first_turn_at()
        if oldest is None:
            return
        first = today(oldest, self._zone)
        kept = self._store.days_kept(first, last) if first <= last else set()
        for day in each_day(first, last):
            if day not in kept and may_go_on():
                self._store.keep(day, self._count(day))

    def _count(self, day: date) -> Figures:
        following = day + timedelta(days=1)
        return self._store.count(midnight(day, self._zone), midnight(following, self._zone))
