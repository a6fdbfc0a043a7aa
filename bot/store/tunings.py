"""What admins have changed while all runs, by name, with a count of the changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, select, update

from bot.store.admin_tables import TuningRow
from bot.store.engine import translated
from bot.store.rows import insert_into, table_of
from bot.store.staff import Act, is_admin

TUNINGS = table_of(TuningRow)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tuned:
    """A setting as it was changed last."""

    value: Any
    version: int
    changed_by: str
    changed_at: datetime


class TuningStore:
    """One tenant's changes. Every call blocks and raises StoreError and nothing else."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def all(self) -> Mapping[str, Tuned]:
        wanted = select(TUNINGS).where(TUNINGS.c.tenant == self._tenant)
        with translated(), self._engine.connect() as connection:
            return {
                row.name: Tuned(
                    value=row.value, version=row.version, changed_by=row.changed_by, changed_at=row.changed_at
                )
                for row in connection.execute(wanted)
            }

    def put(
        self, name: str, value: Any, *, seen: int, changed_by: str, at: datetime, act: Act | None = None
    ) -> bool:
        """Change it if nobody has since version `seen` (0: it was never changed). False: somebody has.

        `act` is noted with the change or not at all; False too if who does it is no admin any more.
        """
        values = {"value": value, "version": seen + 1, "changed_by": changed_by, "changed_at": at}
        with translated(), self._engine.begin() as connection:
            if act is not None and not is_admin(connection, self._tenant, act.by):
                return False
            if seen == 0:
                new = insert_into(connection, TUNINGS).values(tenant=self._tenant, name=name, **values)
                statement = new.on_conflict_do_nothing(index_elements=["tenant", "name"])
                is_done = connection.execute(statement.returning(TUNINGS.c.version)).first() is not None
            else:
                changed = update(TUNINGS).where(self._is(name), TUNINGS.c.version == seen).values(**values)
                is_done = connection.execute(changed).rowcount == 1
            if is_done and act is not None:
                act.note(connection, self._tenant)
        return is_done

    def drop(self, name: str) -> None:
        """Let what the files and the environment say hold again."""
        with translated(), self._engine.begin() as connection:
            connection.execute(delete(TUNINGS).where(self._is(name)))

    def _is(self, name: str) -> Any:
        return (TUNINGS.c.tenant == self._tenant) & (TUNINGS.c.name == name)
