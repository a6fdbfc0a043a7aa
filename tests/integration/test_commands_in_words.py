"""Commands in words, and commands that nobody knows, as a customer types them."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.memory.dialogue import DialogueMemory
from bot.texts.catalogue import Text
from tests.fakes.telegram import FakeTelegram
from tests.integration.handoff_kit import ANNA, OLEG, said, staff_town, take, talk
from tests.integration.town_kit import Town, open_town


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with FakeTelegram() as telegram, open_town(telegram, redis, prefix, engine) as town:
        yield town


@pytest.mark.parametrize("wanted", ["/new", "Новый разговор", "начать заново"])
async def test_the_talk_begins_with_a_clean_sheet(town: Town, wanted: str) -> None:
    await town.say(7, "Когда хлеб свежий?")
    screen = await town.say(7, wanted)
    assert town.people.texts.say(Text.NEW, "ru").splitlines()[0] in screen
    memory = DialogueMemory(town.redis, 800, 3600, prefix=town.prefix)
    assert (await memory.recall("telegram:7")).remarks == ()


async def test_the_menu_is_the_help(town: Town) -> None:
    assert "/privacy" in await town.say(7, "Меню")


async def test_words_for_a_person_who_has_the_dialogue_go_to_them(town: Town) -> None:
    await staff_town(town, topics=False)
    await talk(town)
    await take(town, where=OLEG)
    await town.say(ANNA, "меню")
    assert "меню" in said(town, OLEG)
    assert "/privacy" not in town.telegram.screen(ANNA)


async def test_a_command_that_nobody_knows_is_answered_in_the_persons_language(town: Town) -> None:
    await town.say(7, "/pricelist")
    answer = [message.text for message in town.telegram.messages(7) if message.from_bot][-1]
    assert any("а" <= letter <= "я" for letter in answer)
