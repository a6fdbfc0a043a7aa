"""A scheduler whose clock a test turns: `python -m tests.turned_scheduler FOLDER NAME=SECONDS NAME=HH:MM`.

FOLDER/offset holds by how many seconds its clock is ahead of the machine's.
"""

import asyncio
import sys
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import partial
from pathlib import Path
from typing import Any

import apscheduler.schedulers.base

from bot.cli.process import call_at_stop, run_process
from bot.people.clockwork.jobs import Job
from bot.settings import Settings
from bot.store.engine import database_url, open_engine
from bot.wiring import load_configured_tenant, open_redis
from bot.wiring.clockwork import build_clockwork

FOLDER = Path(sys.argv[1])


class TurnedDatetime(datetime):
    """The only clock that APScheduler asks."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Any:
        return datetime.now(tz) + timedelta(seconds=float((FOLDER / "offset").read_text()))


def job(said: str) -> Job:
    name, _, when = said.partition("=")
    if ":" in when:
        return Job(name=name, at=time.fromisoformat(when))
    return Job(name=name, every_s=float(when))


async def schedule(settings: Settings) -> None:
    redis = open_redis(settings, connections=4)
    engine = open_engine(database_url(settings.database_url, settings.data_dir))
    jobs = {each.name: each for each in map(job, sys.argv[2:])}
    clockwork = build_clockwork(
        settings,
        load_configured_tenant(settings),
        redis=redis,
        engine=engine,
        jobs=jobs,
        now=partial(TurnedDatetime.now, UTC),
        look_every_s=1.0,
    )
    stopped = asyncio.Event()
    call_at_stop(stopped.set)
    await clockwork.run(stopped)
    engine.dispose()
    await redis.aclose()


if __name__ == "__main__":
    apscheduler.schedulers.base.datetime = TurnedDatetime
    sys.exit(run_process("scheduler", schedule))
