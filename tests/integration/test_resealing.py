"""Keys are changed while the database is read and written."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import JSON, Engine, Table, Text, insert, select, update

from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.people_tables import CallbackRow
from bot.store.resealing import reseal, sealed_columns
from bot.store.rows import PEOPLE, table_of
from bot.store.sealing import Sealer, new_key
from bot.store.tables import UtcDateTime

ROOT = Path(__file__).parents[2]
CALLBACKS = table_of(CallbackRow)
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def row_of(table: Table, number: int, **values: object) -> dict[str, object]:
    """A row with something in every column that must not be empty."""
    anything: dict[type, object] = {Text: str(number), JSON: {}, UtcDateTime: NOW}
    needed = (column for column in table.columns if not column.nullable and not column.primary_key)
    return {column.name: anything.get(type(column.type), number) for column in needed} | values


def file_callbacks(engine: Engine, phones: list[str]) -> None:
    """A request per phone, as it stands in the database."""
    with engine.begin() as connection:
        for number, phone in enumerate(phones, 1):
            connection.execute(insert(PEOPLE).values(row_of(PEOPLE, number)))
            request = row_of(CALLBACKS, number, phone_sealed=phone)
            connection.execute(insert(CALLBACKS).values(request))


def stored(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(select(CALLBACKS.c.phone_sealed).order_by(CALLBACKS.c.id)))


def test_every_sealed_column_is_known() -> None:
    names = {f"{column.table.name}.{column.name}" for column in sealed_columns()}
    assert {"callbacks.phone_sealed", "bookings.phone_sealed"} <= names


def test_all_rows_move_to_the_first_key_and_once(engine: Engine) -> None:
    old, new = new_key(), new_key()
    phones = [f"+7916000{number:04}" for number in range(25)]
    file_callbacks(engine, [Sealer([old]).seal(phone) for phone in phones])
    both = Sealer([new, old])
    assert reseal(engine, both, batch=10).moved == 25
    assert [Sealer([new]).open(sealed) for sealed in stored(engine)] == phones
    again = reseal(engine, both, batch=10)
    assert (again.moved, again.kept, again.broken) == (0, 25, ())


def test_what_opens_with_no_key_is_named_and_left(engine: Engine) -> None:
    old, lost, new = new_key(), new_key(), new_key()
    foreign = Sealer([lost]).seal("+79160000002")
    file_callbacks(engine, [Sealer([old]).seal("+79160000001"), foreign, ""])
    done = reseal(engine, Sealer([new, old]))
    assert (done.moved, done.broken) == (1, ("callbacks.phone_sealed, row 2",))
    assert stored(engine)[1:] == [foreign, ""]


class Changing(Sealer):
    """Somebody changes the row between its reading and its writing."""

    def __init__(self, keys: list[str], change: Callable[[], None]) -> None:
        super().__init__(keys)
        self._change = change

    def rotate(self, sealed: str) -> str:
        self._change()
        return super().rotate(sealed)


def test_a_number_that_is_changed_meanwhile_stays_changed(engine: Engine) -> None:
    old, new = new_key(), new_key()
    file_callbacks(engine, [Sealer([old]).seal("+79160000001")])
    later = Sealer([new, old]).seal("+79169999999")

    def change() -> None:
        with engine.begin() as connection:
            connection.execute(update(CALLBACKS).values(phone_sealed=later))

    reseal(engine, Changing([new, old], change))
    assert stored(engine) == [later]


def bot(folder: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    inherited = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**inherited, "PYTHONPATH": str(ROOT), "DATA_DIR": str(folder), **settings}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)


def test_the_command_rotates_and_tells_what_is_lost(tmp_path: Path) -> None:
    old, new = new_key(), bot(tmp_path, "keys", "new").stdout.strip()
    url = f"sqlite:///{tmp_path / 'dezhurny.db'}"
    migrate(url)
    engine = open_engine(url)
    file_callbacks(engine, [Sealer([old]).seal("+79160000001")])
    lost = bot(tmp_path, "keys", "rotate", DATA_KEYS=new)
    assert (lost.returncode, "callbacks.phone_sealed, row 1" in lost.stdout) == (1, True)
    done = bot(tmp_path, "keys", "rotate", DATA_KEYS=f"{new},{old}")
    assert (done.returncode, done.stdout) == (0, "1 sealed with the first key now, 0 were already\n")
    assert Sealer([new]).open(stored(engine)[0]) == "+79160000001"
    engine.dispose()


@pytest.mark.parametrize("command", [("keys", "rotate"), ("stock", "show")])
def test_postgresql_without_a_key_stops_the_start(tmp_path: Path, command: tuple[str, str]) -> None:
    refused = bot(tmp_path, *command, DATABASE_URL="postgresql://u:hush@host/name", OPENAI_API_KEY="k")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("dezhurny: DATA_KEYS is missing")
    assert "hush" not in refused.stderr
