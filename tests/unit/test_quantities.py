import time

import pytest

from bot.language.quantities import claims_in, value_of


def values(text: str) -> set[str]:
    return {value for claim in claims_in(text) for value in claim.values}


@pytest.mark.parametrize(
    ("number", "scaled", "value"),
    [
        ("6 900 000", False, 6_900_000),
        ("6,900,000", False, 6_900_000),
        ("6.900.000", False, 6_900_000),
        ("30.000", False, 30_000),
        ("1.500", True, 1.5),
        ("2,5", False, 2.5),
        ("0.125", False, 0.125),
        ("007", False, 7),
    ],
)
def test_a_number_is_the_same_however_it_is_parted(number: str, scaled: bool, value: float) -> None:
    assert value_of(number, scaled=scaled) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("цена 6 900 000 ₽", "rub 6900000"),
        ("6,9 млн рублей", "rub 6900000"),
        ("шесть миллионов рублей", "rub 6000000"),
        ("500 тыс. руб.", "rub 500000"),
        ("$300", "usd 300"),
        ("€ 40", "eur 40"),
        ("100 юаней", "other_money 100"),
        ("скидка 15 %", "percent 15"),
        ("15 процентов", "percent 15"),
        ("гарантия 3 года", "year 3"),
        ("на 36 месяцев", "month 36"),
        ("за 2 недели", "week 2"),
        ("14 рабочих дней", "day 14"),
        ("через 2 часа", "hour 2"),
        ("40 минут", "minute 40"),
        ("до 100 км", "km 100"),
        ("150 л. с.", "hp 150"),
        ("110 кВт", "kw 110"),
        ("5 years", "year 5"),
        ("2 days", "day 2"),
    ],
)
def test_a_number_is_claimed_with_its_unit(text: str, value: str) -> None:
    assert value in values(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5, 10 и 30 рублей", {"rub 5", "rub 10", "rub 30"}),
        ("5-7 дней", {"day 5", "day 7"}),
        ("от 5 до 7 лет", {"year 5", "year 7"}),
        ("3 to 5 years", {"year 3", "year 5"}),
        ("10 рублей и 3 года", {"rub 10", "year 3"}),
    ],
)
def test_numbers_that_are_joined_share_their_unit(text: str, expected: set[str]) -> None:
    assert expected <= values(text)


def test_numbers_that_nothing_joins_have_no_unit_in_common() -> None:
    assert "rub 5" not in values("5 машин. Цена 10 рублей")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 января", {"date 1.1"}),
        ("1 и 2 января", {"date 1.1", "date 2.1"}),
        ("31.12.2026", {"date 31.12", "bare 2026"}),
        ("2027-05-09", {"date 9.5", "bare 2027"}),
        ("December 25", {"date 25.12"}),
        ("25th of December", {"date 25.12"}),
        ("с 9 до 21", {"time 9:00", "time 21:00"}),
        ("в 18:30", {"time 18:30"}),
        ("9:00-21:00", {"time 9:00", "time 21:00"}),
    ],
)
def test_dates_and_times_are_claims_of_their_own(text: str, expected: set[str]) -> None:
    assert expected <= values(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("+7 (495) 000-12-34", "phone 4950001234"),
        ("8 495 000 12 34", "phone 4950001234"),
        ("hello@bread.example", "hello@bread.example"),
        ("https://www.bread.example/menu.", "bread.example/menu"),
        ("t.me/bread", "@bread"),
        ("@bread_shop", "@bread_shop"),
    ],
)
def test_phones_and_addresses_are_told_by_what_reaches_them(text: str, value: str) -> None:
    assert value in values(text)


@pytest.mark.parametrize(
    "text", ["два слова", "order-123", "[id 8f3a]", "ответ 42: да", "[PHONE_1]", "хлеб", ""]
)
def test_what_states_nothing_is_no_claim(text: str) -> None:
    assert values(text) == set()


def test_a_number_in_a_model_name_may_be_echoed_and_a_price_may_not() -> None:
    (model,) = claims_in("C180")
    (price,) = claims_in("стоит 7200")
    assert model.may_echo
    assert not price.may_echo
    assert price.values == ("money 7200",)


def test_the_numbers_of_a_list_are_no_claims() -> None:
    assert values("1. Хлеб\n2. Пирог за 300 ₽") == {"rub 300"}


def test_a_year_of_the_calendar_is_no_span_of_years() -> None:
    assert values("2024 года") == {"bare 2024"}


@pytest.mark.parametrize("sign", ["1-", "1,", "1 и "])
def test_a_long_run_of_numbers_is_read_at_once(sign: str) -> None:
    started = time.perf_counter()
    claims_in(sign * 4_000)
    assert time.perf_counter() - started < 2
