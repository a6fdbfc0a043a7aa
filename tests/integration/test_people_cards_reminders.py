"""The clock behind the cards, turned by hand: each reminder in its time, once, never while it is closed."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from tests.fakes.telegram import FakeTelegram
from tests.integration.cards_kit import ADMIN, ANNA, GROUP, OLEG, Shift, open_shift

DUTY = "callback_reminders"
TUESDAY = datetime(2026, 11, 24, tzinfo=UTC)
"""The bakery is open from 9:00 to 13:00 and from 14:00 to 18:00, seven hours ahead of UTC."""


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def shift(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Shift]:
    async with open_shift(telegram, redis, prefix, engine) as shift:
        yield shift


@pytest.fixture
async def scattered(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine
) -> AsyncIterator[Shift]:
    """Staff without a room."""
    async with open_shift(telegram, redis, prefix, engine, room=None) as shift:
        yield shift


async def told_after(shift: Shift, minutes: float, chat: int = GROUP) -> list[str]:
    """What is new in the chat once so much time has passed and the duty was done twice."""
    known = len(shift.texts(chat))
    shift.clock.go_on(minutes=minutes)
    for _ in range(2):
        await shift.town.do_duty(DUTY)
    return shift.texts(chat)[known:]


async def test_staff_are_reminded_once_of_what_nobody_takes(shift: Shift) -> None:
    await shift.request()
    assert await told_after(shift, 9.9) == []
    (reminder,) = await told_after(shift, 0.1)
    assert reminder.startswith("Заявка № 1 ждёт уже 10 мин, её никто не взял.")
    assert await told_after(shift, 5) == []


async def test_admins_are_called_for_help_where_nobody_takes_it(shift: Shift) -> None:
    await shift.request()
    await told_after(shift, 15)
    (alarm,) = await told_after(shift, 15)
    assert "Нужна помощь" in alarm
    assert shift.texts(ADMIN) == [alarm]
    assert await told_after(shift, 60) == []
    await shift.tap("Беру", ANNA)
    assert shift.texts(ADMIN) == ["Заявка № 1 в работе: Анна."]


async def test_whoever_has_it_is_reminded_before_the_promised_time(shift: Shift) -> None:
    await shift.request()
    await shift.tap("Беру", OLEG)
    assert await told_after(shift, 24) == []
    (reminder,) = await told_after(shift, 2)
    assert reminder == ("Олег, заявка № 1 у вас. Позвонить: в среду, 25 ноября до 12:30, осталось 4 мин.")


async def test_without_a_room_the_reminder_is_for_the_taker_alone(scattered: Shift) -> None:
    await scattered.request()
    await scattered.tap("Беру", OLEG, chat=OLEG)
    (reminder,) = await told_after(scattered, 26, chat=OLEG)
    assert reminder.startswith("Олег, заявка № 1 у вас.")
    assert not any("у вас" in text for text in scattered.texts(ANNA))


async def test_a_promise_that_was_broken_is_told_to_the_admins(shift: Shift) -> None:
    await shift.request()
    await shift.tap("Беру", OLEG)
    await told_after(shift, 26)
    (alarm,) = await told_after(shift, 5)
    assert "срок прошёл" in alarm
    assert "В работе: Олег" in alarm
    assert shift.texts(ADMIN) == [alarm]


async def test_what_was_taken_late_and_not_called_is_told_to_the_admins_again(shift: Shift) -> None:
    callback = await shift.request()
    await shift.town.people.callbacks.escalate(callback)  # as where nobody took it for too long
    await shift.tap("Беру", OLEG)
    (alarm,) = await told_after(shift, 31)
    assert "срок прошёл" in alarm


async def test_the_time_to_call_again_is_told_when_it_comes(shift: Shift) -> None:
    await shift.request()
    await shift.tap("Беру", OLEG)
    await shift.tap("Не отвечает", OLEG)
    assert await told_after(shift, 19) == []
    assert await told_after(shift, 1) == ["Заявка № 1: пора позвонить ещё раз, попытка 2 из 3."]


async def test_nobody_is_reminded_while_it_is_closed(shift: Shift) -> None:
    shift.clock.at = TUESDAY.replace(hour=5, minute=55)  # 12:55, five minutes before lunch
    await shift.request()
    assert await told_after(shift, 30) == []
    (reminder,) = await told_after(shift, 40)  # 14:05: ten minutes of working time
    assert reminder.startswith("Заявка № 1 ждёт уже 10 мин")


async def test_what_was_asked_in_the_evening_goes_on_in_the_morning(shift: Shift) -> None:
    shift.clock.at = TUESDAY.replace(hour=10, minute=55)  # 17:55
    await shift.request()
    assert await told_after(shift, 12 * 60) == []
    (reminder,) = await told_after(shift, 3 * 60 + 10)  # Wednesday, 9:05
    assert reminder.startswith("Заявка № 1 ждёт уже 10 мин")


async def test_what_staff_were_not_told_of_is_no_cause_for_a_reminder(shift: Shift) -> None:
    await shift.request(told=False)
    assert await told_after(shift, 120) == []


async def test_what_was_given_back_is_reminded_of_again(shift: Shift) -> None:
    await shift.request()
    await told_after(shift, 10)
    await shift.tap("Беру", OLEG)
    await shift.tap("Вернуть", OLEG)
    shift.clock.go_on(minutes=25)
    (alarm,) = await told_after(shift, 0)
    assert "её никто не взял" in alarm
