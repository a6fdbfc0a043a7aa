"""What is kept for fewer days goes from the backups too."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.__main__ import main
from bot.domain.staff import Role
from bot.people.upkeep.backup import Backups, DailyBackup
from bot.store.engine import database_url, open_engine
from bot.store.rows import TURNS
from bot.wiring.upkeep import upkeep_duties
from tests.fakes.telegram import FakeTelegram
from tests.integration.backup_kit import made, open_data, turns_in
from tests.integration.oversight_kit import ADMIN, OPEN, Clock, member
from tests.integration.retention_kit import count, plant_turn
from tests.integration.town_kit import Town, open_town

BY = f"telegram:{ADMIN}"


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return open_data(tmp_path, monkeypatch)


@pytest.fixture
async def town(
    data: Path, telegram: FakeTelegram, redis: Redis, prefix: str, clock: Clock
) -> AsyncIterator[Town]:
    engine = open_engine(database_url(None, data))
    async with open_town(telegram, redis, prefix, engine, now=clock) as town:
        await town.people.staff.grant(member(ADMIN, Role.ADMIN))
        yield town
    engine.dispose()


async def purge(town: Town, data: Path) -> None:
    backup = DailyBackup(Backups(town.engine, data, town.people.now), town.people.upkeep.retention)
    await upkeep_duties(replace(town.people.upkeep, backup=backup))["purge"]()


def copies(data: Path) -> list[Path]:
    return sorted((data / "backups").glob("dezhurny-*.db"))


def turns(engine: Engine) -> int:
    return count(engine, TURNS)


async def test_after_the_window_was_shortened_no_backup_holds_what_went(
    town: Town, data: Path, clock: Clock
) -> None:
    retention = town.people.upkeep.retention
    plant_turn(town.engine, OPEN - timedelta(days=60))
    old = [made(data, OPEN - timedelta(days=days)) for days in (6, 1)]
    await purge(town, data)
    assert copies(data) == old
    assert await retention.change(7, seen=0, changed_by=BY)
    await purge(town, data)
    (fresh,) = copies(data)
    assert turns_in(fresh) == turns(town.engine) == 0
    clock.turn(minutes=30)
    assert await retention.change(30, seen=1, changed_by=BY)
    plant_turn(town.engine, OPEN - timedelta(days=31))
    next_one = made(data, clock())
    await purge(town, data)
    assert copies(data) == [fresh, next_one]


async def test_usual_purges_leave_the_backups_alone(town: Town, data: Path, clock: Clock) -> None:
    for day in (91, 90, 89):
        plant_turn(town.engine, OPEN - timedelta(days=day))
    await purge(town, data)
    known = made(data, clock() + timedelta(minutes=1))
    for _ in range(2):
        clock.turn(minutes=50)
        await town.people.upkeep.retention.trust_clock()
        clock.turn(hours=23)
        await town.people.upkeep.retention.trust_clock()
        await purge(town, data)
    assert turns(town.engine) == 1
    assert copies(data) == [known]


def test_what_a_backup_replaces_is_kept_from_then_on(data: Path) -> None:
    copy, long_ago = made(data), OPEN.timestamp() - 30 * 86_400
    os.utime(data / "dezhurny.db", (long_ago, long_ago))
    assert main(["backup", "restore", copy.name]) == 0
    (aside,) = (data / "backups").glob("replaced-*.db")
    assert aside.stat().st_mtime > copy.stat().st_mtime - 1
