"""The scheduler: wakes up on time and starts what must not be forgotten. Two of them do nothing twice."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from redis.exceptions import RedisError

from bot.cli.process import call_at_stop, run_process
from bot.errors import StoreError
from bot.queue.duties import Duties
from bot.settings import Settings
from bot.stock.refreshing import StockRefresher
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate_when_reachable
from bot.store.turns import TurnStore
from bot.wiring import build_inbox, load_configured_tenant, open_blocking_redis, open_redis
from bot.wiring.people import DUTIES
from bot.wiring.stock import build_refresher

SWEEP_EVERY_S = 10
PURGE_EVERY_S = 3600

log = structlog.get_logger()


async def schedule(settings: Settings) -> None:
    redis = open_redis(settings, connections=4)
    inbox = build_inbox(settings, redis)
    url = database_url(settings.database_url, settings.data_dir)
    await migrate_when_reachable(url)
    engine = open_engine(url)
    scheduler = AsyncIOScheduler(
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    sweep = partial(inbox.sweep, at_most_every_s=SWEEP_EVERY_S / 2)
    scheduler.add_job(sweep, IntervalTrigger(seconds=SWEEP_EVERY_S), id="sweep", name="sweep")
    purge_old = partial(purge, TurnStore(engine), settings.log_retention_days)
    at_once = datetime.now(UTC)
    scheduler.add_job(
        purge_old, IntervalTrigger(seconds=PURGE_EVERY_S), id="purge", name="purge", next_run_time=at_once
    )
    refresher = build_refresher(settings, load_configured_tenant(settings), engine)
    if refresher is not None:
        every = IntervalTrigger(minutes=refresher.schema.refresh_minutes)
        refresh = partial(refresh_stock, refresher)
        scheduler.add_job(refresh, every, id="stock", name="stock", next_run_time=at_once)
    duties = Duties(open_blocking_redis(settings))
    for name, every_s in DUTIES.items():
        call = partial(call_duty, duties, name, every_s)
        scheduler.add_job(call, IntervalTrigger(seconds=every_s), id=name, name=name)
    stopped = asyncio.Event()
    call_at_stop(stopped.set)
    scheduler.start()
    await stopped.wait()
    scheduler.shutdown(wait=False)
    engine.dispose()
    await redis.aclose()


async def purge(store: TurnStore, retention_days: int) -> None:
    """Delete the logged turns that are older than the window; repeating it does no harm."""
    before = datetime.now(UTC) - timedelta(days=retention_days)
    try:
        deleted = await asyncio.to_thread(store.purge_before, before)
    except StoreError as error:
        log.warning("purge_postponed", error=str(error))
    else:
        log.info("turns_purged", turns=deleted, before=before.isoformat())


async def refresh_stock(refresher: StockRefresher) -> None:
    """Fetch the stock table, unless another scheduler has just tried; a failure keeps the one in service."""
    try:
        await asyncio.to_thread(refresher.refresh_if_due)
    except StoreError as error:
        log.warning("stock_refresh_postponed", error=str(error))


async def call_duty(duties: Duties, name: str, every_s: float) -> None:
    """Have the workers do it; while Redis is away nobody can, and the next time is soon."""
    try:
        await duties.call(name, every_s)
    except RedisError as error:
        log.warning("duty_postponed", duty=name, error=type(error).__name__)


if __name__ == "__main__":
    sys.exit(run_process("scheduler", schedule))
