import pytest

from bot.computing.amounts import read_numbers
from bot.computing.credit_reading import Wanted, read_wanted
from tests.computing import tenant_named

MLN = 1_000_000


def wanted(question: str) -> dict[str, float]:
    tariffs = tenant_named("mercedes").tariffs
    assert tariffs is not None
    assert tariffs.credit is not None
    said = read_wanted(read_numbers(question), tariffs.credit).said
    return {name: round(value / MLN, 3) if value > 1000 else value for name, value in said.items()}


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("кредит 5 млн", {"loan": 5}),
        ("взять в кредит машину за 5 млн", {"price": 5}),
        ("кредит на сумму 3 млн", {"loan": 3}),
        ("5 млн", {"price": 5}),
        ("5 млн на 3 года", {"price": 5, "months": 36}),
        ("5 млн, взнос 20%", {"price": 5, "down_percent": 20}),
        ("5 млн и 20%", {"price": 5, "down_percent": 20}),
        ("5 млн под 20%", {"price": 5, "rate_percent": 20}),
        ("5 млн, 20 процентов годовых", {"price": 5, "rate_percent": 20}),
        ("цена 5, взнос 2 млн", {"down_payment": 2}),
        ("цена 5 млн, взнос 2", {"price": 5, "down_payment": 2}),
        ("цена 5 млн, взнос 40", {"price": 5, "down_percent": 40}),
        ("цена 5 млн, взнос 800", {"price": 5, "down_payment": 0.8}),
        ("взнос 8 млн, цена 2 млн", {"price": 8, "down_payment": 2}),
        ("5 млн без взноса", {"price": 5, "down_percent": 0}),
        ("кредит 5 млн без взноса", {"price": 5, "down_percent": 0}),
        ("5 млн, треть сразу", {"price": 5, "down_percent": 33.333}),
        ("треть пути, 5 млн", {"price": 5}),
        ("беру за 3 400 000, даю 1 400 000", {"price": 3.4, "down_payment": 1.4}),
        ("5 млн, даю половину", {"price": 5, "down_percent": 50}),
        ("есть 2 млн, машина стоит 5", {"price": 5, "down_payment": 2}),
        ("срок 24", {"months": 24}),
        ("срок 2", {"months": 24}),
        ("на 1,5 года", {"months": 18}),
        ("машина 2024 года за 5 млн", {"price": 5}),
        ("300 000 взнос", {"down_payment": 0.3}),
        ("GLC 300 4MATIC за 6 млн", {"price": 6}),
        ("quarter down on 4 million", {"price": 4, "down_percent": 25}),
        ("no down payment, 4 million", {"price": 4, "down_percent": 0}),
        ("4 million, deposit of 1 million, 24 months", {"price": 4, "down_payment": 1, "months": 24}),
        ("привет", {}),
    ],
)
def test_each_number_is_what_the_words_around_it_say(question: str, said: dict[str, float]) -> None:
    assert wanted(question) == said


def test_what_is_said_now_goes_before_what_was_said_earlier() -> None:
    before = {"price": 6e6, "down_percent": 30.0, "months": 60.0}
    now = Wanted(down_payment=1e6).after(before)
    assert now == Wanted(price=6e6, down_payment=1e6, months=60)
    assert Wanted(loan=2e6).after(before) == Wanted(loan=2e6, down_percent=30, months=60)
    assert Wanted().after(before).said == before


@pytest.mark.parametrize(
    ("said", "is_whole"),
    [
        (Wanted(price=1, down_percent=20, months=12), True),
        (Wanted(price=1, down_payment=0, months=12), True),
        (Wanted(price=1, months=12), False),
        (Wanted(price=1, down_percent=20), False),
        (Wanted(loan=1, down_percent=20, months=12), False),
    ],
)
def test_a_price_a_first_payment_and_a_time_are_a_loan(said: Wanted, is_whole: bool) -> None:
    assert said.is_whole is is_whole
