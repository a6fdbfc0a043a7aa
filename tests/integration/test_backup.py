"""Backups of SQLite: made under load, kept in number and age, put back, and answering from there."""

import shutil
import sqlite3
import threading
from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, select

from bot.__main__ import main
from bot.errors import BackupFailed
from bot.people.upkeep.backup import Backups, DailyBackup
from bot.settings import Settings
from bot.store.backup import copy_database, put_back
from bot.store.engine import database_url, open_engine
from bot.store.people_tables import CallbackRow
from bot.store.rows import PEOPLE, TURNS, table_of
from bot.store.turns import TurnStore
from bot.wiring.sealing import build_sealer
from tests.fakes.model import Reply, ScriptedModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.backup_kit import NOW, made, open_data, turns_in, with_engine
from tests.integration.retention_kit import count, plant, plant_turn
from tests.integration.test_replay_command import BREAD, Log
from tests.integration.town_kit import KEY, open_town
from tests.records import turn_record


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return open_data(tmp_path, monkeypatch)


def test_a_copy_made_under_load_is_one_whole_state(data: Path) -> None:
    database, stop = data / "dezhurny.db", threading.Event()
    engine = open_engine(database_url(None, data))
    written = []

    def write() -> None:
        while not stop.is_set():
            plant_turn(engine, NOW)  # a person, a dialogue and a turn
            written.append(1)

    writing = threading.Thread(target=write)
    writing.start()
    paused: list[int] = []
    try:
        copy_database(database, data / "copy.db", pause=lambda _: paused.append(len(written)))
    finally:
        stop.set()
        writing.join()
    engine.dispose()
    copy = open_engine(f"sqlite:///{data / 'copy.db'}")
    assert count(copy, TURNS) == count(copy, PEOPLE)
    copy.dispose()
    assert list(data.glob("copy.db*")) == [data / "copy.db"]


def test_writers_get_in_while_it_is_copied(data: Path) -> None:
    """Between two steps of the copying everybody may write, and the copy is of the moment it began."""
    engine = open_engine(database_url(None, data))
    for _ in range(30):
        plant_turn(engine, NOW, question="x" * 200_000)

    def meanwhile(_: float) -> None:
        plant_turn(engine, NOW)

    copy_database(data / "dezhurny.db", data / "copy.db", pause=meanwhile)
    engine.dispose()
    assert turns_in(data / "copy.db") == 31
    assert turns_in(data / "dezhurny.db") > 31


def test_the_last_seven_are_kept_and_none_beyond_the_window(data: Path) -> None:
    for day in range(10):
        made(data, NOW + timedelta(days=day))
    assert len(list((data / "backups").iterdir())) == 7
    latest = made(data, NOW + timedelta(days=10), days=3)
    engine = open_engine(database_url(None, data))
    backups = Backups(engine, data, lambda: NOW).all()
    engine.dispose()
    assert [backup.made_at.day for backup in backups] == [2, 1, 30, 29]
    assert backups[0].path == latest


def test_a_new_one_outlives_those_that_a_clock_ahead_has_made(data: Path) -> None:
    """Those go as new ones come, before any other does."""
    for day in range(7):
        made(data, NOW + timedelta(days=100 + day))
    new = [made(data, NOW + timedelta(days=day)) for day in range(7)]
    assert sorted((data / "backups").iterdir()) == new


def test_where_nobody_is_sure_how_late_it_is_none_goes_by_age(data: Path) -> None:
    old = made(data, NOW - timedelta(days=400))
    assert main(["backup", "now"]) == 0
    assert old.exists()
    assert made(data, NOW + timedelta(days=900), days=None).exists()
    assert old.exists()


def test_a_disk_without_room_is_told_and_nothing_is_left(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1))
    with pytest.raises(BackupFailed, match="bytes are needed, and 1 are free"):
        made(data)
    assert list((data / "backups").iterdir()) == []


def test_a_database_that_is_full_is_told_and_loses_nothing(data: Path) -> None:
    def fill(_: float) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    engine = open_engine(database_url(None, data))
    plant_turn(engine, NOW, question="x" * 9_000_000)
    engine.dispose()
    with pytest.raises(BackupFailed, match="database or disk is full"):
        copy_database(data / "dezhurny.db", data / "copy.db", pause=fill)
    assert turns_in(data / "dezhurny.db") == 2
    assert list(data.glob("copy.db*")) == []


def test_what_was_there_lies_aside_after_a_restore(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = made(data)
    with_engine(data, lambda engine: TurnStore(engine).record([turn_record(2, tenant="bakery")]))
    assert main(["backup", "restore", copy.name]) == 0
    (aside,) = (data / "backups").glob("replaced-*.db")
    assert (turns_in(data / "dezhurny.db"), turns_in(aside)) == (1, 2)
    assert str(aside) in capsys.readouterr().out


def test_nothing_is_restored_while_a_process_has_the_database_open(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = made(data)
    engine = open_engine(database_url(None, data))
    store = TurnStore(engine)
    store.record([turn_record(2, tenant="bakery")])
    assert main(["backup", "restore", str(copy)]) == 2
    assert "stop them all and try again" in capsys.readouterr().err
    store.record([turn_record(3, tenant="bakery")])
    engine.dispose()
    assert turns_in(data / "dezhurny.db") == 3


@pytest.mark.parametrize("content", [b"", b"nonsense" * 1000, b"damaged"])
def test_a_file_that_is_no_good_changes_nothing(
    data: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = data / "bad.db"
    bad.write_bytes(content)
    if content == b"damaged":
        whole = made(data).read_bytes()
        bad.write_bytes(whole[:20_000] + bytes(20_000) + whole[40_000:])
    assert main(["backup", "restore", str(bad)]) == 2
    assert "bad.db: " in capsys.readouterr().err
    assert turns_in(data / "dezhurny.db") == 1


@pytest.mark.usefixtures("data")
def test_a_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "restore", "dezhurny-x.db"]) == 2
    assert "there is no such file; see: python -m bot backup list" in capsys.readouterr().err


def test_what_was_written_ahead_of_a_lost_database_is_not_read_into_the_new_one(data: Path) -> None:
    copy = made(data)
    connection = sqlite3.connect(data / "dezhurny.db", isolation_level=None)
    connection.execute("DELETE FROM turns")
    stale = (data / "dezhurny.db-wal").read_bytes()
    connection.close()
    (data / "dezhurny.db").unlink()
    (data / "dezhurny.db-wal").write_bytes(stale)
    put_back(copy, data / "dezhurny.db", data / "aside.db")
    assert turns_in(data / "dezhurny.db") == 1


def test_what_there_is_is_listed(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["backup", "list"]) == 0
    assert "there is none" in capsys.readouterr().out
    assert main(["keys", "rotate"]) == 0  # makes the key
    assert main(["backup", "now", "--with-key"]) == 0
    assert main(["backup", "list"]) == 0
    assert ", with its key" in capsys.readouterr().out
    assert {path.stat().st_mode & 0o777 for path in (data / "backups").iterdir()} == {0o600}


def test_postgresql_is_left_to_its_own_tools(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://user:secret@localhost:5432/name")
    monkeypatch.setenv("DATA_KEYS", KEY)
    assert main(["backup", "now"]) == 1
    assert "pg_dump" in capsys.readouterr().err


async def test_a_restored_backup_answers(
    data: Path,
    tmp_path: Path,
    redis: Redis,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async with ScriptedModel(default=Reply(text="Хлеб свежий в 9:00.")) as model:
        log = Log(data, model)
        log.keep(2, BREAD, await log.answer(BREAD), dialogue_id="d2")
        log.close()
        with_engine(data, leave_phone)
        assert main(["backup", "now", "--with-key"]) == 0
        new = tmp_path / "new"
        monkeypatch.setenv("DATA_DIR", str(new))
        (copy,) = (data / "backups").glob("*.db")
        assert main(["backup", "restore", str(copy), "--with-key"]) == 0
        assert "do not open" not in capsys.readouterr().out
        with_engine(new, phone_opens)
        engine = open_engine(database_url(None, new))
        async with FakeTelegram() as telegram, open_town(telegram, redis, "fresh", engine) as town:
            telegram.inject.open_chat(7)
            assert "9:00" in await town.say(7, BREAD)
        assert count(engine, TURNS) == 3
        engine.dispose()
        log = Log(new, model)
        replayed = await log.replay("telegram:42:2")
        log.close()
        assert replayed.returncode == 0, replayed


def test_without_its_key_a_restored_backup_says_what_is_missing(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with_engine(data, leave_phone)
    copy = made(data)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "new"))
    assert main(["backup", "restore", str(copy)]) == 0
    assert "put back the data.key of then" in capsys.readouterr().out


def leave_phone(engine: Engine) -> None:
    sealed = build_sealer(Settings()).seal("+79161234567")
    with engine.connect() as connection:
        person = connection.scalar(select(PEOPLE.c.id))
    plant(engine, table_of(CallbackRow), NOW, person_id=person, phone_sealed=sealed)


def phone_opens(engine: Engine) -> None:
    with engine.connect() as connection:
        sealed = connection.scalar(select(table_of(CallbackRow).c.phone_sealed))
    assert build_sealer(Settings()).open(str(sealed)) == "+79161234567"


async def test_the_clocks_job_makes_one_for_the_window_of_now(data: Path, redis: Redis) -> None:
    engine = open_engine(database_url(None, data))
    async with FakeTelegram() as telegram, open_town(telegram, redis, "clock", engine) as town:
        made(data, NOW - timedelta(days=400))
        backups = Backups(engine, data, town.people.now)
        await DailyBackup(backups, town.people.upkeep.retention).make()
        (backup,) = backups.all()
    engine.dispose()
    assert turns_in(backup.path) == 1
