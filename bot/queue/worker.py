"""An RQ worker that runs many jobs at once on one event loop.

RQ's data model is untouched: `rq info`, registries, retries, timeouts and commands work as with any worker,
and jobs enqueued by anybody run. What is different: a claimed job is never in limbo, a dead worker's jobs
are taken up within seconds, and the usual job costs two scripts that it shares with others.
"""

import asyncio
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import structlog
from redis.asyncio import Redis
from rq import worker_registration
from rq.defaults import DEFAULT_RESULT_TTL
from rq.registry import StartedJobRegistry

from bot.queue.flights import Flights
from bot.queue.ledger import Ledger, Suspended
from bot.queue.persistence import AWAY, Patience, listen, repeat
from bot.queue.settling import SettlingWorker

log = structlog.get_logger()

PROMOTE_S = 0.5
WAIT_FOR_JOBS_S = 2.0
SUSPENDED_S = 1.0
CLAIM_AT_ONCE = 32
WORKER_TTL_S = 60
DOUBLE_SIGNAL_S = 1.0
"""A second signal this soon is the same Ctrl-C, sent on by a parent process."""


class AsyncWorker(SettlingWorker):
    """Works on one queue. Await `run` in a loop that is there already, or call `work`."""

    def __init__(
        self,
        queues: Any,
        name: str | None = None,
        *,
        redis: Redis | None = None,
        concurrency: int = 1_000,
        shutdown_grace_s: float = 8.0,
        lease_s: float = 6.0,
        handles_signals: bool = True,
        default_result_ttl: int = DEFAULT_RESULT_TTL,
        **options: Any,
    ) -> None:
        """`connection` is RQ's blocking client, for the rare paths, in threads. `redis` is the loop's: give
        the worker one of its own, for a pool that the jobs have emptied would delay its heartbeat. It is
        None only where RQ looks at somebody else's worker.

        `shutdown_grace_s`: how long jobs in flight may go on after SIGTERM before they are given back.
        `lease_s`: how long after a worker's last heartbeat its jobs are taken up by another one.
        `handles_signals`: whether SIGTERM and SIGINT stop it. Of several in one loop none does.
        """
        options = {**options, "prepare_for_work": False, "worker_ttl": WORKER_TTL_S}
        super().__init__(queues, name, default_result_ttl=default_result_ttl, **options)
        self.hostname, self.pid, self.ip_address = socket.gethostname(), os.getpid(), "unknown"
        self._redis = redis
        self._concurrency = concurrency
        self._grace_s = shutdown_grace_s
        self._lease_s = lease_s
        self._handles_signals = handles_signals
        self._stopping = asyncio.Event()
        self._hurry = asyncio.Event()
        self._stop_asked_at = 0.0
        self._resting: asyncio.Task[Any] | None = None
        """The task that waits for jobs, or for Redis at the start; `stop` wakes it."""
        self._trusted_from = 0.0
        """Until then (monotonic) an expired lease proves nothing: Redis was away and nobody could renew."""

    def work(self, burst: bool = False, **_: Any) -> bool:  # type: ignore[override]
        """Run on a loop of its own until a signal, or with `burst` until the queue is empty."""
        asyncio.run(self.run(burst=burst))
        return True

    def stop(self) -> None:
        """Claim no more, let the jobs in flight finish within the grace, give back the rest. A second call
        ends the grace."""
        if not self._stopping.is_set():
            self._stop_asked_at = time.monotonic()
            self._stopping.set()
            if self._resting is not None:
                self._resting.cancel()
        elif time.monotonic() - self._stop_asked_at > DOUBLE_SIGNAL_S:
            self._hurry.set()

    async def run(
        self, *, burst: bool = False, alongside: Sequence[Callable[[], Awaitable[object]]] = ()
    ) -> None:
        """Work until `stop`. What is `alongside` runs for as long, and is expected never to return.

        Jobs inherit the context variables that are set here. Raises what any of the loops raised.
        """
        redis = self._redis
        if redis is None:
            raise ValueError("the worker needs an asynchronous Redis client")
        ledger = self._ledger(redis)
        flights = Flights(ledger, self, self._redis_is_away)
        if not await self._be_born(redis):
            return
        loops = (
            lambda: self._claim_jobs(ledger, flights, burst=burst),
            flights.finish_for_ever,
            lambda: repeat(self._lease_s / 3, lambda: self._keep_alive(ledger, flights)),
            lambda: repeat(PROMOTE_S, ledger.promote),
            lambda: self._obey(redis, flights),
            *alongside,
        )
        tasks = [asyncio.ensure_future(loop()) for loop in loops]
        with self._signals():
            try:
                await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                self._stopping.set()
                await self._leave(flights)
            finally:
                for task in tasks:
                    task.cancel()
                ends = await asyncio.gather(*tasks, return_exceptions=True)
                await self._die()
        for end in ends:
            if isinstance(end, Exception):
                raise end

    def _ledger(self, redis: Redis) -> Ledger:
        ttl = self.default_result_ttl
        return Ledger(redis, self.queues[0].name, self.name, lease_s=self._lease_s, result_ttl_s=ttl)

    async def _claim_jobs(self, ledger: Ledger, flights: Flights, *, burst: bool) -> None:
        patience = Patience()
        pause_s = PROMOTE_S if burst else WAIT_FOR_JOBS_S
        while not self._stopping.is_set():
            try:
                room = min(CLAIM_AT_ONCE, self._concurrency - len(flights))
                if not room:
                    await self._unless_stopping(flights.one_landed())
                    continue
                claims = await ledger.claim(room)
                patience.reset()
                flights.take_off(claims)
                if burst and not flights:
                    return
                if len(claims) < room:
                    await self._unless_stopping(ledger.wait_for_jobs(pause_s))
            except Suspended:
                if burst:
                    return
                await self._unless_stopping(asyncio.sleep(SUSPENDED_S))
            except AWAY as error:
                self._redis_is_away(error)
                await self._unless_stopping(patience.pause())

    async def _keep_alive(self, ledger: Ledger, flights: Flights) -> None:
        try:
            known, lost = await ledger.renew(flights.claims, worker_ttl_s=WORKER_TTL_S)
            flights.cancel_lost(lost)
            if not known:
                await asyncio.to_thread(self._register)
            await self._reclaim(ledger)
        except AWAY as error:
            self._redis_is_away(error)
            raise

    async def _reclaim(self, ledger: Ledger) -> None:
        """Take up the jobs of dead workers, and now and then have RQ clean its registries."""
        if time.monotonic() < self._trusted_from:
            return
        back, left = await ledger.reclaim()
        if back:
            log.warning("jobs_reclaimed", jobs=back)
        if left or self.should_run_maintenance_tasks:
            await asyncio.to_thread(self._clean_up)

    def _clean_up(self) -> None:
        """RQ's part of taking up dead workers' jobs, with timeouts that work in a thread."""
        registry = StartedJobRegistry(queue=self.queues[0], death_penalty_class=self.death_penalty_class)
        try:
            registry.cleanup()
            if self.should_run_maintenance_tasks:
                self.clean_registries()  # type: ignore[no-untyped-call]
        except AWAY:
            raise
        except Exception:
            # A failure callback of somebody's job raised; that must not stop this worker.
            log.exception("clean_up_failed", worker=self.name)

    async def _obey(self, redis: Redis, flights: Flights) -> None:
        """RQ's commands, e.g. of `rq.command.send_shutdown_command`."""
        async for message in listen(redis, self.pubsub_channel_name):
            if message is None:
                continue
            order = json.loads(message)
            if order["command"] == "shutdown":
                self.stop()
            elif order["command"] == "stop-job" and flights.cancel_stopped(order["job_id"]):
                self._stopped_job_id = order["job_id"]

    async def _leave(self, flights: Flights) -> None:
        log.info("worker_leaving", worker=self.name, jobs=len(flights))
        await _first(flights.all_landed(), self._hurry.wait(), asyncio.sleep(self._grace_s))
        await flights.give_back()

    async def _unless_stopping(self, wait: Awaitable[object]) -> None:
        """Wait, but not beyond `stop`. For one task at a time."""
        self._resting = task = asyncio.current_task()
        try:
            await wait
        except asyncio.CancelledError:
            if task is None or not self._stopping.is_set():
                raise
            task.uncancel()
        finally:
            self._resting = None

    async def _be_born(self, redis: Redis) -> bool:
        """Register with RQ as soon as Redis is there. False if the worker was stopped before."""
        patience = Patience()
        while not self._stopping.is_set():
            try:
                if (await redis.info("server"))["uptime_in_seconds"] < self._lease_s:
                    self._trusted_from = time.monotonic() + self._lease_s
                await asyncio.to_thread(self.register_birth)
                return True
            except AWAY as error:
                self._redis_is_away(error)
                await self._unless_stopping(patience.pause())
        return False

    def _register(self) -> None:
        """Make RQ know this worker again after Redis has lost its data."""
        with self.connection.pipeline() as pipeline:
            pipeline.hset(self.key, mapping=self.serialize())
            worker_registration.register(self, pipeline)
            pipeline.expire(self.key, WORKER_TTL_S)
            pipeline.execute()

    async def _die(self) -> None:
        with suppress(*AWAY):
            await asyncio.to_thread(self.register_death)

    def _redis_is_away(self, error: BaseException) -> None:
        self._trusted_from = time.monotonic() + self._lease_s
        log.warning("redis_away", worker=self.name, error=str(error))

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT stop the worker, if it runs where signals arrive."""
        if not self._handles_signals or threading.current_thread() is not threading.main_thread():
            yield
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        try:
            yield
        finally:
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.remove_signal_handler(number)


async def _first(*waits: Awaitable[object]) -> None:
    """Wait until one of them is over, and cancel the others. Raises what that one raised."""
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
