"""A customer asks to be called: the way to a person, the form, the promise, the status, the end of it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName
from bot.domain.callbacks import CallbackStatus
from bot.domain.staff import Member, Role
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import Town, open_town

CUSTOMER, OTHER, OLEG = 7, 8, 501
NOON = datetime(2026, 11, 25, 5, 0, tzinfo=UTC)
"""Wednesday, 12:00 in Novosibirsk; the bakery is open from 9 to 18."""
NIGHT = datetime(2026, 11, 25, 15, 0, tzinfo=UTC)
"""22:00."""
PHONE = "8 (916) 123-45-67"
TAKER = Member(channel=ChannelName.TELEGRAM, external_id=str(OLEG), name="Олег", role=Role.OPERATOR)


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        for chat in (CUSTOMER, OTHER, OLEG):
            fake.inject.open_chat(chat)
        yield fake


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with open_town(telegram, redis, prefix, engine, now=lambda: NOON) as town:
        await town.people.staff.grant(TAKER)
        yield town


async def asked(town: Town, words: str = "про торт, завтра после обеда") -> str:
    """The form, filled up to the last yes."""
    await town.say(CUSTOMER, "Перезвоните мне")
    await town.say(CUSTOMER, PHONE)
    return await town.say(CUSTOMER, words)


async def requests_of(town: Town, person: int = CUSTOMER) -> list[CallbackStatus]:
    found = await town.people.callbacks.of_person(ChannelName.TELEGRAM, str(person))
    return [callback.status for callback in found]


async def test_in_working_hours_there_is_a_choice(town: Town) -> None:
    screen = await town.say(CUSTOMER, "/operator")
    assert "Сотрудники сейчас на месте" in screen
    assert "[Спросить здесь]" in screen
    assert "[Перезвоните мне]" in screen


@pytest.mark.parametrize("words", ["Позвать человека", "Talk to a person", "позовите оператора"])
async def test_a_person_is_asked_for_in_words_and_by_the_menu(town: Town, words: str) -> None:
    assert "Сотрудники сейчас на месте" in await town.say(CUSTOMER, words)


async def test_at_night_the_call_is_planned_for_the_opening(town: Town) -> None:
    town.now = lambda: NIGHT
    screen = await town.say(CUSTOMER, "/operator")
    assert "вернутся завтра в 9:00" in screen
    assert "позвоним завтра с 9:00 до 10:00" in screen
    await town.tap(CUSTOMER, "Запланировать звонок")
    await town.say(CUSTOMER, PHONE)
    await town.tap(CUSTOMER, "Как можно скорее")
    assert "позвоним на +7 916 ***-**-67 завтра с 9:00 до 10:00" in await town.tap(CUSTOMER, "Да")


async def test_all_is_read_back_and_promised_after_a_yes(town: Town, telegram: FakeTelegram) -> None:
    read_back = await asked(town)
    assert "Позвоним на +7 916 ***-**-67 завтра с 14:00 до 14:30" in read_back
    assert "Вопрос: про торт, завтра после обеда" in read_back
    assert await requests_of(town) == []
    screen = await town.tap(CUSTOMER, "Да")
    assert "Заявка принята: позвоним на +7 916 ***-**-67 завтра с 14:00 до 14:30" in screen
    assert await requests_of(town) == [CallbackStatus.NEW]
    assert len(telegram.sent(OLEG)) == 1


async def test_a_double_tap_asks_once(town: Town, telegram: FakeTelegram) -> None:
    await asked(town)
    telegram.inject.press_text(CUSTOMER, "Да")
    screen = await town.tap(CUSTOMER, "Да")
    assert screen.count("Заявка принята") == 1
    assert await requests_of(town) == [CallbackStatus.NEW]


async def test_every_update_of_the_form_may_come_twice(town: Town, telegram: FakeTelegram) -> None:
    for text in ("Перезвоните мне", PHONE, "про торт"):
        update = telegram.inject.message(CUSTOMER, text)
        await town.settle()
        before = await town.screen(CUSTOMER)
        telegram.inject.redeliver(update.update_id)
        assert await town.screen(CUSTOMER) == before
    update = telegram.inject.press_text(CUSTOMER, "Да")
    before = await town.screen(CUSTOMER)
    telegram.inject.redeliver(update.update_id)
    assert (await town.screen(CUSTOMER)).count("Заявка принята") == before.count("Заявка принята") == 1
    assert await requests_of(town) == [CallbackStatus.NEW]


async def test_nothing_is_promised_where_nobody_can_be_told(town: Town, telegram: FakeTelegram) -> None:
    await town.people.staff.revoke(ChannelName.TELEGRAM, str(OLEG))
    await asked(town, "про торт")
    screen = await town.tap(CUSTOMER, "Да")
    assert "Заявка сохранена, но сотрудникам её сейчас не передать" in screen
    assert "+7 (383) 000-11-22" in screen
    assert "принята" not in screen
    await town.people.staff.grant(TAKER)
    town.now = lambda: NOON.replace(hour=6)
    await town.do_duty("callbacks_waiting")
    await town.do_duty("callbacks_waiting")
    assert (await town.screen(CUSTOMER)).count("Заявка принята") == 1
    assert "сегодня до 13:30" in await town.screen(CUSTOMER)
    assert len(telegram.sent(OLEG)) == 1


async def test_a_contact_of_the_senders_own_is_taken(town: Town, telegram: FakeTelegram) -> None:
    await town.say(CUSTOMER, "/operator")
    await town.tap(CUSTOMER, "Перезвоните мне")
    assert telegram.keyboard(CUSTOMER) == [["Отправить мой номер"], ["Отменить"]]
    telegram.inject.contact(CUSTOMER, "79161234567")
    assert "Записан номер +7 916 ***-**-67" in await town.screen(CUSTOMER)
    assert telegram.keyboard(CUSTOMER)[0] == ["Позвать человека"]


@pytest.mark.parametrize("whose", [{"user_id": 99}, {"user_id": 0}, {"forwarded": True}])
async def test_the_contact_of_somebody_else_is_refused(
    town: Town, telegram: FakeTelegram, whose: dict[str, int]
) -> None:
    await town.say(CUSTOMER, "Перезвоните мне")
    telegram.inject.contact(CUSTOMER, "79031112233", **whose)  # type: ignore[arg-type]
    assert "Это номер другого человека" in await town.screen(CUSTOMER)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("плюс семь девятьсот шестнадцать сто двадцать три сорок пять шестьдесят семь", "цифрами"),
        ("8 916 123", "не хватает цифр"),
        ("8 916 123 45 67 доб. 12", "с добавочным"),
        ("+7 916 123 45 67 89 01 23 45", "лишние цифры"),
        ("+7 000 000 00 00", "Такого номера не бывает"),
        ("+7 (383) 000-11-22", "наш собственный номер"),
        ("8 916 123 45 67 или 8 903 765 43 21", "несколько номеров"),
        ("Анна", "нужен номер"),
    ],
)
async def test_a_number_that_cannot_be_called_is_asked_for_again(town: Town, typed: str, told: str) -> None:
    await town.say(CUSTOMER, "Перезвоните мне")
    assert told in await town.say(CUSTOMER, typed)
    assert "Записан номер" in await town.say(CUSTOMER, PHONE)


async def test_a_recording_is_refused_kindly(town: Town, telegram: FakeTelegram) -> None:
    await town.say(CUSTOMER, "Перезвоните мне")
    telegram.inject.voice(CUSTOMER)
    assert "Напишите их, пожалуйста, текстом" in await town.screen(CUSTOMER)


async def test_a_question_is_answered_and_the_form_waits(town: Town) -> None:
    await town.say(CUSTOMER, "Перезвоните мне")
    assert "с 9:00 до 18:00" in await town.say(CUSTOMER, "Когда вы работаете?")
    assert "Записан номер" in await town.say(CUSTOMER, PHONE)


async def test_a_form_can_be_left_by_a_word(town: Town, telegram: FakeTelegram) -> None:
    await town.say(CUSTOMER, "Перезвоните мне")
    assert "звонок не заказан" in await town.tap(CUSTOMER, "Отменить")
    assert telegram.keyboard(CUSTOMER)[0] == ["Позвать человека"]
    assert "Записан номер" not in await town.say(CUSTOMER, PHONE)


async def test_what_was_read_back_can_be_changed(town: Town) -> None:
    await asked(town)
    await town.tap(CUSTOMER, "Изменить")
    await town.tap(CUSTOMER, "Номер")
    screen = await town.say(CUSTOMER, "+380 44 123 45 67")
    assert "Позвоним на +380 441 ***-**-67 завтра с 14:00" in screen
    screen = await town.say(CUSTOMER, "лучше сегодня в 16")
    assert "+380 441 ***-**-67 сегодня с 16:00 до 16:30" in screen
    assert "Вопрос: про торт" in screen.rpartition("Позвоним")[2]


async def test_a_time_at_which_it_is_closed_is_moved_and_said_so(town: Town) -> None:
    screen = await asked(town, "про торт, сегодня в 20:00")
    assert "завтра с 9:00 до 10:00" in screen
    assert "В названное время нас нет на месте" in screen


async def test_a_second_request_shows_the_first(town: Town) -> None:
    await asked(town)
    await town.tap(CUSTOMER, "Да")
    screen = await town.say(CUSTOMER, "Перезвоните мне")
    assert "У вас уже есть заявка на звонок" in screen
    assert await requests_of(town) == [CallbackStatus.NEW]


async def test_the_number_of_the_last_request_is_offered(town: Town) -> None:
    await asked(town)
    await town.tap(CUSTOMER, "Да")
    await town.tap(CUSTOMER, "Отменить заявку")
    assert "Заявка отменена" in await town.tap(CUSTOMER, "Да, отменить")
    assert "на тот же номер, +7 916 ***-**-67?" in await town.say(CUSTOMER, "Перезвоните мне завтра в 10")
    assert "завтра с 10:00 до 10:30" in await town.tap(CUSTOMER, "Да, на этот")
    await town.tap(CUSTOMER, "Да")
    assert await requests_of(town) == [CallbackStatus.NEW, CallbackStatus.CANCELLED]


async def test_the_status_is_told(town: Town) -> None:
    assert "Открытых заявок на звонок у вас нет" in await town.say(CUSTOMER, "Что с моей заявкой?")
    await asked(town, "про торт")
    await town.tap(CUSTOMER, "Да")
    screen = await town.say(CUSTOMER, "Что с моей заявкой?")
    assert "принята, позвоним сегодня до 12:30" in screen
    town.now = lambda: NOON.replace(hour=6)
    assert "опаздываем, простите" in await town.say(CUSTOMER, "когда мне перезвонят?")


async def test_the_time_can_be_changed_by_button_and_in_words(town: Town) -> None:
    await asked(town, "про торт")
    await town.tap(CUSTOMER, "Да")
    await town.tap(CUSTOMER, "Изменить время")
    assert "Время изменено: позвоним завтра с 9:00" in await town.tap(CUSTOMER, "Завтра в 9:00")
    await town.tap(CUSTOMER, "Изменить время")
    assert "Не получилось понять" in await town.say(CUSTOMER, "как-нибудь потом")
    assert "позвоним в субботу, 28 ноября" in await town.say(CUSTOMER, "в субботу")


async def test_a_request_is_cancelled_in_words_after_a_yes(town: Town) -> None:
    await asked(town)
    await town.tap(CUSTOMER, "Да")
    await town.say(CUSTOMER, "Отмените заявку")
    assert "заявка остаётся в силе" in await town.tap(CUSTOMER, "Нет, оставить")
    await town.say(CUSTOMER, "не звоните мне")
    await town.tap(CUSTOMER, "Да, отменить")
    assert await requests_of(town) == [CallbackStatus.CANCELLED]


@pytest.mark.parametrize("data", ["cb:cancel_yes:{id}", "cb:time:{id}", "cb:to:{id}:0", "cb:cancel:{id}"])
async def test_nobody_touches_the_request_of_another(town: Town, telegram: FakeTelegram, data: str) -> None:
    await asked(town)
    await town.tap(CUSTOMER, "Да")
    (callback,) = await town.people.callbacks.list_open()
    await town.say(OTHER, "/operator")
    telegram.inject.press_forged(OTHER, data.format(id=callback.callback_id))
    await town.settle()
    assert telegram.toasts(OTHER)[-1].text == "Эта кнопка уже не действует."
    assert await town.people.callbacks.find(callback.callback_id) == callback


@pytest.mark.parametrize(
    "data",
    ["cb:yes:1", "cb:at:x:y", "cb:yes:", "cb:cancel_yes:", "cb:to:-5:0", "cb:to:99999999999999999999:1",
     "cb:time:²", "cb:at::999999999999999999999999999999", "cb:zzz", "cb:", "cb:same:1:2:3:4"],
)  # fmt: skip
async def test_forged_buttons_do_nothing(town: Town, telegram: FakeTelegram, data: str) -> None:
    await town.say(CUSTOMER, "Перезвоните мне")
    await town.say(CUSTOMER, PHONE)
    telegram.inject.press_forged(CUSTOMER, data)
    await town.settle()
    assert telegram.toasts(CUSTOMER)[-1].text == "Эта кнопка уже не действует."
    assert await requests_of(town) == []


async def test_buttons_of_an_old_form_are_outdated(town: Town, telegram: FakeTelegram) -> None:
    await asked(town)
    await town.say(CUSTOMER, "отмена")
    await town.tap(CUSTOMER, "Да")
    assert telegram.toasts(CUSTOMER)[-1].text == "Эта кнопка уже не действует."
    assert await requests_of(town) == []


async def test_a_button_of_a_closed_request_says_so(town: Town, telegram: FakeTelegram) -> None:
    await asked(town)
    await town.tap(CUSTOMER, "Да")
    (callback,) = await town.people.callbacks.list_open()
    await town.people.callbacks.take(callback.callback_id, TAKER)
    await town.people.callbacks.done(callback.callback_id, TAKER, "agreed")
    await town.tap(CUSTOMER, "Изменить время")
    assert telegram.toasts(CUSTOMER)[-1].text == "Эта заявка уже закрыта."


async def test_a_group_is_no_place_for_numbers(town: Town, telegram: FakeTelegram) -> None:
    telegram.inject.open_chat(-5, title="Соседи")
    telegram.inject.message(-5, f"/operator@{telegram.username}", person_id=CUSTOMER)
    assert "личный чат" in await town.screen(-5)


async def test_the_phone_is_nowhere_in_redis_in_clear(town: Town, redis: Redis) -> None:
    await asked(town)
    for key in await redis.keys(f"{town.prefix}:form:*"):
        if await redis.type(key) == b"string":
            assert b"9161234567" not in (await redis.get(key) or b"")
