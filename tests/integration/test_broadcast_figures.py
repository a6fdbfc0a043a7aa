"""What /broadcasts says of a broadcast stays true when the rows of its people are gone."""

from datetime import UTC, datetime

import pytest

from bot.store.aged import ADDRESSED
from bot.store.purging import PurgeStore
from tests.integration.broadcast_kit import ADMIN, begin, subscriber
from tests.integration.retention_kit import TENANT, count
from tests.integration.town_kit import Town

LATE = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.mark.parametrize("way", ["purge", "forget"])
async def test_the_end_of_a_broadcast_outlives_its_people(town_with_news: Town, way: str) -> None:
    town = town_with_news
    town.telegram.inject.block(subscriber(2))
    await begin(town)
    await town.do_duty("broadcasts")
    if way == "purge":
        PurgeStore(town.engine, TENANT, pause=lambda _: None).purge(LATE)
        assert count(town.engine, ADDRESSED) == 0
    else:
        await town.say(subscriber(3), "/forget")
        await town.tap(subscriber(3), "Да, стереть всё")
    assert "отправлено 4 из 5" in await town.say(ADMIN, "/broadcasts")
    shown = (await town.tap(ADMIN, "№1")).rpartition("Рассылка №1: закончена")[2]
    assert "Отправлено: 4" in shown
    assert "Заблокировали бота: 1" in shown
    assert "Пропущено" not in shown
