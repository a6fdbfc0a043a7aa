from datetime import UTC, datetime

import pytest

from bot.computing.hours import HoursSource
from bot.findings import Finding, Inquiry
from tests.assistants import bakery

SUNDAY_NOON = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
"""12:00 in the bakery's Novosibirsk."""
TUESDAY_LUNCH = datetime(2026, 11, 24, 6, 30, tzinfo=UTC)


def ask(text: str, at: datetime = SUNDAY_NOON, **inquiry: object) -> Finding | None:
    tenant, texts, _ = bakery()
    return HoursSource(tenant, texts).find(Inquiry(text=text, asked_at=at, **inquiry))  # type: ignore[arg-type]


def said(text: str, at: datetime = SUNDAY_NOON, **inquiry: object) -> str:
    finding = ask(text, at, **inquiry)
    assert finding is not None
    assert finding.certainty >= 0.5
    return finding.text


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("до скольких вы завтра?", "Завтра, в понедельник, 23 ноября закрыто"),
        ("работаете во вторник?", "24 ноября открыто с 9:00 до 13:00, с 14:00 до 18:00"),
        ("в субботу до скольки открыты", "28 ноября открыто с 10:00 до 24:00"),
        ("1 января работаете", "закрыто (Новый год). Ближайший рабочий день: в субботу, 2 января"),
        ("31.12 вы открыты?", "31 декабря открыто с 9:00 до 15:00"),
        ("31 декабря 2027 работаете?", "31 декабря закрыто"),
        ("какой график работы", "вт с 9:00 до 13:00, с 14:00 до 18:00; ср-пт с 9:00 до 18:00"),
        ("работаете в праздники", "1 января закрыто"),
        ("заказы во вторник до скольки", "Заказы: во вторник, 24 ноября открыто с 10:00 до 12:00"),
        ("во вторник к восьми вечера успею приехать?", "В 20:00 уже закрыто"),
        ("are you open on saturday", "on Saturday"),
    ],
)
def test_it_tells_the_hours_of_a_day(question: str, answer: str) -> None:
    language = "en" if question.isascii() and "." not in question else "ru"
    assert answer in said(question, language=language)


def test_it_says_whether_it_is_open_now_and_when_it_opens() -> None:
    assert "Сейчас закрыто, откроемся во вторник, 24 ноября в 9:00" in said("вы сейчас открыты?")
    assert "откроемся сегодня, во вторник, 24 ноября в 14:00" in said("сейчас открыто?", TUESDAY_LUNCH)


def test_a_department_is_not_closed_for_a_holiday_on_a_day_it_never_works() -> None:
    assert "1 января закрыто (Новый год)" in said("1 января 2028 работаете?")
    told = said("заказы 1 января 2028 работают?")  # a Saturday
    assert "Заказы: в субботу, 1 января закрыто." in told


def test_a_day_alone_is_understood_after_a_question_about_hours() -> None:
    assert ask("а во вторник?") is None
    focus = {"source": "hours", "department": "Заказы"}
    assert "Заказы: во вторник" in said("а во вторник?", focus=focus)


@pytest.mark.parametrize(
    "question",
    [
        "как работает тестомес",
        "что делать, если духовка не открывается",
        "хлеб есть?",
        "сколько хранится пирог",
    ],
)
def test_other_questions_are_left_to_other_sources(question: str) -> None:
    finding = ask(question)
    assert finding is None or finding.certainty < 0.5
