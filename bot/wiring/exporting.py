"""The export of dialogues."""

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.delivery.kept_files import KeptFiles
from bot.domain.moments import Now
from bot.people.export.exporting import Exports
from bot.people.export.requests import ExportRequests
from bot.people.privacy.consent import Consents
from bot.queue.outbox import Outbox
from bot.staff.roles import Staff
from bot.store.exporting import ExportStore
from bot.store.sealing import Sealer
from bot.tenant import Tenant
from bot.tenant.terms import Terms
from bot.texts.catalogue import Texts


def build_exports(tenant: Tenant, terms: Terms | None, engine: Engine, sealer: Sealer, now: Now) -> Exports:
    """`terms`: as they are now."""
    version = None if terms is None else terms.version
    store = ExportStore(engine, tenant.name, sealer, version=version)
    return Exports(store=store, tenant=tenant, terms=terms, now=now)


def build_export_requests(
    tenant: Tenant,
    texts: Texts,
    *,
    consents: Consents,
    redis: Redis,
    engine: Engine,
    outbox: Outbox,
    files: KeptFiles,
    staff: Staff,
    sealer: Sealer,
    prefix: str,
    now: Now,
) -> ExportRequests:
    async def exports() -> Exports:
        return build_exports(tenant, await consents.look(), engine, sealer, now)

    return ExportRequests(
        exports,
        tenant=tenant.name,
        staff=staff,
        outbox=outbox,
        files=files,
        redis=redis,
        texts=texts,
        prefix=prefix,
    )
