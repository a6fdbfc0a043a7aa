from datetime import UTC, datetime

import pytest

from tests.computing import TUESDAY_NOON, language_of, plain, told_hours

SUNDAY_EVENING = datetime(2026, 11, 22, 18, 30, tzinfo=UTC)
"""21:30 in Moscow."""
NEW_YEAR_EVE = datetime(2026, 12, 31, 11, 0, tzinfo=UTC)


def said(tenant: str, question: str, at: datetime = TUESDAY_NOON, **focus: str) -> str:
    finding = told_hours(tenant, question, at, focus)
    assert finding is not None
    assert finding.certainty >= 0.5, finding.certainty
    return plain(finding)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("сервис завтра до скольки", "Сервис: завтра, в среду, 25 ноября открыто с 8:00 до 20:00"),
        ("кузовной в субботу работает?", "Кузовной цех: в субботу, 28 ноября закрыто"),
        ("запчасти в воскресенье", "Запчасти и аксессуары: в воскресенье, 29 ноября закрыто"),
        ("до скольки финансовый отдел", "Финансовый отдел: пн-пт с 10:00 до 20:00; сб с 10:00 до 18:00"),
        ("шиномонтаж в воскресенье работает", "Сервис: в воскресенье, 29 ноября открыто с 9:00 до 18:00"),
        ("эвакуатор ночью работает?", "Помощь на дороге: пн-вс круглосуточно"),
        ("график сервиса на выходных", "Сервис: в субботу, 28 ноября открыто с 8:00 до 20:00"),
        ("можно подъехать в 7 утра на сервис?", "В 7:00 ещё закрыто"),
        ("до скольки можно забрать машину из сервиса", "Сервис: пн-сб с 8:00 до 20:00"),
        ("тест-драйв в воскресенье можно?", "Отдел продаж: в воскресенье, 29 ноября открыто"),
        ("до скольки сегодня продажи", "закрываемся в 21:00"),
        ("во сколько заканчивает работать кузовной", "Кузовной цех: пн-пт с 9:00 до 18:00"),
        ("opening hours of the service department", "Service: Mon-Sat from 8:00 to 20:00"),
        ("is the service open on saturday", "Service: open on Saturday, 28 November from 8:00 to 20:00"),
        ("when does the body shop close on friday", "Body shop: open on Friday, 27 November"),
        ("parts department saturday", "Parts and accessories: open on Saturday"),
        ("is the sales department open at 7 pm tomorrow", "Yes, it will be open at 19:00"),
    ],
)
def test_a_department_answers_by_its_own_hours(question: str, answer: str) -> None:
    assert answer in said("mercedes", question)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("офис в новгороде работает в субботу?", "Офис в Великом Новгороде: в субботу, 28 ноября закрыто"),
        ("бакенный в понедельник открыт?", "Офис в Бакенном переулке: в понедельник, 30 ноября закрыто"),
        ("ипотечный отдел в субботу до скольки", "открыто с 10:00 до 15:00"),
        ("корпоративный отдел до скольки", "Корпоративный отдел: пн-пт с 9:00 до 18:00"),
        ("врач круглосуточно?", "Помощь в поездке: пн-вс круглосуточно"),
        ("claims department on friday till what time", "Claims: open on Friday"),
    ],
)
def test_a_place_is_known_by_any_of_its_words(question: str, answer: str) -> None:
    assert answer in said("insurance", question)


@pytest.mark.parametrize(
    "question",
    [
        "кассы до скольки",
        "до скольки работает касса",
        "касса, до скольки?",
        "мойка в субботу",
        "мойка работает в субботу?",
        "до скольки можно приехать на мойку",
        "кафе до скольки работает",
        "банкомат у вас до скольки работает",
        "детский уголок работает в воскресенье",
        "бухгалтерия работает в субботу?",
        "парковка круглосуточная?",
        "работает ли магазин одежды",
        "как открыть багажник",
        "почему не работает сайт",
        "как работает круиз-контроль",
        "is the car wash open on sunday",
        "what time does the cafe open",
        "how late is the cash desk open",
    ],
)
def test_hours_of_what_has_none_are_not_those_of_the_business(question: str) -> None:
    assert told_hours("mercedes", question) is None


@pytest.mark.parametrize("question", ["офис в пскове до скольки", "московский офис когда работает"])
def test_another_office_than_ours_is_not_answered_surely(question: str) -> None:
    finding = told_hours("insurance", question)
    assert finding is None or finding.certainty < 0.5


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("обед в отделе выплат когда", "Отдел выплат: перерыв пн-пт с 13:00 до 14:00"),
        ("есть ли обеденный перерыв в новгороде в четверг", "перерыв в четверг, 26 ноября с 13:00 до 14:00"),
        ("claims department lunch break", "Claims: the break is Mon-Fri from 13:00 to 14:00"),
        ("вы без обеда?", "Без перерыва.\nПн-пт с 9:00 до 20:00"),
        ("перерыв на обед есть?", "Без перерыва"),
        ("в обед работаете?", "Без перерыва"),
        ("do you have a lunch break", "No break"),
    ],
)
def test_the_break_is_the_gap_between_the_hours(question: str, answer: str) -> None:
    assert answer in said("insurance", question)


def test_after_lunch_is_no_question_of_the_break() -> None:
    assert "перерыв" not in said("insurance", "после обеда открыты?").lower()


@pytest.mark.parametrize(
    ("question", "at", "answer"),
    [
        ("сейчас открыто?", TUESDAY_NOON, "Сейчас открыто, закрываемся в 21:00"),
        ("вы открыты?", SUNDAY_EVENING, "Сейчас закрыто, откроемся завтра, в понедельник, 23 ноября в 9:00"),
        ("are you still open", TUESDAY_NOON, "Open now, closing at 21:00"),
        ("через час ещё успею?", TUESDAY_NOON, "Да, в 13:00 будет открыто"),
        ("через час ещё успею?", SUNDAY_EVENING, "В 22:30 уже закрыто"),
        ("успею через полчаса?", TUESDAY_NOON, "Да, в 12:30 будет открыто"),
        ("если я приеду через два часа будете открыты?", TUESDAY_NOON, "Да, в 14:00 будет открыто"),
        ("через 12 часов открыто?", TUESDAY_NOON, "завтра, в среду, 25 ноября"),
        ("will you be open in an hour", TUESDAY_NOON, "Yes, it will be open at 13:00"),
        ("can I still make it in half an hour", TUESDAY_NOON, "Yes, it will be open at 12:30"),
        ("сегодня в 9 вечера открыты?", TUESDAY_NOON, "В 21:00 уже закрыто"),
        ("в пятницу вечером после 8 можно приехать?", TUESDAY_NOON, "Да, в 20:00 будет открыто"),
        ("в 7 будете открыты", TUESDAY_NOON, "Да, в 19:00 будет открыто"),
        ("завтра к 8 утра можно приехать?", TUESDAY_NOON, "В 8:00 ещё закрыто"),
        ("через час ещё работаете?", NEW_YEAR_EVE, "В 15:00 будет открыто"),
        ("а через три часа успею?", NEW_YEAR_EVE, "В 17:00 уже закрыто"),
    ],
)
def test_a_moment_is_answered_by_the_clock(question: str, at: datetime, answer: str) -> None:
    assert answer.lower() in said("mercedes", question, at).lower()


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("во сколько открываетесь послезавтра", "26 ноября"),
        ("завтра работаете?", "25 ноября"),
        ("в следующую субботу до скольки", "5 декабря"),
        ("работаете в эту субботу", "28 ноября"),
        ("работаете ли вы 30 числа", "30 ноября"),
        ("25-го работаете?", "25 ноября"),
        ("работаете 30.12?", "30 декабря"),
        ("открыты ли вы 12 июня", "12 июня"),
        ("как работаете на новый год", "1 января закрыто (Новый год)"),
        ("вы сегодня до восьми?", "24 ноября"),
        ("седня до скольки", "24 ноября"),
        ("скока вы работаете сегодня", "24 ноября"),
        ("until what time today", "24 November"),
        ("what time do you open the day after tomorrow", "26 November"),
        ("are you open on Sunday", "29 November"),
        ("are you open on the 25th of December", "25 December"),
        ("open on december 31st?", "31 December from 10:00 to 16:00"),
        ("are you open on new year's eve", "31 December"),
        ("do you work on sundays", "29 November"),
        ("can i come on monday at 10", "30 November"),
    ],
)
def test_a_day_is_found_however_it_is_named(question: str, day: str) -> None:
    assert day in said("mercedes", question)


@pytest.mark.parametrize(
    "question", ["в праздники работаете?", "график на новогодние праздники", "open on holidays?"]
)
def test_the_holidays_come_first_when_they_are_asked_for(question: str) -> None:
    first = said("mercedes", question).splitlines()[0]
    assert first.startswith("В праздники" if language_of(question) == "ru" else "On holidays")


@pytest.mark.parametrize(
    "question",
    ["режим работы", "без выходных работаете?", "работаете на следующей неделе?", "what are your hours"],
)
def test_without_a_day_the_week_is_told(question: str) -> None:
    assert said("mercedes", question).startswith(("Пн-пт с 9:00 до 21:00", "Mon-Fri from 9:00 to 21:00"))


def test_a_follow_up_keeps_the_department() -> None:
    assert "Сервис: в воскресенье" in said(
        "mercedes", "а в воскресенье?", source="hours", department="Сервис"
    )


def test_a_holiday_in_an_english_answer_has_no_russian_name() -> None:
    answer = said("mercedes", "are you open on january 1")
    assert not any("а" <= sign <= "я" for sign in answer.lower())


@pytest.mark.parametrize(
    "question", ["завтра", "а завтра?", "как работает трейд-ин", "дайте кредит", "hello"]
)
def test_what_is_not_about_hours_is_left_to_other_sources(question: str) -> None:
    finding = told_hours("mercedes", question)
    assert finding is None or finding.certainty < 0.5


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("кто дольше работает в субботу, бакенный или новгород", ("17:00", "закрыто")),
        ("отдел выплат и отдел продаж завтра работают?", ("Отдел выплат", "Отдел продаж")),
        (
            "Which office stays open longer on a Friday, the one on Bakenny lane or the one in Novgorod?",
            ("20:00", "18:00"),
        ),
    ],
)
def test_two_departments_are_told_together(question: str, told: tuple[str, ...]) -> None:
    finding = told_hours("insurance", question)
    assert finding is not None
    assert all(part in finding.text for part in told)


def test_a_number_of_an_address_names_no_department() -> None:
    finding = told_hours("insurance", "откроетесь завтра к половине девятого?")
    assert finding is not None
    assert finding.trace["department"] == ""
