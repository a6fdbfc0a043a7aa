"""What time it surely is by now: a clock that somebody set forward is not believed at once.

A machine's steady clock tells how much time has passed since the last look, whoever looked and whatever the
clock on the wall shows. What the wall clock runs ahead of that is a leap.
"""

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from redis.asyncio import Redis

from bot.domain.moments import Now, utc_now
from bot.store.clock_marks import ClockMark, ClockMarkStore

LEAP = timedelta(hours=1)
"""More than this ahead, and nothing is purged until it is explained."""
BELIEVED_AFTER = timedelta(hours=24)
"""A clock that went evenly for so long after its leap is right."""
_EVEN_S = 60.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Steady:
    """A clock that nobody can set: seconds since the machine was started, and which start that was."""

    boot: str
    elapsed: Callable[[], float]


def machine_clock() -> Steady:
    """Of this machine, the time in which it slept included; where there is no such, of this process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        clock = time.CLOCK_BOOTTIME
    except (OSError, AttributeError):
        return Steady(boot=uuid.uuid4().hex, elapsed=time.monotonic)
    return Steady(boot=boot, elapsed=lambda: time.clock_gettime(clock))


@dataclass(frozen=True, kw_only=True, slots=True)
class Surely:
    """`moment`: it is at least that late. `ahead`: how much more the clock on the wall shows."""

    moment: datetime
    ahead: timedelta

    @property
    def has_leapt(self) -> bool:
        return self.ahead > LEAP


Witness = Callable[[], Awaitable[datetime]]
"""Another clock; it raises redis-py's errors or StoreError."""


def redis_witness(redis: Redis) -> Witness:
    async def tell() -> datetime:
        seconds, micros = await redis.time()
        return datetime.fromtimestamp(int(seconds), UTC) + timedelta(microseconds=int(micros))

    return tell


def database_witness(store: ClockMarkStore) -> Witness:
    async def tell() -> datetime:
        moment = await asyncio.to_thread(store.database_time)
        return moment or datetime.max.replace(tzinfo=UTC)

    return tell


class TrustedClock:
    """Asked now and then by anybody, in any process. Methods raise redis-py's errors and StoreError."""

    def __init__(
        self,
        store: ClockMarkStore,
        witnesses: Sequence[Witness] = (),
        *,
        now: Now = utc_now,
        steady: Steady | None = None,
    ) -> None:
        """`witnesses`: clocks of other machines, perhaps; none is believed that is ahead of the others."""
        self._store = store
        self._witnesses = tuple(witnesses)
        self._now = now
        self._steady = steady or machine_clock()

    async def look(self) -> Surely:
        """What time it surely is: no later than any witness says, and noted for whoever looks next."""
        last = await asyncio.to_thread(self._store.newest, self._steady.boot)
        shown, elapsed_s = self._now(), self._steady.elapsed()
        mark = next_mark(last, self._steady.boot, shown, elapsed_s)
        await asyncio.to_thread(self._store.put, mark, seen=last)
        told = [await witness() for witness in self._witnesses]
        moment = min(shown, mark.ceiling or shown, *told)
        return Surely(moment=moment, ahead=shown - moment)

    async def trust(self) -> None:
        """Somebody has looked: the clocks of the machines are right."""
        await asyncio.to_thread(self._store.trust)


def next_mark(last: ClockMark | None, boot: str, shown: datetime, elapsed_s: float) -> ClockMark:
    """What to note of this look, given the last one."""
    ceiling, since_s, off_s = _ceiling(last, boot, shown, elapsed_s)
    ahead_s = (shown - ceiling).total_seconds()
    if abs(ahead_s - off_s) > _EVEN_S:
        since_s = elapsed_s  # it was set again
    elif elapsed_s - since_s >= BELIEVED_AFTER.total_seconds():
        ceiling, ahead_s, since_s = shown, 0.0, elapsed_s
    return ClockMark(
        boot=boot, shown=shown, elapsed_s=elapsed_s, ceiling=ceiling, off_since_s=since_s, off_s=ahead_s
    )


def _ceiling(
    last: ClockMark | None, boot: str, shown: datetime, elapsed_s: float
) -> tuple[datetime, float, float]:
    """What the clock may show at most, since when it is off just so much, and how much."""
    if last is None or last.ceiling is None:
        return shown, elapsed_s, 0.0
    if last.boot == boot:
        passed = timedelta(seconds=elapsed_s - last.elapsed_s)
        return last.ceiling + passed, last.off_since_s, last.off_s
    # Another machine, or the same one after a start: nobody counted how long it was off.
    if timedelta() <= shown - last.ceiling <= LEAP:
        return shown, elapsed_s, 0.0
    return last.ceiling, elapsed_s, (shown - last.ceiling).total_seconds()
