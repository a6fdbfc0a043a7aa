"""Counts each local day once it is over and before its rows go."""

import asyncio
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot.people.retention.background import in_background
from bot.people.retention.days import each_day, midnight, today
from bot.store.figures import Figures, FigureStore


class DailyFigures:
    """One tenant's. Methods raise StoreError; repeating them is safe."""

    def __init__(self, store: FigureStore, zone: ZoneInfo) -> None:
        self._store = store
        self._zone = zone

    async def of(self, day: date) -> Figures:
        """The figures of a day that is over; they are counted and kept if nobody has yet."""
        return await asyncio.to_thread(self._of, day)

    async def keep_until(self, day: date, *, may_go_on: Callable[[], bool] = lambda: True) -> None:
        """See that the figures of every day with rows, up to this one, are kept."""
        await in_background(lambda: self._keep_until(day, may_go_on))

    def _of(self, day: date) -> Figures:
        kept = self._store.of(day)
        if kept:
            return kept
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
