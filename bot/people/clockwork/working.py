"""The life of one scheduler: it leads or waits, watches the clock, and has what is due queued."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog
from redis.exceptions import RedisError

from bot.domain.moments import Now
from bot.errors import StoreError
from bot.people.clockwork.dispatching import Dispatcher
from bot.people.clockwork.jobs import Job
from bot.people.clockwork.leading import Leadership
from bot.people.clockwork.planning import Plan
from bot.people.retention.clock import Steady, TrustedClock
from bot.people.tuning import Knob, Tuning

log = structlog.get_logger()

BEAT_S = 1.0
LOOK_S = 20.0
_SET_S = 3.0
"""A clock that moved by more than this against the steady one was set."""


class Clockwork:
    """One scheduler. Any number may run; one leads, and the others take over when it is gone."""

    def __init__(
        self,
        jobs: Mapping[str, Job],
        *,
        leadership: Leadership,
        plan: Plan,
        dispatcher: Dispatcher,
        clock: TrustedClock,
        steady: Steady,
        tuning: Tuning,
        zone: ZoneInfo,
        now: Now,
        look_every_s: float = LOOK_S,
    ) -> None:
        self._jobs = jobs
        self._leadership = leadership
        self._plan = plan
        self._dispatcher = dispatcher
        self._clock = clock
        self._steady = steady
        self._tuning = tuning
        self._zone = zone
        self._now = now
        self._look_every_s = look_every_s
        self._leads = False
        self._is_sure = False
        """Whether it is surely as late as the clock shows; until then nothing runs that goes by the day."""
        self._is_askew = False
        """Whether what is planned is to be set right."""
        self._paused: frozenset[str] = frozenset()
        self._looked_s = float("-inf")
        self._apart_s = 0.0

    async def run(self, stopped: asyncio.Event) -> None:
        self._plan.start(self._tell)
        try:
            while not stopped.is_set():
                try:
                    await self._beat()
                except (StoreError, RedisError) as error:
                    self._step_down(error)
                with suppress(TimeoutError):
                    await asyncio.wait_for(stopped.wait(), BEAT_S)
        finally:
            self._plan.stop()
            with suppress(StoreError):
                await asyncio.to_thread(self._leadership.give_back)

    async def _beat(self) -> None:
        if not await asyncio.to_thread(self._leadership.beat):
            if self._leads:
                log.warning("scheduler_replaced")
                self._leads = False
                self._plan.pause()
            return
        paused = await self._tuning.surely(Knob.JOBS_PAUSED)
        self._paused = frozenset(paused.value if paused else ())
        self._watch_clock()
        await self._look_now_and_then()
        if not self._leads:
            self._plan.resume()
        elif self._is_askew:
            self._plan.set_right()
        self._leads, self._is_askew = True, False
        await asyncio.to_thread(self._dispatcher.look_after)

    def _step_down(self, error: Exception) -> None:
        """Without SQL nothing can be decided, and without Redis nothing queued."""
        if self._leads:
            log.warning("scheduler_waits", error=type(error).__name__)
            self._leads = False
            self._plan.pause()

    def _watch_clock(self) -> None:
        """Notice at once when the clock is set."""
        apart_s = self._now().timestamp() - self._steady.elapsed()
        moved_s, self._apart_s = apart_s - self._apart_s, apart_s
        if abs(moved_s) > _SET_S:
            self._is_askew, self._is_sure, self._looked_s = True, False, float("-inf")

    async def _look_now_and_then(self) -> None:
        if self._steady.elapsed() - self._looked_s < self._look_every_s:
            return
        was_sure = self._is_sure
        self._is_sure = not (await self._clock.look()).has_leapt
        self._looked_s = self._steady.elapsed()
        self._is_askew |= self._is_sure and not was_sure

    def _tell(self, name: str, due_at: datetime) -> None:
        """A job is due. What is passed over here is planned anew when the reason is gone, if it is daily."""
        job = self._jobs.get(name)
        if job is None or name in self._paused:
            return
        self._watch_clock()
        if job.at is not None and not self._is_sure:
            log.warning("job_awaits_clock", job=name)
            return
        key = due_at.isoformat() if job.at is None else due_at.astimezone(self._zone).date().isoformat()
        try:
            if self._dispatcher.start(job, key, due_at):
                log.info("job_due", job=name, due=due_at.isoformat())
        except RedisError as error:
            log.warning("job_not_queued_yet", job=name, error=type(error).__name__)
        except StoreError as error:
            log.warning("job_not_noted", job=name, error=type(error).__name__)
            self._leads = False  # the next beat plans it anew
