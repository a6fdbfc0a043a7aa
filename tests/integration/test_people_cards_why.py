"""«Почему?» on a callback card asks about the assistant's last answer to whoever waits for the call."""

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, update

from bot.store.callbacks import CALLBACKS
from tests.fakes.telegram import FakeTelegram
from tests.integration.cards_kit import CUSTOMER, GROUP, OLEG, open_shift


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


async def test_a_card_tells_why_the_last_answer_was_given(redis: Redis, prefix: str, engine: Engine) -> None:
    async with (
        FakeTelegram() as telegram,
        open_shift(telegram, redis, prefix, engine) as shift,
    ):
        town = shift.town
        await town.say(CUSTOMER, "Когда хлеб свежий?")
        callback = await shift.request(told=False)
        card = (await town.people.cards.portrait(callback.chat)).to_value()
        with engine.begin() as connection:
            connection.execute(update(CALLBACKS).values(card=card))
        found = await town.people.callbacks.find(callback.callback_id)
        assert found is not None
        await town.people.cards.announce(found)
        await town.settle()
        for label in ("Почему?", "Беру", "Почему?"):
            await shift.tap(label, OLEG)
        told = [text for text in shift.texts(GROUP) if "Почему такой ответ" in text]
        assert ["Вопрос: Когда хлеб свежий?" in text for text in told] == [True, True]
