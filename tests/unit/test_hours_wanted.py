"""What admins write about hours with breaks, and about several days at once."""

from datetime import date

import pytest

from bot.people.changes.hours_reading import Fault, Wanted, read_wanted
from bot.tenant.hours import parse_hours

TODAY = date(2026, 11, 22)


def wanted(text: str) -> Wanted:
    read = read_wanted(text, TODAY)
    assert isinstance(read, Wanted), (text, read)
    return read


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("пн-пт 10-19, обед 13-14", "10:00-13:00, 14:00-19:00"),
        ("пн с 10 до 19, перерыв с 13:30 до 14", "10:00-13:30, 14:00-19:00"),
        ("пн 10.00-19.00 обед 13.00-14.00", "10:00-13:00, 14:00-19:00"),
        ("mon 10:00-19:00 lunch break 13:00-14:00", "10:00-13:00, 14:00-19:00"),
        ("31.12 10-16, обед: 12-13", "10:00-12:00, 13:00-16:00"),
        ("31 декабря, 10.30-16.00", "10:30-16:00"),
        ("31.12 10.05-16.00", "10:05-16:00"),
        ("31.12 10-16", "10:00-16:00"),
    ],
)
def test_a_break_is_taken_out_of_the_hours(text: str, hours: str) -> None:
    assert wanted(text).spans == parse_hours(hours)


@pytest.mark.parametrize(
    "text",
    ["пн 10-19, обед 9-11", "пн 10-19, обед 19-20", "пн 10-19 обед 10-19", "пн 10-12, 13-19 обед 11-14"],
)
def test_a_break_outside_the_hours_is_none(text: str) -> None:
    assert read_wanted(text, TODAY) is Fault.BREAK_OUTSIDE


@pytest.mark.parametrize(
    "text",
    [
        "31.12-08.01 выходной",
        "с 1 по 8 января выходной",
        "1-8 января выходной",
        "31 декабря и 1 января не работаем",
        "31.12, 1.01 выходной",
        "31.12 10-16\n1.01 выходной",
        "пн 10-19\nвт 11-20",
        "from 1 to 8 january closed",
    ],
)
def test_several_days_are_asked_for_one_by_one(text: str) -> None:
    assert read_wanted(text, TODAY) is Fault.SEVERAL_DAYS


def test_a_name_keeps_its_brackets() -> None:
    assert wanted("8.03 10-16 Праздник (весны)").name == "Праздник (весны)"
    assert wanted("8.03 10-16 (Праздник весны)").name == "Праздник весны"
    assert wanted("8.03 (10-16) Праздник").name == "Праздник"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("1.01 выходной день", ""),
        ("1.01 выходной день, Новый год", "Новый год"),
        ("12.06 выходной День России", "День России"),
        ("8.03 выходной 8 Марта", "8 Марта"),
        ("8.03 выходной каждый год", ""),
        ("2.04 closed Good Friday", "Good Friday"),
        ("9.05 10-16 День Победы", "День Победы"),
        ("24.12 10-16 короткий день", "короткий день"),
    ],
)
def test_words_behind_the_hours_name_the_day(text: str, name: str) -> None:
    assert wanted(text).name == name


def test_the_longest_phrase_is_read_first() -> None:
    assert wanted("вс выходной день") == Wanted(weekdays=(6,), spans=())


@pytest.mark.parametrize(
    "text",
    [
        "31.12 с 2 до 6 вечера",
        "31.12 10-14 дня",
        "31.12 8-15 час",
        "24.12.2026 закрыто с 16:00",
        "1.01 закрыто до обеда",
        "1.01 выходной весь день",
        "1.01 выходной не нужен",
        "31.12 10-16 без обеда",
        "31.12 10-16, обед 1 час",
        "31.12 10-16, обед",
        "1.01 выходной, у доставки выходной",
        "1.01 выходной Новый 2027",
        "31.12 closed from noon",
    ],
)
def test_what_reads_like_hours_or_a_condition_is_no_name(text: str) -> None:
    assert read_wanted(text, TODAY) in {Fault.NOT_A_NAME, Fault.NO_HOURS}


@pytest.mark.parametrize(
    "text",
    [
        "24 декабря выходной, 25 декабря выходной",
        "1 мая закрыто 2 мая закрыто",
        "1 мая выходной и 9 мая",
        "1.05 выходной, 2.05 тоже",
        "1.05 выходной, 2.05.2020 тоже",
        "1.05 выходной, вт выходной",
    ],
)
def test_another_day_behind_the_hours_is_no_name(text: str) -> None:
    assert read_wanted(text, TODAY) is Fault.SEVERAL_DAYS


@pytest.mark.parametrize("text", ["3.05 обычно 10-16", "3.05 как обычно до обеда", "3.05 убрать 4.05"])
def test_nothing_stands_behind_as_usual(text: str) -> None:
    assert read_wanted(text, TODAY) is Fault.NO_HOURS
