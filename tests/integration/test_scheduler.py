"""Schedulers as real processes on both databases: killed, frozen, and with clocks that are turned."""

import asyncio
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from redis import Redis
from rq.job import Job as QueuedJob
from sqlalchemy import Engine

from bot.store.clock_marks import ClockMarkStore
from bot.store.job_runs import RUNS, JobRunStore, LeaseStore, RunOutcome
from tests.assistants import BAKERY

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Asia/Novosibirsk")
WITHIN_S = 30.0


@dataclass(kw_only=True)
class Schedulers:
    """Some of them over one database and one Redis, and a worker that does what they queue."""

    folder: Path
    url: str
    redis_url: str
    engine: Engine
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    done: list[tuple[str, str, str]] = field(default_factory=list)
    """Job, run and the key of what it was done for, in their order."""

    def __post_init__(self) -> None:
        self.redis = Redis.from_url(self.redis_url)
        self.runs = JobRunStore(self.engine, "bakery")
        self.turn(0)

    def start(self, *jobs: str) -> "subprocess.Popen[bytes]":
        settings = {
            "DATABASE_URL": self.url,
            "REDIS_URL": self.redis_url,
            "DATA_DIR": str(self.folder),
            "DATA_KEYS": "0" * 43 + "=",
            "TENANT": str(BAKERY),
        }
        command = [sys.executable, "-m", "tests.turned_scheduler", str(self.folder), *jobs]
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def leader(self) -> "subprocess.Popen[bytes]":
        holder, _ = LeaseStore(self.engine, "bakery").look()
        pid = int(holder.split(":")[1])
        return next(process for process in self.processes if process.pid == pid)

    def turn(self, offset_s: float) -> None:
        new = self.folder / "offset.new"
        new.write_text(str(offset_s))
        new.rename(self.folder / "offset")

    def turn_to(self, at: datetime) -> None:
        self.turn((at - datetime.now(UTC)).total_seconds())

    def work(self) -> None:
        """Do what is queued, as a worker would."""
        while (queued := self.redis.lpop("rq:queue:turns")) is not None:
            assert isinstance(queued, bytes)
            job = QueuedJob.fetch(queued.decode(), connection=self.redis)
            name, run_id = job.args
            if self.runs.is_open(run_id):
                with self.engine.connect() as connection:
                    key = connection.execute(RUNS.select().where(RUNS.c.id == run_id)).one().key
                self.done.append((name, run_id, key))
                at = datetime.now(UTC)
                self.runs.end(run_id, RunOutcome.DONE, started_at=at, at=at)
            job.delete()

    def keys(self, name: str) -> list[str]:
        self.work()
        return [key for job, _, key in self.done if job == name]

    async def until(self, done: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(WITHIN_S):
                while not done():
                    self.work()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError((self.folder / "log").read_text()[-3_000:]) from None

    async def until_it_goes_on(self, name: str = "often", times: int = 2) -> None:
        already = len(self.keys(name))
        await self.until(lambda: len(self.keys(name)) >= already + times)

    def nothing_twice(self) -> bool:
        return not [done for done, times in Counter(self.done).items() if times > 1] and not [
            key for key, times in Counter((job, key) for job, _, key in self.done).items() if times > 1
        ]


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Of SQLite, unless a test asks for both."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def schedulers(
    tmp_path: Path, database_url: str, engine: Engine, redis_url: str, redis: object
) -> Iterator[Schedulers]:
    running = Schedulers(folder=tmp_path, url=database_url, redis_url=redis_url, engine=engine)
    yield running
    for process in running.processes:
        process.kill()
        process.wait()
    running.redis.close()


@pytest.fixture
async def pair(schedulers: Schedulers) -> Schedulers:
    """Two at work, a moment before nine in the tenant's morning."""
    schedulers.turn_to(datetime(2027, 3, 10, 1, 30, tzinfo=UTC))
    for _ in range(2):
        schedulers.start("often=0.5", "daily=09:00")
    await schedulers.until_it_goes_on()
    schedulers.turn_to(datetime(2027, 3, 10, 1, 59, 58, tzinfo=UTC))
    return schedulers


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_of_two_the_other_goes_on_when_one_is_killed(pair: Schedulers) -> None:
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10"])
    first = pair.leader()
    first.kill()
    await pair.until_it_goes_on()
    assert pair.leader() is not first
    assert pair.keys("daily") == ["2027-03-10"]
    assert pair.nothing_twice()


async def test_who_was_frozen_does_nothing_again(pair: Schedulers) -> None:
    frozen = pair.leader()
    frozen.send_signal(signal.SIGSTOP)
    await pair.until(lambda: pair.leader() is not frozen)
    await pair.until_it_goes_on()
    frozen.send_signal(signal.SIGCONT)
    await pair.until_it_goes_on(times=6)
    assert pair.leader() is not frozen
    assert pair.nothing_twice()


async def test_a_clock_set_back_stops_nothing_and_repeats_nothing(pair: Schedulers) -> None:
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10"])
    pair.turn_to(datetime(2027, 3, 10, 1, 59, 55, tzinfo=UTC))
    await pair.until_it_goes_on(times=16)
    pair.turn_to(datetime(2027, 3, 9, 20, 0, tzinfo=UTC))
    await pair.until_it_goes_on()
    assert pair.keys("daily") == ["2027-03-10"]
    assert pair.nothing_twice()


async def test_after_a_leap_the_daily_jobs_wait_until_it_is_explained(pair: Schedulers) -> None:
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10"])
    pair.turn_to(datetime(2027, 3, 12, 4, 0, tzinfo=UTC))
    await pair.until_it_goes_on(times=4)
    assert pair.keys("daily") == ["2027-03-10"]
    ClockMarkStore(pair.engine, "bakery").trust()
    await pair.until(lambda: len(pair.keys("daily")) > 1)
    await pair.until_it_goes_on()
    assert pair.keys("daily") == ["2027-03-10", "2027-03-12"]  # what was missed is made good once
    assert pair.nothing_twice()


async def test_a_leap_that_is_taken_back_costs_no_day(pair: Schedulers) -> None:
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10"])
    pair.turn_to(datetime(2027, 3, 20, 4, 0, tzinfo=UTC))
    await pair.until_it_goes_on(times=4)
    pair.turn_to(datetime(2027, 3, 10, 2, 0, 30, tzinfo=UTC))
    await pair.until_it_goes_on()
    pair.turn_to(datetime(2027, 3, 11, 1, 59, 58, tzinfo=UTC))
    ClockMarkStore(pair.engine, "bakery").trust()
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10", "2027-03-11"])
    assert pair.nothing_twice()


async def test_what_was_missed_while_all_were_off_is_made_good_once(schedulers: Schedulers) -> None:
    schedulers.turn_to(datetime(2027, 3, 10, 2, 0, 1, tzinfo=UTC))
    first = schedulers.start("often=0.5", "daily=09:00")
    await schedulers.until_it_goes_on()
    assert schedulers.runs.claim("daily", "2027-03-09", datetime(2027, 3, 9, 2, tzinfo=UTC))
    schedulers.runs.end(
        schedulers.runs.open()[-1].run_id, RunOutcome.DONE, started_at=None, at=datetime.now(UTC)
    )
    first.kill()
    first.wait()
    schedulers.start("often=0.5", "daily=09:00")
    await schedulers.until(lambda: schedulers.keys("daily") == ["2027-03-10"])
    await schedulers.until_it_goes_on()
    assert schedulers.keys("daily") == ["2027-03-10"]
    assert schedulers.nothing_twice()
