"""Taps on callback cards by those who may not: without the role, without the request, forged, months old."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName
from tests.fakes.telegram import FakeTelegram
from tests.integration.cards_kit import ANNA, CUSTOMER, GROUP, OLEG, OUTSIDER, Shift, open_shift


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def shift(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Shift]:
    async with open_shift(telegram, redis, prefix, engine) as shift:
        yield shift


@pytest.mark.parametrize("action", ["talked", "silent", "back", "result", "words", "look"])
async def test_only_who_has_it_may_go_on_with_it(shift: Shift, action: str) -> None:
    callback = await shift.request()
    await shift.tap("Беру", OLEG)
    extra = ":agreed" if action == "result" else ""
    assert await shift.forge(f"card:{action}:1{extra}", ANNA) == "С этой заявкой работает Олег."
    assert await shift.state(callback) == "taken"


async def test_nothing_can_be_done_before_it_is_taken(shift: Shift) -> None:
    callback = await shift.request()
    assert await shift.forge("card:result:1:agreed", ANNA) == "Сначала нажмите «Беру»."
    assert await shift.state(callback) == "new"


@pytest.mark.parametrize("person", [OUTSIDER, OLEG])
async def test_one_who_does_not_work_here_learns_nothing_from_a_card(shift: Shift, person: int) -> None:
    callback = await shift.request()
    await shift.town.people.staff.revoke(ChannelName.TELEGRAM, str(OLEG))
    for label in ("Беру", "Показать номер"):
        assert await shift.tap(label, person) == "Эта кнопка для сотрудников."
    assert await shift.state(callback) == "new"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("card:take:999", "Такой заявки нет, или её данные удалены."),
        ("card:phone:999", "Такой заявки нет, или её данные удалены."),
        ("card:open:999", "Такой заявки нет, или её данные удалены."),
        ("card:take:-1", "Эта кнопка уже не действует."),
        ("card:take:1e5", "Эта кнопка уже не действует."),
        (f"card:take:{'9' * 40}", "Эта кнопка уже не действует."),
        ("card:take:٣", "Эта кнопка уже не действует."),
        ("card:result:1:nonsense", "Эта кнопка уже не действует."),
        ("card:", "Эта кнопка уже не действует."),
        ("card:page:99999", "Эта кнопка уже не действует."),
    ],
)
async def test_forged_data_change_nothing_and_are_told_in_a_line(shift: Shift, data: str, said: str) -> None:
    callback = await shift.request()
    assert await shift.forge(data, OLEG) == said
    assert await shift.state(callback) == "new"


async def test_a_button_of_months_ago_says_that_it_is_over(shift: Shift) -> None:
    callback = await shift.request()
    for label in ("Беру", "Поговорили", "Договорились"):
        await shift.tap(label, OLEG)
    shift.clock.go_on(days=90)
    for action in ("take", "talked", "silent", "back", "result:agreed"):
        name, _, extra = action.partition(":")
        data = f"card:{name}:{callback.callback_id}" + (f":{extra}" if extra else "")
        assert await shift.forge(data, ANNA, months_later=True) == "Эта заявка уже закрыта."


async def test_a_card_of_one_who_was_erased_tells_nothing(shift: Shift) -> None:
    callback = await shift.request()
    await shift.town.people.cards.erase(callback.callback_id)
    await shift.town.settle()
    (message,) = shift.town.telegram.messages(GROUP)
    assert (message.text, message.reply_markup) == ("Данные удалены по просьбе клиента.", None)


async def test_a_request_that_the_customer_cancels_leaves_the_card(shift: Shift) -> None:
    callback = await shift.request()
    await shift.town.people.callbacks.cancel(callback.callback_id, ChannelName.TELEGRAM, str(CUSTOMER))
    await shift.town.people.cards.refresh(callback)
    await shift.town.settle()
    (message,) = shift.town.telegram.messages(GROUP)
    assert "Клиент больше не ждёт звонка." in message.text
    assert message.reply_markup is None
