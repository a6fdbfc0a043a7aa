"""What a question leaves out."""

import pytest

from bot.stock.query import Filter
from tests.unit.test_stock_reading import draft, one

NOVELS_ASIDE = one("genre", "роман", negated=True)
BY_BULGAKOV = one("author", "Булгаков")


@pytest.mark.parametrize(
    "text",
    [
        "сколько книг, если не считать романов",
        "сколько книг, если не считать романы?",
        "сколько книг не считая романов",
        "сколько книг кроме романов",
        "сколько книг без учёта романов",
        "сколько книг, не учитывая романы",
        "сколько книг за исключением романов",
        "сколько книг за вычетом романов",
        "сколько книг помимо романов",
        "сколько книг, если не брать в расчёт романы",
        "сколько книг, не принимая во внимание романы",
        "романы не в счёт, сколько книг",
        "сколько книг, романы не считаем",
        "книги есть? романы не предлагать",
        "покажи книги, романы не нужны",
        "покажи книги, романы не интересуют",
        "how many books not counting роман",
        "how many books if you don't count роман",
        "how many books excluding роман",
        "books apart from роман",
    ],
)
def test_what_is_not_to_be_counted_is_left_out(text: str) -> None:
    found = draft(text)
    assert found.query.filters == (NOVELS_ASIDE,)
    assert found.certainty >= 0.5


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("сколько булгакова, если не считать романов", (BY_BULGAKOV, NOVELS_ASIDE)),
        ("сколько булгакова не считая романов", (BY_BULGAKOV, NOVELS_ASIDE)),
        ("не считая романов сколько булгакова", (NOVELS_ASIDE, BY_BULGAKOV)),
        ("без учёта романов и поэзии", (one("genre", "роман", "поэзия", negated=True),)),
        ("романы и детективы не предлагать", (one("genre", "роман", "детектив", negated=True),)),
        ("роман не надо, детектив есть?", (one("genre", "детектив"),)),
        ("сколько книг, не считая тех, что под заказ", (one("status", "под заказ", negated=True),)),
        ("книги кроме книг в мягкой обложке", (one("cover", "мягкая", negated=True),)),
        ("сколько книг, считая те, что под заказ", ()),
        ("роман не надо ждать?", (one("genre", "роман"),)),
        ("роман булгакова не надо ждать?", (one("genre", "роман"), BY_BULGAKOV)),
    ],
)
def test_only_what_is_meant_is_left_out(text: str, filters: tuple[Filter, ...]) -> None:
    assert draft(text).query.filters == filters
