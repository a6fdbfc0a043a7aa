"""People rate a talk, the business and single answers: once, by themselves, and for the business to count."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, select

from bot.store.ratings import RATINGS
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import Town, open_town

QUESTION = "Когда хлеб свежий?"
BYE = "Спасибо, до свидания"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        yield telegram


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with open_town(telegram, redis, prefix, engine) as town:
        yield town


def ratings(town: Town, kind: str) -> list[tuple[int | None, list[str], str]]:
    rows = select(RATINGS.c.score, RATINGS.c.reasons, RATINGS.c.words).where(RATINGS.c.kind == kind)
    with town.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(rows)]


async def talk(town: Town) -> str:
    await town.say(7, QUESTION)
    return await town.say(7, BYE)


async def test_a_talk_is_rated_with_reasons_and_words(town: Town) -> None:
    print(await talk(town))
    print(await town.tap(7, "4"))
    print(await town.tap(7, "Долго"))
    print(await town.say(7, "Отвечали медленно, мой номер +7 916 123-45-67"))
    assert ratings(town, "csat") == [(4, ["slow"], "Отвечали медленно, мой номер [PHONE_1]")]
