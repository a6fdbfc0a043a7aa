"""Who is gone, what was restarted, what comes too late: nobody is left without an answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.handoffs import Handoff
from bot.people.handoffs.handoffs import Asked
from tests.fakes.telegram import FakeTelegram
from tests.integration.handoff_kit import (
    ANNA,
    BORIS,
    OLEG,
    PETR,
    ROOM,
    TELEGRAM,
    said,
    staff_town,
    take,
    talk,
    topic_of,
    write,
)
from tests.integration.town_kit import Town, open_town

CHAT = ChatRef(channel=TELEGRAM, chat_id=str(ANNA))
NOON = datetime(2026, 11, 17, 9, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.at = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine, clock: Clock) -> AsyncIterator[Town]:
    async with FakeTelegram() as telegram, open_town(telegram, redis, prefix, engine, now=clock) as town:
        await staff_town(town)
        await talk(town)
        yield town


async def held(town: Town) -> Handoff:
    handoff = await town.people.handoffs.known.open_of(CHAT.key)
    assert handoff is not None
    return handoff


async def test_redis_that_comes_back_empty_gives_nobody_away(town: Town) -> None:
    await take(town)
    before = said(town, ANNA)
    await town.redis.delete(f"{town.prefix}:hold:{CHAT.key}", f"{town.prefix}:holds")
    await town.say(ANNA, "Вы тут?")
    assert said(town, ANNA) == before
    assert "Вы тут?" in said(town, ROOM, topic_of(town))


async def test_a_release_that_was_cut_off_is_finished_by_the_clock(town: Town, clock: Clock) -> None:
    await take(town)
    handoff = await held(town)
    assert town.people.handoffs.store.release(handoff.token, clock.at)
    await town.do_duty("handoffs")
    assert await town.people.handoffs.hold_of(CHAT.key) is None
    assert "С вами снова ассистент" in said(town, ANNA)[-1]


async def test_a_giving_up_that_was_cut_off_is_finished_by_the_clock(town: Town, clock: Clock) -> None:
    await take(town)
    clock.turn(minutes=1)
    assert town.people.handoffs.store.give_up((await held(town)).token, clock.at)
    await town.do_duty("handoffs")
    await town.do_duty("handoffs")
    assert sum("не на связи" in text for text in said(town, ANNA)) == 1
    assert "Анна снова ждёт" in said(town, ROOM)[-1]


async def test_a_taking_over_that_was_cut_off_is_finished_by_the_clock(town: Town) -> None:
    await take(town)
    await town.redis.delete(f"{town.prefix}:hold:{CHAT.key}")
    await town.do_duty("handoffs")
    hold = await town.people.handoffs.hold_of(CHAT.key)
    assert hold is not None
    assert hold.token == (await held(town)).token


async def test_a_step_that_comes_after_the_release_holds_nothing(town: Town) -> None:
    await take(town)
    handoff = await held(town)
    await town.people.handoffs.release(handoff.token)
    assert not await town.people.handoffs.holds.set(handoff)
    assert await town.people.handoffs.hold_of(CHAT.key) is None


async def test_who_loses_the_role_loses_the_dialogue_and_others_are_called(town: Town, clock: Clock) -> None:
    await take(town)
    thread = topic_of(town)
    await town.people.staff.revoke(TELEGRAM, str(OLEG))
    await write(town, "Я ещё тут", thread=thread)
    assert "Я ещё тут" not in said(town, ANNA)
    await town.do_duty("handoffs")
    assert "не на связи" in said(town, ANNA)[-1]
    assert "Анна снова ждёт" in said(town, ROOM)[-1]
    clock.turn(seconds=1)
    await town.tap(ROOM, "Подключиться", user_id=PETR)
    assert "К разговору подключается Пётр" in said(town, ANNA)[-1]


async def test_nobody_comes_and_a_call_is_offered(town: Town, clock: Clock) -> None:
    assert await town.people.handoffs.ask(CHAT, name="Анна") is Asked.CALLED
    await town.settle()
    assert "Зову сотрудника" in said(town, ANNA)[-1]
    clock.turn(minutes=5)
    await town.do_duty("handoffs")
    assert "[Перезвоните мне]" in town.telegram.screen(ANNA)
    assert "никто не подключился" in said(town, ROOM)[-1]
    await town.do_duty("handoffs")
    assert sum("никто из сотрудников" in text for text in said(town, ANNA)) == 1


async def test_asking_twice_calls_once(town: Town) -> None:
    first = await town.people.handoffs.ask(CHAT, name="Анна")
    again = await town.people.handoffs.ask(CHAT, name="Анна")
    await town.settle()
    assert (first, again) == (Asked.CALLED, Asked.WAITING)
    assert sum("просит подключить" in text for text in said(town, ROOM)) == 1


async def test_who_says_nothing_is_reminded_and_then_gives_it_back(town: Town, clock: Clock) -> None:
    await take(town)
    clock.turn(hours=2)
    await town.do_duty("handoffs")
    assert "больше 2 ч" in said(town, ROOM, topic_of(town))[-1]
    clock.turn(minutes=15)
    await town.do_duty("handoffs")
    assert "С вами снова ассистент" in said(town, ANNA)[-1]


async def test_after_a_pause_of_the_clock_the_reminder_still_keeps_its_promise(
    town: Town, clock: Clock
) -> None:
    await take(town)
    clock.turn(hours=5)
    await town.do_duty("handoffs")
    clock.turn(minutes=14)
    await town.do_duty("handoffs")
    assert await town.people.handoffs.hold_of(CHAT.key) is not None
    clock.turn(minutes=1)
    await town.do_duty("handoffs")
    assert await town.people.handoffs.hold_of(CHAT.key) is None


async def test_a_holding_that_is_restored_does_not_look_idle(town: Town, clock: Clock) -> None:
    await take(town)
    clock.turn(hours=3)
    await write(town, "Я здесь", thread=topic_of(town))
    await town.redis.delete(f"{town.prefix}:hold:{CHAT.key}")
    await town.do_duty("handoffs")
    assert not any("больше 2 ч" in text for text in said(town, ROOM))


async def test_a_word_in_time_keeps_the_dialogue(town: Town, clock: Clock) -> None:
    await take(town)
    clock.turn(hours=2)
    await town.do_duty("handoffs")
    await write(town, "Проверяю", thread=topic_of(town))
    clock.turn(minutes=16)
    await town.do_duty("handoffs")
    assert await town.people.handoffs.hold_of(CHAT.key) is not None


async def test_without_the_right_to_make_topics_it_is_talked_over_privately(town: Town) -> None:
    town.telegram.book.chats[ROOM].may_manage_topics = False
    await take(town)
    await town.say(ANNA, "Вы тут?")
    assert said(town, OLEG)[-1] == "Вы тут?"


async def test_a_red_light_calls_somebody_in_working_hours(town: Town, clock: Clock) -> None:
    clock.at = NOON
    await town.say(ANNA, "Сколько стоит полёт на Луну для хомяка?", name="Анна")
    answer = said(town, ANNA)[-1]
    is_called = await town.people.handoffs.known.open_of(CHAT.key) is not None
    assert is_called is ("Зову сотрудника" in answer)


async def test_forged_and_old_buttons_change_nothing(town: Town, clock: Clock) -> None:
    await town.people.handoffs.ask(CHAT, name="Анна")
    await town.settle()
    for data in ("ho:t:999", "ho:t:x", "ho:c:telegram:1", "ho:c:nowhere", "ho:r:1-1", "ho:s:nothing", "ho:"):
        town.telegram.inject.press_forged(ROOM, data, user_id=OLEG)
    await town.settle()
    assert await town.people.handoffs.holds.all() == []
    assert all(toast.text for toast in town.telegram.toasts(OLEG))


async def test_the_card_of_last_month_says_that_it_is_over(town: Town, clock: Clock) -> None:
    await town.people.handoffs.ask(CHAT, name="Анна")
    await town.settle()
    clock.turn(minutes=6)
    await town.do_duty("handoffs")
    clock.turn(days=40)
    await town.tap(ROOM, "Подключиться", user_id=OLEG)
    assert "Эта просьба уже закрыта" in town.telegram.toasts(OLEG)[-1].text
    assert await town.people.handoffs.hold_of(CHAT.key) is None


async def test_a_customer_who_taps_the_staffs_button_learns_nothing(town: Town) -> None:
    await town.people.handoffs.ask(CHAT, name="Анна")
    await town.settle()
    await town.tap(ROOM, "Подключиться", user_id=BORIS)
    assert [toast.text for toast in town.telegram.toasts(BORIS)] == ["Эта кнопка для сотрудников."]
    assert await town.people.handoffs.hold_of(CHAT.key) is None


async def test_in_a_group_nobody_is_called(town: Town) -> None:
    group = ChatRef(channel=ChannelName.TELEGRAM, chat_id="-55", private=False)
    assert await town.people.handoffs.ask(group) is Asked.OFF
