"""How the service is: each of its parts looked at once, green, yellow or red."""

import asyncio
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, text

from bot.delivery.limiter import flood_key
from bot.domain import Utterance
from bot.domain.moments import Now
from bot.errors import StoreError
from bot.people.admins.model_reach import ModelReach
from bot.people.admins.signs import Check, Sign
from bot.people.clockwork.jobs import Jobs, JobState
from bot.queue.worker import WORKER_TTL_S
from bot.store.engine import translated
from bot.store.job_runs import RunOutcome
from bot.texts.health import HealthText

_PATIENCE_S = 3.0
_SLOW_MS = 500
_WORKERS = "rq:workers:turns"
_OLDEST_OF = 5_000
"""Among so many chats the oldest message is looked for."""
_ALIVE_MS = 15_000
"""A worker renews its key every other second; for so long it may be late."""
_LATE_S, _VERY_LATE_S = 30, 120
_LATE_JOB = timedelta(minutes=2)
_REDIS_FULL = 0.8
_GB, _MB = 1024**3, 1024**2
_DISK_LOW, _DISK_OUT = 5 * _GB, 1 * _GB


Look = Callable[[], Awaitable[Check]]


class Health:
    """One tenant's service, as this process sees it. `data_dir`: None where no disk is known."""

    def __init__(
        self,
        *,
        redis: Redis,
        engine: Engine,
        jobs: Jobs,
        models: ModelReach,
        data_dir: Path | None,
        now: Now,
        prefix: str = "dz",
    ) -> None:
        self._redis = redis
        self._engine = engine
        self._jobs = jobs
        self._models = models
        self._data_dir = data_dir
        self._now = now
        self._prefix = prefix

    async def checks(self) -> Sequence[Check]:
        """All parts, each within seconds; what does not answer is red."""
        looks: dict[HealthText, Look] = {
            HealthText.NAME_QUEUE: self._queue,
            HealthText.NAME_WORKERS: self._workers,
            HealthText.NAME_MODEL: self._models.look,
            HealthText.NAME_REDIS: self._redis_memory,
            HealthText.NAME_SQL: self._sql,
            HealthText.NAME_TURN_LOG: self._turn_log,
            HealthText.NAME_JOBS: self._job_runs,
            HealthText.NAME_TELEGRAM: self._telegram,
            HealthText.NAME_DISK: self._disk,
        }
        return await asyncio.gather(*(_guarded(name, look) for name, look in looks.items()))

    async def _queue(self) -> Check:
        waiting: Any = await self._redis.zrange(f"{self._prefix}:waiting", 0, -1, withscores=True)
        if not waiting:
            return _check(HealthText.NAME_QUEUE, Sign.GREEN, HealthText.QUEUE_EMPTY)
        async with self._redis.pipeline(transaction=False) as pipe:
            for chat, _ in waiting[:_OLDEST_OF]:
                pipe.lindex(f"{self._prefix}:inbox:{chat.decode()}", 0)
            first = [Utterance.from_json(item) for item in await pipe.execute() if item is not None]
        since = min((one.received_at for one in first), default=self._now())
        oldest_s = max(0, round((self._now() - since).total_seconds()))
        count = round(sum(score for _, score in waiting))
        values = {"chats": len(waiting), "count": count, "oldest": oldest_s}
        return _check(HealthText.NAME_QUEUE, _by_age(oldest_s), HealthText.QUEUE, **values)

    async def _workers(self) -> Check:
        """A killed or stuck worker's key stays for a while: what counts is when it was renewed."""
        names = await cast(Any, self._redis.smembers(_WORKERS))
        async with self._redis.pipeline(transaction=False) as pipe:
            for name in names:
                pipe.pttl(name)
            left_ms = [left for left in await pipe.execute() if left > 0]
        alive = sum(left > WORKER_TTL_S * 1000 - _ALIVE_MS for left in left_ms)
        values = {"count": alive, "silent": len(left_ms) - alive}
        if not alive:
            return _check(HealthText.NAME_WORKERS, Sign.RED, HealthText.NO_WORKERS)
        if values["silent"]:
            return _check(HealthText.NAME_WORKERS, Sign.YELLOW, HealthText.WORKERS_SILENT, **values)
        return _check(HealthText.NAME_WORKERS, Sign.GREEN, HealthText.WORKERS, **values)

    async def _redis_memory(self) -> Check:
        began = time.perf_counter()
        memory = await self._redis.info("memory")
        ms = round((time.perf_counter() - began) * 1000)
        used, most = memory["used_memory"], memory.get("maxmemory", 0)
        sizes = {"used": round(used / _MB), "most": round(most / _MB), "ms": ms}
        if most and used > most * _REDIS_FULL:
            return _check(HealthText.NAME_REDIS, Sign.YELLOW, HealthText.REDIS_FULL, **sizes)
        return _check(HealthText.NAME_REDIS, _by_speed(ms), HealthText.REDIS, **sizes)

    async def _sql(self) -> Check:
        began = time.perf_counter()
        await asyncio.to_thread(self._ask_sql)
        ms = round((time.perf_counter() - began) * 1000)
        return _check(HealthText.NAME_SQL, _by_speed(ms), HealthText.SQL, ms=ms)

    def _ask_sql(self) -> None:
        with translated(), self._engine.connect() as connection:
            connection.execute(text("SELECT 1"))

    async def _turn_log(self) -> Check:
        stream = f"{self._prefix}:turnlog"
        rejected = await self._redis.xlen(f"{stream}:rejected")
        if rejected:
            name = HealthText.NAME_TURN_LOG
            return _check(name, Sign.YELLOW, HealthText.TURN_LOG_REJECTED, count=rejected)
        oldest = cast(Any, await self._redis.xrange(stream, count=1))
        if not oldest:
            return _check(HealthText.NAME_TURN_LOG, Sign.GREEN, HealthText.TURN_LOG)
        written_s = int(oldest[0][0].partition(b"-")[0]) / 1000
        seconds, _ = await self._redis.time()
        late_s, count = max(0, round(seconds - written_s)), await self._redis.xlen(stream)
        values = {"count": count, "oldest": late_s}
        return _check(HealthText.NAME_TURN_LOG, _by_age(late_s), HealthText.TURN_LOG_LATE, **values)

    async def _job_runs(self) -> Check:
        states = [state for state in await self._jobs.states() if not state.is_paused]
        late = [state for state in states if self._is_late(state)]
        failed = [
            state
            for state in states
            if state.last is not None and state.last.outcome in (RunOutcome.FAILED, RunOutcome.LOST)
        ]
        ended = [state.last.ended_at for state in states if state.last is not None and state.last.ended_at]
        if late:
            return _of_jobs(Sign.RED, HealthText.JOBS_LATE, late)
        if failed:
            return _of_jobs(Sign.YELLOW, HealthText.JOBS_FAILED, failed)
        if not ended:
            return _of_jobs(Sign.YELLOW, HealthText.JOBS_NEVER, [])
        return Check(name=HealthText.NAME_JOBS, sign=Sign.GREEN, text=HealthText.JOBS_DONE, at=max(ended))

    def _is_late(self, state: JobState) -> bool:
        return state.next_at is not None and self._now() - state.next_at > _LATE_JOB

    async def _telegram(self) -> Check:
        hour = datetime.now(UTC)
        keys = [flood_key(f"{self._prefix}:limiter", hour - timedelta(hours=back)) for back in range(24)]
        floods = [int(count or 0) for count in await self._redis.mget(keys)]
        if not sum(floods):
            return _check(HealthText.NAME_TELEGRAM, Sign.GREEN, HealthText.TELEGRAM_QUIET)
        sign = Sign.YELLOW if floods[0] else Sign.GREEN
        values = {"count": sum(floods), "lately": floods[0]}
        return _check(HealthText.NAME_TELEGRAM, sign, HealthText.TELEGRAM_FLOODS, **values)

    async def _disk(self) -> Check:
        if self._data_dir is None:
            return _check(HealthText.NAME_DISK, Sign.GREEN, HealthText.DISK_UNKNOWN)
        usage = await asyncio.to_thread(shutil.disk_usage, self._data_dir)
        sign = Sign.RED if usage.free < _DISK_OUT else Sign.YELLOW if usage.free < _DISK_LOW else Sign.GREEN
        sizes = {"free": round(usage.free / _GB, 1), "total": round(usage.total / _GB)}
        return _check(HealthText.NAME_DISK, sign, HealthText.DISK, **sizes)


async def _guarded(name: HealthText, look: Look) -> Check:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await look()
    except (RedisError, StoreError, OSError, TimeoutError):
        return _check(name, Sign.RED, HealthText.NO_ANSWER)


def _check(name: HealthText, sign: Sign, said: HealthText, **values: object) -> Check:
    return Check(name=name, sign=sign, text=said, values=values)


def _of_jobs(sign: Sign, said: HealthText, states: Sequence[JobState]) -> Check:
    return Check(
        name=HealthText.NAME_JOBS, sign=sign, text=said, jobs=tuple(state.job.name for state in states)
    )


def _by_age(seconds: int) -> Sign:
    if seconds < _LATE_S:
        return Sign.GREEN
    return Sign.YELLOW if seconds < _VERY_LATE_S else Sign.RED


def _by_speed(ms: int) -> Sign:
    return Sign.GREEN if ms < _SLOW_MS else Sign.YELLOW
