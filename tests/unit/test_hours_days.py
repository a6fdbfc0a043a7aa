from datetime import UTC, date, datetime, timedelta

import pytest

from bot.computing.hours_days import days_in, holiday_in, minute_in, moment_in
from bot.computing.hours_words import hours_words
from bot.language.lemmas import Lemmatiser

TUESDAY = date(2026, 11, 24)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def days(text: str, today: date = TUESDAY) -> list[str]:
    lemmas = Lemmatiser({}).all_lemmas(text)
    words = hours_words("en" if text.isascii() and any(sign.isalpha() for sign in text) else "ru")
    return [day.isoformat() for day in days_in(text, lemmas, words, today, None)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("сегодня", ["2026-11-24"]),
        ("сегодня и завтра", ["2026-11-24", "2026-11-25"]),
        ("во вторник", ["2026-11-24"]),
        ("в понедельник", ["2026-11-30"]),
        ("в следующий вторник", ["2026-12-01"]),
        ("в выходные", ["2026-11-28", "2026-11-29"]),
        ("без выходных", []),
        ("1 января", ["2027-01-01"]),
        ("1 января 2028", ["2028-01-01"]),
        ("24.11", ["2026-11-24"]),
        ("31.12.2027", ["2027-12-31"]),
        ("23 числа", ["2026-12-23"]),
        ("30-го", ["2026-11-30"]),
        ("30-го декабря", ["2026-12-30"]),
        ("32 января", []),
        ("30 февраля", []),
        ("january 1st", ["2027-01-01"]),
        ("the 1st of january", ["2027-01-01"]),
        ("on the 30th", ["2026-11-30"]),
        ("next friday", ["2026-12-04"]),
        ("the day after tomorrow", ["2026-11-26"]),
        ("хлеб", []),
    ],
)
def test_days_are_those_that_come_next(text: str, expected: list[str]) -> None:
    assert days(text) == expected


def test_the_last_day_of_a_month_is_of_a_month_that_has_it() -> None:
    assert days("31 числа", date(2027, 2, 1)) == ["2027-03-31"]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [
        ("через час", 60),
        ("через 2 часа", 120),
        ("через 1.5 часа", 90),
        ("через полчаса", 30),
        ("через 40 минут", 40),
        ("in an hour", 60),
        ("in half an hour", 30),
        ("in 2 hours", 120),
        ("in 15 minutes", 15),
    ],
)
def test_a_time_from_now_is_added_to_now(text: str, minutes: int) -> None:
    assert moment_in(text, NOON) == NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["час работы", "2 часа", "через дорогу", "in march"])
def test_other_hours_are_not_from_now(text: str) -> None:
    assert moment_in(text, NOON) is None


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("в 18:30", "18:30"),
        ("к 8 вечера", "20:00"),
        ("вечером после 8", "20:00"),
        ("в 8 утра", "8:00"),
        ("в 5", "17:00"),
        ("в 10 часов", "10:00"),
        ("at 7 pm", "19:00"),
        ("at 7 am", "7:00"),
        ("by 9.15 in the evening", "21:15"),
        ("в 12", "12:00"),
        ("в 12 ночи", "12:00"),
    ],
)
def test_the_hour_is_that_of_the_half_of_the_day_that_is_meant(text: str, clock: str) -> None:
    minute = minute_in(text, after=None)
    assert minute is not None
    assert f"{minute // 60}:{minute % 60:02}" == clock


@pytest.mark.parametrize(("after", "hour"), [(None, 9), (8 * 60, 9), (9 * 60, 21), (15 * 60, 21)])
def test_an_hour_that_has_passed_today_is_in_the_evening(after: int | None, hour: int) -> None:
    assert minute_in("в 9", after=after) == hour * 60


@pytest.mark.parametrize("text", ["в 25", "в 8 января", "at 12:75", "в 15%", "к 20 числу", "хлеб"])
def test_what_is_no_hour_is_none(text: str) -> None:
    assert minute_in(text, after=None) is None


def test_the_holiday_with_the_longest_name_is_meant() -> None:
    holidays = {("новый", "год"): (1, 1), ("старый", "новый", "год"): (1, 14)}
    assert holiday_in(["старый", "новый", "год"], holidays)[1] == (1, 14)
    assert holiday_in(["новый", "год"], holidays)[1] == (1, 1)
    assert holiday_in(["год"], holidays) == ((), None)
