"""Edits of the tenant's folder beside the changes of admins, while all runs."""

import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.people.changes.calendar import Opens
from tests.assistants import BAKERY
from tests.fakes.telegram import FakeTelegram
from tests.integration.changes_kit import last, open_bakery, process_beside
from tests.integration.oversight_kit import ADMIN, CUSTOMER
from tests.integration.town_kit import Town

TOPIC = "  - name: вейпы\n    words: [вейп]\n"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as server:
        yield server


@pytest.fixture
async def town(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> AsyncIterator[Town]:
    folder = tmp_path / "bakery"
    shutil.copytree(BAKERY, folder)
    async with open_bakery(telegram, redis, prefix, engine, folder=folder) as town:
        yield town


def edit(town: Town, file: str, old: str, new: str) -> None:
    path = town.folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


async def overview(town: Town) -> str:
    return (await town.say(ADMIN, "/hours")).rpartition("Часы работы")[2]


def hours_of(opens: Opens, weekday: int) -> str:
    return ", ".join(map(str, opens.hours_on(date(2026, 11, 23 + weekday))))


async def test_a_topic_written_into_the_file_is_on_the_screen_and_tried_at_once(town: Town) -> None:
    assert "вейпы" not in await town.say(ADMIN, "/topics")
    edit(town, "forbidden.yaml", "topics:\n", f"topics:\n{TOPIC}")
    assert "1. вейпы\n" in await town.say(ADMIN, "/topics")
    assert "Тема: вейпы" in await last(town, ADMIN, "/topics где купить вейп")
    refused = await last(town, CUSTOMER, "Кто у вас депутат?")
    assert await last(town, CUSTOMER, "Где купить вейп?") == refused


async def test_a_button_of_the_list_before_an_edit_of_the_file_means_no_other_topic(town: Town) -> None:
    await town.say(ADMIN, "/topics")
    edit(town, "forbidden.yaml", "topics:\n", f"topics:\n{TOPIC}")
    assert "уже нет" in await town.tap(ADMIN, "1")


async def test_hours_written_into_the_file_count_in_all_that_goes_by_them(town: Town) -> None:
    edit(town, "tenant.yaml", "tuesday: 09:00-13:00", "tuesday: 07:00-12:00")
    assert "7:00–12:00" in await overview(town)
    assert "с 7:00 до 12:00" in await last(town, CUSTOMER, "До скольки вы работаете во вторник?")
    beside = process_beside(town).people.changes
    await beside.refresh()
    assert hours_of(beside.calendar, 1).startswith("07:00-12:00")


async def test_an_admins_change_stays_over_a_later_edit(town: Town) -> None:
    await town.say(ADMIN, "/hours вт 10:00-11:00")
    await town.tap(ADMIN, "Да, изменить")
    edit(town, "tenant.yaml", "tuesday: 09:00-13:00", "tuesday: 07:00-12:00")
    assert "10:00–11:00" in await overview(town)
    await town.tap(ADMIN, "Вернуть часы из файла")
    assert "10:00–11:00 → 7:00–12:00" in await town.tap(ADMIN, "Да, изменить")


async def test_a_broken_edit_leaves_what_was_there(town: Town) -> None:
    edit(town, "tenant.yaml", "tuesday: 09:00-13:00", "tuesday: 19:00-13:00")
    assert "9:00–13:00" in await overview(town)
