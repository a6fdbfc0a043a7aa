"""The scheduler: wakes up on time and has the workers do what must not be forgotten. Two do nothing twice."""

import asyncio
import sys

from bot.cli.process import call_at_stop, run_process
from bot.domain.moments import Now, utc_now
from bot.settings import Settings
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate_when_reachable
from bot.wiring import load_configured_tenant, open_redis
from bot.wiring.clockwork import build_clockwork
from bot.wiring.duties import jobs_of


async def schedule(settings: Settings, now: Now = utc_now) -> None:
    url = database_url(settings.database_url, settings.data_dir)
    await migrate_when_reachable(url)
    redis, engine = open_redis(settings, connections=4), open_engine(url)
    tenant = load_configured_tenant(settings)
    jobs = jobs_of(tenant, engine)
    clockwork = build_clockwork(settings, tenant, redis=redis, engine=engine, jobs=jobs, now=now)
    stopped = asyncio.Event()
    call_at_stop(stopped.set)
    try:
        await clockwork.run(stopped)
    finally:
        engine.dispose()
        await redis.aclose()


if __name__ == "__main__":
    sys.exit(run_process("scheduler", schedule))
