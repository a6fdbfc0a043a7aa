"""APScheduler over the tenant's own rows, told when each job is due after whatever clocks have done."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from apscheduler.executors.base import BaseExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from bot.domain.moments import Now
from bot.people.clockwork.jobs import Job
from bot.store.job_runs import JobRunStore

log = structlog.get_logger()

_TABLE = "scheduler_jobs"
_AGAIN_S = 5.0
_MOST_COUNTED = 1_000
"""APScheduler goes through all the times that were missed, one by one."""
Due = Callable[[str, datetime], None]
"""Told a job's name and the moment for which it is due."""


def due() -> None:
    """What APScheduler keeps as the function of every job; `_Hands` never calls it."""


class Plan:
    """When the jobs of one tenant are due. Every call but `start` blocks."""

    def __init__(
        self,
        jobs: Mapping[str, Job],
        engine: Engine,
        runs: JobRunStore,
        *,
        tenant: str,
        zone: ZoneInfo,
        now: Now,
    ) -> None:
        self._jobs = jobs
        self._runs = runs
        self._tenant = tenant
        self._zone = zone
        self._now = now
        self._store = _TenantStore(engine, tenant)
        self._scheduler: Any = None

    def start(self, tell: Due) -> None:
        """Begin, paused; in the running loop."""
        self._scheduler = _Patient(
            jobstores={"default": self._store},
            executors={"default": _Hands(tell, self._tenant)},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
            timezone="UTC",
        )
        self._scheduler.start(paused=True)

    def resume(self) -> None:
        """Work from what the rows say: what was due meanwhile is due at once, and once."""
        self.set_right()
        self._scheduler.resume()

    def pause(self) -> None:
        self._scheduler.pause()

    def stop(self) -> None:
        self._scheduler.shutdown(wait=False)

    def set_right(self) -> None:
        """Plan every job anew from its last run and the time it is; also after a clock was set."""
        planned = {job.id: job.next_run_time for job in self._store.get_all_jobs()}
        for job in self._jobs.values():
            trigger = self._trigger(job)
            name = f"{self._tenant}:{job.name}"
            next_at = self._next(job, trigger, planned.get(name))
            self._scheduler.add_job(
                "bot.people.clockwork.planning:due",
                trigger,
                id=name,
                name=job.name,
                replace_existing=True,
                next_run_time=next_at,
            )
        for gone in planned.keys() - {f"{self._tenant}:{name}" for name in self._jobs}:
            self._scheduler.remove_job(gone)

    def _trigger(self, job: Job) -> Any:
        if job.at is None:
            return IntervalTrigger(seconds=job.every_s, timezone="UTC")
        return CronTrigger(hour=job.at.hour, minute=job.at.minute, timezone=self._zone)

    def _next(self, job: Job, trigger: Any, planned: datetime | None) -> datetime:
        now = self._now()
        if job.every_s is not None:
            every = timedelta(seconds=job.every_s)
            if planned is None or now - planned > every * _MOST_COUNTED:
                return now
            return min(planned, now + every)
        last = self._runs.last_due(job.name, now)
        after = now if last is None else last + timedelta(seconds=1)
        next_at: datetime = trigger.get_next_fire_time(None, after)
        # the very first run is known by nothing but what was planned
        return next_at if last is not None or planned is None else min(planned, next_at)


class _Hands(BaseExecutor):  # type: ignore[misc]
    """Tells what is due, and for when."""

    def __init__(self, tell: Due, tenant: str) -> None:
        super().__init__()
        self._tell = tell
        self._tenant = tenant

    def _do_submit_job(self, job: Any, run_times: list[datetime]) -> None:
        """Before APScheduler notes the next time: a kill in between finds the job due again."""
        self._tell(job.id.removeprefix(f"{self._tenant}:"), run_times[-1])
        self._instances[job.id] -= 1


class _Patient(AsyncIOScheduler):  # type: ignore[misc]
    """Goes on when its database is back; APScheduler's own would never wake up again."""

    def _process_jobs(self) -> float | None:
        try:
            wait_s: float | None = super()._process_jobs()
        except SQLAlchemyError as error:
            log.warning("plan_awaits_database", error=type(error).__name__)
            return _AGAIN_S
        return wait_s


class _TenantStore(SQLAlchemyJobStore):  # type: ignore[misc]
    """Sees one tenant's jobs only, of the table that the migration has made."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        super().__init__(engine=engine, tablename=_TABLE)
        self._start = f"{tenant}:"

    def start(self, scheduler: Any, alias: str) -> None:
        super(SQLAlchemyJobStore, self).start(scheduler, alias)

    def shutdown(self) -> None:
        """The engine is closed by who opened it."""

    def get_next_run_time(self) -> datetime | None:
        times = [job.next_run_time for job in self._get_jobs() if job.next_run_time is not None]
        return min(times, default=None)

    def _get_jobs(self, *conditions: Any) -> list[Any]:
        mine = self.jobs_t.c.id.startswith(self._start, autoescape=True)
        found: list[Any] = super()._get_jobs(mine, *conditions)
        return found
