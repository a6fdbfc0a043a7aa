"""From a decision that a job runs to a worker that does it, whoever dies on the way."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime

import structlog

from bot.domain.moments import Now, utc_now
from bot.people.clockwork.jobs import Job
from bot.queue.duties import Duties
from bot.store.job_runs import JobRun, JobRunStore, RunOutcome

log = structlog.get_logger()

TRIES = 5
_FRESH_S = 2.0
"""A decision older than that is not queued by who made it: another scheduler may have."""
_AGAIN_AFTER_S = 15.0
"""Times the number of tries: how long a run that failed rests."""


class Dispatcher:
    """One scheduler's. Every call blocks and raises StoreError and redis-py's errors."""

    def __init__(
        self,
        jobs: Mapping[str, Job],
        runs: JobRunStore,
        duties: Duties,
        *,
        now: Now = utc_now,
        elapsed: Callable[[], float] = time.monotonic,
        again_after_s: float = _AGAIN_AFTER_S,
    ) -> None:
        self._jobs = jobs
        self._runs = runs
        self._duties = duties
        self._now = now
        self._elapsed = elapsed
        self._again_after_s = again_after_s
        self._idle_since: dict[int, float] = {}

    def start(self, job: Job, key: str, due_at: datetime) -> bool:
        """Decide that the job runs for this key and queue it. False: it was decided before."""
        began = self._elapsed()
        run_id = self._runs.claim(job.name, key, due_at, tries=1)
        if run_id is None:
            return False
        if self._elapsed() - began < _FRESH_S:
            self._duties.queue(job.name, run_id, timeout_s=job.timeout_s)
        return True

    def look_after(self) -> None:
        """Queue what admins have asked for, and again what nobody is doing any more."""
        open_runs = self._runs.open()
        self._idle_since = {
            run.run_id: self._idle_since[run.run_id] for run in open_runs if run.run_id in self._idle_since
        }
        for run in open_runs:
            if self._duties.is_under_way(run.run_id):
                self._idle_since.pop(run.run_id, None)
            elif self._has_rested(run):
                self._queue_again(run)

    def _has_rested(self, run: JobRun) -> bool:
        since = self._idle_since.setdefault(run.run_id, self._elapsed())
        rests_s = 0.0 if run.tries == 0 else max(_FRESH_S, self._again_after_s * run.tries * bool(run.error))
        return self._elapsed() - since >= rests_s

    def _queue_again(self, run: JobRun) -> None:
        job = self._jobs.get(run.job)
        if job is None or run.tries >= TRIES:
            outcome = RunOutcome.FAILED if run.error else RunOutcome.LOST
            self._runs.end(run.run_id, outcome, started_at=None, at=self._now(), error=run.error)
            log.error("run_given_up", job=run.job, run=run.run_id, error=run.error)
        elif self._runs.claim_try(run.run_id, seen=run.tries):
            self._duties.queue(job.name, run.run_id, timeout_s=job.timeout_s)
            if run.tries:
                log.warning("run_queued_again", job=run.job, run=run.run_id, tries=run.tries + 1)
