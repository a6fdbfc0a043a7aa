"""Buttons under the question for consent that are old, forged, or of another version of the terms."""

import asyncio
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName
from bot.domain.consents import Person
from bot.people.privacy.consent import Standing
from bot.store.turns import TurnStore
from tests.fakes.telegram import FakeTelegram
from tests.integration.consent_kit import QUESTION, bakery_with_terms, data_of, newest, strangers
from tests.integration.town_kit import Town

ANNA = Person(channel=ChannelName.TELEGRAM, external_id="7")


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_of_strangers: Town) -> Town:
    return town_of_strangers


async def test_a_new_version_asks_again(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with strangers(telegram, redis, prefix, engine, bakery_with_terms(tmp_path)) as town:
        await town.say(7, QUESTION)
        old_id, old_yes = newest(town), data_of(town, "yes")
        await town.tap(7, "Согласен")
    folder = bakery_with_terms(tmp_path, version="2")
    async with strangers(telegram, redis, prefix, engine, folder) as town:
        assert "Условия, на которых мы с вами общаемся, изменились." in await town.say(7, "Где вы?")
        town.telegram.inject.press_forged(7, old_yes, message_id=old_id)
        await town.settle()
        assert town.telegram.toasts(7)[-1].text == "С тех пор условия изменились. Вот новые."
        assert await town.people.consents.standing(ANNA) is Standing.OUTDATED
        await town.tap(7, "Согласен")
        assert await town.people.consents.standing(ANNA) is Standing.GIVEN
    assert TurnStore(engine).counts().turns == 2


async def test_months_later_the_button_still_agrees(town: Town) -> None:
    await town.say(7, QUESTION)
    town.telegram.inject.press_old(7, newest(town), data_of(town, "yes"))
    await town.settle()
    assert await town.people.consents.standing(ANNA) is Standing.GIVEN


@pytest.mark.parametrize(
    "data", ["consent:yes", "consent:yes:7:1:x", "consent:own:7:1:-", "consent:yes:7:1:-:-", "consent:"]
)
async def test_forged_buttons_agree_to_nothing(town: Town, data: str) -> None:
    await town.say(7, QUESTION)
    town.telegram.inject.press_forged(7, data)
    await town.settle()
    assert town.telegram.toasts(7)[-1].text == "Эта кнопка уже не действует."
    assert await town.people.consents.standing(ANNA) is Standing.MISSING


async def test_terms_that_change_while_all_runs_are_asked_about(town: Town, tmp_path: Path) -> None:
    await town.say(7, QUESTION)
    old_id, old_yes = newest(town), data_of(town, "yes")
    await town.tap(7, "Согласен")
    bakery_with_terms(tmp_path, version="2024.10")
    assert "изменились" in await within_a_second(town, "Где вы?")
    town.telegram.inject.press_forged(7, old_yes, message_id=old_id)
    await town.settle()
    assert await town.people.consents.standing(ANNA) is Standing.OUTDATED
    assert "версия 2024.10" in await town.tap(7, "Согласен")
    assert TurnStore(town.engine).counts().turns == 2


async def test_a_yes_to_terms_that_have_just_changed_agrees_to_nothing(town: Town, tmp_path: Path) -> None:
    await town.say(7, QUESTION)
    bakery_with_terms(tmp_path, version="2024.10")
    await asyncio.sleep(1.0)
    await town.tap(7, "Согласен")
    assert await town.people.consents.of(ANNA) is None
    assert "[Согласен]" in await town.screen(7)


async def within_a_second(town: Town, text: str) -> str:
    """The screen after the folder may be looked at again."""
    await asyncio.sleep(1.0)
    return await town.say(7, text)
