"""What the clock wants done: a job for the workers, once however many schedulers there are."""

import asyncio

from redis import Redis
from rq import Queue

_TIMEOUT_S = 120
_EARLY = 0.5
"""Of the interval: a scheduler whose clock is a little ahead is not too early for it."""


class Duties:
    """`redis` is a blocking client, as RQ wants it; calls run in threads."""

    def __init__(self, redis: Redis, *, queue_name: str = "turns", prefix: str = "dz") -> None:
        self._redis = redis
        self._queue = Queue(queue_name, connection=redis)
        self._prefix = prefix

    async def call(self, name: str, every_s: float) -> None:
        """Queue the duty, unless another scheduler has just done so. Raises redis-py's errors."""
        await asyncio.to_thread(self._call, name, every_s)

    def _call(self, name: str, every_s: float) -> None:
        lease_ms = max(1, int(every_s * _EARLY * 1000))
        if self._redis.set(f"{self._prefix}:duty:{name}", "1", nx=True, px=lease_ms):
            self._queue.enqueue(
                "bot.jobs.do_duty", name, job_timeout=_TIMEOUT_S, result_ttl=0, failure_ttl=3600
            )
