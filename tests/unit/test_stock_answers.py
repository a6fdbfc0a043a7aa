import re
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.findings import Inquiry
from tests.stocks import BOOKS, NOON, Talk, book_source, copy_of_books

_SOURCE = book_source()


@pytest.fixture
def talk() -> Talk:
    return Talk(book_source())


def test_a_list_begins_with_its_number_and_ends_with_its_moment(talk: Talk) -> None:
    told = talk.told("какие есть романы?")
    assert told.startswith("Есть 3 книги (роман). Из них на полке: 2.")
    assert "1. **«Мастер и Маргарита», Булгаков**" in told
    assert "**1 200,5 ₽**" in told
    assert told.endswith("Данные на 22.11, 10:30.")


def test_the_cheapest_comes_first(talk: Talk) -> None:
    assert talk.told("самая дешёвая книга").startswith("Цена: минимум 300 ₽.\n**«Реквием», Ахматова**")


def test_none_is_proven_and_the_nearest_shown(talk: Talk) -> None:
    found = talk.ask("есть детективы до 400 рублей?")
    assert found is not None
    assert found.is_empty
    assert found.text.startswith("Нет, сейчас такого нет (детектив, цена до 400 ₽).")
    assert "отличие: цена" in found.text
    assert "«Убийство в Восточном экспрессе»" in found.text


def test_a_price_on_request_is_said_and_never_a_figure(talk: Talk) -> None:
    assert "цена: по запросу" in talk.told("сколько стоят десять негритят?")
    assert "Ещё 1 книга с ценой по запросу." in talk.told("сколько стоят книги кристи?")
    assert "Десять" not in talk.told("книги кристи до 10 тысяч")


def test_values_of_a_column_are_counted(talk: Talk) -> None:
    assert "Жанр, вариантов 4: роман (3), фантастика (2), детектив (2), поэзия (1)." in talk.told(
        "какие жанры есть?"
    )


def test_two_rows_are_compared_side_by_side(talk: Talk) -> None:
    talk.told("фантастика")
    told = talk.told("сравни первую и вторую")
    assert "- **Цена**: Пикник на обочине: 450 ₽; Понедельник начинается в субботу: 900 ₽" in told
    assert "Одинаково: " in told


def test_groups_are_compared_by_what_is_asked(talk: Talk) -> None:
    told = talk.told("что дешевле: стихи или фантастика?")
    assert "Цена, меньше всего: поэзия." in told
    assert "Страниц" not in told


@pytest.mark.parametrize(
    ("first", "then", "expected"),
    [
        ("какие есть романы?", "а в мягкой обложке?", "Есть 1 книга (роман, обложка: мягкая)."),
        ("книги в твёрдой обложке", "не романы, а детективы", "детектив, обложка: твёрдая"),
        ("какие есть романы?", "а фантастика?", "Есть 2 книги (фантастика)."),
        ("фантастика дороже 500", "а подешевле?", "Есть 1 книга (фантастика, цена меньше 900 ₽"),
        ("сколько стоит реквием?", "а мастер и маргарита?", "Цена: от 390 ₽ до 650 ₽."),
        (
            "какие есть романы?",
            "а второй?",
            "**«Мастер и Маргарита», Булгаков**: жанр: роман, обложка: твёрдая",
        ),
        ("какие есть романы?", "второй сколько стоит?", "цена: 650 ₽"),
        ("сколько у вас романов?", "а на полке?", "Есть 2 книги (роман, на полке)."),
        ("какие книги есть?", "покажи ещё", "4. "),
        ("самый дешёвый роман", "а детектив?", "Цена: минимум 420 ₽."),
        ("реквием", "а какого он года?", "год издания: 2015"),
        ("какие книги есть?", "а с картинками?", "с картинками: есть"),
        ("реквием", "подороже", "цена больше 300 ₽"),
        ("романы", "какие детективы есть?", "Есть 2 книги (детектив)."),
        ("романы до 500 рублей", "а 2018 года?", "роман, год издания 2018, цена до 500 ₽"),
        ("детективы в мягкой обложке", "а с другой обложкой?", "кроме «мягкая»"),
    ],
)
def test_a_follow_up_keeps_what_it_leans_on(talk: Talk, first: str, then: str, expected: str) -> None:
    talk.told(first)
    assert expected in talk.told(then)


@pytest.mark.parametrize(
    "text",
    [
        "а какая гарантия?",
        "ещё вопрос: где вы находитесь?",
        "до скольких вы работаете?",
        "спасибо",
        "можно в кредит?",
    ],
)
def test_another_subject_after_the_table_is_not_the_tables(talk: Talk, text: str) -> None:
    talk.told("какие есть романы?")
    assert talk.ask(text) is None


@pytest.mark.parametrize("text", ["а доставка?", "а подешевле?", "покажи ещё", "а первый?", "какая цена?"])
def test_a_follow_up_of_nothing_is_not_the_tables(talk: Talk, text: str) -> None:
    assert talk.ask(text) is None


def test_a_focus_of_another_source_or_age_is_no_trouble() -> None:
    source = book_source()
    for focus in ({"source": "hours"}, {"source": "stock"}, {"source": "stock", "query": {}, "shown": 7}):
        found = source.find(Inquiry(text="есть романы?", asked_at=NOON, focus=focus))
        assert found is not None


def test_old_data_are_said_to_be_old() -> None:
    clock = [NOON]
    talk = Talk(book_source(now=lambda: clock[0]))
    assert "могли устареть" not in talk.told("сколько у вас книг?")
    clock[0] += timedelta(hours=25)
    assert "22.11, 10:30 и могли устареть" in talk.told("сколько у вас книг?")


def test_english_is_answered_in_english() -> None:
    told = Talk(book_source(), "en").told("how many books do you have?")
    assert told.startswith("The table holds 8 books.")


def test_every_figure_is_of_a_row(talk: Talk) -> None:
    table = re.sub(r"\s", "", (BOOKS / "stock.csv").read_text(encoding="utf-8"))
    told = talk.told("сколько стоят романы?").split("Данные")[0]
    figures = [re.sub(r"\s", "", figure) for figure in re.findall(r"(\d[\d ]*) ₽", told)]
    assert figures
    assert all(figure in table for figure in figures)


def test_an_empty_cell_leaves_no_gap(tmp_path: Path) -> None:
    folder = copy_of_books(tmp_path)
    rows = (folder / "stock.csv").read_text(encoding="utf-8").replace("твёрдая,2015,96,да,300", ",,,,")
    (folder / "stock.csv").write_text(rows, encoding="utf-8")
    told = Talk(book_source(folder)).told("реквием")
    assert "**«Реквием», Ахматова**: жанр: поэзия, на полке" in told


WORDS = (
    "а не ещё до от 5 300 тысяч роман детектив кристи самый дешёвый подешевле первый сколько стоит без с "
    "картинками 2020 года меньше или сравни цена обложка другой какие книга страниц , - полтора рублей "
    "кроме новее ½ % тысячи"
)


@given(st.lists(st.lists(st.sampled_from(WORDS.split()), min_size=1, max_size=9).map(" ".join), max_size=4))
@settings(max_examples=150, deadline=None)
def test_nothing_that_people_write_raises(questions: list[str]) -> None:
    talk = Talk(_SOURCE)
    for question in questions:
        found = talk.ask(question)
        assert found is None or not re.search(r"None|\bnan\b|\binf\b", found.text)


def test_a_narrowed_count_shows_what_is_left(talk: Talk) -> None:
    talk.ask("сколько у вас романов?")
    assert "1. **«Мастер и Маргарита», Булгаков**" in talk.told("а в твёрдой обложке?")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("сколько романов", {3, 2}),
        ("каких больше, романов или детективов", {3, 2}),
        ("какие жанры есть", {8, 3, 2, 1, 4}),
        ("сколько стоят книги кристи", {2, 1}),
    ],
)
def test_every_number_of_rows_that_is_told_is_in_the_trace(talk: Talk, text: str, numbers: set[int]) -> None:
    found = talk.ask(text)
    assert found is not None
    assert numbers <= set(found.trace["counts"])


@pytest.mark.parametrize(
    ("text", "is_sure"), [("а для детективов?", False), ("а детективы есть?", True), ("детективы", True)]
)
def test_what_goes_on_with_another_sources_answer_is_not_surely_the_tables(text: str, is_sure: bool) -> None:
    found = _SOURCE.find(Inquiry(text=text, asked_at=NOON, earlier=("какая у вас гарантия?",)))
    assert found is not None
    assert (found.certainty > 0.5) is is_sure


def test_a_column_alone_is_asked_of_what_was_found(talk: Talk) -> None:
    talk.ask("какие есть романы?")
    assert "Обложка, вариантов 2" in talk.told("а обложка?")


def test_a_bound_that_found_nothing_is_given_up(talk: Talk) -> None:
    talk.ask("какие есть романы?")
    assert talk.told("а дешевле?").startswith("Нет")
    assert talk.told("а в твёрдой обложке?").startswith("Есть 2 книги (роман, обложка: твёрдая).")
