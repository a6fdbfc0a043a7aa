"""The record of what staff did: the database itself refuses to change it, and admins read it."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from bot.errors import StoreError
from bot.store.engine import translated
from bot.store.staff import ACTS, StaffStore


@pytest.fixture
def act(engine: Engine) -> int:
    StaffStore(engine, "bakery").note("telegram:5", "handoff_asked", "telegram:7", {"tries": 1})
    with engine.connect() as connection:
        return int(connection.scalar(select(ACTS.c.id)) or 0)


@pytest.mark.parametrize(
    "change",
    [
        {"act": "nothing"},
        {"actor": "telegram:6"},
        {"subject": "telegram:8"},
        {"details": {}},
        {"at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"tenant": "garage"},
        {"id": 99},
        {"subject": "erased", "actor": "console"},
        {"subject": "erased", "details": {"tries": 2}},
    ],
)
def test_the_database_refuses_to_change_an_act(engine: Engine, act: int, change: dict[str, object]) -> None:
    with pytest.raises(StoreError, match="only grows"), translated(), engine.begin() as connection:
        connection.execute(update(ACTS).where(ACTS.c.id == act).values(**change))
    assert _acts(engine) == [("telegram:5", "handoff_asked", "telegram:7", {"tries": 1})]


def test_the_database_refuses_to_delete_an_act(engine: Engine, act: int) -> None:
    with pytest.raises(StoreError, match="only grows"), translated(), engine.begin() as connection:
        connection.execute(delete(ACTS))
    assert len(_acts(engine)) == 1


def test_an_act_cannot_be_written_over(engine: Engine, act: int) -> None:
    kind = "OR REPLACE" if engine.dialect.name == "sqlite" else ""
    row = {"id": act, "tenant": "bakery", "actor": "x", "act": "y", "subject": "z", "details": {}}
    statement = insert(ACTS).prefix_with(kind) if kind else insert(ACTS)
    with pytest.raises(StoreError), translated(), engine.begin() as connection:
        connection.execute(statement.values(**row, at=datetime.now(UTC)))
    assert _acts(engine)[0][0] == "telegram:5"


def test_postgresql_refuses_to_empty_the_record(engine: Engine, act: int) -> None:
    if engine.dialect.name == "postgresql":
        with pytest.raises(StoreError, match="only grows"), translated(), engine.begin() as connection:
            connection.exec_driver_sql("TRUNCATE staff_acts CASCADE")
    assert len(_acts(engine)) == 1


def test_whom_it_was_about_may_be_forgotten(engine: Engine, act: int) -> None:
    with engine.begin() as connection:
        connection.execute(update(ACTS).where(ACTS.c.id == act).values(subject="erased"))
    assert _acts(engine) == [("telegram:5", "handoff_asked", "erased", {"tries": 1})]


def _acts(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        return [(row.actor, row.act, row.subject, row.details) for row in connection.execute(select(ACTS))]
