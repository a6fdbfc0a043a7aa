"""What a booking asks for: the name, the number, and the last yes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, text

from tests.actions import TWO_TABLES, bakery_with_actions
from tests.integration.booking_kit import OAK_AT_10, forge, open_class, rows
from tests.integration.town_kit import Town


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine, tmp_path: Path) -> AsyncIterator[Town]:
    folder = bakery_with_actions(tmp_path, needs="", resources=TWO_TABLES)
    async with open_class(redis, prefix, engine, folder) as town:
        yield town


async def test_name_and_number_are_asked_read_back_and_sealed(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with open_class(redis, prefix, engine, bakery_with_actions(tmp_path)) as town:
        await forge(town, OAK_AT_10)
        await town.say(7, "Анна-Мария Ким")
        assert "прочитать номер" in await town.say(7, "12345")
        screen = await town.say(7, "8 912 345 67 89")
        assert "Имя: Анна-Мария Ким" in screen
        assert "+7 912 345-67-89" in screen
        assert "Вы записаны" in await town.tap(7, "Записаться")
        with engine.connect() as connection:
            (sealed,) = connection.execute(text("SELECT phone_sealed FROM bookings")).one()
        assert "912" not in sealed
        assert town.people.sealer.open(sealed) == "+79123456789"


async def test_somebody_elses_contact_is_refused_and_ones_own_is_taken(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    folder = bakery_with_actions(tmp_path, needs="phone")
    async with open_class(redis, prefix, engine, folder) as town:
        await forge(town, OAK_AT_10)
        town.telegram.inject.contact(7, "+79123456789", user_id=8)
        assert "другого человека" in await town.screen(7)
        assert "Проверьте" in await town.tap(7, "Отправить свой номер")


async def test_a_question_in_the_middle_of_the_form_is_answered_and_the_form_goes_on(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    folder = bakery_with_actions(tmp_path, needs="name")
    async with open_class(redis, prefix, engine, folder) as town:
        await forge(town, OAK_AT_10)
        assert "9:00" in await town.say(7, "Когда хлеб свежий?")
        assert "Имя: Анна" in await town.say(7, "Анна")


@pytest.mark.parametrize("said", ["/cancel", "Отменить"])
async def test_a_form_that_is_given_up_takes_no_more_words(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path, said: str
) -> None:
    async with open_class(redis, prefix, engine, bakery_with_actions(tmp_path)) as town:
        await forge(town, OAK_AT_10)
        screen = await (town.say(7, said) if said.startswith("/") else town.tap(7, said))
        assert "ничего не записано" in screen
        assert "номер" not in await town.say(7, "Анна")


@pytest.mark.parametrize("said", ["отмена", "передумал", "Не хочу", "cancel"])
@pytest.mark.parametrize("needs", ["name", "phone"])
async def test_words_that_give_up_end_the_form_at_every_question(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path, needs: str, said: str
) -> None:
    folder = bakery_with_actions(tmp_path, needs=needs)
    async with open_class(redis, prefix, engine, folder) as town:
        await forge(town, OAK_AT_10)
        assert "ничего не записано" in await town.say(7, said)
        assert "Позвать человека" in town.telegram.keyboard(7)[0]


async def test_who_is_asked_for_a_number_sees_a_way_out(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    folder = bakery_with_actions(tmp_path, needs="phone")
    async with open_class(redis, prefix, engine, folder) as town:
        await forge(town, OAK_AT_10)
        assert town.telegram.keyboard(7) == [["Отправить свой номер"], ["Отменить"]]
        assert "нажмите «Отменить»" in await town.say(7, "не дам")


@pytest.mark.parametrize("said", ["Здравствуйте", "мои записи", "сколько стоит", "хочу пирог"])
async def test_what_is_said_to_the_assistant_is_no_name(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path, said: str
) -> None:
    folder = bakery_with_actions(tmp_path, needs="name")
    async with open_class(redis, prefix, engine, folder) as town:
        await forge(town, OAK_AT_10)
        assert "Имя:" not in await town.say(7, said)


async def test_nobody_books_past_a_question_that_is_not_answered(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with open_class(redis, prefix, engine, bakery_with_actions(tmp_path)) as town:
        await forge(town, OAK_AT_10)
        buttons = (town.telegram.messages(7)[-1].reply_markup or {})["inline_keyboard"]
        token = buttons[-1][0]["callback_data"].removeprefix("book:no:")
        await forge(town, f"book:ok:{token}")
        assert town.telegram.toasts(7)[-1].text == "Эта кнопка уже не действует."
        assert rows(engine) == []


@pytest.mark.parametrize("said", ["да", "Да, всё верно", "ок", "подтверждаю"])
async def test_the_last_yes_may_be_typed(town: Town, engine: Engine, said: str) -> None:
    await forge(town, OAK_AT_10)
    assert "Вы записаны" in await town.say(7, said)
    assert rows(engine) == [("oak", True)]
    assert (await town.say(7, said)).count("Вы записаны") == 1
    assert rows(engine) == [("oak", True)]


async def test_a_typed_yes_to_what_somebody_else_took_offers_what_is_free(town: Town, engine: Engine) -> None:
    await forge(town, OAK_AT_10)
    await forge(town, OAK_AT_10, 8)
    await town.tap(8, "Записаться")
    assert "Вы записаны" not in await town.say(7, "да")
    assert rows(engine) == [("oak", True)]
