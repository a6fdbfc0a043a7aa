"""A folder of data with a database in a file, and backups of it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.people.upkeep.backup import Backups
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate
from bot.store.turns import TurnStore
from tests.assistants import BAKERY
from tests.records import turn_record

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)


def open_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a database of one turn, for which commands work from now on."""
    data = tmp_path / "data"
    data.mkdir()
    monkeypatch.setenv("DATA_DIR", str(data))
    monkeypatch.setenv("TENANT", str(BAKERY))
    monkeypatch.setenv("EMBEDDINGS", "false")
    migrate(database_url(None, data))
    with_engine(data, lambda engine: TurnStore(engine).record([turn_record(1, tenant="bakery")]))
    return data


def with_engine(data: Path, work: Callable[[Engine], object]) -> None:
    engine = open_engine(database_url(None, data))
    work(engine)
    engine.dispose()


def turns_in(database: Path) -> int:
    with closing(sqlite3.connect(database)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM turns").fetchone()
        return int(number)


def made(data: Path, at: datetime = NOW, days: int | None = 90) -> Path:
    engine = open_engine(database_url(None, data))
    path = Backups(engine, data, lambda: at).make(days=days)
    engine.dispose()
    assert path is not None
    return path
