"""Hands the runs of the scheduler's jobs to the workers."""

from redis import Redis
from rq import Queue

_FAILURE_KEPT_S = 3600
_UNDER_WAY = frozenset({b"queued", b"started", b"deferred", b"scheduled"})


class Duties:
    """`redis` is a blocking client, as RQ wants it. Every call blocks and raises redis-py's errors."""

    def __init__(self, redis: Redis, *, queue_name: str = "turns", prefix: str = "dz") -> None:
        self._redis = redis
        self._queue = Queue(queue_name, connection=redis)
        self._prefix = prefix

    def queue(self, job: str, run_id: int, *, timeout_s: int) -> None:
        """Have a worker do this run; in the queue twice, it is done once."""
        self._queue.enqueue(
            "bot.jobs.do_duty",
            job,
            run_id,
            job_id=self._name(run_id),
            job_timeout=timeout_s,
            result_ttl=0,
            failure_ttl=_FAILURE_KEPT_S,
        )

    def is_under_way(self, run_id: int) -> bool:
        """Whether it waits or is being done; False too if Redis has forgotten all."""
        return self._redis.hget(f"rq:job:{self._name(run_id)}", "status") in _UNDER_WAY

    def _name(self, run_id: int) -> str:
        return f"{self._prefix}-duty-{run_id}"
