import pytest

from bot.guard.wordlist import ListedWords, bones
from bot.language.readings import read


def lemmas_in(text: str, *listed: str, guesses: bool = True) -> set[str]:
    words = ListedWords(guesses=guesses)
    for entry in listed:
        words.add(entry)
    readings = read(text)
    options = words.options(readings.tokens, is_english=readings.is_english)
    return {option.lemma for here in options for option in here if option.lemma}


@pytest.mark.parametrize(
    ("text", "listed", "found"),
    [
        ("митинги", "митинг", True),
        ("миттинг", "митинг", True),
        ("страхавая", "страховая", True),
        ("miting v moskve", "митинг", True),
        ("i am in a meeting until noon", "митинг", False),
        ("выбор", "выборы", False),
        ("guns", "gun", True),
        ("bombing", "bomb", True),
        ("gunman", "gun", False),
    ],
)
def test_a_listed_word_is_found_in_its_forms_and_no_neighbour(text: str, listed: str, found: bool) -> None:
    assert bool(lemmas_in(text, listed)) is found


def test_a_word_disguised_and_misspelt_is_a_guess() -> None:
    assert lemmas_in("mefedrona", "мефедрон") == {"мефедрон"}
    assert lemmas_in("mefedrona", "мефедрон", guesses=False) == set()


@pytest.mark.parametrize(
    ("written", "meant"), [("правителство", "правительство"), ("терорист", "террорист"), ("щас", "шас")]
)
def test_careless_spelling_leaves_the_same_bones(written: str, meant: str) -> None:
    assert bones(written) == bones(meant)
