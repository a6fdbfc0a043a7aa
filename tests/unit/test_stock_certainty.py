"""Which questions the table answers, and which it leaves to others: by a set of questions of both kinds."""

import csv
from functools import cache
from pathlib import Path

import pytest

from bot.findings import Inquiry
from bot.stock.fetching import fetch
from bot.stock.reading import Draft, read_draft
from bot.stock.reading_table import check_table
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Vocabulary
from bot.tenant.stock import read_stock_schema
from tests.stocks import BOOKS, NOON, book_source

ANSWERED_FROM = 0.55
QUESTIONS = BOOKS.parent / "questions.csv"
FOLDERS = {"books": BOOKS, "mercedes": Path(__file__).parents[2] / "tenants" / "mercedes"}
LEAST = 0.93


@cache
def rows() -> tuple[tuple[str, bool, str], ...]:
    with QUESTIONS.open(encoding="utf-8", newline="") as file:
        return tuple(
            (row["table"], row["is_of_table"] == "yes", row["question"]) for row in csv.DictReader(file)
        )


@cache
def table(name: str) -> tuple[Vocabulary, Snapshot]:
    schema = read_stock_schema(FOLDERS[name] / "stock.yaml")
    assert schema is not None
    checked = check_table(fetch(schema, FOLDERS[name], lambda _: None), schema)
    snapshot = Snapshot(schema, checked.columns, checked.rows, version=1)
    return Vocabulary(schema, snapshot), snapshot


def draft(name: str, text: str) -> Draft:
    return read_draft(text, *table(name), NOON)


def is_answered(name: str, text: str) -> bool:
    return draft(name, text).certainty >= ANSWERED_FROM


def share(of_table: bool, answered: bool) -> float:
    """Of the questions with that answer, the share that is of that kind."""
    told = [kind for name, kind, text in rows() if is_answered(name, text) is answered]
    return sum(kind is of_table for kind in told) / len(told)


def test_the_set_is_large_and_of_both_kinds() -> None:
    kinds = [kind for _, kind, _ in rows()]
    assert min(kinds.count(True), kinds.count(False)) >= 200


def test_what_is_answered_is_of_the_table() -> None:
    assert share(of_table=True, answered=True) >= LEAST


def test_what_is_left_to_others_is_not_of_the_table() -> None:
    assert share(of_table=False, answered=False) >= LEAST


@pytest.mark.parametrize(
    "text",
    [
        "сколько машин вы продали в прошлом году",
        "какой расход у GLC",
        "сколько GLE вы получите в марте",
        "кто покупает чаще всего S-класс",
        "сколько весит GLS",
        "какой клиренс",
        "сколько стоит ТО для E-класса",
        "когда приедет чёрный GLC",
        "до скольки можно посмотреть GLE",
        "сколько бензина ест G 63",
        "есть GLE с фаркопом?",
        "сколько стоит GLC через год",
        "будет ли GLS в белом цвете",
        "продам GLC 2019 года",
        "what is the fuel consumption of GLC",
        "do you buy used GLC",
        "how many GLC did you sell last year",
    ],
)
def test_what_the_table_has_not_is_not_answered_by_a_count(text: str) -> None:
    assert draft("mercedes", text).certainty < 0.5


@pytest.mark.parametrize(
    ("plain", "chatty"),
    [
        ("есть GLC?", "здравствуйте, подскажите пожалуйста, есть GLC?"),
        ("есть GLC?", "доброго времени суток! меня зовут Ольга, есть GLC?"),
        ("GLC", "хочу взять жене GLC"),
        ("GLE", "думаю купить GLE для семьи"),
        ("белый GLA", "коллега посоветовал белый GLA"),
        ("дизельный седан", "езжу много по трассе, дизельный седан"),
        ("внедорожник до 8 млн", "для дачи нужен внедорожник до 8 млн"),
        ("кабриолет до 9 млн", "накопил денег, хочу кабриолет до 9 млн"),
        ("есть V-класс?", "у нас двое детей, есть V-класс?"),
        ("GLB", "нужна другая, потому что старая сломалась, интересует GLB"),
        ("E-класс", "старый мерс продал, теперь хочу E-класс"),
        ("машины мощностью больше 300", "машины мощностью больше 300 л.с."),
        ("GLC пробег до 50000", "GLC пробег до 50000 км"),
        ("есть GLC?", "меня зовут [NAME_1], мой телефон [PHONE_1], есть GLC?"),
    ],
)
def test_chatter_around_a_question_takes_nothing_away(plain: str, chatty: str) -> None:
    assert draft("mercedes", plain).certainty >= ANSWERED_FROM
    assert draft("mercedes", chatty).certainty >= ANSWERED_FROM
    assert draft("mercedes", plain).query.filters == draft("mercedes", chatty).query.filters


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("сколько весит реквием", ("весит",)),
        ("подскажите, какой тираж у реквиема", ("тираж",)),
        ("у меня есть роман, выкупите?", ("меня", "выкупите")),
        ("бабушке нужен детектив для дачи", ("дачи",)),
        ("бабушке нужен детектив", ()),
        ("как вернуть детектив", ("как", "вернуть")),
    ],
)
def test_the_words_that_count_against_are_told(text: str, unread: tuple[str, ...]) -> None:
    assert draft("books", text).unread == unread


def test_a_thing_in_passing_takes_less_than_what_is_asked_for() -> None:
    passing = draft("books", "детективы в твёрдой обложке в Казани").certainty
    asked = draft("books", "какая бумага у детективов в твёрдой обложке").certainty
    assert asked < 0.5 <= passing < 1


@pytest.mark.parametrize("text", ["книга для дачи", "какую книгу взять для поездки"])
def test_advice_is_not_the_tables(text: str) -> None:
    assert draft("books", text).certainty < ANSWERED_FROM


def test_which_of_two_is_better_for_something_is_not_surely_the_tables() -> None:
    assert draft("books", "роман или детектив для дачи").certainty < 0.6
    assert draft("books", "роман для дачи").certainty > 0.8


def test_a_finding_carries_the_certainty() -> None:
    finding = book_source().find(Inquiry(text="какой тираж у реквиема", asked_at=NOON))
    assert finding is not None
    assert (finding.certainty, finding.trace["unread"]) == (0.4, ["тираж"])
