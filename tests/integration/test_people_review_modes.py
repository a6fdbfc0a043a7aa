"""Which answers wait for a person, and how often the staff agree with the assistant."""

from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain.reviews import ReviewMode
from bot.domain.staff import Role
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.oversight_kit import (
    ADMIN,
    ANSWER,
    CUSTOMER,
    OPERATOR,
    QUESTION,
    SECOND,
    member,
    open_bakery,
)
from tests.integration.town_kit import Town

HELD = "Ответ проверяет сотрудник"


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_reviews: Town) -> Town:
    return town_with_reviews


async def test_partial_lets_green_answers_go(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    model = SpokenModel(ANSWER, composes=True)
    async with (
        FakeTelegram() as telegram,
        open_bakery(telegram, redis, prefix, engine, tmp_path, mode=ReviewMode.PARTIAL, model=model) as town,
    ):
        assert ANSWER in await town.say(CUSTOMER, QUESTION)
        assert HELD in await town.say(CUSTOMER, "Какая глубина подвала пекарни?")


async def test_a_mode_is_in_force_for_the_next_turn(town: Town) -> None:
    assert "Сейчас режим: Советник. Будет: Автоматический" in await town.say(ADMIN, "/mode automatic")
    assert await town.people.oversight.reviewing.mode() is ReviewMode.ADVISER
    assert "теперь режим: Автоматический" in await town.tap(ADMIN, "Да, сменить режим")
    assert ANSWER in await town.say(CUSTOMER, QUESTION)
    await town.say(ADMIN, "/mode")
    await town.tap(ADMIN, "Советник")
    await town.tap(ADMIN, "Да, сменить режим")
    assert HELD in (await town.say(CUSTOMER, QUESTION)).rpartition(ANSWER)[2]


@pytest.mark.parametrize("typed", ["частичный", "Частичный", "PARTIAL", "Partial"])
async def test_a_mode_may_be_named_in_words(town: Town, typed: str) -> None:
    assert "Будет: Частичный" in await town.say(ADMIN, f"/mode {typed}")
    assert "теперь режим: Частичный" in await town.tap(ADMIN, "Да, сменить режим")
    assert await town.people.oversight.reviewing.mode() is ReviewMode.PARTIAL


@pytest.mark.parametrize("typed", ["/mode бред", "/mode adviser partial"])
async def test_a_mode_that_is_none_is_told(town: Town, typed: str) -> None:
    assert "Такого режима нет" in await town.say(ADMIN, typed)
    assert await town.people.oversight.reviewing.mode() is ReviewMode.ADVISER


@pytest.mark.parametrize("who", [CUSTOMER, OPERATOR])
async def test_only_admins_set_the_mode(town: Town, who: int) -> None:
    await town.say(who, "/mode automatic")
    town.telegram.inject.press_forged(who, "mode:automatic")
    await town.settle()
    assert await town.people.oversight.reviewing.mode() is ReviewMode.ADVISER


async def test_of_two_admins_at_once_the_second_is_told(town: Town) -> None:
    await town.people.staff.grant(member(SECOND, Role.ADMIN))
    await town.say(ADMIN, "/mode automatic")
    await town.say(SECOND, "/mode partial")
    await town.tap(ADMIN, "Да, сменить режим")
    assert "сменил кто-то другой. Сейчас: Автоматический" in await town.tap(SECOND, "Да, сменить режим")
    assert await town.people.oversight.reviewing.mode() is ReviewMode.AUTOMATIC
    acts = await town.say(ADMIN, "/audit")
    assert acts.count("изменена проверка ответов") == 1


async def test_a_mode_left_or_chosen_again_stays(town: Town) -> None:
    await town.say(ADMIN, "/mode automatic")
    assert "Режим прежний: Советник" in await town.tap(ADMIN, "Нет, оставить как есть")
    assert "Режим прежний: Советник" in (await town.say(ADMIN, "/mode adviser")).rpartition("/mode")[2]


async def test_agreement_is_told_to_staff(town: Town) -> None:
    await town.say(CUSTOMER, QUESTION)
    await town.tap(OPERATOR, "Отправить")
    screen = await town.say(OPERATOR, "/agreement")
    assert "без правок 100% (от 21% до 100%)" in screen
    assert "нужно не меньше 50 решений" in screen


async def test_before_anything_was_held_agreement_says_so(town: Town) -> None:
    assert "ещё не было" in await town.say(OPERATOR, "/agreement")
