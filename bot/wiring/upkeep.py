"""What keeps the service in order: retention, the scheduler's jobs, the digest."""

import asyncio
from collections.abc import Mapping
from datetime import time, timedelta
from functools import partial
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.moments import Now, utc_now
from bot.people.broadcasts.broadcasts import Broadcasts
from bot.people.clockwork.jobs import Duty, Job, Jobs
from bot.people.retention.clock import TrustedClock, database_witness, redis_witness
from bot.people.retention.figures import DailyFigures
from bot.people.retention.holding import Holding
from bot.people.retention.leftovers import Leftovers
from bot.people.retention.purging import Retention
from bot.people.retention.telling import RetentionNews
from bot.people.upkeep.backup import Backups, DailyBackup
from bot.people.upkeep.digest import Digest
from bot.people.upkeep.knowledge_check import KnowledgeCheck
from bot.people.upkeep.services import Upkeep
from bot.queue.inbox import Inbox
from bot.stock.refreshing import StockRefresher
from bot.store.clock_marks import ClockMarkStore
from bot.store.erasing import ErasureStore
from bot.store.figures import FigureStore
from bot.store.holds import HoldStore
from bot.store.job_runs import JobRunStore
from bot.store.purging import PurgeStore
from bot.wiring.basis import Basis

PURGE = "purge"
_HOUR_S = 3600.0


def build_jobs(
    duties: Mapping[str, float], *, stock_minutes: float | None, has_backups: bool
) -> Mapping[str, Job]:
    """All that the clock wants done. `duties`: every how many seconds what people wait for is looked after.

    `stock_minutes`: how often the tenant's table is fetched; None: it has none. `has_backups`: of the
    database; a server's own tools make them otherwise.
    """
    jobs = [
        Job(name="digest", at=time(9, 0)),
        Job(name=PURGE, every_s=_HOUR_S, timeout_s=4 * 3600),
        Job(name="knowledge", at=time(8, 30), timeout_s=900),
        Job(name="exports", every_s=10.0, timeout_s=3600),
        Job(name="broadcasts", every_s=10.0, timeout_s=4 * 3600),
        Job(name="clock", every_s=300.0),
        Job(name="sweep", every_s=15.0),
        *(Job(name=name, every_s=every_s) for name, every_s in duties.items()),
    ]
    if has_backups:
        jobs.insert(3, Job(name="backup", at=time(4, 30), timeout_s=3600))
    if stock_minutes is not None:
        jobs.insert(1, Job(name="stock", every_s=stock_minutes * 60, timeout_s=600))
    return {job.name: job for job in jobs}


def build_clock(engine: Engine, tenant: str, redis: Redis, now: Now) -> TrustedClock:
    store = ClockMarkStore(engine, tenant)
    # a clock that a test has turned has no witnesses
    witnesses = (redis_witness(redis), database_witness(store)) if now is utc_now else ()
    return TrustedClock(store, witnesses, now=now)


def build_upkeep(
    basis: Basis,
    *,
    broadcasts: Broadcasts,
    jobs: Mapping[str, Job],
    retention_days: int,
    data_dir: Path | None,
) -> Upkeep:
    """`data_dir`: where logs and backups lie; None: nowhere."""
    tenant, engine = basis.tenant, basis.engine
    nps_every = timedelta(days=tenant.service.ratings.nps_every_days)
    purges = PurgeStore(engine, tenant.name, nps_every=nps_every, now=basis.now)
    clock = build_clock(engine, tenant.name, basis.redis, basis.now)
    figures = DailyFigures(FigureStore(engine, tenant.name), tenant.zone, clock)
    retention = Retention(
        tenant=tenant,
        store=purges,
        scrubber=ErasureStore(engine, tenant.name),
        figures=figures,
        leftovers=Leftovers(basis.redis, data_dir, prefix=basis.prefix),
        clock=clock,
        tuning=basis.tuning,
        end_what_rests=broadcasts.stop_those_that_rest,
        news=RetentionNews(basis.posts, basis.texts, tenant.zone, basis.now),
        default_days=retention_days,
        now=basis.now,
    )
    return Upkeep(
        retention=retention,
        holding=Holding(HoldStore(engine, tenant.name), basis.redis, basis.now, prefix=basis.prefix),
        figures=figures,
        jobs=Jobs(jobs, JobRunStore(engine, tenant.name), basis.tuning, basis.now),
        digest=Digest(tenant, basis.texts, figures=figures, purges=purges, posts=basis.posts, now=basis.now),
        knowledge=KnowledgeCheck(basis.folder, basis.posts, basis.texts, basis.redis, prefix=basis.prefix),
        backup=DailyBackup(None if data_dir is None else Backups(engine, data_dir, basis.now), retention),
    )


def process_duties(inbox: Inbox, refresher: StockRefresher | None) -> Mapping[str, Duty]:
    """What needs more than people. `refresher`: of the tenant's table, if it has one."""
    duties: dict[str, Duty] = {"sweep": inbox.sweep}
    if refresher is not None:
        duties["stock"] = partial(asyncio.to_thread, refresher.refresh_if_due)
    return duties


def upkeep_duties(upkeep: Upkeep) -> Mapping[str, Duty]:
    return {
        "digest": upkeep.digest.tell,
        PURGE: partial(_purge, upkeep),
        "clock": upkeep.retention.watch_clock,
        "knowledge": upkeep.knowledge.check,
        "backup": upkeep.backup.make,
    }


async def _purge(upkeep: Upkeep) -> None:
    await upkeep.retention.purge()
    await upkeep.backup.follow_purge()
