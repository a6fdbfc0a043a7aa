"""What is found wrong with a message to many."""

import pytest

from bot.domain.broadcasts import Message, Promo
from bot.people.broadcasts.checking import Fault, Wrong, fault_of, fault_of_text, read_button, read_promo
from bot.people.broadcasts.codes import longest_code, own_codes
from bot.people.broadcasts.quiet import is_quiet
from tests.unit.broadcast_moments import MOSCOW, at

NONE = Promo()


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        ("Скидка **10% сегодня", "**", 1),
        ("Первая\n\nвторая с `кодом", "`", 3),
        ("[Подробнее](https://example.ru", "](", 1),
        ("Цена ~~100 рублей", "~~", 1),
        ("строка\nи _курсив", "_", 2),
        ("*важно всем", "*", 1),
        ("```\nкод", "```", 1),
    ],
)
def test_a_mark_that_is_not_closed_is_named_with_its_line(text: str, what: str, line: int) -> None:
    fault = fault_of_text(text, NONE)
    assert fault is not None
    assert (fault.wrong, fault.what, fault.line) == (Wrong.UNCLOSED, what, line)


@pytest.mark.parametrize(
    "text",
    [
        "**Скидка** до *ноября*, `КОД` и [сайт](https://example.ru/a_b)",
        "5*3 = 15, a_b_c, [новинка], я <3 вас",
        r"\*\*звёзды\*\*, \*сноска",
        "# Заголовок\n\n- раз\n- два",
    ],
)
def test_what_is_whole_passes(text: str) -> None:
    assert fault_of_text(text, NONE) is None


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (" \n ", Wrong.EMPTY),
        ("[сайт](javascript:alert)", Wrong.BAD_LINK),
        ("<b>Скидка</b>", Wrong.HTML),
        ("Здравствуйте, {name}", Wrong.BLANK),
        ("**а** " * 101, Wrong.TOO_MANY_MARKS),
    ],
)
def test_what_people_would_not_see_as_meant_is_refused(text: str, wrong: Wrong) -> None:
    fault = fault_of_text(text, NONE)
    assert fault is not None
    assert fault.wrong is wrong


@pytest.mark.parametrize(("text", "length"), [("a" * 4096, None), ("a" * 4097, 4097), ("😀" * 2049, 4098)])
def test_the_limit_counts_utf16_units_after_parsing(text: str, length: int | None) -> None:
    fault = fault_of_text(f"**{text}**", NONE)
    assert (fault.count if fault else None) == length


def test_everybodys_code_counts_for_the_limit() -> None:
    text = "a" * 4086 + " {promo}"
    assert fault_of_text(text, Promo(code="ABC")) is None
    fault = fault_of_text(text, Promo(code="ABC", own=True))
    assert fault is not None
    assert fault.wrong is Wrong.TOO_LONG


def test_a_code_and_its_place_belong_together() -> None:
    unused = fault_of(Message(text="Скидка", promo=Promo(code="ABC")))
    missing = fault_of(Message(text="Скидка {promo}"))
    assert [fault.wrong for fault in (unused, missing) if fault] == [Wrong.PROMO_UNUSED, Wrong.PROMO_MISSING]


@pytest.mark.parametrize(
    ("words", "wrong"),
    [
        ("https://example.ru", Wrong.BUTTON_FORM),
        ("просто слова", Wrong.BUTTON_FORM),
        ("Сайт http://example.ru", Wrong.BUTTON_NOT_HTTPS),
        ("Сайт ftp://example.ru", Wrong.BUTTON_NOT_HTTPS),
        ("Сайт https://localhost", Wrong.BUTTON_ADDRESS),
        ("Сайт https://127.0.0.1/a", Wrong.BUTTON_ADDRESS),
        ("Сайт https://me:secret@example.ru", Wrong.BUTTON_ADDRESS),
        ("Сайт https://example.ru:999999", Wrong.BUTTON_ADDRESS),
        ("Сайт https://example.ru/?code={promo}", Wrong.BUTTON_ADDRESS),
        ("Сайт https://example.ru/<a>", Wrong.BUTTON_ADDRESS),
        ("я" * 65 + " https://example.ru", Wrong.BUTTON_LABEL),
    ],
)
def test_a_wrong_button_is_told_apart(words: str, wrong: Wrong) -> None:
    read = read_button(words)
    assert isinstance(read, Fault)
    assert read.wrong is wrong


def test_a_button_is_its_label_and_its_link() -> None:
    assert read_button("Записаться - https://example.ru/a") == ("Записаться", "https://example.ru/a")
    assert read_button("Да, хочу: https://пример.рф") == ("Да, хочу", "https://пример.рф")


@pytest.mark.parametrize("words", ["a", "два слова", "A_B", "*", "", "х" * 25, "-ABC"])
def test_a_wrong_code_is_refused(words: str) -> None:
    assert isinstance(read_promo(words), Fault)


def test_own_codes_begin_alike_and_differ() -> None:
    promo = read_promo("лето*")
    assert promo == Promo(code="ЛЕТО", own=True)
    assert isinstance(promo, Promo)
    codes = own_codes(promo)
    given = {next(codes) for _ in range(500)}
    assert len(given) == 500
    assert len(longest_code(promo)) == len("ЛЕТО-") + 8
    assert all(code.startswith("ЛЕТО-") and len(code) == len(longest_code(promo)) for code in given)


@pytest.mark.parametrize(
    ("hour", "minute", "quiet"), [(20, 59, False), (21, 0, True), (3, 0, True), (8, 59, True), (9, 0, False)]
)
def test_quiet_hours_go_by_the_tenants_clock(hour: int, minute: int, quiet: bool) -> None:
    assert is_quiet(at(hour, minute), MOSCOW) is quiet
