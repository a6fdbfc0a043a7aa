"""Fetch, check, put in service: or keep what is in service, and say why."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import structlog

from bot.errors import StockError
from bot.stock.fetching import ReadSecret, fetch
from bot.stock.reading_table import CheckedTable, TableRefused, check_table
from bot.tenant.stock import StockSchema

log = structlog.get_logger()

_MOST_RECORDED = 50


class State(Protocol):
    """What is in service."""

    @property
    def version_id(self) -> int | None: ...
    @property
    def as_of(self) -> datetime | None: ...
    @property
    def failing_since(self) -> datetime | None: ...
    @property
    def fingerprint(self) -> str: ...
    @property
    def row_count(self) -> int: ...


class KeepsStock(Protocol):
    """The table of one tenant in SQL. Calls block and raise StoreError."""

    def state(self) -> State: ...

    def claim(self, now: datetime, at_most_every: timedelta) -> bool: ...

    def put(
        self,
        *,
        as_of: datetime,
        fingerprint: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        faults: Sequence[str] = (),
    ) -> int: ...

    def record_failure(self, at: datetime, faults: Sequence[str]) -> None: ...

    def rows(self, version_id: int) -> tuple[list[str], list[list[Any]]]: ...


def utc_now() -> datetime:
    return datetime.now(UTC)


class StockRefresher:
    """Refreshes one tenant's table. Any number may run at once, in any processes. Every call blocks."""

    def __init__(
        self,
        *,
        tenant: str,
        schema: StockSchema,
        folder: Path,
        store: KeepsStock,
        read_secret: ReadSecret,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """`folder` is the tenant's own, where a file is looked for."""
        self.schema = schema
        self._tenant = tenant
        self._folder = folder
        self._store = store
        self._read_secret = read_secret
        self._now = now

    @property
    def file(self) -> Path | None:
        """The file that the table comes from, if it comes from one."""
        return None if self.schema.source.csv is None else self._folder / self.schema.source.csv

    @property
    def schema_file(self) -> Path:
        """What says how the rows are read: another one may read the same rows otherwise."""
        return self._folder / "stock.yaml"

    def refresh_if_due(self) -> CheckedTable | None:
        """`refresh`, unless some process has tried within the schema's minutes. A failure is logged only."""
        half = timedelta(minutes=self.schema.refresh_minutes) / 2
        if not self._store.claim(self._now(), half):
            return None
        try:
            return self.refresh()
        except StockError:
            return None

    def refresh(self) -> CheckedTable:
        """Put the source's table in service. Raises StockError (recorded and logged too) or StoreError."""
        try:
            raw = fetch(self.schema, self._folder, self._read_secret)
            table = check_table(raw, self.schema, last_rows=self._store.state().row_count)
        except StockError as error:
            faults = error.faults if isinstance(error, TableRefused) else (error,)
            told = [str(fault) for fault in faults[:_MOST_RECORDED]]
            self._store.record_failure(self._now(), told)
            log.error("stock_refresh_failed", tenant=self._tenant, faults=len(faults), reason=told[0])
            raise
        version = self._store.put(
            as_of=self._now(),
            fingerprint=table.fingerprint,
            columns=table.columns,
            rows=table.rows,
            faults=[str(fault) for fault in (*table.faults, *table.notes)[:_MOST_RECORDED]],
        )
        log.info(
            "stock_refreshed",
            tenant=self._tenant,
            version=version,
            rows=len(table.rows),
            left_out=len(table.faults),
        )
        return table
