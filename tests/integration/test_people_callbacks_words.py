"""What people write around a request to be called: numbers beside wishes, refusals, asking twice."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName
from bot.domain.callbacks import Callback
from tests.fakes.telegram import FakeTelegram
from tests.integration.test_people_callbacks import CUSTOMER, NOON, OLEG, PHONE, TAKER, asked
from tests.integration.town_kit import Town, open_town


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        for chat in (CUSTOMER, OLEG):
            fake.inject.open_chat(chat)
        yield fake


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with open_town(telegram, redis, prefix, engine, now=lambda: NOON) as town:
        await town.people.staff.grant(TAKER)
        yield town


async def stored(town: Town) -> Callback:
    callback = await town.people.callbacks.open_of(ChannelName.TELEGRAM, str(CUSTOMER))
    assert callback is not None
    return callback


async def phone(town: Town) -> str | None:
    return await town.people.callbacks.phone_of((await stored(town)).callback_id)


async def test_a_number_and_a_time_are_taken_from_the_wish_itself(town: Town) -> None:
    screen = await town.say(CUSTOMER, f"перезвоните мне завтра в 10 на {PHONE}")
    assert "Записан номер +7 916 ***-**-67" in screen
    assert "Позвоним на +7 916 ***-**-67 завтра с 10:00 до 10:30" in screen
    await town.tap(CUSTOMER, "Да")
    assert await phone(town) == "+79161234567"


async def test_another_number_beside_the_subject_is_the_one_to_call(town: Town) -> None:
    screen = await asked(town, "лучше на 8 925 111 22 33, про торт, завтра в 10")
    assert "Позвоним на +7 925 ***-**-33 завтра с 10:00 до 10:30" in screen
    screen = await town.say(CUSTOMER, "нет, лучше на +7 903 111-22-44")
    assert "Позвоним на +7 903 ***-**-44 завтра с 10:00 до 10:30" in screen
    assert "про торт" in screen.rpartition("Позвоним")[2]


async def test_what_a_subject_says_of_people_is_kept_masked(town: Town, telegram: FakeTelegram) -> None:
    await asked(town, "возврат на карту 4276 1234 5678 9010, почта ivan@mail.example")
    await town.tap(CUSTOMER, "Да")
    assert (await stored(town)).reason == "возврат на карту [карта], почта [почта]"
    assert "[карта]" in telegram.screen(OLEG)
    assert "9010" not in telegram.screen(OLEG)


async def test_one_phrase_is_not_told_to_staff_twice(town: Town, telegram: FakeTelegram) -> None:
    await asked(town, "про торт, завтра после обеда")
    await town.tap(CUSTOMER, "Да")
    assert telegram.screen(OLEG).count("завтра после обеда") == 1


async def test_a_time_alone_is_told_to_staff_in_the_persons_words(town: Town, telegram: FakeTelegram) -> None:
    await asked(town, "завтра после обеда")
    await town.tap(CUSTOMER, "Да")
    assert "Удобное время: завтра после обеда" in telegram.screen(OLEG)


@pytest.mark.parametrize("words", ["позвоните мне завтра в 10", "перезвоните завтра в 10 пожалуйста"])
async def test_asking_again_with_a_time_answers_when(town: Town, words: str) -> None:
    assert "завтра с 10:00 до 10:30" in await asked(town, words)
    assert "сегодня с 16:00 до 16:30" in await town.say(CUSTOMER, "перезвоните мне сегодня в 16:00")


async def test_asking_again_changes_the_time_where_it_is_being_changed(town: Town) -> None:
    await asked(town)
    await town.tap(CUSTOMER, "Да")
    await town.tap(CUSTOMER, "Изменить время")
    assert "Время изменено: позвоним сегодня с 16:00" in await town.say(CUSTOMER, "перезвоните мне в 16:00")


async def test_cancelling_a_request_that_is_not_there_yet_leaves_the_form(town: Town) -> None:
    await asked(town)
    assert "звонок не заказан" in await town.say(CUSTOMER, "отмените заявку")


@pytest.mark.parametrize(
    "words", ["я не хочу давать номер", "а можно без номера?", "I don't want to give my number"]
)
async def test_who_gives_no_number_is_let_go(town: Town, telegram: FakeTelegram, words: str) -> None:
    await town.say(CUSTOMER, "Перезвоните мне")
    screen = await town.say(CUSTOMER, words)
    assert "Хорошо, номер не нужен" in screen
    assert telegram.keyboard(CUSTOMER)[0] == ["Позвать человека"]


async def test_the_beginning_of_a_number_in_words_is_asked_for_in_digits(town: Town) -> None:
    await town.say(CUSTOMER, "Перезвоните мне")
    screen = await town.say(CUSTOMER, "плюс семь девятьсот шестнадцать")
    assert "цифрами, например +7 916 123-45-67" in screen
    assert "Не знаю" not in screen


async def test_a_number_shared_unasked_begins_a_request(town: Town, telegram: FakeTelegram) -> None:
    telegram.inject.contact(CUSTOMER, "79161234567")
    screen = await town.screen(CUSTOMER)
    assert "Записан номер +7 916 ***-**-67" in screen
    assert "Когда удобно" in screen or "когда удобно" in screen


async def test_who_wants_no_call_is_offered_none(town: Town) -> None:
    screen = await town.say(CUSTOMER, "не звоните мне")
    assert "Открытых заявок на звонок у вас нет" in screen
    assert "[Перезвоните мне]" not in screen


async def test_whoever_has_it_hears_of_another_time_and_of_the_end(
    town: Town, telegram: FakeTelegram
) -> None:
    await asked(town, "про торт")
    await town.tap(CUSTOMER, "Да")
    await town.tap(OLEG, "Беру")
    await town.tap(CUSTOMER, "Изменить время")
    await town.say(CUSTOMER, "завтра в 10")
    assert "Олег, клиент изменил время по заявке № 1. Позвонить: в четверг, 26" in telegram.screen(OLEG)
    await town.tap(CUSTOMER, "Отменить заявку")
    await town.tap(CUSTOMER, "Да, отменить")
    assert telegram.screen(OLEG).count("звонить не нужно: клиент отменил её") == 1


async def test_another_time_is_no_promise_while_nobody_can_be_told(town: Town) -> None:
    await town.people.staff.revoke(ChannelName.TELEGRAM, str(OLEG))
    await asked(town, "про торт")
    await town.tap(CUSTOMER, "Да")
    await town.tap(CUSTOMER, "Изменить время")
    screen = await town.say(CUSTOMER, "завтра в 10")
    assert "Сотрудникам заявка пока не передана" in screen
    assert "позвоним завтра" not in screen


async def test_a_card_names_the_dialogue_by_which_staff_find_it(town: Town, telegram: FakeTelegram) -> None:
    await town.say(CUSTOMER, "Когда вы работаете?")
    await asked(town)
    await town.tap(CUSTOMER, "Да")
    key = (await stored(town)).dialogue_id[:6]
    assert f"Диалог {key}" in telegram.screen(OLEG)
    assert "Person 7" in await town.say(OLEG, f"/callback {key}")
