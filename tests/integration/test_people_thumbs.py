"""👍 👎 ⚠️ stand under answers without being in anybody's way, and say what whoever asked thinks."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.staff import Room
from bot.store.ratings import RATINGS
from bot.store.rows import TURNS
from tests.fakes.telegram import FakeTelegram
from tests.integration.people_rating_kit import QUESTION, ratings, rows, show_thumbs, turn_clock
from tests.integration.town_kit import Town, open_town

ROOM = -77
NOT_YOURS = "Оценить можно только недавний ответ на свой вопрос."


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        telegram.inject.open_chat(8)
        telegram.inject.open_chat(ROOM, title="Смена")
        yield telegram


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with open_town(telegram, redis, prefix, engine) as town:
        room = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(ROOM), private=False)
        await town.people.staff.bind_room(Room(chat=room, has_topics=False))
        yield town


async def ask(town: Town, text: str = QUESTION) -> str:
    await town.say(7, text)
    await show_thumbs(town)
    return await town.screen(7)


def turn_of(town: Town) -> str:
    turn_id: str = rows(town, TURNS.c.turn_id)[0][0]
    return turn_id


async def toast_of(town: Town, data: str, *, user_id: int = 7) -> str:
    town.telegram.inject.press_forged(7, data, user_id=user_id)
    await town.settle()
    return town.telegram.toasts(user_id)[-1].text


async def test_an_answer_is_rated_by_its_turn(town: Town) -> None:
    assert "[👍] [👎] [⚠️ Ошибка] [Завершить]" in await ask(town)
    assert "[👍] [👎 ✓]" in await town.tap(7, "👎")
    assert rows(town, RATINGS.c.subject, RATINGS.c.score, kind="thumb") == [(turn_of(town), -1)]


async def test_another_tap_changes_it_and_the_same_one_takes_it_back(town: Town) -> None:
    await ask(town)
    await town.tap(7, "👎")
    await town.tap(7, "👍")
    assert ratings(town, "thumb") == [(1, [], "")]
    assert "[👍] [👎]" in await town.tap(7, "👍 ✓")
    assert ratings(town, "thumb") == []


async def test_they_wait_for_their_time_and_for_the_answer(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.people.closing.thumbs.offer_due()
    turn_clock(town, seconds=2)
    await town.redis.zadd(f"{town.prefix}:busy", {"telegram:7": 1})
    await town.people.closing.thumbs.offer_due()
    await town.redis.zrem(f"{town.prefix}:busy", "telegram:7")
    assert "👍" not in await town.screen(7)
    await town.people.closing.thumbs.offer_due()
    assert "👍" in await town.screen(7)


async def test_they_are_left_out_where_there_is_no_moment_for_long(town: Town) -> None:
    await town.say(7, QUESTION)
    turn_clock(town, seconds=20)
    await town.redis.zadd(f"{town.prefix}:busy", {"telegram:7": 1})
    await town.people.closing.thumbs.offer_due()
    await town.redis.zrem(f"{town.prefix}:busy", "telegram:7")
    await town.people.closing.thumbs.offer_due()
    assert "👍" not in await town.screen(7)


@pytest.mark.parametrize("text", ["Привет", "/help"])
async def test_what_is_no_answer_has_none(town: Town, text: str) -> None:
    assert "👍" not in await ask(town, text)


async def test_they_stay_when_a_choice_is_taken(town: Town) -> None:
    screen = await ask(town, "хлеб утром")
    choice = next(line for line in screen.splitlines() if line.startswith("    [")).strip(" []")
    screen = await town.tap(7, choice)
    assert f"[{choice}]" not in screen
    assert "[👍] [👎] [⚠️ Ошибка] [Завершить]" in screen


async def test_an_error_is_shown_to_staff_with_the_words_for_it(town: Town) -> None:
    await ask(town)
    await town.tap(7, "👎")
    screen = await town.tap(7, "⚠️ Ошибка")
    assert "[👍] [👎 ✓] [⚠️ Отмечено] [Завершить]" in screen
    assert screen.endswith("напишите в двух словах, что в нём не так.")
    assert "Вопрос: Когда хлеб свежий?" in await town.screen(ROOM)
    await town.say(7, "хлеб *не* в 9, звоните +7 916 123-45-67")
    (card,) = town.telegram.messages(ROOM)
    assert card.text.endswith("Что не так: хлеб *не* в 9, звоните [телефон]")
    assert ratings(town, "error")[0][0] == -1


async def test_an_error_that_is_tapped_again_is_one(town: Town) -> None:
    await ask(town)
    for label in ("⚠️ Ошибка", "⚠️ Отмечено", "⚠️ Отмечено"):
        await town.tap(7, label)
    assert len(town.telegram.messages(ROOM)) == len(ratings(town, "error")) == 1


async def test_a_question_after_an_error_is_answered(town: Town) -> None:
    await ask(town)
    await town.tap(7, "⚠️ Ошибка")
    assert (await town.say(7, "А есть ли ржаной?")).endswith("Да, каждый день.")
    assert ratings(town, "error") == [(-1, [], "")]


@pytest.mark.parametrize("tap", ["up", "clear", "error"])
async def test_somebody_else_cannot_rate_an_answer(town: Town, tap: str) -> None:
    await ask(town)
    await town.tap(7, "👍")
    assert await toast_of(town, f"th:{turn_of(town)}:{tap}", user_id=8) == NOT_YOURS
    assert (len(ratings(town, "thumb")), ratings(town, "error")) == (1, [])
    assert town.telegram.messages(ROOM) == []


@pytest.mark.parametrize("data", ["th:telegram:7:999:up", "th::up", "th:x:clear", "end:"])
async def test_a_forged_tap_is_told_so(town: Town, data: str) -> None:
    await ask(town)
    toast = await toast_of(town, data)
    assert toast in (NOT_YOURS, "Эта кнопка уже не действует.", "Этот разговор уже завершён.")
    assert ratings(town, "thumb") == []


async def test_months_later_an_answer_is_not_rated(town: Town) -> None:
    await ask(town)
    turn_clock(town, days=60)
    await town.tap(7, "👍")
    assert (town.telegram.toasts(7)[-1].text, ratings(town, "thumb")) == (NOT_YOURS, [])
