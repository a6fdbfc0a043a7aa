from typing import Any

import pytest

from tests.computing import computed, money, plain, surely_computed

MLN = 1_000_000
THOUSAND = 1_000


def total(question: str, focus: dict[str, Any] | None = None) -> float:
    finding = surely_computed("insurance", question, focus)
    assert not finding.asks_back, finding.text
    assert money(finding.trace["total"]) in plain(finding)
    figure: float = finding.trace["total"]
    return figure


def by_age(years: int) -> float:
    return 1.6 if years <= 22 else 1.25 if years <= 29 else 1 if years <= 64 else 1.1


@pytest.mark.parametrize(
    ("question", "worth", "years"),
    [
        ("каско на машину 2,5 ляма, мне 33", 2.5, 33),
        ("каско машина 2,5 ляма стаж 7 мне 33", 2.5, 33),
        ("сколько каско водителю тридцать три машина за 3 500 000", 3.5, 33),
        ("каско 5млн, 40 лет", 5, 40),
        ("каско за 3.500.000 водителю 33", 3.5, 33),
        ("каско за 3\u00a0500\u00a0000, 33 года", 3.5, 33),
        ("каско 3кк, 28 лет, стаж 9", 3, 28),
        ("каско 3,5кк возраст 28", 3.5, 28),
        ("каско: тачка 1.8 млн, стаж 3 года, 21 год", 1.8, 21),
        ("каско на лям восемьсот, водителю сорок один", 1.8, 41),
        ("каско полтора миллиона 50 лет", 1.5, 50),
        ("каско на авто 2 миллиона 300 тысяч, 37 лет", 2.3, 37),
        ("каско 2млн300 37 лет", 2.3, 37),
        ("каско 33, 2 млн", 2, 33),
        ("каско на машину за 2.5, мне 33", 2.5, 33),
        ("мне 33, стаж 7, машина 2,5 ляма, каско", 2.5, 33),
        ("каско 3 млн за рулем 10 лет, возраст 40", 3, 40),
        ("каско 3 млн 7 лет стажа 33 года", 3, 33),
        ("каско бмв 5 2020 года за 3 млн 35 лет", 3, 35),
        ("почём каско: 67 лет, авто за 900 тыс", 0.9, 67),
        ("касько на миллион двести пятьдесят, 19 лет", 1.25, 19),
        ("каско 700тр водителю 45", 0.7, 45),
        ("comprehensive cover for a 3 million car, driver is 33", 3, 33),
        ("how much is comprehensive insurance for a car worth 2.5 million, the driver is 41", 2.5, 41),
        ("casco for 3 500 000, driver age 25", 3.5, 25),
        ("fully comp, 2.2m, 66 years old", 2.2, 66),
        ("car insurance, car costs 1,800,000, I'm 22", 1.8, 22),
        ("comprehensive, two and a half million, aged thirty five", 2.5, 35),
    ],
)
def test_a_share_of_the_price_by_age(question: str, worth: float, years: int) -> None:
    assert total(question) == round(worth * MLN * 0.042 * by_age(years))


@pytest.mark.parametrize(
    ("question", "youngest"),
    [
        ("машина 4 ляма, водители 22 и 45, каско сколько", 22),
        ("каско на 4 000 000, мне 35, жене 24", 24),
        ("каско на 4 млн, водителям 45, 30 и 22", 22),
        ("каско 4 млн водители: я 40 и сын 19", 19),
        ("каско 4 млн, мне 40 лет, дочке 10 лет", 40),
        ("casco, two drivers, 24 and 50, car 4 million", 24),
        ("comprehensive, 4 million car, I am 45, my wife is 28", 28),
    ],
)
def test_of_several_drivers_the_youngest_counts(question: str, youngest: int) -> None:
    assert total(question) == round(4 * MLN * 0.042 * by_age(youngest))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("каско на 4 млн с франшизой 30 тысяч, 50 лет", 4 * MLN * 0.042 * 0.85),
        ("каско на 4 млн франшиза 30к, 50 лет", 4 * MLN * 0.042 * 0.85),
        ("каско на 4 млн франшиза пятнадцать тысяч, 50 лет", 4 * MLN * 0.042 * 0.92),
        ("каско от угона 1,2 млн 28 лет спутниковая сигнализация", 1.2 * MLN * 0.042 * 1.25 * 0.4 * 0.93),
        ("car insurance 2 mln, I am 45, deductible 30000", 2 * MLN * 0.042 * 0.85),
        ("theft only, car 2 million, driver 30, casco", 2 * MLN * 0.042 * 0.4),
    ],
)
def test_choices_are_read_beside_the_numbers(question: str, expected: float) -> None:
    assert total(question) == round(expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("осаго 150 сил питер 33 года стаж 10", 5200 * 1.4 * 1.6 * 1.17),
        ("осаго 150 лс, спб, мне 27", 5200 * 1.4 * 1.6 * 1.3 * 1.17),
        ("осаго 150 питер 33", 5200 * 1.4 * 1.6 * 1.17),
        ("осаго на полгода 98 л.с. мурино 45 лет без аварий 5 лет", 5200 * 1.1 * 1.3 * 0.74 * 0.7),
        ("осаго 120 сил псков 45 лет без аварий 7 лет", 5200 * 1.2 * 1.1 * 0.63),
        ("compulsory insurance 98 hp Pskov age 60", 5200 * 1.1 * 1.1 * 1.05 * 1.17),
        (
            "motor third party insurance, 150 hp, St Petersburg, 33 years old, 5 years without accidents",
            5200 * 1.4 * 1.6 * 0.74,
        ),
    ],
)
def test_numbers_that_may_be_confused_each_find_their_input(question: str, expected: float) -> None:
    assert total(question) == round(expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("взр в италию на 10 дней вдвоем", 95 * 10 * 2),
        ("страховка в турцию на 2 недели 45 лет", 95 * 14 * 0.9),
        ("страховка в тай на месяц", 95 * 30 * 1.1),
        ("трое взрослых в грузию на 9 дней", 95 * 9 * 0.7 * 3),
        ("travel insurance to Italy for 10 days", 95 * 10),
        ("travel insurance for two people, Thailand, 2 weeks", 95 * 14 * 1.1 * 2),
        ("how much is travel insurance for 7 days to Turkey for a family of 4", 95 * 7 * 0.9 * 4),
        ("travel to Japan, 12 days, 70 years old, skiing", 95 * 12 * 2.4 * 2 * 1.8),
    ],
)
def test_a_price_for_each_day(question: str, expected: float) -> None:
    assert total(question) == round(expected)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("застраховать квартиру на 3 ляма", 3 * MLN * 0.0035),
        ("insure my flat for 5 million, deductible 10000", 5 * MLN * 0.0035 * 0.85),
        ("apartment insurance 2 million, rented out", 2 * MLN * 0.0035 * 1.2),
        ("застраховать дачу 1,5 млн брус печка", 1.5 * MLN * 0.005 * 1.6 * 1.25),
        ("сколько стоит застраховать деревянный дом за 2,4 млн живем летом", 2.4 * MLN * 0.005 * 1.6 * 1.2),
        ("house insurance for 4 mln, wooden, with a stove", 4 * MLN * 0.005 * 1.6 * 1.25),
        ("ипотека остаток 4,2 млн", 4.2 * MLN * 0.0012),
        ("застраховать ипотеку остаток долга 3 млн дом", 3 * MLN * 0.0012 * 1.6),
        ("mortgage insurance, 5 million left", 5 * MLN * 0.0012),
        ("жизнь для ипотеки 3 ляма 38 лет", 3 * MLN * 0.0038),
        ("life insurance for a mortgage, debt 4 million, age 45", 4 * MLN * 0.0038 * 1.7),
        ("нс ребенку 8 лет 500 тысяч дзюдо", 500 * THOUSAND * 0.006 * 0.8 * 2.2),
        ("нс 1 млн 30 лет бокс полгода", MLN * 0.006 * 2.2 * 0.6),
        ("accident insurance for a child, 8 years old, 500 thousand, football", 3000 * 0.8 * 1.5),
        ("от клеща на троих", 390 * 3),
        ("от клеща на троих на миллион", 390 * 3 * 1.6),
        ("tick insurance for 3 people", 390 * 3),
        ("ответственность перед соседями на 500 тысяч", 600 * 1.5),
        ("liability to neighbours 500000", 600 * 1.5),
    ],
)
def test_the_other_products_by_their_tables(question: str, expected: float) -> None:
    assert total(question) == pytest.approx(expected, abs=1)


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("осаго сколько", "Какая мощность двигателя"),
        ("осаго 150 сил", "Где вы зарегистрированы?"),
        ("каско на машину за 3 млн", "Сколько лет самому молодому водителю?"),
        ("каско мне 33", "Сколько стоит машина?"),
        ("посчитайте каско", "Сколько стоит машина?"),
        ("how much is comprehensive insurance for a 3 million car", "How old is the youngest driver?"),
        ("travel insurance price for 10 days", "To which country are you going?"),
    ],
)
def test_what_is_missing_is_asked_for_in_one_sentence(question: str, asked: str) -> None:
    finding = surely_computed("insurance", question)
    assert finding.asks_back
    assert asked in plain(finding)
    assert plain(finding).count("?") == 1


@pytest.mark.parametrize(
    ("question", "bounds"),
    [
        ("каско на машину за 100 тысяч, мне 30", "стоимость машины от 300 000 ₽ до 30 000 000 ₽"),
        ("каско на машину за 0 рублей", "стоимость машины от 300 000 ₽ до 30 000 000 ₽"),
        ("каско 3 млн, водителю 16", "от 18 лет до 90 лет"),
        ("осаго на машину 5000 л.с.", "л. с. Проверьте"),
        ("взр в италию на 500 дней", "от 1 дня до 365 дней"),
        ("взр в италию на 5 дней, нас 9 человек", "от 1 чел. до 6 чел."),
        ("casco, 3 million, driver is 16", "from 18 years to 90 years"),
        ("apartment insurance for 90 million", "from 300 000 ₽ to 15 000 000 ₽"),
    ],
)
def test_what_is_out_of_range_is_said_with_the_bounds(question: str, bounds: str) -> None:
    finding = surely_computed("insurance", question)
    assert finding.asks_back
    assert bounds in plain(finding)
    assert ".." not in plain(finding)


def test_a_dialogue_gathers_what_the_table_needs() -> None:
    finding = surely_computed("insurance", "осаго сколько?")
    for answer in ("150", "питер"):
        finding = surely_computed("insurance", answer, finding.focus)
        assert finding.asks_back
    assert total("33", dict(finding.focus)) == round(5200 * 1.4 * 1.6 * 1.17)


@pytest.mark.parametrize(
    ("answer", "worth"), [("3", 3), ("2,5", 2.5), ("800", 0.8), ("лям двести", 1.2), ("1.900.000 руб", 1.9)]
)
def test_a_short_answer_is_in_the_size_that_was_asked_for(answer: str, worth: float) -> None:
    first = surely_computed("insurance", "посчитайте каско, мне 33")
    assert total(answer, dict(first.focus)) == round(worth * MLN * 0.042)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("а если мне 70", 2 * MLN * 0.042 * 1.1),
        ("а с франшизой 50 тысяч", 2 * MLN * 0.042 * 0.76),
        ("а если машина 3,5 млн", 3.5 * MLN * 0.042),
        ("а только от угона?", 2 * MLN * 0.042 * 0.4),
    ],
)
def test_a_follow_up_changes_one_thing(said: str, expected: float) -> None:
    first = surely_computed("insurance", "каско на 2 млн, мне 40")
    assert total(said, dict(first.focus)) == round(expected)


@pytest.mark.parametrize(
    "question",
    [
        "что покрывает каско",
        "сколько действует осаго",
        "какие документы нужны для каско",
        "what does comprehensive cover include",
        "осаго питер",
        "полис для квартиры на 15 дней",
        "мне 33 года",
        "привет",
    ],
)
def test_what_is_no_question_of_a_sum_is_left_to_other_sources(question: str) -> None:
    assert computed("insurance", question) is None


def test_an_english_question_is_answered_in_english() -> None:
    text = plain(surely_computed("insurance", "comprehensive cover for a 3 million car, driver is 20"))
    assert not any("а" <= sign <= "я" for sign in text.lower())
    assert "3 000 000 ₽ × 4,2 % × 1,6 (age)" in text
    assert "age of the youngest driver: 20 years" in text
    assert "travellers: 1 person" in plain(
        surely_computed("insurance", "travel insurance to Italy for 10 days")
    )


@pytest.mark.parametrize(
    ("earlier", "said", "answer"),
    [
        ("осаго сколько стоит", "150 сил", "Где вы зарегистрированы?"),
        ("сколько стоит каско", "машина 2 ляма, мне 30", "84 000 ₽"),
        ("how much is comprehensive insurance", "a 3 million car, I am 30", "126 000 ₽"),
    ],
)
def test_what_a_text_asked_for_is_taken_by_the_table(earlier: str, said: str, answer: str) -> None:
    finding = computed("insurance", said, earlier=(earlier,))
    assert finding is not None
    assert answer in plain(finding)


@pytest.mark.parametrize("said", ["где вы находитесь", "спасибо", "а какие документы нужны?"])
def test_another_question_after_one_of_a_price_is_another_question(said: str) -> None:
    assert computed("insurance", said, earlier=("сколько стоит каско",)) is None
