import pytest

from bot.computing.amounts import lemmas_of, read_numbers
from bot.computing.premium_reading import read_inputs
from bot.tenant.tariffs import Product
from tests.computing import tenant_named


def product_named(name: str) -> Product:
    tariffs = tenant_named("insurance").tariffs
    assert tariffs is not None
    return next(product for product in tariffs.products if product.name == name)


def read(name: str, question: str, awaiting: str = "") -> dict[str, float | str]:
    product = product_named(name)
    known = {word for said in product.names for word in lemmas_of(said)}
    return read_inputs(product, read_numbers(question), awaiting=awaiting, known=known)


@pytest.mark.parametrize(
    ("question", "age"),
    [
        ("мне 33", 33),
        ("33 года", 33),
        ("водителю тридцать три", 33),
        ("возраст водителя 33", 33),
        ("жене 33", 33),
        ("33 y/o, driver", 33),
        ("I'm 33", 33),
        ("driver is 33", 33),
        ("33 years old", 33),
        ("мне 33, стаж 12", 33),
        ("стаж 12, мне 33", 33),
        ("стаж 12 лет, мне 33 года", 33),
        ("12 лет стажа, 33 года", 33),
        ("33 years old, 12 years of experience", 33),
        ("водители 33 и 50", 33),
        ("33, 50 и 41 год водителям", 33),
        ("за рулём 20 лет, возраст 33", 33),
        ("каско 33", 33),
        ("машине 5 лет, мне 33", 33),
        ("машина 2019 года, мне 33", 33),
    ],
)
def test_an_age_is_told_from_other_years(question: str, age: float) -> None:
    assert read("kasko", question)["age"] == age


@pytest.mark.parametrize(
    "question", ["стаж 12", "машина 2019 года", "пробег 50", "скидка 33%", "ауди 80", "33 дня", "33 человека"]
)
def test_what_is_no_age_is_left(question: str) -> None:
    assert "age" not in read("kasko", question)


@pytest.mark.parametrize(
    ("question", "given"),
    [
        ("150 сил", {"power": 150}),
        ("150 л.с., питер", {"power": 150, "region": "Санкт-Петербург"}),
        ("98 hp, gatchina", {"power": 98, "region": "Ленинградская область"}),
        ("осаго 150 33", {"power": 150, "age": 33}),
        ("осаго 80 40", {}),
        ("без аварий 7 лет", {"safe_years": 7}),
        ("7 лет без аварий, мне 40", {"safe_years": 7, "age": 40}),
        ("на полгода", {"period": "6 месяцев"}),
        ("на три месяца, псков", {"period": "3 месяца", "region": "Псковская область"}),
    ],
)
def test_numbers_and_choices_are_read_together(question: str, given: dict[str, float | str]) -> None:
    assert read("osago", question) == given


@pytest.mark.parametrize(
    ("question", "awaiting", "given"),
    [
        ("3", "car_value", {"car_value": 3_000_000}),
        ("800", "car_value", {"car_value": 800_000}),
        ("2,5", "car_value", {"car_value": 2_500_000}),
        ("45", "age", {"age": 45}),
        ("ему 45", "age", {"age": 45}),
        ("не знаю", "age", {}),
    ],
)
def test_a_bare_number_is_for_what_was_asked(
    question: str, awaiting: str, given: dict[str, float | str]
) -> None:
    assert read("kasko", question, awaiting) == given


@pytest.mark.parametrize(
    ("question", "franchise"),
    [
        ("франшиза 30 тысяч", "30 000 ₽"),
        ("франшиза 30к", "30 000 ₽"),
        ("франшиза 30 000", "30 000 ₽"),
        ("франшиза тридцать тысяч рублей", "30 000 ₽"),
        ("с франшизой в 30000 р", "30 000 ₽"),
        ("deductible 30 thousand", "30 000 ₽"),
        ("no deductible", "без франшизы"),
        ("франшиза не нужна", "без франшизы"),
    ],
)
def test_a_sum_may_be_the_name_of_a_choice(question: str, franchise: str) -> None:
    assert read("kasko", question) == {"franchise": franchise}


@pytest.mark.parametrize(
    ("question", "days"),
    [
        ("на 10 дней", 10),
        ("на две недели", 14),
        ("на неделю", 7),
        ("на месяц", 30),
        ("10 ночей", 10),
        ("for 2 weeks", 14),
        ("for a week", 7),
        ("полтора месяца", 45),
    ],
)
def test_weeks_and_months_are_days_where_days_are_wanted(question: str, days: float) -> None:
    assert read("travel", question)["days"] == days


@pytest.mark.parametrize(
    ("product", "question", "name", "value"),
    [
        ("osago", "муж 41 и я 38, безаварийный стаж восемь лет", "age", 38),
        ("osago", "муж 41 и я 38, безаварийный стаж восемь лет", "safe_years", 8),
        ("osago", "62 года водителю, 11 лет без дтп", "age", 62),
        ("osago", "62 года водителю 11 лет без дтп", "safe_years", 11),
        ("kasko", "ауди дочке 23 и мне 55", "age", 23),
        ("kasko", "водителей двое, 40 и 21", "age", 21),
        ("travel", "обоим по 30", "age", 30),
        ("tick", "двое взрослых и трое детей", "people", 5),
        ("tick", "нас пятеро: двое взрослых и трое детей", "people", 5),
    ],
)
def test_people_are_counted_together_and_their_years_kept_apart(
    product: str, question: str, name: str, value: float
) -> None:
    assert read(product, question)[name] == value


@pytest.mark.parametrize(
    ("product", "question", "name"),
    [
        ("kasko", "машине 12 лет", "age"),
        ("travel", "через 10 дней", "days"),
        ("travel", "10 дней назад", "days"),
        ("osago", "на год", "safe_years"),
    ],
)
def test_the_number_of_another_thing_is_left(product: str, question: str, name: str) -> None:
    assert name not in read(product, question)
