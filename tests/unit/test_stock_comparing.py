"""Comparisons show every side with its figures and name the winner; a family's name means all its values."""

from functools import cache

import pytest

from bot.stock.families import families_of, numbered_parts
from bot.stock.query import Task
from bot.stock.reading import Draft, read_draft
from bot.stock.source import StockSource
from tests.stocks import NOON, Talk, book_source
from tests.unit.test_stock_certainty import draft
from tests.unit.test_stock_reading import books


@cache
def source() -> StockSource:
    return book_source()


@pytest.fixture
def talk() -> Talk:
    return Talk(source())


def read_books(text: str) -> Draft:
    return read_draft(text, *books(), NOON)


@pytest.mark.parametrize(
    "text",
    [
        "каких больше, романов или детективов",
        "каких книг больше: детективы или романы?",
        "чего у вас больше, романов или детективов",
        "романов или детективов у вас больше?",
        "сколько романов и сколько детективов, каких больше?",
        "каких меньше: детективов или романов",
    ],
)
def test_numbers_of_rows_are_compared(talk: Talk, text: str) -> None:
    told = talk.told(text)
    assert "- **роман**: 3 книги. Из них на полке: 2." in told
    assert "- **детектив**: 2 книги. Из них на полке: 1." in told
    assert "Больше всего: роман.\nМеньше всего: детектив." in told


def test_as_many_of_each_is_said(talk: Talk) -> None:
    assert "Поровну." in talk.told("каких больше, детективов или фантастики")


def test_what_is_not_there_is_counted_too(talk: Talk) -> None:
    told = talk.told("каких больше: детективов Ахматовой или поэзии")
    assert "- **детектив**: 0 книг." in told
    assert "- **поэзия**: 1 книга." in told


@pytest.mark.parametrize(
    ("text", "sides", "winner"),
    [
        (
            "что дешевле, роман или поэзия?",
            "роман: от 390 ₽ до 1 200,5 ₽; поэзия: 300 ₽",
            "меньше всего: поэзия",
        ),
        ("роман или поэзия дешевле?", "роман: от 390 ₽ до 1 200,5 ₽; поэзия: 300 ₽", "меньше всего: поэзия"),
        (
            "что дороже: роман или поэзия",
            "роман: от 390 ₽ до 1 200,5 ₽; поэзия: 300 ₽",
            "больше всего: роман",
        ),
        (
            "у кого больше страниц, у Булгакова или Кристи",
            "Булгаков: от 352 до 512",
            "больше всего: Булгаков",
        ),
        ("Булгаков или Кристи: у кого меньше страниц", "Кристи: от 272 до 288", "меньше всего: Кристи"),
        ("кто толще: Булгаков, Кристи?", "Булгаков: от 352 до 512", "больше всего: Булгаков"),
        ("сравни романы и детективы по цене", "детектив: 420 ₽", "меньше всего: роман"),
        ("у кого цена выше: роман или фантастика", "фантастика: от 450 ₽ до 900 ₽", "больше всего: роман"),
    ],
)
def test_both_sides_and_the_winner_are_told(talk: Talk, text: str, sides: str, winner: str) -> None:
    told = talk.told(text)
    assert sides in told
    assert winner in told


def test_a_tie_names_no_winner() -> None:
    query = draft("mercedes", "что мощнее G 63 или GT 63").query
    assert (query.task, query.sort) == (Task.COMPARE, "-power")
    told = Talk(source()).told("у кого выше цена: Пикник на обочине или Пикник на обочине")
    assert "больше всего" not in told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("what costs more, sci-fi or роман?", "Price, the highest: роман."),
        ("do you have more sci-fi or роман?", "The most: роман."),
        ("which has more страниц, sci-fi or роман?", "the highest: роман."),
    ],
)
def test_english_comparisons_are_told_in_english(text: str, told: str) -> None:
    found = Talk(source(), "en").ask(text)
    assert told in (found.text if found is not None else "")


@pytest.mark.parametrize(
    "text",
    [
        "покажи роман или детектив подешевле",
        "есть роман или детектив дешевле 500 рублей?",
        "что больше, роман или детектив",
        "романы и детективы",
    ],
)
def test_a_choice_of_several_is_no_comparison(text: str) -> None:
    assert not read_books(text).query.compared


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("а у кого страниц больше?", "Страниц, больше всего: роман."),
        ("а дороже?", "Цена, больше всего: роман."),
        ("а цена?", "Цена, меньше всего: поэзия."),
    ],
)
def test_a_comparison_goes_on_by_another_column(talk: Talk, then: str, told: str) -> None:
    talk.told("каких больше, романов или поэзии?")
    assert told in talk.told(then)


def test_sides_may_be_of_a_version_and_of_a_main_value() -> None:
    sides = draft("mercedes", "что дешевле: G 63 или S-класс").query.compared
    assert [(side.column, side.values) for side in sides] == [
        ("modification", ("AMG G 63",)),
        ("model", ("S-Класс",)),
    ]


def test_a_family_and_one_of_it_are_two_sides() -> None:
    sides = draft("mercedes", "что дешевле E 200 или E 200 4MATIC").query.compared
    assert [side.values for side in sides] == [("E 200",), ("E 200 4MATIC",)]


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("E 200", {"E 200", "E 200 4MATIC"}),
        ("е двести", {"E 200", "E 200 4MATIC"}),
        ("E 200 4MATIC", {"E 200 4MATIC"}),
        ("E 53", {"AMG E 53 4MATIC+", "AMG E 53 Hybrid 4MATIC+"}),
        ("е53", {"AMG E 53 4MATIC+", "AMG E 53 Hybrid 4MATIC+"}),
        ("v 250 d", {"V 250 d", "V 250 d 4MATIC"}),
        ("GLE 450", {"GLE 450 4MATIC"}),
        ("cla 250", {"CLA 250+ EQ", "CLA 250 4MATIC"}),
    ],
)
def test_a_familys_name_means_all_its_versions(name: str, values: set[str]) -> None:
    condition = draft("mercedes", f"сколько {name}").query.on("modification")
    assert condition is not None
    assert set(condition.values) == values


@pytest.mark.parametrize(("name", "value"), [("EQE", "EQE"), ("EQS SUV", "EQS SUV")])
def test_a_main_value_is_only_itself(name: str, value: str) -> None:
    condition = draft("mercedes", f"сколько {name}").query.on("model")
    assert condition is not None
    assert condition.values == (value,)


def test_several_named_values_are_told_one_by_one(talk: Talk) -> None:
    told = talk.told("сколько романов и детективов?")
    assert "Есть 5 книг (роман или детектив)." in told
    assert "Жанр, вариантов 2: роман (3), детектив (2)." in told


def test_families_are_of_whole_words() -> None:
    found = families_of(["X 1", "X 1 long", "X 10", "X 1 long red"])
    assert found["X 1"] == ("X 1", "X 1 long", "X 1 long red")
    assert "X 10" not in found


@pytest.mark.parametrize(
    ("name", "parts"),
    [("AMG E 53 4MATIC+", {"amg e 53", "e 53"}), ("Реквием", set()), ("53", set()), ("E 53", set())],
)
def test_parts_from_a_word_to_a_number_name_the_whole(name: str, parts: set[str]) -> None:
    assert parts <= set(numbered_parts(name))
    assert "e" not in set(numbered_parts(name))


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("книги не старше 4 лет", 2022, None),
        ("до трёх лет", 2023, None),
        ("старше 5 лет", None, 2021),
        ("books under 3 years old", 2023, None),
        ("новее 2 лет", 2024, None),
        ("не новее 2 лет", None, 2024),
    ],
)
def test_an_age_is_a_condition_on_the_year(text: str, least: float | None, most: float | None) -> None:
    condition = read_books(text).query.on("year")
    assert condition is not None
    assert (condition.least, condition.most) == (least, most)


@pytest.mark.parametrize("text", ["роман на 5 лет", "гарантия 3 года на роман", "детектив через 2 года"])
def test_a_time_is_no_age(text: str) -> None:
    assert read_books(text).query.on("year") is None
