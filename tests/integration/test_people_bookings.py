"""Booking, moving and cancelling through the real dispatcher, with all that can go wrong on the way."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, text

from bot.domain import ChannelName
from bot.domain.staff import Member, Role
from tests.actions import OF_BOOKS, TWO_TABLES, bakery_with_actions
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import Town, open_town

MONDAY = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
"""9:00 in the bakery; on Tuesdays it opens at 9 with an hour of lunch at 13."""
OAK_AT_10 = "book:w:class:oak:260707:1000"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        for person in (7, 8):
            telegram.inject.open_chat(person, name="Анна")
        telegram.inject.open_chat(100, name="Олег")
        yield telegram


@pytest.fixture
def resources() -> str:
    return TWO_TABLES


@pytest.fixture
async def town(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path, resources: str
) -> AsyncIterator[Town]:
    folder = bakery_with_actions(tmp_path, needs="", resources=resources)
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        town.now = lambda: MONDAY
        await town.people.staff.grant(
            Member(channel=ChannelName.TELEGRAM, external_id="100", name="Олег", role=Role.OPERATOR)
        )
        yield town


async def forge(town: Town, data: str, person: int = 7) -> str:
    """A tap with data that no button has, on whatever message there is."""
    if not town.telegram.messages(person):
        await town.say(person, "/book")
    town.telegram.inject.press_forged(person, data)
    return await town.screen(person)


async def book(town: Town, person: int = 7, data: str = OAK_AT_10) -> str:
    await forge(town, data, person)
    return await town.tap(person, "Записаться")


def turn_clock(town: Town, at: datetime) -> None:
    town.now = lambda: at


def rows(engine: Engine) -> list[tuple[str, bool]]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT resource, cancelled_at IS NULL FROM bookings ORDER BY id"))
        return [(row[0], bool(row[1])) for row in found]


async def test_a_person_is_led_to_a_booking_and_staff_are_told(town: Town, engine: Engine) -> None:
    await town.say(7, "/book")
    for label in ("Дубовый", "вт 7", "10:00"):
        await town.tap(7, label)
    assert "Фартук дадим" in town.telegram.screen(7)
    assert rows(engine) == []
    screen = await town.tap(7, "Записаться")
    assert "Вы записаны" in screen
    assert "вт, 7 июля, 10:00" in screen
    assert "Новая запись" in await town.screen(100)
    assert rows(engine) == [("oak", True)]


async def test_name_and_number_are_asked_read_back_and_sealed(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with open_town(telegram, redis, prefix, engine, folder=bakery_with_actions(tmp_path)) as town:
        town.now = lambda: MONDAY
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
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    folder = bakery_with_actions(tmp_path, needs="phone")
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        town.now = lambda: MONDAY
        await forge(town, OAK_AT_10)
        town.telegram.inject.contact(7, "+79123456789", user_id=8)
        assert "другого человека" in await town.screen(7)
        assert "Проверьте" in await town.tap(7, "Отправить свой номер")


async def test_a_question_in_the_middle_of_the_form_is_answered_and_the_form_goes_on(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    folder = bakery_with_actions(tmp_path, needs="name")
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        town.now = lambda: MONDAY
        await forge(town, OAK_AT_10)
        assert "9:00" in await town.say(7, "Когда хлеб свежий?")
        assert "Имя: Анна" in await town.say(7, "Анна")


@pytest.mark.parametrize("said", ["/cancel", "Отменить"])
async def test_a_form_that_is_given_up_takes_no_more_words(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path, said: str
) -> None:
    async with open_town(telegram, redis, prefix, engine, folder=bakery_with_actions(tmp_path)) as town:
        town.now = lambda: MONDAY
        await forge(town, OAK_AT_10)
        screen = await (town.say(7, said) if said.startswith("/") else town.tap(7, said))
        assert "ничего не записано" in screen
        assert "номер" not in await town.say(7, "Анна")


@pytest.mark.parametrize("said", ["отмена", "передумал", "Не хочу", "cancel"])
@pytest.mark.parametrize("needs", ["name", "phone"])
async def test_words_that_give_up_end_the_form_at_every_question(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path, needs: str, said: str
) -> None:
    folder = bakery_with_actions(tmp_path, needs=needs)
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        town.now = lambda: MONDAY
        await forge(town, OAK_AT_10)
        assert "ничего не записано" in await town.say(7, said)
        assert "Позвать человека" in town.telegram.keyboard(7)[0]


async def test_who_is_asked_for_a_number_sees_a_way_out(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    folder = bakery_with_actions(tmp_path, needs="phone")
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        town.now = lambda: MONDAY
        await forge(town, OAK_AT_10)
        assert town.telegram.keyboard(7) == [["Отправить свой номер"], ["Отменить"]]
        assert "нажмите «Отменить»" in await town.say(7, "не дам")


@pytest.mark.parametrize("said", ["Здравствуйте", "мои записи", "сколько стоит", "хочу пирог"])
async def test_what_is_said_to_the_assistant_is_no_name(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path, said: str
) -> None:
    folder = bakery_with_actions(tmp_path, needs="name")
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        town.now = lambda: MONDAY
        await forge(town, OAK_AT_10)
        assert "Имя:" not in await town.say(7, said)


async def test_nobody_books_past_a_question_that_is_not_answered(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with open_town(telegram, redis, prefix, engine, folder=bakery_with_actions(tmp_path)) as town:
        town.now = lambda: MONDAY
        await forge(town, OAK_AT_10)
        buttons = (town.telegram.messages(7)[-1].reply_markup or {})["inline_keyboard"]
        token = buttons[-1][0]["callback_data"].removeprefix("book:no:")
        await forge(town, f"book:ok:{token}")
        assert town.telegram.toasts(7)[-1].text == "Эта кнопка уже не действует."
        assert rows(engine) == []


async def test_the_slower_of_two_is_told_kindly_with_what_is_free(town: Town, engine: Engine) -> None:
    await forge(town, OAK_AT_10)
    await book(town, 8)
    screen = await town.tap(7, "Записаться")
    assert "только что заняли" in screen
    assert "[вт 7 июля 10:00]" not in screen
    await town.tap(7, "вт 7 июля 12:00")
    assert "Вы записаны" in await town.tap(7, "Записаться")
    assert rows(engine) == [("oak", True), ("oak", True)]


async def test_a_double_tap_books_once_and_promises_once(town: Town, engine: Engine) -> None:
    await forge(town, OAK_AT_10)
    for _ in range(3):
        town.telegram.inject.press_text(7, "Записаться")
    screen = await town.screen(7)
    assert screen.count("Вы записаны") == 1
    assert rows(engine) == [("oak", True)]
    assert town.telegram.toasts(7)[-1].text == "Вы уже записаны."


async def test_a_promise_cut_off_by_a_kill_is_made_good_by_the_clock(
    town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def killed(*_: object) -> None: ...

    with monkeypatch.context() as patch:
        patch.setattr(type(town.people.bookings), "announce", killed)
        await book(town)
    assert "Вы записаны" not in await town.screen(7)
    turn_clock(town, MONDAY + timedelta(minutes=1))
    for _ in range(2):
        await town.do_duty("bookings")
    assert (await town.screen(7)).count("Вы записаны") == 1
    assert (await town.screen(100)).count("Новая запись") == 1


async def test_moving_gives_the_old_time_back(town: Town, engine: Engine) -> None:
    await book(town)
    await town.tap(7, "Перенести")
    for label in ("ср 8", "15:00", "Да, перенести"):
        await town.tap(7, label)
    assert "Запись перенесена" in await town.screen(7)
    assert rows(engine) == [("oak", False), ("oak", True)]
    assert "Стало: ср, 8 июля, 15:00" in await town.screen(100)
    assert "Вы записаны" in await book(town, 8)


async def test_moving_to_a_time_that_is_taken_meanwhile_changes_nothing(town: Town, engine: Engine) -> None:
    await book(town)
    for label in ("Перенести", "ср 8", "15:00"):
        await town.tap(7, label)
    await book(town, 8, "book:w:class:oak:260708:1500")
    assert "только что заняли" in await town.tap(7, "Да, перенести")
    assert rows(engine) == [("oak", True), ("oak", True)]


async def test_cancelling_asks_first_and_twice_is_once(town: Town, engine: Engine) -> None:
    await book(town)
    await town.tap(7, "Отменить запись")
    assert rows(engine) == [("oak", True)]
    for _ in range(2):
        await forge(town, "book:xx:1")
    assert rows(engine) == [("oak", False)]
    assert (await town.screen(100)).count("отменена клиентом") == 2  # the card, and the news of it


async def test_the_yes_to_cancelling_what_was_moved_since_cancels_nothing(town: Town, engine: Engine) -> None:
    await book(town)
    await forge(town, "book:mok:1:260708:1500")
    assert "перенесена" in await forge(town, "book:xx:1")
    assert "Запись отменена" not in town.telegram.screen(7)
    assert "отменена клиентом" not in await town.screen(100)
    assert rows(engine) == [("oak", False), ("oak", True)]


@pytest.mark.parametrize(
    "said", ["мои записи", "когда у меня мастер-класс?", "На когда я записан?", "what are my bookings"]
)
async def test_words_about_ones_own_bookings_lead_to_them(town: Town, said: str) -> None:
    await book(town)
    await town.say(7, said)
    assert "вт, 7 июля, 10:00" in await town.tap(7, "My bookings" if "my" in said else "Мои записи")


@pytest.mark.parametrize("said", ["мастер-класс 31 ноября", "запишите на мастер-класс в 25:00"])
async def test_a_day_or_time_that_there_is_not_is_said(town: Town, said: str) -> None:
    screen = await town.say(7, said)
    assert "Такого дня или времени" in screen
    assert "[Показать свободное время]" in screen


async def test_reminders_come_once_each_also_after_a_night_of_silence(town: Town) -> None:
    await book(town, data="book:w:class:oak:260709:1000")
    at = datetime(2026, 7, 9, 3, 0, tzinfo=UTC)
    for before, told in ((25, 0), (23, 1), (22, 1), (1.5, 2), (1, 2), (-1, 2)):
        turn_clock(town, at - timedelta(hours=before))
        await town.do_duty("bookings")
        assert (await town.screen(7)).count("Напоминаем") == told


async def test_after_long_downtime_only_the_last_reminder_is_sent(town: Town) -> None:
    await book(town, data="book:w:class:oak:260709:1000")
    turn_clock(town, datetime(2026, 7, 9, 2, 0, tzinfo=UTC))
    for _ in range(2):
        await town.do_duty("bookings")
    assert (await town.screen(7)).count("Напоминаем") == 1


async def test_who_has_two_ahead_cannot_have_a_third(town: Town, engine: Engine) -> None:
    for hour in ("1000", "1100"):
        await book(town, data=f"book:w:class:oak:260707:{hour}")
    assert "уже 2 такие записи" in await book(town, data="book:w:class:oak:260708:1100")
    assert len(rows(engine)) == 2
    assert (await town.say(7, "/bookings")).count("Перенести: вт") == 2


@pytest.mark.parametrize(
    "data",
    [
        "book:w:class:oak:260707:1330",
        "book:w:class:oak:260707:0200",
        "book:w:class:oak:260706:0900",
        "book:w:class:oak:260705:1000",
        "book:w:class:oak:270707:1000",
        "book:w:class:oak:260713:1000",
    ],
    ids=["lunch", "night", "too soon", "past", "next year", "closed day"],
)
async def test_a_forged_time_is_answered_with_free_ones(town: Town, engine: Engine, data: str) -> None:
    screen = await forge(town, data)
    assert "Свободно сейчас" in screen
    assert rows(engine) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("book:w:class:cellar:260707:1000", "Этого уже нет"),
        ("book:w:sauna:oak:260707:1000", "больше нельзя"),
        ("book:mv:1", "Такой записи нет"),
        ("book:xx:1", "Такой записи нет"),
        ("book:mok:1:260708:1000", "Такой записи нет"),
    ],
)
async def test_forged_things_and_others_bookings_change_nothing(
    town: Town, engine: Engine, data: str, said: str
) -> None:
    await book(town, 8)
    assert said in await forge(town, data)
    assert rows(engine) == [("oak", True)]


@pytest.mark.parametrize(
    "data",
    [
        "book:w",
        "book:w:class:oak:260230:1000",
        "book:w:class:oak:260707:2599",
        "book:ok:1",
        "book:zz:1",
        "book:mv:" + "9" * 30,
        "book:no:5",
        "book:me:5",
    ],
)
async def test_nonsense_is_answered_by_a_line(town: Town, engine: Engine, data: str) -> None:
    await forge(town, data)
    assert town.telegram.toasts(7)[-1].text == "Эта кнопка уже не действует."
    assert rows(engine) == []


async def test_a_button_of_months_ago_shows_what_is_free_now(town: Town, engine: Engine) -> None:
    await town.say(7, "/book")
    message_id = town.telegram.messages(7)[-1].message_id
    turn_clock(town, MONDAY + timedelta(days=150))
    town.telegram.inject.press_old(7, message_id, OAK_AT_10)
    assert "уже не записаться" in await town.screen(7)
    assert rows(engine) == []


async def test_only_staff_see_the_number_and_it_is_noted(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    folder = bakery_with_actions(tmp_path, needs="phone")
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        town.now = lambda: MONDAY
        oleg = Member(channel=ChannelName.TELEGRAM, external_id="100", name="Олег", role=Role.OPERATOR)
        await town.people.staff.grant(oleg)
        await forge(town, OAK_AT_10)
        await town.say(7, "+7 912 345 67 89")
        await town.tap(7, "Записаться")
        await forge(town, "book:tel:1", 8)
        assert "345" not in (town.telegram.toasts(8)[-1].text or "")
        assert "912" not in await town.screen(100)
        await town.tap(100, "Показать номер")
        assert "+7 912 345-67-89" in (town.telegram.toasts(100)[-1].text or "")
        await forge(town, "book:xx:1")
        await town.tap(100, "Показать номер")
        assert "+7 912 345-67-89" in (town.telegram.toasts(100)[-1].text or "")
        with engine.connect() as connection:
            acts = connection.execute(text("SELECT actor FROM staff_acts WHERE act = 'phone_shown'"))
            assert [act[0] for act in acts] == ["telegram:100"] * 2


@pytest.mark.parametrize("resources", [OF_BOOKS])
async def test_what_is_sold_is_offered_no_more_and_its_bookings_are_told(town: Town, engine: Engine) -> None:
    screen = await town.say(7, "/book")
    assert "Булгаков" in screen
    await town.tap(7, "Стругацкие")
    for label in ("вт 7", "10:00", "Записаться"):
        await town.tap(7, label)
    stock = town.folder / "stock.csv"
    kept = [line for line in stock.read_text(encoding="utf-8").splitlines() if "Стругацкие" not in line]
    stock.write_text("\n".join(kept) + "\n", encoding="utf-8")
    assert town.people.stock is not None
    town.people.stock.check()
    for _ in range(2):
        await town.do_duty("bookings")
    screen = await town.screen(7)
    assert screen.count("ваша запись отменена") == 1
    assert rows(engine) == [("Стругацкие", False)]
    assert "[Стругацкие]" not in await town.tap(7, "Выбрать другое")
    assert "больше нет в таблице" in await town.screen(100)


@pytest.mark.parametrize("resources", [OF_BOOKS])
async def test_a_table_that_is_away_is_said_and_nothing_is_booked(town: Town, engine: Engine) -> None:
    (town.folder / "stock.csv").unlink()
    assert "не видно, что свободно" in await town.say(7, "/book")
    assert rows(engine) == []


async def test_in_a_group_nothing_is_booked(town: Town, engine: Engine) -> None:
    town.telegram.inject.open_chat(-50, title="Друзья")
    await town.say(-50, "/book", person_id=7)
    assert "личном чате" in town.telegram.screen(-50)
    town.telegram.inject.press_forged(-50, OAK_AT_10, user_id=7)
    await town.settle()
    assert "личном чате" in (town.telegram.toasts(7)[-1].text or "")
    assert rows(engine) == []


async def test_english_speakers_read_english(town: Town) -> None:
    town.telegram.inject.message(7, "/book", language="en")
    assert "Baking class" in await town.screen(7)


async def test_a_hundred_who_tap_at_once_for_ten_slots_are_told_the_truth(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    tables = "".join(f"\n    - {{id: t{number}, title: Стол {number}}}" for number in range(10))
    folder = bakery_with_actions(tmp_path, needs="", resources=f"resources:{tables}")
    people = range(1_000, 1_100)
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        town.now = lambda: MONDAY
        for person in people:
            town.telegram.inject.open_chat(person)
            await town.agree(person)
            town.telegram.inject.message(person, "/book")
        await town.settle()
        for person in people:
            town.telegram.inject.press_forged(person, f"book:w:class:t{person % 10}:260707:1000")
        await town.settle()
        for person in people:
            town.telegram.inject.press_text(person, "Записаться")
        await town.settle()
        promised = [person for person in people if "Вы записаны" in town.telegram.screen(person)]
        refused = [person for person in people if "только что заняли" in town.telegram.screen(person)]
        with engine.connect() as connection:
            stored = {row[0] for row in connection.execute(text("SELECT chat_key FROM bookings"))}
        assert stored == {f"telegram:{person}" for person in promised}
        assert (len(promised), len(refused)) == (10, 90)
