"""Ranges that are told the wrong way round, and the columns that they are of."""

import pytest

from bot.stock.query import Filter
from tests.unit.test_stock_reading import between, draft


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("цена романа от 1200 до 900 рублей", between("price", 900, 1200)),
        ("роман от 12 до 9 тысяч", between("price", 9_000, 12_000)),
        ("роман цена 12-9 тыс", between("price", 9_000, 12_000)),
        ("роман от 12 тысяч до 9", between("price", 9_000, 12_000)),
        ("роман от 9 тысяч до 12", between("price", 9_000, 12_000)),
        ("роман от 2 тысяч до 900 рублей", between("price", 900, 2_000)),
        ("роман между 12 и 9 тысячами", between("price", 9_000, 12_000)),
        ("роман от 900 рублей, но до 400 рублей", between("price", 400, 900)),
        ("роман 2024-2022 года", between("year", 2022, 2024)),
        ("роман от 500 до 300 страниц", between("pages", 300, 500)),
        ("роман от 500 до 2 тысяч рублей", between("price", 500, 2_000)),
        ("роман от 9 до 12 тысяч", between("price", 9_000, 12_000)),
    ],
)
def test_a_range_the_wrong_way_round_is_put_right(text: str, condition: Filter) -> None:
    assert draft(text).query.on(condition.column) == condition


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ("объём романа от 200 до 400", "pages"),
        ("объём романа от 400 до 200", "pages"),
        ("цена романа от 200 до 400", "price"),
        ("цена романа от 2015 до 2020", "year"),
        ("объём романа, от 200 до 400 рублей", "price"),
    ],
)
def test_a_named_column_wins_over_a_guessed_one(text: str, column: str) -> None:
    ranges = [condition.column for condition in draft(text).query.filters if condition.is_range]
    assert ranges == [column]
