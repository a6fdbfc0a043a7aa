"""The stock tables of tenants in SQL: a new version is there whole, or not at all."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.engine import translated
from bot.store.tables import StockRefreshRow, StockRow, StockStateRow, StockVersionRow

_BATCH = 2_000
_KEPT_VERSIONS = 3
_KEPT_REFRESHES = 500


def _table_of(row: type[StockRefreshRow | StockRow | StockStateRow | StockVersionRow]) -> Table:
    table: Table = row.__table__  # type: ignore[union-attr]
    return table


REFRESHES = _table_of(StockRefreshRow)
ROWS = _table_of(StockRow)
STATES = _table_of(StockStateRow)
VERSIONS = _table_of(StockVersionRow)


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredState:
    """What is in service. `version_id` and `as_of` are None before the first good refresh."""

    version_id: int | None = None
    as_of: datetime | None = None
    failing_since: datetime | None = None
    fingerprint: str = ""
    row_count: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredRefresh:
    """What came of one refresh."""

    at: datetime
    succeeded: bool
    row_count: int
    faults: tuple[str, ...]


class StockStore:
    """Reads and writes the table of one tenant. Every call blocks, and raises StoreError and nothing else."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def state(self) -> StoredState:
        current = (
            select(
                STATES.c.version_id,
                STATES.c.as_of,
                STATES.c.failing_since,
                VERSIONS.c.fingerprint,
                VERSIONS.c.row_count,
            )
            .join(VERSIONS, VERSIONS.c.id == STATES.c.version_id, isouter=True)
            .where(STATES.c.tenant == self._tenant)
        )
        with translated(), self._engine.connect() as connection:
            row = connection.execute(current).one_or_none()
        if row is None:
            return StoredState()
        found = row._mapping
        return StoredState(
            **{**found, "fingerprint": found["fingerprint"] or "", "row_count": found["row_count"] or 0}
        )

    def claim(self, now: datetime, at_most_every: timedelta) -> bool:
        """Whether this caller may refresh now: of several that ask within the time, one may."""
        due = or_(STATES.c.attempted_at.is_(None), STATES.c.attempted_at <= now - at_most_every)
        mine = update(STATES).where(STATES.c.tenant == self._tenant, due).values(attempted_at=now)
        with translated(), self._engine.begin() as connection:
            self._ensure_state(connection)
            return connection.execute(mine).rowcount == 1

    def put(
        self,
        *,
        as_of: datetime,
        fingerprint: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
        faults: Sequence[str] = (),
    ) -> int:
        """Put a table in service in one transaction, and return its version.

        A table like the one in service keeps its version and only moves its `as_of`.
        """
        with translated(), self._engine.begin() as connection:
            self._ensure_state(connection)
            version = self._same_version(connection, fingerprint)
            if version is None:
                version = self._insert(connection, as_of, fingerprint, columns, rows)
            mine = STATES.c.tenant == self._tenant
            connection.execute(
                update(STATES)
                .where(mine)
                .values(version_id=version, as_of=as_of, attempted_at=as_of, failing_since=None)
            )
            self._note(connection, as_of, True, version, len(rows), faults)
            self._drop_old(connection)
        return version

    def record_failure(self, at: datetime, faults: Sequence[str]) -> None:
        """Note that a refresh failed; the table in service stays."""
        with translated(), self._engine.begin() as connection:
            self._ensure_state(connection)
            mine = STATES.c.tenant == self._tenant
            connection.execute(update(STATES).where(mine).values(attempted_at=at))
            connection.execute(
                update(STATES).where(mine, STATES.c.failing_since.is_(None)).values(failing_since=at)
            )
            self._note(connection, at, False, None, 0, faults)

    def rows(self, version_id: int) -> tuple[list[str], list[list[Any]]]:
        """The columns and rows of a version; nothing of one that is gone."""
        with translated(), self._engine.connect() as connection:
            columns = connection.scalar(select(VERSIONS.c.columns).where(VERSIONS.c.id == version_id))
            found = select(ROWS.c["values"]).where(ROWS.c.version_id == version_id).order_by(ROWS.c.position)
            return list(columns or ()), list(connection.scalars(found)) if columns else []

    def refreshes(self, limit: int = 10) -> list[StoredRefresh]:
        """What came of the last refreshes, the newest first."""
        newest = (
            select(REFRESHES.c.at, REFRESHES.c.succeeded, REFRESHES.c.row_count, REFRESHES.c.faults)
            .where(REFRESHES.c.tenant == self._tenant)
            .order_by(REFRESHES.c.id.desc())
            .limit(limit)
        )
        with translated(), self._engine.connect() as connection:
            return [
                StoredRefresh(
                    at=row.at, succeeded=row.succeeded, row_count=row.row_count, faults=tuple(row.faults)
                )
                for row in connection.execute(newest)
            ]

    def _ensure_state(self, connection: Connection) -> None:
        dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
        connection.execute(dialect.insert(STATES).values(tenant=self._tenant).on_conflict_do_nothing())

    def _same_version(self, connection: Connection, fingerprint: str) -> int | None:
        same: int | None = connection.scalar(
            select(VERSIONS.c.id)
            .join(STATES, STATES.c.version_id == VERSIONS.c.id)
            .where(STATES.c.tenant == self._tenant, VERSIONS.c.fingerprint == fingerprint)
        )
        return same

    def _insert(
        self,
        connection: Connection,
        at: datetime,
        fingerprint: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Any]],
    ) -> int:
        version = {
            "tenant": self._tenant,
            "fingerprint": fingerprint,
            "columns": list(columns),
            "row_count": len(rows),
            "created_at": at,
        }
        version_id: int = connection.execute(
            insert(VERSIONS).values(version).returning(VERSIONS.c.id)
        ).scalar_one()
        for batch in _batches(
            {"version_id": version_id, "position": position, "values": list(values)}
            for position, values in enumerate(rows)
        ):
            connection.execute(insert(ROWS), batch)
        return version_id

    def _note(
        self,
        connection: Connection,
        at: datetime,
        succeeded: bool,
        version_id: int | None,
        row_count: int,
        faults: Sequence[str],
    ) -> None:
        told = {"succeeded": succeeded, "version_id": version_id, "row_count": row_count}
        connection.execute(insert(REFRESHES).values(tenant=self._tenant, at=at, faults=list(faults), **told))

    def _drop_old(self, connection: Connection) -> None:
        """A few versions stay, for whoever is still reading one and for replays."""
        mine = VERSIONS.c.tenant == self._tenant
        versions = list(connection.scalars(select(VERSIONS.c.id).where(mine).order_by(VERSIONS.c.id.desc())))
        if old := versions[_KEPT_VERSIONS:]:
            connection.execute(delete(ROWS).where(ROWS.c.version_id.in_(old)))
            connection.execute(delete(VERSIONS).where(VERSIONS.c.id.in_(old)))
        newest = select(REFRESHES.c.id).where(REFRESHES.c.tenant == self._tenant)
        edge = connection.scalar(newest.order_by(REFRESHES.c.id.desc()).offset(_KEPT_REFRESHES).limit(1))
        if edge is not None:
            connection.execute(
                delete(REFRESHES).where(REFRESHES.c.tenant == self._tenant, REFRESHES.c.id <= edge)
            )


def _batches(values: Iterable[dict[str, Any]]) -> Iterable[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for value in values:
        batch.append(value)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
