"""The number of a request that is gone is given out anew by SQLite: the next one is told as a new one."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, delete

from bot.store.callbacks import CALLBACKS
from tests.fakes.telegram import FakeTelegram
from tests.integration.cards_kit import CUSTOMER, OLEG, Shift, open_shift

NEXT = 77


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def shift(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Shift]:
    async with open_shift(telegram, redis, prefix, engine) as shift:
        yield shift


async def new_messages(shift: Shift, first: int) -> list[str]:
    """What the staff read of the next request, in messages after so many; somebody has taken it."""
    shift.clock.go_on(minutes=1)
    callback = await shift.request(person=NEXT, name="Пётр")
    await shift.tap("Беру", by=OLEG)
    assert callback.callback_id == 1 or shift.town.engine.dialect.name != "sqlite"
    assert await shift.state(callback) == "taken"
    return shift.texts()[first:]


async def test_after_somebody_was_forgotten_the_next_request_is_a_message_of_its_own(shift: Shift) -> None:
    await shift.request()
    await shift.town.say(CUSTOMER, "/forget")
    await shift.town.tap(CUSTOMER, "Да, стереть всё")
    (card,) = await new_messages(shift, first=1)
    assert "Пётр" in card
    assert "Олег" in card
    assert not any("Мария" in text for text in shift.texts())


async def test_after_a_restored_backup_the_next_request_is_a_message_of_its_own(
    shift: Shift, engine: Engine
) -> None:
    await shift.request()
    with engine.begin() as connection:  # it was opened after the backup was made
        connection.execute(delete(CALLBACKS))
    (card,) = await new_messages(shift, first=1)
    assert "Пётр" in card
    assert "Олег" in card
