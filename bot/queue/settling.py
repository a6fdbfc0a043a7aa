"""RQ's own way to end a job, for everything that the batches do not do: exceptions with their retries and
registries, callbacks, dependents, repeats, webhooks, results. Blocking; runs in a thread."""

import sys
import time
import traceback
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from rq import Retry
from rq.exceptions import NoSuchJobError
from rq.executions import Execution
from rq.job import Job, JobStatus
from rq.timeouts import JobTimeoutException, TimerDeathPenalty
from rq.worker import BaseWorker

from bot.queue.ledger import Claim

log = structlog.get_logger()

_execution: ContextVar[Execution | None] = ContextVar("execution", default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    """How a job ended: with what it returned, or with what it raised."""

    claim: Claim
    started_at: float
    value: Any = None
    error: BaseException | None = None


class ThreadDeathPenalty(TimerDeathPenalty):
    """RQ's timeout for threads, on an exception class of its own: RQ's writes the message into the class."""

    def __init__(
        self, timeout: float, exception: type[BaseException] = JobTimeoutException, **kwargs: Any
    ) -> None:
        own = type(exception.__name__, (exception,), {"__module__": exception.__module__})
        super().__init__(timeout, own, **kwargs)  # type: ignore[no-untyped-call]


class SettlingWorker(BaseWorker):
    """RQ's worker as far as it ends jobs, with one execution per task or thread instead of one in all."""

    death_penalty_class = ThreadDeathPenalty

    @property
    def execution(self) -> Execution | None:
        return _execution.get()

    @execution.setter
    def execution(self, execution: Execution | None) -> None:
        _execution.set(execution)

    def settle(self, ended: Ended) -> None:
        """Do with the job what RQ does. A job that was lost to another worker is left alone."""
        job = self._take_up(ended.claim, ended.started_at)
        if job is None:
            return
        queue = self.queues[0]
        job.ended_at = datetime.now(UTC)
        if ended.error is not None:
            self._fail(job, ended.error)
        elif isinstance(ended.value, Retry):
            assert self.execution is not None
            self.handle_job_retry(job, queue, ended.value, queue.started_job_registry, self.execution)
        else:
            self._succeed(job, ended.value)

    def run_plain(self, claim: Claim) -> None:
        """Run a plain function to its end, the whole way in RQ's own code."""
        job = self._take_up(claim, time.time())
        if job is not None:
            self.perform_job(job, self.queues[0])

    def _take_up(self, claim: Claim, started_at: float) -> Job | None:
        registry = self.queues[0].started_job_registry
        if self.connection.zscore(registry.key, claim.entry) is None:
            log.warning("job_lost", job=claim.job_id)
            return None
        try:
            job = self.job_class.fetch(claim.job_id, self.connection, self.serializer)
        except NoSuchJobError:
            log.warning("job_vanished", job=claim.job_id)
            self.connection.zrem(registry.key, claim.entry)
            return None
        execution = Execution(claim.execution_id, claim.job_id, self.connection, self.name)
        execution.created_at = job.started_at = datetime.fromtimestamp(started_at, UTC)
        self.execution = execution
        return job

    def _succeed(self, job: Job, value: Any) -> None:
        queue = self.queues[0]
        job._result = value
        job._status = JobStatus.FINISHED
        try:
            job.execute_success_callback(self.death_penalty_class, value)
        except Exception as error:
            self._fail(job, error)
            return
        self.handle_job_success(job, queue, queue.started_job_registry)
        job.send_webhooks(JobStatus.FINISHED)

    def _fail(self, job: Job, error: BaseException) -> None:
        if self._stopped_job_id == job.id and job.stopped_callback is not None:
            job.execute_stopped_callback(self.death_penalty_class)
        job._status = JobStatus.FAILED
        exc_info: Any = (type(error), error, error.__traceback__)
        try:
            job.execute_failure_callback(self.death_penalty_class, *exc_info)
        except Exception:
            exc_info = sys.exc_info()
        self.handle_exception(job, *exc_info)
        exc_string = "".join(traceback.format_exception(*exc_info))
        self.handle_job_failure(job, self.queues[0], exc_string=exc_string)
