from typing import Any

import pytest

from bot.stock.query import Filter, StockQuery, Task
from bot.stock.tool import BadArguments, agree, decide, query_from_arguments, stock_tool
from tests.stocks import book_schema, book_snapshot


def test_the_tool_is_made_of_the_schema() -> None:
    properties = stock_tool(book_schema()).parameters["properties"]
    assert properties["filters"]["properties"]["genre"]["items"]["enum"][0] == "детектив"
    assert properties["filters"]["properties"]["illustrated"]["type"] == "boolean"
    assert "isbn" not in properties["filters"]["properties"]
    assert "-price" in properties["sort"]["enum"]


def test_arguments_become_a_query() -> None:
    arguments = {
        "task": "list",
        "filters": {"genre": ["Роман"], "price": {"to": 700}, "illustrated": False},
        "exclude": {"cover": ["мягкая"]},
        "sort": "-year",
        "limit": 50,
    }
    assert query_from_arguments(arguments, book_snapshot()) == StockQuery(
        task=Task.LIST,
        filters=(
            Filter(column="genre", values=("роман",)),
            Filter(column="price", most=700),
            Filter(column="illustrated", values=("no",)),
            Filter(column="cover", values=("мягкая",), negated=True),
        ),
        sort="-year",
        limit=10,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        {"task": "drop"},
        {"table": "users"},
        {"filters": {"isbn": ["b-101"]}},
        {"filters": {"genre": ["кулинария"]}},
        {"filters": {"genre": []}},
        {"filters": {"genre": 5}},
        {"filters": ["genre"]},
        {"filters": {"price": 700}},
        {"filters": {"price": {"below": 700}}},
        {"filters": {"price": {"to": "700"}}},
        {"filters": {"illustrated": "yes"}},
        {"columns": ["weight"]},
        {"sort": "weight"},
        {"sort": 7},
        {"limit": 0},
        {"limit": True},
    ],
)
def test_arguments_that_the_table_does_not_have_are_refused(arguments: dict[str, Any]) -> None:
    with pytest.raises(BadArguments):
        query_from_arguments(arguments, book_snapshot())


def test_readings_agree_when_they_mean_the_same_rows() -> None:
    genre = StockQuery(filters=(Filter(column="genre", values=("поэзия",)),))
    author = StockQuery(filters=(Filter(column="author", values=("Ахматова",)),))
    other = StockQuery(filters=(Filter(column="genre", values=("роман",)),))
    assert agree(genre, author, book_snapshot())
    assert not agree(genre, other, book_snapshot())


def test_the_lexicon_wins_over_the_model() -> None:
    lexicon = StockQuery(filters=(Filter(column="genre", values=("поэзия",)),))
    model = StockQuery(filters=(Filter(column="genre", values=("роман",)),))
    assert decide(lexicon, model, book_snapshot()) == (lexicon, False)
    assert decide(lexicon, lexicon, book_snapshot()) == (lexicon, True)
    assert decide(None, model, book_snapshot()) == (model, False)
