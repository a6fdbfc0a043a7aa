"""Callback cards driven by taps in the staff's room: as operators, as one who was revoked, and forged."""

from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, select

from bot.store.staff import ACTS
from tests.fakes.telegram import FakeTelegram
from tests.integration.cards_kit import ANNA, CUSTOMER, GROUP, OLEG, Shift, open_shift


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
async def shift(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Shift]:
    async with open_shift(telegram, redis, prefix, engine) as shift:
        yield shift


async def test_a_card_says_who_waits_for_what_and_until_when(shift: Shift) -> None:
    await shift.request()
    (card,) = shift.texts()
    for said in (
        "Заявка на звонок № 1",
        "Позвонить: в среду, 25 ноября до 12:30",
        "Мария, +7 916 ***-**-67",
        "Вопрос: торт на субботу",
        "Удобное время: после обеда",
        "Ждёт с 12:00 (25.11)",
        "Интересуют: Торт (82 %)",
        "Настроение: недовольство",
        "— Сколько стоит торт?",
        "Диалог 3fa9c1",
    ):
        assert said in card
    assert "1234567" not in card


async def test_a_name_cannot_put_marks_or_links_on_a_card(shift: Shift) -> None:
    await shift.request(name="**Мария** [вход](http://evil.example)")
    (message,) = shift.town.telegram.messages(GROUP)
    assert "**Мария** [вход](http://evil.example), +7 916 ***-**-67" in message.text
    assert all(entity["type"] == "bold" for entity in message.entities)


async def test_what_was_talked_about_is_on_the_card(shift: Shift) -> None:
    await shift.town.say(CUSTOMER, "Вы вчера продали мне чёрствый хлеб, это безобразие!")
    callback = await shift.request(told=False)
    portrait = await shift.town.people.cards.portrait(callback.chat)
    assert portrait.said == ("Вы вчера продали мне чёрствый хлеб, это безобразие!",)
    assert portrait.mood == "angry"


async def test_the_first_who_taps_has_it_and_the_other_reads_who(shift: Shift) -> None:
    await shift.request()
    assert await shift.tap("Беру", OLEG) == "Заявка ваша."
    assert await shift.forge("card:take:1", ANNA) == "Уже взял(а) Олег."
    assert "В работе: Олег" in shift.texts()[0]


async def test_the_customer_hears_that_somebody_took_it_once(shift: Shift) -> None:
    await shift.request()
    for _ in range(2):
        await shift.forge("card:take:1", OLEG)
    taken = [text for text in shift.texts(CUSTOMER) if "взяли" in text]
    assert len(taken) == 1


async def test_a_number_is_shown_to_the_tapper_alone_and_written_down(shift: Shift, engine: Engine) -> None:
    await shift.request()
    assert await shift.tap("Показать номер", ANNA) == "Мария: +7 916 123-45-67"
    assert all("123-45-67" not in text for text in shift.texts())
    with engine.connect() as connection:
        acts = connection.execute(select(ACTS.c.actor, ACTS.c.subject).where(ACTS.c.act == "phone_shown"))
        assert [tuple(act) for act in acts] == [(f"telegram:{ANNA}", "callback:1")]


async def test_a_call_that_was_made_is_closed_with_its_result(shift: Shift) -> None:
    callback = await shift.request()
    for label in ("Беру", "Поговорили", "Договорились"):
        await shift.tap(label, OLEG)
    assert await shift.state(callback) == "done"
    (message,) = shift.town.telegram.messages(GROUP)
    assert "Готово: Договорились. Олег, 12:00 (25.11)" in message.text
    assert message.reply_markup is None
    assert "+7 916" not in message.text


async def test_a_result_in_own_words_is_masked_and_noted(shift: Shift) -> None:
    callback = await shift.request()
    for label in ("Беру", "Поговорили", "Другое, напишу"):
        await shift.tap(label, OLEG)
    await shift.town.say(GROUP, "Ждёт торт, второй номер +7 916 765-43-21", person_id=OLEG)
    found = await shift.town.people.callbacks.find(callback.callback_id)
    assert found is not None
    assert (found.status, found.result) == ("done", "Ждёт торт, второй номер [телефон]")


@pytest.mark.parametrize(
    ("written", "said"), [("я" * 301, "до 300 знаков"), ("/cancel", "ничего не записано")]
)
async def test_words_that_are_no_result_close_nothing(shift: Shift, written: str, said: str) -> None:
    callback = await shift.request()
    for label in ("Беру", "Поговорили", "Другое, напишу"):
        await shift.tap(label, OLEG)
    await shift.town.say(GROUP, written, person_id=OLEG)
    assert said in shift.texts()[-1]
    assert await shift.state(callback) == "taken"


async def test_no_answer_is_tried_again_and_given_up_in_the_end(shift: Shift) -> None:
    callback = await shift.request()
    for _ in range(3):
        await shift.tap("Беру", OLEG)
        await shift.tap("Не отвечает", OLEG)
    assert await shift.state(callback) == "given_up"
    assert "Дозвониться не удалось, попыток: 3" in shift.texts()[0]
    assert "так и не дозвонились" in shift.texts(CUSTOMER)[-1]
    assert "+7 (383) 000-11-22" in shift.texts(CUSTOMER)[-1]


async def test_what_is_given_back_is_offered_to_all_again(shift: Shift) -> None:
    callback = await shift.request()
    await shift.tap("Беру", OLEG)
    assert await shift.tap("Вернуть", OLEG) == "Заявка снова свободна."
    assert await shift.state(callback) == "new"
    assert "снова свободна" in shift.texts()[-1]
    assert await shift.tap("Беру", ANNA) == "Заявка ваша."
    assert shift.texts()[-1] == "Заявка № 1 в работе: Анна."
