"""Which products the staff are told that a talk was about: those it speaks of, and no guesses."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import TENANTS, Town, open_town

CHAT = ChatRef(channel=ChannelName.TELEGRAM, chat_id="7")


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with (
        FakeTelegram() as telegram,
        open_town(telegram, redis, prefix, engine, folder=TENANTS / "mercedes") as town,
    ):
        yield town


async def products_after(town: Town, *remarks: str) -> list[str]:
    for remark in remarks:
        await town.say(7, remark)
    return [label for label, _ in (await town.people.cards.portrait(CHAT)).products]


async def test_a_talk_of_no_product_names_none(town: Town) -> None:
    assert await products_after(town, "Можно ли с собакой?", "сколько стоит парковка?") == []


async def test_a_product_that_was_spoken_of_is_named_and_stays_so(town: Town) -> None:
    assert await products_after(town, "Есть ли GLE 450 в наличии?", "а кафе у вас есть?") == ["GLE"]
