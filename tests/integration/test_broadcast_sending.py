"""A message to many on its way: each copy once, whatever breaks, and to nobody who does not want it."""

import asyncio
from contextlib import suppress

import pytest

from bot.domain import ChannelName
from bot.domain.broadcasts import Audience, Broadcast, BroadcastStatus, Fate, Promo
from bot.domain.staff import Role
from bot.errors import StoreFull
from bot.store.broadcasts import BroadcastStore
from bot.wiring.broadcasts import build_sending
from tests.fakes.telegram import Fault, FaultKind
from tests.integration.broadcast_kit import (
    ADMIN,
    SECOND_ADMIN,
    begin,
    copies,
    person,
    subscriber,
)
from tests.integration.oversight_kit import CLOSED, Clock, member
from tests.integration.town_kit import Town


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_news: Town) -> Town:
    return town_with_news


async def fates(town: Town, broadcast: Broadcast) -> dict[Fate, int]:
    return dict(await town.people.broadcasts.progress(broadcast))


async def test_everybody_gets_it_once_and_the_admin_a_report(town: Town) -> None:
    broadcast = await begin(town)
    for _ in range(2):
        await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]
    screen = await town.screen(ADMIN)
    assert screen.count("закончена за") == 1
    assert "Отправлено: 5" in screen
    assert (await town.people.broadcasts.one(broadcast.broadcast_id)).status is BroadcastStatus.DONE  # type: ignore[union-attr]


@pytest.mark.parametrize("fault", [FaultKind.DROP_AFTER, FaultKind.MALFORMED, FaultKind.DROP_BEFORE])
async def test_an_answer_that_is_lost_doubles_and_loses_nothing(town: Town, fault: FaultKind) -> None:
    town.telegram.faults.add(Fault(kind=fault, methods=("sendMessage",), times=3))
    await begin(town)
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]


async def test_whoever_comes_after_a_kill_goes_on_and_doubles_nothing(town: Town) -> None:
    held = town.telegram.faults.add(Fault(kind=FaultKind.HOLD_AFTER, methods=("sendMessage",), skip=2))
    broadcast = await begin(town)
    killed = asyncio.create_task(build_sending(town.people).look_after())
    await town.telegram.faults.wait_held(held)
    await asyncio.sleep(0.1)
    killed.cancel()
    with suppress(asyncio.CancelledError):
        await killed
    town.telegram.faults.clear()
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]
    assert await fates(town, broadcast) == {Fate.SENT: 5}


async def test_nobody_waits_for_the_search_after_a_kill(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.people.broadcasts.sending._CHUNK", 1)
    held = town.telegram.faults.add(Fault(kind=FaultKind.HOLD_BEFORE, methods=("sendMessage",), times=1))
    await begin(town)
    killed = asyncio.create_task(build_sending(town.people).look_after())
    await town.telegram.faults.wait_held(held)
    killed.cancel()
    with suppress(asyncio.CancelledError):
        await killed
    town.telegram.faults.clear()
    looking = town.telegram.faults.add(
        Fault(kind=FaultKind.HOLD_BEFORE, methods=("editMessageReplyMarkup",), times=1)
    )
    running = asyncio.create_task(build_sending(town.people).look_after())
    await town.telegram.faults.wait_held(looking)
    async with asyncio.timeout(20):
        while sum(copies(town)[1:]) < 4:  # noqa: ASYNC110  another task
            await asyncio.sleep(0.02)
    town.telegram.faults.clear()
    await running
    assert copies(town) == [1, 1, 1, 1, 1]


async def test_two_workers_at_once_send_each_copy_once(town: Town) -> None:
    await begin(town)
    await asyncio.gather(*(build_sending(town.people).look_after() for _ in range(2)))
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]


async def test_a_429_pauses_all_and_loses_nothing(town: Town) -> None:
    town.telegram.faults.add(
        Fault(kind=FaultKind.TOO_MANY, methods=("sendMessage",), times=1, retry_after_s=1)
    )
    await begin(town)
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]
    assert town.telegram.audit.sends_during_pause() == []


async def test_a_pause_of_an_admin_outlasts_a_long_pause_of_telegram(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.people.broadcasts.sending._FRESH_S", 0.5)
    town.telegram.faults.add(
        Fault(kind=FaultKind.TOO_MANY, methods=("sendMessage",), times=1, retry_after_s=2)
    )
    broadcast = await begin(town)
    running = asyncio.create_task(build_sending(town.people).look_after())
    while not town.telegram.audit.calls("sendMessage", ok=False):  # noqa: ASYNC110  another task
        await asyncio.sleep(0.02)
    await asyncio.sleep(0.2)  # for those that had left before
    before = sum(copies(town))
    admin = member(ADMIN, Role.ADMIN)
    await town.people.broadcasts.change(broadcast, BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, admin)
    await town.redis.delete(f"{town.prefix}:broadcast:{broadcast.broadcast_id}:halted")  # it does not last
    await running
    assert sum(copies(town)) == before
    assert (await fates(town, broadcast))[Fate.WAITING] == 5 - before


async def test_a_redis_that_forgets_all_meanwhile_doubles_and_loses_nothing(town: Town) -> None:
    held = town.telegram.faults.add(Fault(kind=FaultKind.HOLD_AFTER, methods=("sendMessage",), skip=1))
    broadcast = await begin(town)
    running = asyncio.create_task(build_sending(town.people).look_after())
    await town.telegram.faults.wait_held(held)
    await asyncio.sleep(0.3)
    await town.redis.delete(*[key async for key in town.redis.scan_iter(f"{town.prefix}:*")])
    town.telegram.faults.clear()
    await running
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]
    assert await fates(town, broadcast) == {Fate.SENT: 5}


async def test_who_blocked_the_bot_is_marked_and_left_alone_from_then_on(town: Town) -> None:
    town.telegram.inject.block(subscriber(2))
    broadcast = await begin(town)
    await town.do_duty("broadcasts")
    assert await fates(town, broadcast) == {Fate.SENT: 4, Fate.BLOCKED: 1}
    assert "Заблокировали бота: 1" in await town.screen(ADMIN)
    assert await town.people.broadcasts.count(Audience()) == 4


async def test_the_button_under_it_ends_the_news_at_once(town: Town) -> None:
    await begin(town)
    await town.do_duty("broadcasts")
    screen = await town.tap(subscriber(1), "Не присылать больше")
    assert screen.rstrip().endswith("[Подробнее]")
    await begin(town, key="second")
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 2, 2, 2, 2]


@pytest.mark.parametrize("way", ["news", "withdraw", "forget"])
async def test_who_changes_their_mind_after_the_start_is_left_out(town: Town, way: str) -> None:
    broadcast = await begin(town)
    one = subscriber(3)
    if way == "news":
        await town.say(one, "/news")
        await town.tap(one, "Присылать новости")
    elif way == "withdraw":
        await town.people.consents.withdraw(person(one))
    else:
        await town.say(one, "/forget")
        await town.tap(one, "Да, стереть всё")
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 0, 1, 1]
    assert (await fates(town, broadcast))[Fate.SENT] == 4


async def test_who_talks_with_a_person_is_left_out(town: Town) -> None:
    broadcast = await begin(town)
    await town.redis.hset(f"{town.prefix}:hold:telegram:{subscriber(4)}", "token", "h1")
    await town.do_duty("broadcasts")
    assert await fates(town, broadcast) == {Fate.SENT: 4, Fate.LEFT_OUT: 1}
    assert copies(town)[3] == 0


async def test_by_night_it_waits_for_the_morning_unless_told_otherwise(town: Town, clock: Clock) -> None:
    clock.at = CLOSED
    await begin(town)
    await town.do_duty("broadcasts")
    assert copies(town) == [0, 0, 0, 0, 0]
    await begin(town, key="urgent", by_night=True)
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]
    clock.turn(hours=7)
    await town.do_duty("broadcasts")
    assert copies(town) == [2, 2, 2, 2, 2]


async def test_a_pause_lets_nothing_leave_and_a_stop_is_reported(town: Town) -> None:
    broadcast = await begin(town)
    admin = member(ADMIN, Role.ADMIN)
    change = town.people.broadcasts.change
    assert await change(broadcast, BroadcastStatus.RUNNING, BroadcastStatus.PAUSED, admin)
    await town.do_duty("broadcasts")
    assert copies(town) == [0, 0, 0, 0, 0]
    assert await change(broadcast, BroadcastStatus.PAUSED, BroadcastStatus.STOPPED, admin)
    await town.do_duty("broadcasts")
    assert copies(town) == [0, 0, 0, 0, 0]
    screen = await town.screen(ADMIN)
    assert "остановлена" in screen
    assert "Ещё не отправлено: 5" in screen


async def test_a_database_without_room_is_told_and_it_goes_on_when_there_is_some(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    broadcast = await begin(town)

    def find_no_room(*_: object) -> None:
        raise StoreFull

    with monkeypatch.context() as patched:
        patched.setattr(BroadcastStore, "claim", find_no_room)
        for _ in range(2):
            with pytest.raises(StoreFull):
                await build_sending(town.people).look_after()
    assert (await town.screen(ADMIN)).count("кончилось место") == 1
    await town.do_duty("broadcasts")
    assert await fates(town, broadcast) == {Fate.SENT: 5}
    assert copies(town) == [1, 1, 1, 1, 1]


async def test_the_persons_own_turn_goes_first(town: Town) -> None:
    await begin(town)
    town.telegram.inject.message(subscriber(1), "Когда хлеб свежий?")
    await town.do_duty("broadcasts")
    assert copies(town) == [1, 1, 1, 1, 1]
    assert "9:00" in await town.screen(subscriber(1))


async def test_everybodys_own_code_stands_in_their_copy(town: Town) -> None:
    await begin(town, promo=Promo(code="ХЛЕБ", own=True))
    await town.do_duty("broadcasts")
    shown = {town.telegram.sent(subscriber(number))[-1].text.split()[-1] for number in range(1, 6)}
    assert len(shown) == 5
    assert all(code.startswith("ХЛЕБ-") for code in shown)


async def test_the_report_of_somebody_who_is_no_admin_any_more_goes_to_the_admins(town: Town) -> None:
    await begin(town)
    await town.people.staff.revoke(ChannelName.TELEGRAM, str(ADMIN))
    await town.do_duty("broadcasts")
    assert "закончена" in await town.screen(SECOND_ADMIN)
    assert "закончена" not in await town.screen(ADMIN)
