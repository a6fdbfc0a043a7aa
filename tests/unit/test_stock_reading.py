"""Questions to a bookshop's table: no word of any trade is in the code."""

from datetime import datetime
from functools import cache

import pytest

from bot.stock.query import Filter, StockQuery, Task
from bot.stock.reading import Draft, read_draft
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Vocabulary
from tests.stocks import NOON, book_snapshot


@cache
def books() -> tuple[Vocabulary, Snapshot]:
    snapshot = book_snapshot()
    return Vocabulary(snapshot.schema, snapshot, {"Ахматова": ["анна андреевна"]}), snapshot


def draft(text: str, asked_at: datetime = NOON) -> Draft:
    vocabulary, snapshot = books()
    return read_draft(text, vocabulary, snapshot, asked_at)


def read(text: str) -> StockQuery:
    return draft(text).query


def one(column: str, *values: str, negated: bool = False) -> Filter:
    return Filter(column=column, values=values, negated=negated)


def between(
    column: str, least: float | None = None, most: float | None = None, *, is_open: bool = False
) -> Filter:
    return Filter(column=column, least=least, most=most, is_open=is_open)


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("есть детективы?", [one("genre", "детектив")]),
        ("покажи фантастику или поэзию", [one("genre", "фантастика", "поэзия")]),
        ("стихи анны андреевны", [one("genre", "поэзия"), one("author", "Ахматова")]),
        ("не роман, а детектив", [one("genre", "детектив")]),
        ("только не детективы", [one("genre", "детектив", negated=True)]),
        ("всё кроме романов и поэзии", [one("genre", "роман", "поэзия", negated=True)]),
        ("книги агаты кристи в мягкой обложке", [one("author", "Кристи"), one("cover", "мягкая")]),
        ("фантастеку стругацкех", [one("genre", "фантастика"), one("author", "Стругацкие")]),
        ("sci-fi", [one("genre", "фантастика")]),
        ("мастер и маргарита", [one("title", "Мастер и Маргарита")]),
        ("книги с картинками", [one("illustrated", "yes")]),
        ("детективы без картинок", [one("genre", "детектив"), one("illustrated", "no")]),
        ("что есть на полке", [one("status", "на полке")]),
    ],
)
def test_values_are_read_by_their_names(text: str, filters: list[Filter]) -> None:
    assert sorted(read(text).filters, key=str) == sorted(filters, key=str)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("книги до 500 рублей", between("price", most=500)),
        ("книги до пятисот рублей", between("price", most=500)),
        ("не дороже тысячи", between("price", most=1000)),
        ("дешевле 400", between("price", most=400, is_open=True)),
        ("что-нибудь от 300 до 700 р", between("price", 300, 700)),
        ("книги за 1 тыс 200 рублей", between("price", most=1200)),
        ("от двух до трёх тысяч рублей", between("price", 2000, 3000)),
        ("от 2 до 3 тыс", between("price", 2000, 3000)),
        ("цена 300-700", between("price", 300, 700)),
        ("2020 года", between("year", 2020, 2020)),
        ("издание 2019-2021 годов", between("year", 2019, 2021)),
        ("не старше 2020", between("year", 2020)),
        ("новее 2020 года", between("year", 2020, is_open=True)),
        ("больше 300 страниц", between("pages", 300, is_open=True)),
        ("не больше 300 страниц", between("pages", most=300)),
        ("около 300 страниц", between("pages", 270, 330)),
        ("потолще 400 страниц", between("pages", 400, is_open=True)),
        ("книга прошлого года", between("year", 2025, 2025)),
        ("books under 500", between("price", most=500, is_open=True)),
    ],
)
def test_numbers_are_read_with_what_they_are_of(text: str, condition: Filter) -> None:
    assert read(text).filters == (condition,)


@pytest.mark.parametrize(
    ("text", "task"),
    [
        ("сколько у вас книг", Task.COUNT),
        ("сколько стоит мастер и маргарита", Task.VALUE),
        ("почём ахматова", Task.VALUE),
        ("какого года белая гвардия", Task.VALUE),
        ("какие жанры есть", Task.FACETS),
        ("самая дешёвая книга", Task.EXTREME),
        ("самый толстый роман", Task.EXTREME),
        ("есть ли детективы", Task.EXISTS),
        ("какие есть детективы", Task.LIST),
        ("сравни кристи и стругацких по цене", Task.COMPARE),
        ("что дешевле: детектив или роман?", Task.COMPARE),
    ],
)
def test_the_task_is_read(text: str, task: Task) -> None:
    assert read(text).task is task


def test_an_extreme_says_its_order_and_number() -> None:
    assert (read("самая дорогая книга").sort, read("самая дорогая книга").limit) == ("-price", 1)
    assert read("самые новые книги").limit == 3
    assert read("покажи 4 книги").limit == 4


def test_a_row_is_found_by_its_key() -> None:
    assert read("что за книга b-105?").keys == ("b-105",)


@pytest.mark.parametrize(
    "text",
    [
        "сколько стоит доставка мастера и маргариты",
        "какая гарантия на книги кристи",
        "чем роман отличается от детектива",
        "что лучше: роман или детектив",
        "о чём пишет ахматова",
        "можно ли вернуть детектив",
        "расскажи про булгакова",
        "у меня есть роман 2015 года, выкупите?",
        "где вы находитесь",
        "кто победит на выборах",
    ],
)
def test_what_the_table_does_not_hold_is_left_to_others(text: str) -> None:
    assert draft(text).certainty <= 0.6
    assert draft(text).unread


@pytest.mark.parametrize(
    "text",
    [
        "здравствуйте, подскажите пожалуйста, есть ли у вас детективы?",
        "хочу купить жене роман булгакова в твёрдом переплёте до 700 рублей",
        "добрый день! сколько стоят стругацкие?",
        "какие книги есть на полке",
        "подскожите скока стоит реквием",
    ],
)
def test_courtesy_takes_no_certainty_away(text: str) -> None:
    assert draft(text).certainty == 1


def test_a_word_of_four_thousand_letters_is_no_trouble() -> None:
    assert draft("ж" * 4_000).certainty == 0
    assert draft("детектив " * 600).query.filters == (one("genre", "детектив"),)


def test_a_query_comes_back_from_json() -> None:
    query = read("не романы от 300 до 700 рублей, самая новая")
    assert StockQuery.from_json(query.to_json()) == query
