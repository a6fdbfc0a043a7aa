"""Who stops a broadcast, or wants none, while it goes out: nothing leaves from then on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.domain.broadcasts import Broadcast, BroadcastStatus, Fate
from bot.domain.staff import Role
from bot.people.broadcasts.sending import AT_ONCE
from bot.wiring.broadcasts import build_sending
from tests.fakes.telegram import Fault, FaultKind
from tests.integration.broadcast_kit import ADMIN, begin, copies, person, subscribe, subscriber
from tests.integration.oversight_kit import member
from tests.integration.town_kit import Town

PEOPLE = AT_ONCE + 4
LAST = subscriber(PEOPLE)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def town(town_with_news: Town) -> Town:
    """With more people than copies leave at once."""
    await subscribe(town_with_news, first=6, last=PEOPLE)
    return town_with_news


@asynccontextmanager
async def first_ones_held(town: Town) -> AsyncIterator[None]:
    """As many copies as leave at once are on their way meanwhile; returns when all is sent that may be."""
    held = town.telegram.faults.add(
        Fault(kind=FaultKind.HOLD_BEFORE, methods=("sendMessage",), times=AT_ONCE)
    )
    running = asyncio.create_task(build_sending(town.people).look_after())
    async with asyncio.timeout(10):
        while town.telegram.faults.struck(held) < AT_ONCE:  # noqa: ASYNC110  another task
            await asyncio.sleep(0.02)
    yield
    town.telegram.faults.clear()
    await running


async def change(town: Town, broadcast: Broadcast, status: BroadcastStatus) -> None:
    admin = member(ADMIN, Role.ADMIN)
    assert await town.people.broadcasts.change(broadcast, BroadcastStatus.RUNNING, status, admin)


@pytest.mark.parametrize("status", [BroadcastStatus.PAUSED, BroadcastStatus.STOPPED])
async def test_nothing_leaves_after_a_pause_or_a_stop_but_what_is_on_its_way(
    town: Town, status: BroadcastStatus
) -> None:
    broadcast = await begin(town)
    async with first_ones_held(town):
        await change(town, broadcast, status)
    assert copies(town, PEOPLE) == [1] * AT_ONCE + [0] * 4
    assert await town.people.broadcasts.progress(broadcast) == {Fate.SENT: AT_ONCE, Fate.WAITING: 4}


async def test_an_admin_who_taps_pause_while_it_goes_out_sees_it_at_rest(town: Town) -> None:
    await begin(town)
    await town.say(ADMIN, "/broadcasts")
    async with first_ones_held(town):
        await town.tap(ADMIN, "№1")
        await town.tap(ADMIN, "Приостановить")
        assert "на паузе" in await town.tap(ADMIN, "Да, приостановить")
    assert sum(copies(town, PEOPLE)) == AT_ONCE
    assert "Ещё не отправлено: 4" in await town.tap(ADMIN, "Обновить")


@pytest.mark.parametrize("way", ["news", "withdraw"])
async def test_who_says_no_while_it_goes_out_gets_none_and_all_others_do(town: Town, way: str) -> None:
    broadcast = await begin(town)
    async with first_ones_held(town):
        if way == "news":
            await town.people.consents.take_news(person(LAST), takes=False)
        else:
            await town.people.consents.withdraw(person(LAST))
    assert copies(town, PEOPLE) == [1] * (PEOPLE - 1) + [0]
    assert (await town.people.broadcasts.progress(broadcast))[Fate.LEFT_OUT] == 1


@pytest.mark.parametrize("status", [BroadcastStatus.PAUSED, BroadcastStatus.STOPPED])
async def test_one_that_is_halted_while_another_goes_out_does_not_begin(
    town: Town, status: BroadcastStatus
) -> None:
    await begin(town)
    second = await begin(town, key="second")
    async with first_ones_held(town):
        await change(town, second, status)
        await town.redis.delete(f"{town.prefix}:broadcast:{second.broadcast_id}:halted")  # it does not last
    assert copies(town, PEOPLE) == [1] * PEOPLE
    assert await town.people.broadcasts.progress(second) == {Fate.WAITING: PEOPLE}
