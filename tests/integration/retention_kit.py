"""Rows of any table, as old as a test wants them."""

import itertools
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Engine, Float, Integer, LargeBinary, Table, func, select

from bot.store.rows import DIALOGUES, PEOPLE, TURNS
from bot.store.tables import UtcDateTime

TENANT = "bakery"
_numbers = itertools.count(1)


def plant(engine: Engine, table: Table, at: datetime, **values: Any) -> Any:
    """One row, all of whose moments are `at` and whose other columns hold anything; returns its first key."""
    number = next(_numbers)
    row = {
        column.name: values.get(column.name, _anything(column, at, number))
        for column in table.columns
        if column.name in values or _is_needed(column)
    }
    key = next(iter(table.primary_key.columns))
    with engine.begin() as connection:
        return connection.execute(table.insert().values(row).returning(key)).scalar_one()


def plant_person(engine: Engine, at: datetime, name: str = "Анна") -> int:
    number = next(_numbers)
    values = {"channel": "telegram", "external_id": str(10_000 + number), "name": name, "blocked_at": None}
    return int(plant(engine, PEOPLE, at, **values))


def plant_turn(engine: Engine, at: datetime, person: int | None = None, **values: Any) -> int:
    """A turn with its dialogue, and with a person unless there is one; returns the person's row."""
    person = person or plant_person(engine, at)
    dialogue = plant(engine, DIALOGUES, at, person_id=person, tenant=values.get("tenant", TENANT))
    turn = {"tenant": TENANT, "outcome": "answered", "light": "green", **values}
    plant(engine, TURNS, at, person_id=person, dialogue_id=dialogue, **turn)
    return person


def count(engine: Engine, table: Table) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0


def _is_needed(column: Column[Any]) -> bool:
    is_number = column.name == "id" and isinstance(column.type, Integer)
    return not is_number and (not column.nullable or isinstance(column.type, UtcDateTime))


def _anything(column: Column[Any], at: datetime, number: int) -> Any:
    if column.name == "tenant":
        return TENANT
    kinds: list[tuple[type, Callable[[], Any]]] = [
        (UtcDateTime, lambda: at),
        (JSON, dict),
        (Boolean, lambda: False),
        (Date, lambda: date(2026, 1, 1)),
        (Float, lambda: 0.0),
        (LargeBinary, lambda: b""),
    ]
    for kind, make in kinds:
        if isinstance(column.type, kind):
            return make()
    is_number = hasattr(column.type, "python_type") and column.type.python_type is int
    return number if is_number else f"{column.name}-{number}"
