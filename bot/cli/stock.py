"""`python -m bot stock refresh|show`: the stock table by hand."""

from datetime import datetime

import numpy as np

from bot.errors import StockError
from bot.logs import configure_logs
from bot.settings import Settings
from bot.store.stock import StockStore
from bot.wiring import load_configured_tenant
from bot.wiring.stock import build_refresher, build_stock_table, opened_engine

_SHOWN = 10


def refresh(settings: Settings) -> int:
    """Fetch the table and put it in service now. Exit status 1 if the old one stays."""
    configure_logs("critical", process="stock")
    tenant = load_configured_tenant(settings)
    with opened_engine(settings) as engine:
        refresher = build_refresher(settings, tenant, engine)
        if refresher is None:
            print(f"{tenant.name}: there is no stock.yaml, and so no table")
            return 1
        try:
            table = refresher.refresh()
        except StockError as error:
            print(f"{error}\n{tenant.name}: the table in service stays as it is")
            return 1
    for fault in (*table.faults, *table.notes):
        print(fault)
    print(f"{tenant.name}: {len(table.rows)} rows in service, {len(table.faults)} left out")
    return 0


def show(settings: Settings) -> int:
    """What is in service, as of when, and how the last refreshes went."""
    configure_logs("critical", process="stock")
    tenant = load_configured_tenant(settings)
    with opened_engine(settings) as engine:
        table = build_stock_table(settings, tenant, engine)
        in_service = table.current() if table is not None else None
        if table is None or in_service is None:
            print(f"{tenant.name}: there is no table in service")
            return 1
        snapshot = in_service.snapshot
        dated = table.dated(snapshot)
        stale = ", out of date" if dated.is_stale else ""
        told = f"{snapshot.size} rows, as of {_local(dated.as_of)}{stale}"
        print(f"{tenant.name}: version {snapshot.version}, {told}")
        for column in snapshot.schema.columns:
            if column.filter and column.values:
                counts = snapshot.counts(np.arange(snapshot.size), column.name)
                told = ", ".join(f"{value} {count}" for value, count in counts[:_SHOWN])
                print(f"  {column.name}: {told}{', ...' if len(counts) > _SHOWN else ''}")
        for done in StockStore(engine, tenant.name).refreshes(_SHOWN):
            outcome = f"{done.row_count} rows" if done.succeeded else "FAILED"
            print(f"  {_local(done.at)} {outcome}" + "".join(f"\n    {fault}" for fault in done.faults[:3]))
    return 0


def _local(at: datetime) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M")
