"""A backup that is put back sends nothing by itself: whom its broadcasts have reached since is not in it."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.__main__ import main
from bot.domain.broadcasts import BroadcastStatus
from bot.domain.staff import Role
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate
from tests.assistants import BAKERY
from tests.fakes.telegram import FakeTelegram
from tests.integration.broadcast_kit import ADMIN, begin, copies, open_people, person, subscriber
from tests.integration.oversight_kit import CLOSED, Clock, member
from tests.integration.town_kit import open_town


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with an empty database."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TENANT", str(BAKERY))
    monkeypatch.setenv("EMBEDDINGS", "false")
    migrate(database_url(None, tmp_path))
    return tmp_path


def restore(data: Path) -> None:
    (copy,) = (data / "backups").glob("dezhurny-*.db")
    assert main(["backup", "restore", copy.name]) == 0


async def test_what_went_out_since_the_backup_does_not_go_out_again(
    data: Path, redis: Redis, capsys: pytest.CaptureFixture[str]
) -> None:
    clock, engine = Clock(), open_engine(database_url(None, data))
    clock.at = CLOSED
    async with FakeTelegram() as telegram:
        async with open_people(telegram, redis, "old", engine, clock) as town:
            stopped, _ = await begin(town, key="stopped"), await begin(town)
            admin = member(ADMIN, Role.ADMIN)
            running, wanted = BroadcastStatus.RUNNING, BroadcastStatus.STOPPED
            assert await town.people.broadcasts.change(stopped, running, wanted, admin)
            assert main(["backup", "now"]) == 0
            clock.turn(hours=7)
            await town.do_duty("broadcasts")
            assert copies(town) == [1, 1, 1, 1, 1]
            await town.people.consents.take_news(person(subscriber(5)), takes=False)
        engine.dispose()
        restore(data)
        told = capsys.readouterr().out
        assert "not over then: 1, all paused now" in told
        assert "consents and refusals are as they were then" in told
        engine = open_engine(database_url(None, data))
        async with open_town(telegram, redis, "old", engine, now=clock) as town:
            await town.do_duty("broadcasts")
            assert copies(town) == [1, 1, 1, 1, 1]
            shown = (await town.say(ADMIN, "/broadcasts")).splitlines()
            assert [line for line in shown if "№2 от" in line and "на паузе" in line]
            assert [line for line in shown if "№1 от" in line and "остановлена" in line]
        engine.dispose()


def test_a_backup_of_before_there_were_broadcasts_is_put_back(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(data / "dezhurny.db")) as database:
        database.executescript("DROP TABLE broadcast_people; DROP TABLE broadcasts")
    assert main(["backup", "now"]) == 0
    restore(data)
    assert "broadcasts that were not over" not in capsys.readouterr().out
