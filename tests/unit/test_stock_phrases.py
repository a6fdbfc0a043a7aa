"""Ways of asking that say more than their words: what is left in, what follows a number, what is a price."""

import pytest

from bot.stock.query import Filter, Task
from tests.unit.test_stock_reading import between, draft, one, read

_SURE = 0.55


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("книги 2020 года и старше", between("year", most=2020)),
        ("книги 2020 года и новее", between("year", 2020)),
        ("книги 2020 года и моложе", between("year", 2020)),
        ("300 страниц и меньше", between("pages", most=300)),
        ("книги за 500 рублей или дешевле", between("price", most=500)),
        ("сколько книг больше 300 страниц", between("pages", 300, is_open=True)),
        ("books with more than 300 pages", between("pages", 300, is_open=True)),
        ("books under 1,500 roubles", between("price", most=1500, is_open=True)),
        ("потолок 500 рублей", between("price", most=500)),
        ("у меня 500 рублей и ни рублём больше", between("price", most=500)),
        ("есть детектив за 500?", between("price", most=500)),
        ("не старше трёх лет в пределах тысячи рублей", between("price", most=1000)),
        ("есть 500 рублей и ни копейкой больше", between("price", most=500)),
    ],
)
def test_a_number_is_bounded_by_what_stands_around_it(text: str, condition: Filter) -> None:
    found = draft(text)
    assert condition in [
        Filter(column=made.column, least=made.least, most=made.most, is_open=made.is_open)
        for made in found.query.filters
    ]
    assert found.certainty >= _SURE


def test_a_comparative_before_the_next_number_is_that_numbers() -> None:
    assert read("2020 года и дешевле 500 рублей").filters == (
        between("year", 2020, 2020),
        between("price", most=500, is_open=True),
    )


def test_a_number_is_not_of_a_column_without_numbers() -> None:
    assert set(read("книги с картинками до 500 рублей").filters) == {
        one("illustrated", "yes"),
        between("price", most=500),
    }


@pytest.mark.parametrize(
    "text",
    [
        "сколько романов, считая те что под заказ",
        "сколько романов вместе с теми, что на заказ",
        "сколько романов, хоть даже под заказ",
        "сколько всего романов, и под заказ тоже",
        "сколько романов, и те что под заказ тоже",
        "сколько романов есть и под заказ",
        "how many: роман, including those под заказ",
    ],
)
def test_what_is_counted_in_leaves_nothing_out(text: str) -> None:
    found = draft(text)
    assert found.query.filters == (one("genre", "роман"),)
    assert found.certainty >= _SURE


def test_what_is_asked_for_itself_stays_a_condition() -> None:
    assert one("status", "под заказ") in read("сколько романов под заказ").filters


@pytest.mark.parametrize(
    "text",
    ["за сколько отдадите реквием", "за сколько реквием", "реквием, сколько за него хотите"],
)
def test_a_price_is_asked_in_many_ways(text: str) -> None:
    found = draft(text)
    assert (found.query.task, found.query.columns) == (Task.VALUE, ("price",))
    assert found.certainty >= _SURE


@pytest.mark.parametrize("text", ["за сколько дней привезёте реквием", "за сколько дочитаю реквием до конца"])
def test_a_time_is_no_price(text: str) -> None:
    assert draft(text).certainty < _SURE


@pytest.mark.parametrize("text", ["детективов много?", "много у вас детективов?"])
def test_whether_there_are_many_is_a_count(text: str) -> None:
    assert (draft(text).query.task, draft(text).certainty) == (Task.COUNT, 1.0)


@pytest.mark.parametrize(
    "text",
    [
        "роман толстый как кирпич",
        "нужен роман читать в поезде",
        "какойнибудь роман",
        "есть хоть один детектив",
        "почём нынче романы",
        "без ваших картинок роман",
    ],
)
def test_what_only_colours_a_wish_takes_little_away(text: str) -> None:
    assert draft(text).certainty >= _SURE


@pytest.mark.parametrize(
    "text",
    [
        "кассир уронил книгу",
        "менеджер снимет книгу на видео и пришлёт?",
        "если выторгую пятьсот рублей",
        "самая смешная книга",
        "одинаковый ли переплёт у романов и детективов",
        "переплёт у романов и детективов один и тот же",
        "чем твёрдая отличается от мягкой",
        "сколько страниц было у первого романа",
        "какой клиренц у романа",
        "стоит ли брать детектив",
        "подойдёт ли роман для новичка",
        "чем роман лучше детектива",
        "роман смешнее, чем детектив?",
        "скидка на романы есть?",
        "а на романы доставка какая",
        "do you give роман with a bookmark",
        "роман 92",
        "расход бумажного романа",
        "какая книга подойдёт пенсионеру",
    ],
)
def test_what_is_told_or_asks_of_more_than_cells_is_not_the_tables(text: str) -> None:
    assert draft(text).certainty < _SURE


@pytest.mark.parametrize(
    ("text", "sort"),
    [("реквием дешевле чем белая гвардия?", "price"), ("роман длиннее, чем детектив?", "-pages")],
)
def test_one_may_be_set_against_another(text: str, sort: str) -> None:
    assert (draft(text).query.task, draft(text).query.sort) == (Task.COMPARE, sort)
    assert draft(text).certainty >= _SURE


@pytest.mark.parametrize(
    ("text", "is_count"),
    [("романов у вас больше чем детективов?", True), ("роман больше чем детектив?", False)],
)
def test_more_than_is_of_a_number_where_they_are_spoken_of_as_there(text: str, is_count: bool) -> None:
    assert (draft(text).query.task is Task.COUNT) is is_count
