"""Schedulers as real processes over one database, with a clock that tests turn."""

import asyncio
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from redis import Redis
from rq.job import Job as QueuedJob
from sqlalchemy import Engine

from bot.store.job_runs import RUNS, JobRunStore, LeaseStore, RunOutcome
from tests.assistants import BAKERY

ROOT = Path(__file__).parents[2]
WITHIN_S = 30.0
OFTEN_S = 0.5
_MADE_GOOD = 5
"""So many runs at most may come before their time: whenever one takes over, or a clock was turned."""


@dataclass(kw_only=True)
class Schedulers:
    """Some of them over one database and one Redis, and a worker that does what they queue."""

    folder: Path
    url: str
    redis_url: str
    engine: Engine
    tenant: Path = BAKERY
    processes: list["subprocess.Popen[bytes]"] = field(default_factory=list)
    done: list[tuple[str, str, str]] = field(default_factory=list)
    """Job, run and the key of what it was done for, in their order."""
    began_at: float = field(default_factory=time.monotonic)

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
            "TENANT": str(self.tenant),
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

    def stop(self) -> None:
        """Kill them all."""
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes.clear()

    def nothing_twice(self) -> bool:
        """Neither a run nor what it is for; and what is due often came no oftener than from one of them."""
        twice = [done for done, times in Counter(self.done).items() if times > 1]
        named = Counter((job, key) for job, _, key in self.done)
        again = [key for key, times in named.items() if times > 1]
        most = (time.monotonic() - self.began_at) / OFTEN_S + _MADE_GOOD
        often = [key for job, key in named if job == "often"]
        return not twice and not again and len(often) <= most
