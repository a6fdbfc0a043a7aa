"""The scheduler's jobs: when each is due, how its last run went, and what admins make of them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time

import structlog
from redis.exceptions import RedisError

from bot.domain.moments import Now, utc_now
from bot.errors import AssistantError
from bot.people.tuning import Knob, Tuning
from bot.store.job_runs import JobRun, JobRunStore, RunOutcome
from bot.store.staff import Act

log = structlog.get_logger()

Duty = Callable[[], Awaitable[object]]
"""What a job does; done twice it does no harm."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Either `every_s`, or once a day at the local time `at`."""

    name: str
    every_s: float | None = None
    at: time | None = None
    timeout_s: int = 120
    """How long one run may take."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobState:
    """A job as admins see it."""

    job: Job
    last: JobRun | None
    next_at: datetime | None
    is_paused: bool
    version: int
    """Of the list of paused jobs, for `Jobs.pause`."""


class Jobs:
    """One tenant's. Methods raise redis-py's errors and StoreError."""

    def __init__(self, jobs: Mapping[str, Job], runs: JobRunStore, tuning: Tuning, now: Now) -> None:
        self.jobs = jobs
        self._runs = runs
        self._tuning = tuning
        self._now = now

    async def states(self) -> Sequence[JobState]:
        last = await asyncio.to_thread(self._runs.last)
        planned = await asyncio.to_thread(self._runs.planned)
        tuned = await self._tuning.surely(Knob.JOBS_PAUSED)
        paused = frozenset(tuned.value) if tuned else frozenset()
        return [
            JobState(
                job=job,
                last=last.get(job.name),
                next_at=planned.get(job.name),
                is_paused=job.name in paused,
                version=tuned.version if tuned else 0,
            )
            for job in self.jobs.values()
        ]

    async def state(self, name: str) -> JobState | None:
        return next((state for state in await self.states() if state.job.name == name), None)

    async def run_now(self, name: str, *, key: str, asked_by: str) -> bool:
        """Have it run within seconds, once for this key. False: a run of it is not over yet."""
        act = Act(by=asked_by, name="job_run", subject=f"job:{name}")
        claimed = await asyncio.to_thread(
            self._runs.claim, name, key, self._now(), asked_by=asked_by, act=act
        )
        return claimed is not None or await asyncio.to_thread(self._runs.run, name, key) is not None

    async def pause(self, name: str, *, paused: bool, seen: int, changed_by: str) -> bool:
        """Let the clock leave it alone, or see to it again. False: the list was changed since `seen`."""
        tuned = await self._tuning.surely(Knob.JOBS_PAUSED)
        names = set(tuned.value) if tuned else set()
        wanted = names | {name} if paused else names - {name}
        if wanted == names:
            return True
        act = Act(by=changed_by, name="job_pause" if paused else "job_resume", subject=f"job:{name}")
        return await self._tuning.change(
            Knob.JOBS_PAUSED, sorted(wanted), seen=seen, changed_by=changed_by, act=act
        )


class DutyRunner:
    """Does the runs that a worker takes from the queue."""

    def __init__(self, duties: Mapping[str, Duty], runs: JobRunStore, now: Now = utc_now) -> None:
        self._duties = duties
        self._runs = runs
        self._now = now

    async def do(self, name: str, run_id: int) -> None:
        """Do it, unless it is over. What it raises is noted, and it will be queued again.

        One that this version does not know is let be.
        """
        if not await asyncio.to_thread(self._runs.is_open, run_id):
            return
        duty, started_at = self._duties.get(name), self._now()
        if duty is None:
            log.info("duty_unknown", duty=name)
            await self._end(run_id, RunOutcome.FAILED, started_at, error="unknown")
            return
        try:
            await duty()
        except (AssistantError, RedisError) as error:
            log.warning("duty_failed", duty=name, run=run_id, error=type(error).__name__, reason=str(error))
            await asyncio.to_thread(self._runs.note_error, run_id, type(error).__name__)
            raise
        await self._end(run_id, RunOutcome.DONE, started_at)

    async def _end(self, run_id: int, outcome: RunOutcome, started_at: datetime, error: str = "") -> None:
        await asyncio.to_thread(
            self._runs.end, run_id, outcome, started_at=started_at, at=self._now(), error=error
        )
