import pytest

from bot.knowledge.spelling import Spelling

WORDS = (
    "предоплата",
    "тест",
    "драйв",
    "страховка",
    "записать",
    "сервис",
    "трейдин",
    "машина",
    "kasko",
    "год",
)


@pytest.fixture(scope="module")
def spelling() -> Spelling:
    return Spelling(WORDS)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("пердоплата", "предоплата"),
        ("предаплаты", "предоплата"),
        ("страхвка", "страховка"),
        ("test drayv", "тест драйв"),
        ("трейдинн", "трейдин"),
        ("servis", "сервис"),
    ],
)
def test_a_slip_or_a_foreign_alphabet_is_read_as_what_is_meant(
    spelling: Spelling, written: str, meant: str
) -> None:
    assert spelling.correct(written) == meant


@pytest.mark.parametrize(
    "word", ["машины", "kasko", "вертолёт", "год", "гот", "щщщщщ", "x" * 4_000, "2024", ""]
)
def test_what_is_a_word_or_like_none_stays(spelling: Spelling, word: str) -> None:
    assert spelling.correct(word) == word.replace("ё", "е")
