"""The scheduler's insides for the scheduler's process."""

import os
import secrets
import socket
from collections.abc import Mapping

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.moments import Now
from bot.people.clockwork.dispatching import Dispatcher
from bot.people.clockwork.jobs import Job
from bot.people.clockwork.leading import Leadership
from bot.people.clockwork.planning import Plan
from bot.people.clockwork.working import LOOK_S, Clockwork
from bot.people.retention.clock import machine_clock
from bot.people.tuning import Tuning
from bot.queue.duties import Duties
from bot.settings import Settings
from bot.store.job_runs import JobRunStore, LeaseStore
from bot.store.tunings import TuningStore
from bot.tenant import Tenant
from bot.wiring import open_blocking_redis
from bot.wiring.upkeep import build_clock


def build_clockwork(
    settings: Settings,
    tenant: Tenant,
    *,
    redis: Redis,
    engine: Engine,
    jobs: Mapping[str, Job],
    now: Now,
    look_every_s: float = LOOK_S,
) -> Clockwork:
    """One scheduler of the tenant's jobs. The database must be migrated."""
    runs, steady = JobRunStore(engine, tenant.name), machine_clock()
    holder = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
    return Clockwork(
        jobs,
        leadership=Leadership(LeaseStore(engine, tenant.name), holder),
        plan=Plan(jobs, engine, runs, tenant=tenant.name, zone=tenant.zone, now=now),
        dispatcher=Dispatcher(jobs, runs, Duties(open_blocking_redis(settings)), now=now),
        clock=build_clock(engine, tenant.name, redis, now),
        steady=steady,
        tuning=Tuning(TuningStore(engine, tenant.name), redis, tenant.name),
        zone=tenant.zone,
        now=now,
        look_every_s=look_every_s,
    )
