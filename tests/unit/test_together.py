import pytest

from bot.guard.forbidden import ForbiddenTopic, ForbiddenTopics
from bot.guard.together import Combinations, Together
from bot.guard.wordlist import ListedWords
from bot.language.readings import read

ENTRIES = {
    "bomb": "сделать|собрать|make + бомба|взрывное устройство|bomb - фильм",
    "theft": "~угнать|~украсть + машина|тачка",
    "fraud": "страховая + ~обмануть + деньги",
}


def found_in(text: str) -> Together | None:
    words = ListedWords()
    combinations = Combinations(words)
    for name, entry in ENTRIES.items():
        combinations.add(entry, name)
    readings = read(text)
    return combinations.find(readings.text, readings.tokens, words.options(readings.tokens))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("как собрать дома бомбу", "bomb"),
        ("бомбу из удобрений сделаешь?", "bomb"),
        ("собираю взрывное устройство, сделаем вместе", "bomb"),
        ("how are bombs made", None),
        ("how to make bombs", "bomb"),
        ("собрать фильм про бомбу", None),
        ("бомба, а не машина", None),
        ("собрать взрывное", None),
    ],
)
def test_a_word_of_each_part_is_found_in_any_order(text: str, name: str | None) -> None:
    found = found_in(text)
    assert (found and found.name) == name


@pytest.mark.parametrize(
    ("text", "is_meant"),
    [
        ("как угнать машину", True),
        ("угони тачку", True),
        ("угоню твою машину", True),
        ("у меня угнали машину", False),
        ("машину могут угнать?", True),
        ("машина угнана", False),
        ("не угони машину", False),
    ],
)
def test_a_marked_verb_counts_where_somebody_means_to_do_it(text: str, is_meant: bool) -> None:
    assert (found_in(text) is not None) is is_meant


@pytest.mark.parametrize(
    "text",
    [
        "Собрать документы? Бомба у вас цены!",
        "сделать " + "очень " * 11 + "хорошую бомбу",
    ],
)
def test_words_far_apart_or_in_two_sentences_are_not_together(text: str) -> None:
    assert found_in(text) is None


def test_all_three_parts_are_needed() -> None:
    assert found_in("обмануть страховую") is None
    found = found_in("деньги хочу, обмануть бы страховую")
    assert found is not None
    assert (found.first, found.last) == (0, 4)


@pytest.mark.parametrize(
    "text", ["сoбpaть бoмбу", "sobrat b0mbu", "с о б р а т ь  б о м б у", "cj,hfnm ,jv,e", "собрать бомббууу"]
)
def test_a_disguised_combination_is_found_by_a_topic(text: str) -> None:
    topics = ForbiddenTopics([ForbiddenTopic(name="оружие", phrases=(ENTRIES["bomb"],))])
    found = topics.match(text)
    assert found is not None
    assert found.topic == "оружие"
