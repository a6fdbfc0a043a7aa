from typing import Any

import pytest

from bot.computing.credit import annuity
from tests.computing import computed, money, plain, surely_computed

MLN = 1_000_000


def instalment(loan: float, months: int, rate: float) -> float:
    """The same sum another way: what is paid off is worth the loan, month by month."""
    monthly = rate / 1200
    worth = sum((1 + monthly) ** -month for month in range(1, months + 1))
    return loan / worth


def rate_for(months: int) -> float:
    return 15.9 if months <= 24 else 16.9 if months <= 36 else 17.9 if months <= 60 else 18.9


def paid(question: str, focus: dict[str, Any] | None = None) -> dict[str, float]:
    finding = surely_computed("mercedes", question, focus)
    assert not finding.asks_back, finding.text
    result: dict[str, float] = finding.trace["result"]
    return result


@pytest.mark.parametrize(
    ("question", "price", "down", "months"),
    [
        ("кредит 5 млн первоначалка 30% на 5 лет", 5, 1.5, 60),
        ("какой платеж если машина 6 лямов взнос миллион на 5 лет", 6, 1, 60),
        ("кредит на 5млн взнос 1млн 3 года", 5, 1, 36),
        ("кредит 5.500.000 взнос 20 процентов 36 мес", 5.5, 1.1, 36),
        ("кредит 5\u00a0500\u00a0000, взнос 20%, 36 месяцев", 5.5, 1.1, 36),
        ("сколько в месяц за 7,2 млн если половину сразу, на 3 года", 7.2, 3.6, 36),
        ("сколько платить за машину за шесть с половиной миллионов, внесу два, на четыре года", 6.5, 2, 48),
        ("платёж за 5 млн взнос 1 млн 500 тыс на 60 мес", 5, 1.5, 60),
        ("рассрочка 4 млн на год взнос 2 млн", 4, 2, 12),
        ("первый взнос 1 200 000 машина 6 000 000 срок 5 лет", 6, 1.2, 60),
        ("взнос 30% машина 5 млн срок 48, платёж", 5, 1.5, 48),
        ("5 млн 2 млн на 5 лет кредит", 5, 2, 60),
        ("срок 5 цена 5 200 000 взнос 1 300 000 платеж?", 5.2, 1.3, 60),
        ("кредит на машину за 5 млн, взнос 20, на 5 лет", 5, 1, 60),
        ("GLE 350 за 9 млн в кредит на 5 лет, взнос 3 млн", 9, 3, 60),
        ("в кредит за 5 900 000 р. с первым взносом в 1,9 млн р. на 60 месяцев", 5.9, 1.9, 60),
        ("если я внесу 40 процентов за машину стоимостью 8 млн и возьму на 6 лет", 8, 3.2, 72),
        ("каков ежемесячный платёж при цене 4.990.000 и ПВ 25%?", 4.99, 1.2475, 60),
        ("4 года 6 млн взнос пятьдесят процентов кредит", 6, 3, 48),
        ("машина 6 млн, 20% сразу, на 3 года", 6, 1.2, 36),
        ("платёж: авто 3кк, взнос 900к, полтора года", 3, 0.9, 18),
        ("автокредит, машина пять миллионов двести, взнос миллион сто, два года", 5.2, 1.1, 24),
        ("2 млн взнос, машина 8 млн, 5 лет, сколько в месяц", 8, 2, 60),
        ("monthly payment on 5 mln with 20% down over 3 years", 5, 1, 36),
        ("what is the monthly payment for a 6 million car with 1.5 million down for 5 years", 6, 1.5, 60),
        ("how much per month if the price is 7,200,000 and I pay 30% upfront, 48 months", 7.2, 2.16, 48),
        ("instalment for 5.5 mln, 2 mln down payment, 36 months", 5.5, 2, 36),
        ("finance 5 million over 60 months with 25 percent down", 5, 1.25, 60),
        ("20% down on a 5 million car, 4 years", 5, 1, 48),
        ("loan, six and a half million, half down, two years", 6.5, 3.25, 24),
    ],
)
def test_an_instalment_is_computed_however_it_is_asked(
    question: str, price: float, down: float, months: int
) -> None:
    result = paid(question)
    assert result["down_payment"] == pytest.approx(down * MLN)
    assert result["months"] == months
    assert result["payment"] == pytest.approx(
        instalment((price - down) * MLN, months, rate_for(months)), abs=1
    )


@pytest.mark.parametrize(
    ("question", "loan", "months", "rate"),
    [
        ("кредит 4,5 ляма на 4 года под 12 процентов", 4.5, 48, 12),
        ("автокредит на 3кк на 5 лет", 3, 60, 17.9),
        ("хочу занять 3 миллиона на 3 года", 3, 36, 16.9),
        ("платёж при кредите 2 500 000 руб на 30 мес", 2.5, 30, 16.9),
        ("под 12% кредит 3 млн на год", 3, 12, 12),
        ("кредит 3 млн на год, ставка 9,5%", 3, 12, 9.5),
        ("loan of 4 million for 5 years", 4, 60, 17.9),
        ("can I borrow 3 million for 2 years", 3, 24, 15.9),
        ("loan of 4 million for 5 years at 12%", 4, 60, 12),
    ],
)
def test_what_is_borrowed_may_be_named_without_a_price(
    question: str, loan: float, months: int, rate: float
) -> None:
    result = paid(question)
    assert (result["loan"], result["rate_percent"]) == (loan * MLN, rate)
    assert result["payment"] == pytest.approx(instalment(loan * MLN, months, rate), abs=1)


@pytest.mark.parametrize(
    ("question", "down_percent", "rate"),
    [
        ("взнос 30% под 12% машина 5 млн срок 48", 30, 12),
        ("под 12% взнос 30%, машина 5 млн, 4 года кредит", 30, 12),
        ("12% годовых, 30% первый взнос, 5 млн кредит", 30, 12),
        ("5 mln at 12% with 30% down, 4 years, loan", 30, 12),
    ],
)
def test_two_shares_are_told_apart(question: str, down_percent: float, rate: float) -> None:
    result = paid(question)
    assert (result["down_payment_percent"], result["rate_percent"]) == (down_percent, rate)


def test_at_another_rate_than_the_tenants_the_tenants_is_told_too() -> None:
    assert "у нас на такой срок она 17,9 %" in plain(
        surely_computed("mercedes", "кредит 4 млн на 4 года под 12%")
    )
    assert "у нас" not in plain(surely_computed("mercedes", "кредит 4 млн на 4 года под 17,9%"))
    assert "ours for such a time is 17,9 %" in plain(
        surely_computed("mercedes", "loan of 4 million for 5 years at 12%")
    )


@pytest.mark.parametrize(
    ("question", "bounds"),
    [
        ("кредит на 6 млн взнос 5%", "от 15 до 90 % цены: здесь это хотя бы 900 000 ₽"),
        ("кредит на 6 миллионов без первоначалки на 7 лет", "хотя бы 900 000 ₽"),
        ("кредит на 6 миллионов на 10 лет взнос 30%", "от 12 до 84 месяцев"),
        ("кредит 4,5 ляма взнос 500 на 3 года", "хотя бы 675 000 ₽"),
        ("кредит 3 млн на полгода", "от 12 до 84 месяцев"),
        ("loan, car for 6 million, no down payment, 3 years", "from 15 to 90 % of the price"),
    ],
)
def test_what_is_out_of_bounds_is_said_with_the_bounds(question: str, bounds: str) -> None:
    finding = surely_computed("mercedes", question)
    assert finding.asks_back
    assert bounds in plain(finding)


def test_a_price_that_is_missing_is_asked_for_and_then_taken() -> None:
    first = surely_computed("mercedes", "рассчитайте кредит")
    assert first.asks_back
    assert plain(first).count("?") == 1
    second = surely_computed("mercedes", "6 млн", first.focus)
    assert second.trace["result"]["payment"] == pytest.approx(instalment(4.2 * MLN, 60, 17.9), abs=1)


@pytest.mark.parametrize(
    ("said", "loan", "months", "rate"),
    [
        ("а на 3 года", 4.2, 36, 16.9),
        ("а взнос 50%?", 3, 60, 17.9),
        ("если взнос 2,4 ляма", 3.6, 60, 17.9),
        ("а под 10%?", 4.2, 60, 10),
        ("а за 7 млн", 4.9, 60, 17.9),
        ("and over 2 years?", 4.2, 24, 15.9),
    ],
)
def test_a_follow_up_changes_one_thing(said: str, loan: float, months: int, rate: float) -> None:
    first = surely_computed("mercedes", "кредит на машину за 6 млн, взнос 30%, 5 лет")
    result = paid(said, dict(first.focus))
    assert result["payment"] == pytest.approx(instalment(loan * MLN, months, rate), abs=1)


@pytest.mark.parametrize(
    "question",
    [
        "какая ставка по кредиту",
        "есть ли рассрочка",
        "нужен ли первый взнос",
        "могу платить 100 тысяч в месяц, какую машину потяну",
        "сколько стоит GLC 300 в кредит",
        "машина 6 млн",
        "mercedes c180 in credit",
        "do you offer loans",
    ],
)
def test_what_has_no_sum_to_compute_is_left_to_other_sources(question: str) -> None:
    assert computed("mercedes", question) is None


@pytest.mark.parametrize("rate", [0, 0.1, 12, 60])
@pytest.mark.parametrize("months", [1, 12, 84])
def test_the_instalments_pay_the_loan_off(rate: float, months: int) -> None:
    left = float(10 * MLN)
    for _ in range(months):
        left = left * (1 + rate / 1200) - annuity(10 * MLN, months, rate)
    assert abs(left) < months * 100


def test_the_answer_shows_every_figure() -> None:
    text = plain(surely_computed("mercedes", "кредит, машина 6 млн, взнос 1,5 млн, 5 лет"))
    payment = round(instalment(4.5 * MLN, 60, 17.9))
    shown = (payment, 6 * MLN, 1.5 * MLN, 4.5 * MLN, payment * 60, payment * 60 - 4.5 * MLN)
    assert all(money(figure) in text for figure in shown)
    assert "25 %" in text


@pytest.mark.parametrize(
    "question",
    [
        "что выгоднее: взять 6 млн на 3 года или на 5 лет, взнос 2 млн",
        "кредит 6 млн, взнос 2 млн, на 36 и на 60 месяцев",
        "a loan for a 6 million car, down payment 2 million, for 3 years or 5 years",
    ],
)
def test_two_terms_are_told_side_by_side(question: str) -> None:
    finding = surely_computed("mercedes", question)
    payments = [result["payment"] for result in finding.trace["results"]]
    assert payments == [142_412, 101_356]
    assert all(money(payment) in plain(finding) for payment in payments)


def test_another_span_beside_the_term_is_no_second_term() -> None:
    finding = surely_computed("mercedes", "машине 3 года, кредит 5 млн на 5 лет, взнос 30%")
    assert "results" not in finding.trace


def test_a_first_payment_said_later_is_of_the_price_said_before() -> None:
    first = surely_computed("mercedes", "кредит: машина 6 млн, взнос миллион, 3 года")
    later = surely_computed("mercedes", "а если взнос два?", dict(first.focus))
    assert later.trace["result"]["down_payment"] == 2_000_000


SHOWN = {"price": 2_730_000.0}


@pytest.mark.parametrize(
    "question",
    [
        "а в кредит?",
        "можно в рассрочку?",
        "какой платёж у этой машины",
        "C 180 в кредит",
        "what would the monthly payment be?",
    ],
)
def test_the_price_that_was_just_shown_is_counted_with(question: str) -> None:
    assert paid(question, SHOWN)["payment"] == 48_423


@pytest.mark.parametrize(
    "question",
    [
        "Какие документы нужны для кредита?",
        "Сколько длится одобрение кредита?",
        "Нужен ли поручитель для кредита?",
        "What documents do I need for a loan?",
    ],
)
@pytest.mark.parametrize("is_going_on", [False, True])
def test_other_questions_about_credits_are_not_answered_with_a_sum(question: str, is_going_on: bool) -> None:
    focus = dict(surely_computed("mercedes", "а в кредит?", SHOWN).focus) if is_going_on else SHOWN
    assert computed("mercedes", question, focus) is None
