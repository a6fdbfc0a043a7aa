"""What each part of people's service is built on."""

from dataclasses import dataclass
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.delivery import Delivery
from bot.delivery.kept_files import KeptFiles
from bot.domain.moments import Now, utc_now
from bot.people.staff_posts import StaffPosts
from bot.people.tuning import Tuning
from bot.queue.inbox import Inbox
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.store.sealing import Sealer
from bot.store.staff import StaffStore
from bot.store.tunings import TuningStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts
from bot.wiring import TENANTS


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """One tenant's, in one process. `folder`: the tenant's."""

    tenant: Tenant
    texts: Texts
    folder: Path
    redis: Redis
    engine: Engine
    inbox: Inbox
    outbox: Outbox
    delivery: Delivery
    files: KeptFiles
    staff: Staff
    posts: StaffPosts
    tuning: Tuning
    sealer: Sealer
    prefix: str
    now: Now


def lay_basis(
    tenant: Tenant,
    texts: Texts,
    *,
    redis: Redis,
    engine: Engine,
    inbox: Inbox,
    delivery: Delivery,
    sealer: Sealer,
    folder: Path | None = None,
    prefix: str = "dz",
    now: Now = utc_now,
) -> Basis:
    """The database must be migrated. `folder` None: where tenants lie."""
    outbox, staff = Outbox(inbox), Staff(StaffStore(engine, tenant.name))
    posts = StaffPosts(
        staff=staff,
        outbox=outbox,
        delivery=delivery,
        redis=redis,
        texts=texts,
        language=tenant.languages[0],
        prefix=prefix,
    )
    return Basis(
        tenant=tenant,
        texts=texts,
        folder=folder or TENANTS / tenant.name,
        redis=redis,
        engine=engine,
        inbox=inbox,
        outbox=outbox,
        delivery=delivery,
        files=KeptFiles(redis, prefix=prefix),
        staff=staff,
        posts=posts,
        tuning=Tuning(TuningStore(engine, tenant.name), redis, tenant.name, prefix=prefix),
        sealer=sealer,
        prefix=prefix,
        now=now,
    )
