import pytest

from bot.computing.amounts import read_numbers
from bot.computing.figures import with_plain_figures

MLN, THOUSAND = 1_000_000, 1_000


def any_money(_: object) -> bool:
    return True


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2,5 ляма", 2.5 * MLN),
        ("2.5 млн", 2.5 * MLN),
        ("лям восемьсот", 1.8 * MLN),
        ("миллион восемьсот", 1.8 * MLN),
        ("один миллион двести пятьдесят", 1.25 * MLN),
        ("2 миллиона 300 тысяч", 2.3 * MLN),
        ("2 млн 300 000 руб", 2.3 * MLN),
        ("2 млн 300, взнос", 2.3 * MLN),
        ("2млн300", 2.3 * MLN),
        ("2 млн и 50 тыс", 2.05 * MLN),
        ("3.500.000", 3.5 * MLN),
        ("3,500,000", 3.5 * MLN),
        ("3'500'000", 3.5 * MLN),
        ("3 500 000,00 руб", 3.5 * MLN),
        ("3\u00a0500\u00a0000 ₽", 3.5 * MLN),
        ("3500000р", 3.5 * MLN),
        ("500тр", 500 * THOUSAND),
        ("500 т.р.", 500 * THOUSAND),
        ("500к", 500 * THOUSAND),
        ("30.000", 30 * THOUSAND),
        ("100 косарей", 100 * THOUSAND),
        ("полмиллиона", 500 * THOUSAND),
        ("пол ляма", 500 * THOUSAND),
        ("полтора ляма", 1.5 * MLN),
        ("шесть с половиной миллионов", 6.5 * MLN),
        ("3кк", 3 * MLN),
        ("3,5 кк", 3.5 * MLN),
        ("3 лимона", 3 * MLN),
        ("два лимона", 2 * MLN),
        ("two and a half million", 2.5 * MLN),
        ("a million and a half", 1.5 * MLN),
        ("half a million", 500 * THOUSAND),
        ("a million", MLN),
        ("2 million 300 thousand", 2.3 * MLN),
        ("2.5m", 2.5 * MLN),
        ("250k", 250 * THOUSAND),
        ("сто двадцать", 120),
        ("тридцать три", 33),
    ],
)
def test_a_sum_is_one_number_however_it_is_written(written: str, value: float) -> None:
    assert [amount.value for amount in read_numbers(written).amounts] == [pytest.approx(value)]


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("2 млн 150 сил", [2 * MLN, 150]),
        ("2 млн 300 лет", [2 * MLN, 300]),
        ("5 млн 20% 36 мес", [5 * MLN, 20, 36]),
        ("33, 2 млн", [33, 2 * MLN]),
        ("22, 30 и 45", [22, 30, 45]),
        ("два двадцать", [2, 20]),
        ("5 млн 1 млн", [5 * MLN, MLN]),
        ("лимон и апельсин", []),
        ("bmw x5 c180", []),
        ("версия 1.2.3", [1.2]),
    ],
)
def test_different_numbers_stay_apart(written: str, values: list[float]) -> None:
    assert [amount.value for amount in read_numbers(written).amounts] == values


@pytest.mark.parametrize(
    ("written", "unit"),
    [
        ("36 мес", "месяц"),
        ("5 years", "год"),
        ("33 y.o.", "год"),
        ("150 hp", "сила"),
        ("2 недели", "неделя"),
        ("на двоих", "человек"),
        ("20 percent", "процент"),
        ("полтора года", "год"),
        ("полгода", "месяц"),
        ("for a year", "год"),
    ],
)
def test_units_have_one_name(written: str, unit: str) -> None:
    (amount,) = read_numbers(written).amounts
    assert amount.unit == unit


def test_a_number_knows_the_words_before_it_up_to_the_number_before() -> None:
    first, second, third = read_numbers("стаж 7, мне 33, машина за 2 млн").amounts
    assert first.before == ("стаж",)
    assert second.before == ("я",)
    assert third.before == ("за", "машина")
    assert (first.is_bare, third.is_bare) == (True, False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("взнос 2 млн", 2 * MLN),
        ("2 млн взнос", 2 * MLN),
        ("машина 6 млн взнос 2 млн", 2 * MLN),
        ("машина 6 млн, 2 млн взнос, 3 года", 2 * MLN),
        ("взнос будет примерно 2 млн", 2 * MLN),
    ],
)
def test_a_word_has_the_nearest_number_of_its_clause(text: str, value: float) -> None:
    (amount,) = read_numbers(text).belonging_to(("взнос",), any_money)
    assert amount.value == value


def test_a_word_without_a_number_near_it_has_none() -> None:
    assert read_numbers("нужен ли взнос, если машина 6 млн").belonging_to(("взнос",), any_money) == []


def test_phrases_are_found_in_any_form() -> None:
    numbers = read_numbers("Без первоначального взноса за 5 млн")
    assert numbers.names("без первоначальный взнос")
    assert numbers.place_of("взнос") == 2
    assert not numbers.names("взнос без")


@pytest.mark.parametrize("text", ["", "  ", "привет", "!!!", "9" * 400, "1 " * 300, "миллион " * 50])
def test_anything_can_be_read(text: str) -> None:
    assert read_numbers(text).lemmas is not None
    assert with_plain_figures(text) == with_plain_figures(text.upper())


@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("тысяч на 700", [700_000]),
        ("миллиона за полтора", [1_500_000]),
        ("тысяч за двести пятьдесят", [250_000]),
        ("пару миллионов", [2_000_000]),
        ("пять миллионов на 60", [5_000_000, 60]),
        ("2 миллиона на 5 лет", [2_000_000, 5]),
        ("миллионов на 3 года", [1_000_000, 3]),
        ("вдвоём", [2]),
        ("на семерых", [7]),
        ("девять лет ни одного случая", [9]),
    ],
)
def test_a_sum_turned_round_is_read_and_people_are_counted(question: str, values: list[float]) -> None:
    assert [amount.value for amount in read_numbers(question).amounts] == values


@pytest.mark.parametrize(("question", "denied"), [("не 22, а 32", [22]), ("22 или 32", []), ("not 22", [22])])
def test_a_number_that_is_denied_is_known(question: str, denied: list[float]) -> None:
    assert [amount.value for amount in read_numbers(question).amounts if amount.is_denied] == denied
