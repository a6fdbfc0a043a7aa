"""Moves everything that is sealed to the first key, batch by batch, beside those who read and write it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Engine, Row, bindparam, select, update
from sqlmodel import SQLModel

from bot.errors import SealBroken
from bot.store import people_tables, review_tables
from bot.store.engine import translated
from bot.store.rows import Values
from bot.store.sealing import Sealer

SEALED = "_sealed"
_DECLARED_IN = (people_tables, review_tables)  # the imports are what makes the tables known


@dataclass(frozen=True, kw_only=True, slots=True)
class Resealed:
    """What came of it. `broken` names each value that no key opens: table, column and row."""

    moved: int
    kept: int
    broken: tuple[str, ...]


def sealed_columns() -> Iterator["Column[str]"]:
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            if column.name.endswith(SEALED):
                yield column


def reseal(engine: Engine, sealer: Sealer, *, batch: int = 500) -> Resealed:
    """Each batch is written by itself; a value that changes meanwhile is left to who changes it.

    May be broken off and repeated. Raises StoreError.
    """
    moved, kept = 0, 0
    broken: list[str] = []
    for column in sealed_columns():
        last = 0
        while rows := _after(engine, column, last, batch):
            last = rows[-1].id
            anew: list[Values] = []
            for row in rows:
                try:
                    rotated = sealer.rotate(row.sealed)
                except SealBroken:
                    broken.append(f"{column.table.name}.{column.name}, row {row.id}")
                else:
                    if rotated != row.sealed:
                        anew.append({"row": row.id, "old": row.sealed, "new": rotated})
                    else:
                        kept += 1
            moved += len(anew)
            _write(engine, column, anew)
    return Resealed(moved=moved, kept=kept, broken=tuple(broken))


def _after(engine: Engine, column: "Column[str]", last: int, batch: int) -> "Sequence[Row[Any]]":
    key = column.table.c.id
    sealed = select(key.label("id"), column.label("sealed")).where(key > last, column != "")
    with translated(), engine.connect() as connection:
        return connection.execute(sealed.order_by(key).limit(batch)).all()


def _write(engine: Engine, column: "Column[str]", anew: list[Values]) -> None:
    """Apart from the reading: SQLite lets nobody write who has read an older state in the transaction."""
    if not anew:
        return
    same = (column.table.c.id == bindparam("row")) & (column == bindparam("old"))
    statement = update(column.table).where(same).values({column.name: bindparam("new")})
    with translated(), engine.begin() as connection:
        connection.execute(statement, anew)
