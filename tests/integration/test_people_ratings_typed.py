"""A score that is typed and not tapped, and words that are about something else."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from tests.fakes.telegram import FakeTelegram
from tests.integration.handoff_kit import staff_town, take
from tests.integration.people_rating_kit import QUESTION, ratings, talk, turn_clock
from tests.integration.town_kit import Town, open_town


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        async with open_town(telegram, redis, prefix, engine) as town:
            yield town


async def test_a_score_may_be_typed(town: Town) -> None:
    await talk(town)
    assert "Ваша оценка: 4 из 10" in await town.say(7, "4 из 10")
    await town.say(7, "Отвечали медленно")
    assert ratings(town, "csat") == [(4, [], "Отвечали медленно")]
    turn_clock(town, minutes=2)
    await town.do_duty("ask_nps")
    assert "Ваш ответ: 9 из 10" in await town.say(7, "9")
    assert ratings(town, "nps") == [(9, [], "")]


async def test_a_number_within_a_talk_is_no_score(town: Town) -> None:
    await talk(town)
    await town.say(7, QUESTION)
    assert "Ваша оценка" not in await town.say(7, "2")
    assert ratings(town, "csat") == [(None, [], "")]


async def test_a_typed_score_that_is_delivered_twice_counts_once(town: Town) -> None:
    await talk(town)
    injected = town.telegram.inject.message(7, "8")
    await town.settle()
    said = await town.screen(7)
    town.telegram.inject.redeliver(injected.update_id)
    assert await town.screen(7) == said
    assert ratings(town, "csat") == [(8, [], "")]


async def test_words_to_an_operator_are_none_about_the_rating(town: Town) -> None:
    await talk(town)
    await town.tap(7, "2")
    await staff_town(town)
    await take(town)
    await town.say(7, "Отвечали медленно")
    assert ratings(town, "csat") == [(2, [], "")]
