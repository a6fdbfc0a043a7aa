"""RQ's books of one queue, kept in batches: each method is one Lua script for many jobs."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast

from redis.asyncio import Redis

from bot.queue.scripts import load_script

RQ_DEFAULT_TIMEOUT_S = 180
RECLAIM_AT_ONCE = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A job in the hands of this worker. `timeout_s` and `result_ttl_s` are None where RQ's default holds."""

    job_id: str
    execution_id: str
    data: bytes
    timeout_s: float | None
    result_ttl_s: int | None
    unusual: bool
    """It has callbacks, repeats, webhooks or a group: RQ's own code must finish it."""

    @property
    def entry(self) -> str:
        """Its name in RQ's registry of started jobs: the fence of everything that is done to it."""
        return f"{self.job_id}:{self.execution_id}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """A job that returned None. Times are seconds since the epoch."""

    claim: Claim
    started_at: float
    ended_at: float


class Suspended(Exception):
    """`rq suspend` was called."""


class Ledger:
    """Claims, renews and finishes jobs of `queue_name` for the worker called `worker_name`."""

    def __init__(
        self, redis: Redis, queue_name: str, worker_name: str, *, lease_s: float, result_ttl_s: int
    ) -> None:
        self._redis = redis
        self._queue = queue_name
        self._worker = worker_name
        self._lease_s = lease_s
        self._result_ttl_s = result_ttl_s
        self._claim = load_script(redis, "rq_claim")
        self._finish = load_script(redis, "rq_finish")
        self._renew = load_script(redis, "rq_renew")
        self._reclaim = load_script(redis, "rq_reclaim")
        self._put_back = load_script(redis, "rq_put_back")
        self._promote = load_script(redis, "rq_promote")

    async def wait_for_jobs(self, timeout_s: float) -> None:
        """Return when the queue is not empty, or in time.

        The list's head is moved to where it is: nothing leaves the queue, whoever dies meanwhile.
        """
        key = f"rq:queue:{self._queue}"
        await cast(Any, self._redis.blmove(key, key, timeout_s, "LEFT", "LEFT"))  # type: ignore[arg-type]

    async def claim(self, count: int) -> list[Claim]:
        """Take up to `count` jobs off the queue. Raises Suspended."""
        batch = f"{secrets.token_hex(8)}-"
        answer = await self._claim(args=[self._queue, self._worker, count, self._lease_s, batch, timestamp()])
        if answer == b"suspended":
            raise Suspended
        return [_claim(*fields) for fields in answer]

    async def finish(self, jobs: Sequence[Done], *, idle: bool) -> list[str]:
        """Finish jobs that returned None. For each: "done", "lost", or "unusual" if it was left alone."""
        arguments: list[str | float] = [self._queue, self._worker, timestamp(), int(idle)]
        for job in jobs:
            ttl = self._result_ttl_s if job.claim.result_ttl_s is None else job.claim.result_ttl_s
            arguments += (job.claim.job_id, job.claim.execution_id, ttl, job.started_at, job.ended_at)
        return [answer.decode() for answer in await self._finish(args=arguments)]

    async def renew(self, claims: Sequence[Claim], *, worker_ttl_s: int) -> tuple[bool, list[Claim]]:
        """Heartbeat of the worker and its jobs. Returns whether RQ knows the worker, and the lost jobs."""
        known, *lost = await self._renew(
            args=[
                self._queue,
                self._worker,
                self._lease_s,
                timestamp(),
                worker_ttl_s,
                *(claim.entry for claim in claims),
            ]
        )
        return bool(known), [claims[place] for place in lost]

    async def reclaim(self) -> tuple[int, int]:
        """Put the jobs of dead workers back at the queue's front.

        Returns how many, and how many expired ones are left to RQ's own clean-up: they have no retries.
        """
        back, left = await self._reclaim(args=[self._queue, timestamp(), RECLAIM_AT_ONCE])
        return back, left

    async def put_back(self, claims: Sequence[Claim]) -> int:
        """Give up jobs: they are next in the queue, in this order. Returns how many were still ours."""
        return int(await self._put_back(args=[self._queue, timestamp(), *(claim.entry for claim in claims)]))

    async def promote(self) -> int:
        """Queue the scheduled jobs whose time has come. Returns how many."""
        return int(await self._promote(args=[self._queue, timestamp(), RECLAIM_AT_ONCE]))


def timestamp() -> str:
    """The time as RQ writes it."""
    return datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def _claim(
    job_id: bytes, execution_id: bytes, data: bytes, timeout: bytes, result_ttl: bytes, unusual: int
) -> Claim:
    seconds = float(timeout) if timeout else RQ_DEFAULT_TIMEOUT_S
    return Claim(
        job_id=job_id.decode(),
        execution_id=execution_id.decode(),
        data=data,
        timeout_s=seconds if seconds > 0 else None,
        result_ttl_s=int(result_ttl) if result_ttl else None,
        unusual=bool(unusual),
    )
