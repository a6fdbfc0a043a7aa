"""Consent while a store is away or came back empty."""

import pytest
from sqlalchemy import text

from bot.domain import ChannelName
from bot.domain.consents import Person
from bot.store.turns import TurnStore
from tests.integration.consent_kit import QUESTION, said
from tests.integration.town_kit import Town

ANNA = Person(channel=ChannelName.TELEGRAM, external_id="7")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_of_strangers: Town) -> Town:
    return town_of_strangers


async def test_consent_survives_a_redis_that_came_back_empty(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.tap(7, "Согласен")
    await town.redis.delete(f"{town.prefix}:consent:{ANNA.key}")
    await town.say(7, "Где вы находитесь?")
    assert TurnStore(town.engine).counts().turns == 2


async def test_while_the_database_is_away_those_who_agreed_are_answered(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.tap(7, "Согласен")
    with town.engine.begin() as connection:
        connection.execute(text("ALTER TABLE consents RENAME TO gone"))
    assert "[Согласен]" not in await town.say(7, "Где вы находитесь?")
    assert len(said(town)) == 4


async def test_while_the_database_is_away_a_yes_has_to_be_pressed_again(town: Town) -> None:
    with town.engine.begin() as connection:
        connection.execute(text("ALTER TABLE consents RENAME TO gone"))
    await town.say(7, QUESTION)
    await town.tap(7, "Согласен")
    assert town.telegram.toasts(7)[-1].text.startswith("Сейчас не получается записать ваше согласие.")
    with town.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO consents"))
    await town.tap(7, "Согласен")
    assert TurnStore(town.engine).counts().turns == 1
