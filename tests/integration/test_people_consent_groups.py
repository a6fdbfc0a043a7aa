"""Consent in groups, and what of one's own data needs none: nobody's words slip past the question."""

import pytest

from bot.domain import ChannelName
from bot.domain.consents import Person
from bot.people.privacy.consent import Standing
from bot.store.turns import TurnStore
from tests.integration.consent_kit import QUESTION, said
from tests.integration.town_kit import Town

ANNA = Person(channel=ChannelName.TELEGRAM, external_id="7")
BOT = "dezhurny_test_bot"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_of_strangers: Town) -> Town:
    return town_of_strangers


async def test_in_a_group_everybody_agrees_for_themselves(town: Town) -> None:
    town.telegram.inject.message(-5, f"@{BOT} {QUESTION}", person_id=7)
    await town.settle()
    town.telegram.inject.press_text(-5, "Согласен", user_id=8)
    await town.settle()
    assert town.telegram.toasts(8)[-1].text.startswith("Эти кнопки для другого человека.")
    assert await town.people.consents.standing(ANNA) is Standing.MISSING
    town.telegram.inject.press_text(-5, "Согласен", user_id=7)
    await town.settle()
    assert await town.people.consents.standing(ANNA) is Standing.GIVEN
    assert TurnStore(town.engine).counts().turns == 1


async def test_talk_that_is_not_for_the_bot_is_neither_asked_about_nor_kept(town: Town) -> None:
    town.telegram.inject.message(-5, "Кто идёт обедать?", person_id=7)
    await town.settle()
    assert said(town, -5) == []
    assert await town.people.consents.held(ANNA) == []


async def test_words_about_ones_data_do_not_slip_past_the_question_in_a_group(town: Town) -> None:
    town.telegram.inject.message(-5, f"@{BOT} {QUESTION}", person_id=7)
    await town.settle()
    asked = town.telegram.messages(-5)[-1].message_id
    town.telegram.inject.message(-5, "забудь меня", person_id=7, reply_to=asked)
    await town.settle()
    assert TurnStore(town.engine).counts().turns == 0
    assert town.model.asked == []


async def test_a_command_to_another_bot_is_left_to_it(town: Town) -> None:
    town.telegram.inject.message(-5, "/forget@somebody_elses_bot", person_id=7)
    await town.settle()
    assert said(town, -5) == []
    town.telegram.inject.message(-5, f"/forget@{BOT}", person_id=7)
    await town.settle()
    assert "личном чате" in said(town, -5)[-1]


@pytest.mark.parametrize("command", ["/forget", "забудь меня"])
async def test_a_corrected_message_asks_for_ones_data_like_any_other(town: Town, command: str) -> None:
    message = town.telegram.inject.message(7, "/frget")
    await town.settle()
    assert message.message_id is not None
    town.telegram.inject.edited_message(7, message.message_id, command)
    await town.settle()
    assert "[Да, стереть всё]" in await town.screen(7)
    assert TurnStore(town.engine).counts().turns == 0
