"""The export of dialogues."""

from sqlalchemy import Engine

from bot.domain.moments import Now
from bot.people.exporting import Exports
from bot.store.exporting import ExportStore
from bot.store.sealing import Sealer
from bot.tenant import Tenant


def build_exports(tenant: Tenant, engine: Engine, sealer: Sealer, now: Now) -> Exports:
    version = None if tenant.terms is None else tenant.terms.version
    store = ExportStore(engine, tenant.name, sealer, version=version)
    return Exports(store=store, tenant=tenant, now=now)
