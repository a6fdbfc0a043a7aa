"""The export of dialogues."""

from sqlalchemy import Engine

from bot.domain.moments import Now
from bot.people.export.exporting import Exports
from bot.people.export.requests import ExportRequests
from bot.people.privacy.consent import Consents
from bot.store.exporting import ExportStore
from bot.store.sealing import Sealer
from bot.tenant import Tenant
from bot.tenant.terms import Terms
from bot.wiring.basis import Basis


def build_exports(tenant: Tenant, terms: Terms | None, engine: Engine, sealer: Sealer, now: Now) -> Exports:
    """`terms`: as they are now."""
    version = None if terms is None else terms.version
    store = ExportStore(engine, tenant.name, sealer, version=version)
    return Exports(store=store, tenant=tenant, terms=terms, now=now)


def build_export_requests(basis: Basis, consents: Consents) -> ExportRequests:
    async def exports() -> Exports:
        return build_exports(basis.tenant, await consents.look(), basis.engine, basis.sealer, basis.now)

    return ExportRequests(
        exports,
        tenant=basis.tenant.name,
        staff=basis.staff,
        outbox=basis.outbox,
        files=basis.files,
        redis=basis.redis,
        texts=basis.texts,
        prefix=basis.prefix,
    )
