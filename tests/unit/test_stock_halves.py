"""Questions after two extremes at once."""

import pytest

from bot.findings import Finding, Inquiry
from tests.stocks import NOON, Talk, book_source

UNSURE = 0.5


def ask(text: str) -> Finding | None:
    return book_source().find(Inquiry(text=text, asked_at=NOON))


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("самый дешёвый роман и самая дорогая фантастика", ["b-102", "b-105"]),
        ("самая дорогая фантастика и самый дешёвый роман", ["b-105", "b-102"]),
        ("какой самый дешёвый роман, а какой самый дорогой?", ["b-102", "b-103"]),
        ("самый дешёвый и самый дорогой роман", ["b-102", "b-103"]),
        ("сколько стоит самый дешевый роман и самая дорогая фантастика", ["b-102", "b-105"]),
        ("самая новая фантастика и самый дешёвый роман", ["b-104", "b-102"]),
        ("на полке самый дешёвый роман и самый дорогой роман", ["b-102", "b-101"]),
        ("самый дешёвый роман и самый дорогой роман на полке", ["b-102", "b-101"]),
        ("самая дешёвая и самая дорогая книга", ["b-108", "b-103"]),
        ("минимальная и максимальная цена романа", ["b-102", "b-103"]),
        ("максимальная и минимальная цена романа", ["b-103", "b-102"]),
    ],
)
def test_both_extremes_are_answered_in_their_order(text: str, keys: list[str]) -> None:
    found = ask(text)
    assert found is not None
    assert found.focus["shown"] == keys
    assert found.certainty >= UNSURE
    assert len(found.facts) == 2
    assert found.text.count("22.11") == 1


@pytest.mark.parametrize(
    "text",
    [
        "самый дешёвый роман с минимальным объёмом страниц",
        "самый дешёвый роман, самый дорогой детектив и самая новая фантастика",
        "роман с минимальным объёмом и детектив с максимальной ценой",
    ],
)
def test_what_cannot_be_taken_apart_is_not_half_answered_with_certainty(text: str) -> None:
    found = ask(text)
    assert found is None or found.certainty < UNSURE


@pytest.mark.parametrize("text", ["самый дешёвый роман", "самый дешёвый роман или детектив", "топ-3 дешёвых"])
def test_one_extreme_is_one_answer(text: str) -> None:
    found = ask(text)
    assert found is None or "queries" not in found.trace


def test_both_extremes_lean_on_the_question_before() -> None:
    talk = Talk(book_source())
    talk.ask("какие есть романы")
    found = talk.ask("а самый дешёвый и самый дорогой?")
    assert found is not None
    assert found.focus["shown"] == ["b-102", "b-103"]


def test_what_follows_is_of_the_rows_shown() -> None:
    talk = Talk(book_source())
    talk.ask("самый дешёвый роман и самая дорогая фантастика")
    assert "Понедельник" in talk.told("а второй в какой обложке?")


def test_a_model_that_reads_one_of_several_extremes_makes_it_no_surer() -> None:
    text = "самый дешёвый роман с минимальным объёмом страниц"
    called = {"task": "extreme", "filters": {"genre": ["роман"]}, "sort": "price"}
    found = book_source().find_by(called, Inquiry(text=text, asked_at=NOON))
    assert found is not None
    assert found.certainty < UNSURE
