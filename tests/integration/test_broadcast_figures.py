"""What /broadcasts says of a broadcast stays true when the rows of its people are gone."""

from datetime import UTC, datetime

import pytest

from bot.domain.broadcasts import BroadcastStatus
from bot.domain.staff import Role
from bot.store.aged import ADDRESSED
from bot.store.purging import PurgeStore
from tests.integration.broadcast_kit import ADMIN, begin, copies, subscriber
from tests.integration.oversight_kit import Clock, member
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


async def test_one_that_stays_paused_is_stopped_when_its_peoples_time_is_over(
    town_with_news: Town, clock: Clock
) -> None:
    town = town_with_news
    broadcast = await begin(town)
    admin = member(ADMIN, Role.ADMIN)
    change = town.people.broadcasts.change
    assert await change(broadcast, BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, admin)
    for days, left in ((89, 5), (2, 0)):
        clock.turn(days=days)
        await town.people.upkeep.retention.trust_clock()
        await town.do_duty("purge")
        await town.do_duty("purge")
        assert count(town.engine, ADDRESSED) == left
    told = await town.screen(ADMIN)
    assert told.count("Рассылка №1 остановлена: она стояла на паузе") == 1
    assert "Ещё не отправлено: 5" in told
    assert "№1 от" in (shown := await town.say(ADMIN, "/broadcasts"))
    assert "остановлена, отправлено 0 из 5" in shown
    await town.do_duty("broadcasts")
    assert copies(town) == [0, 0, 0, 0, 0]
