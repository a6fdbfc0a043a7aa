"""Days put together, and how they read."""

from datetime import date

import pytest

from bot.people.admins.statistics import Period, Span, StatisticsScreens, together
from bot.texts.catalogue import load_texts

DAY = {
    "turns": 12.0,
    "dialogues": 4.0,
    "outcome_answered": 8.0,
    "outcome_unknown": 2.0,
    "light_green": 9.0,
    "light_red": 1.0,
    "csat_n": 1.0,
    "csat_mean": 10.0,
    "nps_n": 2.0,
    "nps": 50.0,
    "callbacks_due": 3.0,
    "callbacks_in_time": 2.0,
    "answer_ms_p50": 1000.0,
    "answer_ms_p95": 4000.0,
    "cost": 1.5,
}
OTHER = {
    "turns": 40.0,
    "dialogues": 6.0,
    "outcome_answered": 30.0,
    "csat_n": 3.0,
    "csat_mean": 6.0,
    "nps_n": 2.0,
    "nps": -100.0,
    "answer_ms_p50": 3000.0,
    "answer_ms_p95": 8000.0,
}


def read(figures: dict[str, float], span: Span = Span.TODAY, language: str = "ru") -> str:
    period = Period(span=span, first=date(2026, 11, 19), last=date(2026, 11, 25), figures=figures)
    return StatisticsScreens(load_texts(), language).of(period)[0]


def test_counts_add_up_and_means_are_weighed() -> None:
    found = together([DAY, OTHER, {}])
    assert (found["turns"], found["dialogues"], found["cost"]) == (52, 10, 1.5)
    assert found["csat_mean"] == pytest.approx(7.0)
    assert found["nps"] == pytest.approx(-25.0)
    assert found["answer_ms_p50"] == pytest.approx(2500.0)


def test_no_days_have_no_figures() -> None:
    assert together([]) == {}
    assert together([{"turns": 0.0}]) == {"turns": 0.0}


def test_a_day_reads_on_a_phone() -> None:
    assert read(DAY).splitlines() == [
        "**Сегодня, 25.11**",
        "",
        "Разговоров: 4",
        "Реплик: 12, из них вопросов: 10",
        "• с ответом: 8 (80%)",
        "• не знали: 2 (20%)",
        "• отказали: 0 (0%)",
        "Уверенность: 🟢 90%  🟡 0%  🔴 10%",
        "",
        "Оценка разговоров: **10,00** из 10, цель 8 достигнута (оценок: 1)",
        "NPS: **+50** (ответов: 2)",
        "",
        "Взяли в обещанный срок: 2 из 3 (67%)",
        "",
        "Время ответа: обычно 1,0 с, у самых долгих 5% больше 4,0 с",
        "Стоимость модели: 1,50",
    ]


def test_questions_that_the_model_left_unanswered_are_questions() -> None:
    said = read({"turns": 5.0, "outcome_answered": 1.0, "outcome_model_down": 3.0, "outcome_scripted": 1.0})
    assert "Реплик: 5, из них вопросов: 4\n• с ответом: 1 (25%)" in said
    assert "• без ответа, модель молчала: 3 (75%)" in said


def test_below_the_goal_it_says_so() -> None:
    assert "**7,00** из 10, ниже цели 8" in read(dict(together([DAY, OTHER])), Span.WEEK)
    assert "7 дней: 19.11 — 25.11" in read(dict(together([DAY, OTHER])), Span.WEEK)


def test_a_quiet_day_says_so() -> None:
    said = read({"turns": 0.0})
    assert "Никто ничего не спрашивал" in said
    assert "пока нет (цель 8)" in said


@pytest.mark.parametrize(("answered", "shown"), [(999.0, "99%"), (1000.0, "100%")])
def test_not_all_is_never_called_all(answered: float, shown: str) -> None:
    figures = {"turns": 1000.0, "outcome_answered": answered, "outcome_unknown": 1000.0 - answered}
    assert f"({shown})" in read(figures, language="en")


def test_thousands_are_told_apart() -> None:
    assert "Разговоров: 12\u00a0345" in read({"turns": 12345.0, "dialogues": 12345.0})
    assert "Talks: 12,345" in read({"turns": 12345.0, "dialogues": 12345.0}, language="en")
