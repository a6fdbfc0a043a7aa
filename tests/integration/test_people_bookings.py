"""Booking, moving and cancelling through the real dispatcher."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, text

from tests.actions import TWO_TABLES, bakery_with_actions
from tests.integration.booking_kit import MONDAY, OAK_AT_10, book, forge, open_class, rows, turn_clock
from tests.integration.town_kit import Town


@pytest.fixture
def resources() -> str:
    return TWO_TABLES


@pytest.fixture
async def town(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path, resources: str
) -> AsyncIterator[Town]:
    folder = bakery_with_actions(tmp_path, needs="", resources=resources)
    async with open_class(redis, prefix, engine, folder) as town:
        yield town


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


async def test_english_speakers_read_english(town: Town) -> None:
    town.telegram.inject.message(7, "/book", language="en")
    assert "Baking class" in await town.screen(7)


async def test_a_hundred_who_tap_at_once_for_ten_slots_are_told_the_truth(
    redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    tables = "".join(f"\n    - {{id: t{number}, title: Стол {number}}}" for number in range(10))
    folder = bakery_with_actions(tmp_path, needs="", resources=f"resources:{tables}")
    people = range(1_000, 1_100)
    async with open_class(redis, prefix, engine, folder) as town:
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
