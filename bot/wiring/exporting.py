"""The export of dialogues."""

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.kept_files import KeptFiles
from bot.domain.moments import Now
from bot.people.export.exporting import Exports
from bot.people.export.requests import ExportRequests
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.store.exporting import ExportStore
from bot.store.sealing import Sealer
from bot.tenant import Tenant
from bot.texts.catalogue import Texts


def build_exports(tenant: Tenant, engine: Engine, sealer: Sealer, now: Now) -> Exports:
    version = None if tenant.terms is None else tenant.terms.version
    store = ExportStore(engine, tenant.name, sealer, version=version)
    return Exports(store=store, tenant=tenant, now=now)


def build_export_requests(
    tenant: Tenant,
    texts: Texts,
    *,
    redis: Redis,
    engine: Engine,
    outbox: Outbox,
    files: KeptFiles,
    staff: Staff,
    sealer: Sealer,
    prefix: str,
    now: Now,
) -> ExportRequests:
    return ExportRequests(
        build_exports(tenant, engine, sealer, now),
        staff=staff,
        outbox=outbox,
        files=files,
        redis=redis,
        texts=texts,
        prefix=prefix,
    )
