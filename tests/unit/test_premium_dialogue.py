"""Premiums in a dialogue, and numbers that are no reason to compute one."""

from typing import Any

import pytest

from tests.computing import computed, surely_computed
from tests.unit.test_premium import total


def told_in_turn(*questions: str) -> float:
    focus: dict[str, Any] = {}
    for question in questions[:-1]:
        finding = computed("insurance", question, focus)
        assert finding is not None, question
        focus = dict(finding.focus)
    return total(questions[-1], focus)


@pytest.mark.parametrize(
    ("questions", "premium"),
    [
        (("посчитайте каско", "2 млн", "сорок"), 84_000),
        (("каско 2 млн, водитель 40", "а с франшизой 30 000?"), 71_400),
        (("каско 2 млн, водитель 40", "а с франшизой 30 000?", "а без франшизы?"), 84_000),
        (("каско 2 млн, водитель 40", "а если водителю 22?"), 134_400),
        (("каско 2 млн, водитель 22", "ой, не 22, а 32"), 84_000),
        (("каско 2 млн, водитель 40", "а если водителей двое, 40 и 21?"), 134_400),
        (("каско 2 млн, водитель 40", "и спутник поставлю"), 78_120),
        (("осаго 150 сил, питер", "мне 30, жене 27"), 17_717),
        (("еду в Казахстан, мне 50, сколько стоит полис", "20 дней"), 1_330),
        (("страховка в Италию на неделю, почём", "а на две?"), 1_330),
        (("страховка в Италию на 10 дней, почём", "а на 20?", "а вдвоём с подругой, ей столько же"), 3_800),
        (("нужна страховка от травм сыну, он хоккеист, сумма 500 тысяч", "одиннадцать"), 5_280),
        (("how much is tick insurance", "and for five of us"), 1_950),
    ],
)
def test_a_dialogue_goes_on_from_what_was_said(questions: tuple[str, ...], premium: float) -> None:
    assert told_in_turn(*questions) == premium


@pytest.mark.parametrize(
    "said",
    [
        "а какие документы нужны?",
        "а если машину угонят, когда заплатите?",
        "а если я попаду в аварию через 2 месяца, сколько ждать?",
        "а можно в рассрочку на 6 месяцев",
        "а что не входит в угон и гибель?",
        "спасибо",
    ],
)
def test_another_question_after_a_premium_computes_nothing_new(said: str) -> None:
    first = surely_computed("insurance", "каско 2 млн, водитель 40")
    finding = computed("insurance", said, dict(first.focus))
    assert finding is None or finding.certainty <= 0.5


@pytest.mark.parametrize(
    "question",
    [
        "у меня каско, украли машину за 3 миллиона, мне 40, что делать?",
        "дом сгорел, застрахован на 2 млн, кирпичный, сколько ждать выплату",
        "курю с 18 лет, жизнь для ипотеки мне из-за этого дороже сделают?",
        "лечу в Таиланд через 10 дней, успею оформить полис?",
        "сумма 500 000 по травме ребёнка 10 лет, сколько за перелом заплатят",
        "квартира в ипотеке, долг 3 млн, мне 40, какие документы нужны",
    ],
)
def test_numbers_of_another_question_are_no_reason_to_compute(question: str) -> None:
    assert computed("insurance", question) is None
