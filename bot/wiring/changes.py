"""What admins change while all runs."""

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.people.changes.changing import Changes, TenantNow
from bot.people.changes.models import ModelOptions
from bot.people.tuning import Tuning
from bot.staff.roles import Staff
from bot.store.tunings import TuningStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


def build_changes(
    tenant: Tenant,
    *,
    redis: Redis,
    engine: Engine,
    staff: Staff,
    models: ModelOptions | None,
    texts: Texts,
    retention_days: int,
    tenant_now: TenantNow | None,
    prefix: str,
) -> Changes:
    """`models`: None where there is nothing to choose from. `tenant_now`: None: nobody looks for edits."""
    return Changes(
        tenant=tenant,
        tuning=Tuning(TuningStore(engine, tenant.name), redis, tenant.name, prefix=prefix),
        staff=staff,
        redis=redis,
        models=models or ModelOptions(options=(), default="local"),
        texts=texts,
        retention_days=retention_days,
        tenant_now=tenant_now,
        prefix=prefix,
    )
