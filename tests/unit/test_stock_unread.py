"""What the words that are not the table's do to a question, one rule at a time."""

from functools import cache

import pytest

from bot.stock.clauses import clauses_of
from bot.stock.marking import Marked, mark
from bot.stock.query import Filter, StockQuery
from bot.stock.unread import Role, role_of
from bot.stock.word import Word
from tests.unit.test_stock_reading import books

QUERY = StockQuery(filters=(Filter(column="genre", values=("роман",)),))


@cache
def marked_of(text: str) -> Marked:
    return mark(text, *books())


def role(text: str, raw: str, *, is_specific: bool = True, is_priced: bool = False) -> Role:
    marked = marked_of(text)
    place = next(at for at, token in enumerate(marked.tokens) if token.raw == raw)
    clause = next(found for found in clauses_of(marked) if found.start <= place < found.end)
    word = Word(
        marked=marked,
        place=place,
        clause=clause,
        allowed=("which", "count", "exists"),
        is_priced=is_priced,
        is_specific=is_specific,
        is_compared=False,
    )
    return role_of(word)


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("когда привезут роман", "когда"),
        ("почему роман дорогой", "почему"),
        ("до скольки можно взять роман", "скольки"),
        ("как вернуть роман", "как"),
        ("how do I return a роман", "how"),
        ("что такое роман", "такое"),
        ("вы продали роман", "продали"),
        ("кто покупает роман", "покупает"),
        ("продам роман", "продам"),
        ("do you buy роман", "buy"),
        ("будет ли роман", "будет"),
        ("роман через год", "через"),
        ("сколько весит роман", "весит"),
        ("какой тираж у романа", "тираж"),
        ("сколько стоит доставка романа", "доставка"),
        ("роман с закладкой", "закладкой"),
        ("сколько читателей у романа", "читателей"),
        ("мой роман", "мой"),
        ("сколько стоит ТО для романа", "то"),
    ],
)
def test_what_asks_for_something_else(text: str, raw: str) -> None:
    assert role(text, raw) is Role.ASKED


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("подскажите пожалуйста роман", "подскажите"),
        ("пажалуйста роман", "пажалуйста"),
        ("доброго времени суток, есть роман?", "суток"),
        ("бабушке нужен роман", "бабушке"),
        ("меня зовут Ольга, есть роман?", "ольга"),
        ("мы живём за городом, есть роман?", "городом"),
        ("у нас двое детей, есть роман?", "детей"),
        ("нужен роман потому что старый потерялся", "потерялся"),
        ("коллега посоветовал роман", "посоветовал"),
        ("моей жене нужен роман", "моей"),
        ("какие будут романы", "будут"),
        ("есть где-нибудь роман", "где"),
    ],
)
def test_what_only_comes_with_a_question(text: str, raw: str) -> None:
    assert role(text, raw) is Role.NOTHING


@pytest.mark.parametrize(
    ("text", "raw", "expected"),
    [
        ("роман для дачи", "дачи", Role.PURPOSE),
        ("роман в Казани", "казани", Role.THING),
        ("быстро нужен роман", "быстро", Role.MANNER),
        ("душевный роман", "душевный", Role.QUALITY),
        ("какой роман лучше", "лучше", Role.QUALITY),
        ("расскажи про роман", "расскажи", Role.QUALITY),
        ("есть роман", "роман", Role.NOTHING),
    ],
)
def test_what_lies_between(text: str, raw: str, expected: Role) -> None:
    assert role(text, raw) is expected


def test_a_purpose_says_nothing_only_of_rows_that_are_named() -> None:
    assert role("книга для дачи", "дачи", is_specific=False) is Role.THING


def test_a_price_in_the_future_tense_is_todays() -> None:
    assert role("сколько будет стоить роман", "будет", is_priced=True) is Role.NOTHING


@pytest.mark.parametrize(
    ("text", "background"),
    [
        ("живу за городом, есть роман?", [True, False]),
        ("есть роман? живу за городом", [False, True]),
        ("сколько доставка, роман", [False, False]),
        ("роман, тираж", [False, False]),
        ("нужен роман, чтобы читать детям", [False, True]),
        ("живу за городом", [False]),
        ("", []),
    ],
)
def test_a_clause_that_tells_and_asks_nothing_is_background(text: str, background: list[bool]) -> None:
    assert [clause.is_background for clause in clauses_of(marked_of(text))] == background


def test_the_clauses_cover_the_question() -> None:
    clauses = clauses_of(marked_of("добрый день! живу за городом, есть роман? или детектив"))
    assert [clause.start for clause in clauses[1:]] == [clause.end for clause in clauses[:-1]]
    assert QUERY.filters
