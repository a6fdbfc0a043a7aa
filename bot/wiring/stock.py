"""The stock table of the configured tenant, if it has one."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from bot.settings import Settings, read_secret
from bot.stock.refreshing import StockRefresher
from bot.stock.snapshot import Snapshot
from bot.stock.source import StockSource
from bot.stock.table import StockTable
from bot.stock.vocabulary import Vocabulary
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate
from bot.store.stock import StockStore
from bot.tenant import Tenant, find_tenant
from bot.texts.catalogue import Texts
from bot.wiring import TENANTS


def build_refresher(settings: Settings, tenant: Tenant, engine: Engine) -> StockRefresher | None:
    """None for a tenant without a table."""
    if tenant.stock is None:
        return None
    return StockRefresher(
        tenant=tenant.name,
        schema=tenant.stock,
        folder=find_tenant(settings.tenant, TENANTS),
        store=StockStore(engine, tenant.name),
        read_secret=read_secret,
    )


def build_stock_table(settings: Settings, tenant: Tenant, engine: Engine) -> StockTable | None:
    refresher = build_refresher(settings, tenant, engine)
    if refresher is None:
        return None

    def new_vocabulary(snapshot: Snapshot) -> Vocabulary:
        return Vocabulary(snapshot.schema, snapshot, tenant.lexicon)

    return StockTable(refresher, StockStore(engine, tenant.name), new_vocabulary)


def build_tables(settings: Settings, tenant: Tenant, engine: Engine, texts: Texts) -> tuple[StockSource, ...]:
    """The tenant's table as a source of truth, if it has one. The database must be migrated."""
    table = build_stock_table(settings, tenant, engine)
    return () if table is None else (StockSource(table, texts, tenant.zone),)


@contextmanager
def opened_tables(settings: Settings, tenant: Tenant, texts: Texts) -> Iterator[tuple[StockSource, ...]]:
    """The same for a process that has no other use for the database, which is opened only for a table."""
    if tenant.stock is None:
        yield ()
        return
    with opened_engine(settings) as engine:
        yield build_tables(settings, tenant, engine, texts)


@contextmanager
def opened_engine(settings: Settings) -> Iterator[Engine]:
    """The migrated database, for a process that has no other use for it. Blocks."""
    url = database_url(settings.database_url, settings.data_dir)
    migrate(url)
    engine = open_engine(url)
    try:
        yield engine
    finally:
        engine.dispose()
