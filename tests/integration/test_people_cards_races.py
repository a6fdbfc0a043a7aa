"""Two operators, one card: one gets it, the other reads who has it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from itertools import count
from typing import Any

import pytest
from aiogram import Bot, Dispatcher
from aiogram.types import Update
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.callbacks import Callback
from bot.handlers.dispatcher import build_bot, build_dispatcher
from bot.handlers.inbox import Acceptor
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram.account import Pressed
from tests.integration.cards_kit import ANNA, GROUP, OLEG, STAFF, Shift, open_shift
from tests.integration.delivery_kit import telegram_settings

NAMES = {person: name for person, _, name in STAFF}
NUMBERS = count(700_000)


@pytest.fixture
async def shift(redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Shift]:
    async with FakeTelegram() as telegram, open_shift(telegram, redis, prefix, engine) as shift:
        yield shift


async def test_of_two_who_take_at_once_one_has_it(shift: Shift) -> None:
    callbacks, members = shift.town.people.callbacks, await shift.town.people.staff.on_duty()
    for number in range(100):
        callback = await shift.request(person=10 + number, told=False)
        moves = await asyncio.gather(
            *(callbacks.take(callback.callback_id, member) for member in members[1:])
        )
        assert sorted(move.done for move in moves) == [False, True]
        assert len({move.callback.taken_by for move in moves if move.callback}) == 1


def press(shift: Shift, callback: Callback, person: int) -> Update:
    """A tap on «Беру» that a webhook brings."""
    number = next(NUMBERS)
    message = shift.town.telegram.messages(GROUP)[-1]
    query: dict[str, Any] = {
        "id": str(number),
        "from": {"id": person, "is_bot": False, "first_name": NAMES[person], "language_code": "ru"},
        "chat_instance": "1",
        "data": f"card:take:{callback.callback_id}",
        "message": {
            "message_id": message.message_id,
            "date": 0,
            "chat": {"id": GROUP, "type": "group", "title": "Смена"},
        },
    }
    shift.town.telegram.account.callbacks[str(number)] = Pressed(person_id=person, chat_id=GROUP)
    return Update.model_validate({"update_id": number, "callback_query": query})


async def test_of_two_who_tap_at_once_one_is_told_that_it_is_theirs(shift: Shift) -> None:
    """As two processes behind a webhook do it, for 50 cards."""
    requests = [await shift.request(person=10 + number) for number in range(50)]
    dispatchers = [_dispatcher(shift) for _ in range(2)]
    bot = build_bot(telegram_settings(shift.town.telegram))
    for callback in requests:
        await _race(bot, dispatchers, [press(shift, callback, person) for person in (OLEG, ANNA)])
    await bot.session.close()
    await shift.town.settle()
    told = {person: Counter(toast.text for toast in shift.town.telegram.toasts(person)) for person in NAMES}
    yours = {person: told[person]["Заявка ваша."] for person in (OLEG, ANNA)}
    assert sum(yours.values()) == 50
    assert told[ANNA]["Уже взял(а) Олег."] == yours[OLEG]
    assert told[OLEG]["Уже взял(а) Анна."] == yours[ANNA]
    for callback in requests:
        chat = int(callback.chat.chat_id)
        assert len([text for text in shift.texts(chat) if "взяли в работу" in text]) == 1


def _dispatcher(shift: Shift) -> Dispatcher:
    async def refuse(_: object) -> None: ...

    acceptor = Acceptor(
        shift.town.inbox, patience_s=None, refuse=refuse, seen=shift.town.people.delivery.seen
    )
    return build_dispatcher(acceptor, None, shift.town.people)


async def _race(bot: Bot, dispatchers: list[Dispatcher], updates: list[Update]) -> None:
    await asyncio.gather(
        *(
            dispatcher.feed_update(bot, update)
            for dispatcher, update in zip(dispatchers, updates, strict=True)
        )
    )
