"""How long things are kept, as admins say while all runs; and the deleting of what is older."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

import structlog
from redis.exceptions import RedisError

from bot.domain.moments import Now
from bot.errors import StoreError, StoreFull
from bot.people.retention.background import in_background
from bot.people.retention.clock import Surely, TrustedClock
from bot.people.retention.days import cutoff, today
from bot.people.retention.figures import DailyFigures
from bot.people.retention.leftovers import Leftovers
from bot.people.retention.telling import RetentionNews
from bot.people.tuning import Knob, Tuning
from bot.store.erasing import ErasureStore
from bot.store.purging import Purged, PurgeReport, PurgeStore
from bot.store.staff import Act
from bot.tenant import Tenant

log = structlog.get_logger()

MOST_DAYS = 3_650
_PROGRESS_S = 2.0
_CHANGED_WITHIN_S = 0.5
"""So soon a purge stops whose days were changed."""
_AWAITED = timedelta(hours=2)
"""So long after the days were changed somebody waits for what becomes of it."""
_COMPARED = 100
_SAME_DAYS = 1
"""By so many days a purge may seem to differ that went over midnight."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """For how many days things are kept now. `version`: for `Retention.change`."""

    days: int
    version: int
    changed_by: str = ""
    changed_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Forecast:
    """What would go with another number of days: rows by table, all that is older than `before`."""

    days: int
    before: datetime
    rows: Mapping[str, int]


class Retention:
    """One tenant's. Methods raise redis-py's errors and StoreError."""

    def __init__(
        self,
        *,
        tenant: Tenant,
        store: PurgeStore,
        scrubber: ErasureStore,
        figures: DailyFigures,
        leftovers: Leftovers,
        clock: TrustedClock,
        tuning: Tuning,
        end_what_rests: Callable[[datetime], Awaitable[None]],
        news: RetentionNews,
        default_days: int,
        now: Now,
    ) -> None:
        """`default_days`: what the environment says, and what holds until an admin says otherwise.

        `end_what_rests`: of what began before that moment, so that what it was for may go.
        """
        self._tenant = tenant
        self._store = store
        self._scrubber = scrubber
        self._figures = figures
        self._leftovers = leftovers
        self._clock = clock
        self._tuning = tuning
        self._end_what_rests = end_what_rests
        self._news = news
        self._default_days = default_days
        self._now = now

    async def kept(self) -> Kept:
        tuned = await self._tuning.surely(Knob.RETENTION_DAYS)
        if tuned is None:
            return Kept(days=self._default_days, version=0)
        return Kept(
            days=int(tuned.value),
            version=tuned.version,
            changed_by=tuned.changed_by,
            changed_at=tuned.changed_at,
        )

    async def forecast(self, days: int) -> Forecast:
        """What a purge would delete now, if things were kept for so long. Looks at all that is old."""
        before = cutoff((await self._clock.look()).moment, days, self._tenant.zone)
        rows = await asyncio.to_thread(self._store.count, before)
        return Forecast(days=days, before=before, rows=rows)

    async def change(self, days: int, *, seen: int, changed_by: str) -> bool:
        """Keep things for so long from now on. False: somebody has changed it since version `seen`.

        Said twice by the same admin, it is done once.
        """
        act = Act(by=changed_by, name="retention_set", subject="retention", details={"days": days})
        if await self._tuning.change(Knob.RETENTION_DAYS, days, seen=seen, changed_by=changed_by, act=act):
            return True
        return await self.kept() == Kept(days=days, version=seen + 1, changed_by=changed_by)

    async def last_purge(self) -> PurgeReport | None:
        return await asyncio.to_thread(self._store.last_report)

    async def shortened_at(self) -> datetime | None:
        """When the last purge was through that took what the one before had left by its days, as the first
        of all does; None: of late there was none."""
        reports = await asyncio.to_thread(self._store.last_reports, _COMPARED)
        days = [self._day(report.started_at) - self._day(report.before) for report in reports]
        for report, now, before in zip(reports, days, days[1:], strict=False):
            if now < before - timedelta(days=_SAME_DAYS):
                return report.finished_at
        return reports[-1].finished_at if 0 < len(reports) < _COMPARED else None

    def _day(self, at: datetime) -> date:
        return today(at, self._tenant.zone)

    async def trust_clock(self) -> None:
        """An admin says that the clocks are right."""
        await self._clock.trust()

    async def watch_clock(self) -> Surely:
        """Tell the admins if the clock has leapt; nothing is purged then."""
        surely = await self._clock.look()
        if surely.has_leapt:
            log.warning("clock_leapt", ahead_s=surely.ahead.total_seconds())
            await self._news.tell_leap(surely)
        return surely

    async def purge(self) -> None:
        """Delete all that is older than it may be, unless nobody can be sure how late it is.

        Killed, it is gone on with by the next call, and reported as one; so it is, at once, if the days are
        changed meanwhile. Raises StoreFull where there is no room to note what goes; nothing goes then.
        """
        try:
            while not await self._purge_once():
                log.info("purge_begins_anew")
        except StoreFull:
            await self._news.tell_full(self._now())
            raise

    async def _purge_once(self) -> bool:
        """False: the days were changed before it was through."""
        surely = await self.watch_clock()
        if surely.has_leapt:
            log.warning("purge_awaits_clock")
            return True
        kept = await self.kept()
        before = cutoff(surely.moment, kept.days, self._tenant.zone)
        await self._end_what_rests(before)
        left = await self._leftovers.purge(before, now=surely.moment)
        if not await asyncio.to_thread(self._store.has_old, before):
            if left:
                log.info("leftovers_purged", before=before.isoformat(), **left)
            return True
        report = await self._purge(before, kept)
        if report is None or report.finished_at is None:
            return False
        log.info("purged", before=before.isoformat(), **report.deleted)
        is_awaited = kept.changed_at is not None and self._now() - kept.changed_at < _AWAITED
        await self._news.tell_purge(report, kept.days, is_awaited=is_awaited)
        return True

    async def _purge(self, before: datetime, kept: Kept) -> PurgeReport | None:
        """Count the days that go, then delete, while `kept` holds; None: it ceased to before anything went.

        The thread ends soon after this task is cancelled.
        """
        stopped = threading.Event()
        last_day = today(before, self._tenant.zone) - timedelta(days=1)
        watching = asyncio.create_task(self._stop_when_changed(kept, stopped))
        try:
            await self._figures.keep_until(last_day, may_go_on=lambda: not stopped.is_set())
            return await in_background(lambda: self._delete(before, stopped))
        finally:
            stopped.set()
            watching.cancel()

    async def _stop_when_changed(self, kept: Kept, stopped: threading.Event) -> None:
        """What an admin says is in force at once: nothing goes any more that is now to stay."""
        while not stopped.is_set():
            try:
                if await self.kept() != kept:
                    stopped.set()
            except (RedisError, StoreError) as error:
                log.warning("days_not_read", error=type(error).__name__)
            await asyncio.sleep(_CHANGED_WITHIN_S)

    def _delete(self, before: datetime, stopped: threading.Event) -> PurgeReport | None:
        if stopped.is_set():
            return None
        report = self._store.begin_report(before, self._now())
        noted_at = time.monotonic()

        def may_go_on(purged: Purged) -> bool:
            nonlocal noted_at
            if time.monotonic() - noted_at > _PROGRESS_S:
                self._store.note_report(replace(report, deleted=purged.deleted))
                noted_at = time.monotonic()
            return not stopped.is_set()

        purged = self._store.purge(before, may_go_on=may_go_on, also=Purged(deleted=dict(report.deleted)))
        finished_at = self._now() if purged.is_whole else None
        report = replace(report, deleted=purged.deleted, finished_at=finished_at)
        self._store.note_report(report)
        self._scrubber.scrub()
        return report
