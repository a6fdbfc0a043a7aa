"""How Latin names are written by those who only heard them."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product

from bot.stock.cells import words
from bot.stock.tokens import tokenise

_MOST_SPELLINGS = 300


def spellings_of(name: str) -> Iterator[str]:
    """How a Latin name is written in Cyrillic: short words by their letters, in three manners."""
    tokens = tokenise(name)
    if not any(re.fullmatch("[a-z]+", token.raw) for token in tokens):
        return
    made = 0
    for manner in range(3):
        options = [_letters(token.raw, manner) for token in tokens]
        for spelling in product(*options):
            made += 1
            if made > _MOST_SPELLINGS:
                return
            yield "".join(spelling)


@cache
def _letters(word: str, manner: int) -> tuple[str, ...]:
    if not re.fullmatch("[a-z]+", word):
        return (word,)
    if len(word) > 3:
        return (_transliterated(word),)
    letters: Iterable[list[str]] = (words()["letters"][letter][manner] for letter in word)
    return tuple("".join(option).replace(" ", "") for option in product(*letters))


_PAIRS = {"sch": "ш", "sh": "ш", "ch": "ч", "ck": "к", "ph": "ф", "th": "т", "ee": "и", "oo": "у", "qu": "кв"}
_SINGLE = dict(zip("abcdefghijklmnopqrstuvwxyz", "абкдефгхиджклмнопкрстуввксиз", strict=False))
_SINGLE |= dict(zip("jklmnopqrstuvwxyz", ["дж", *"клмнопкрстувв", "кс", "и", "з"], strict=False))


def _transliterated(word: str) -> str:
    """One plain way to write a Latin word in Cyrillic."""
    text = re.sub("|".join(_PAIRS), lambda found: _PAIRS[found[0]], word)
    text = re.sub(r"([a-zа-я])\1", r"\1", text.removesuffix("e"))
    return "".join(_SINGLE.get(sign, sign) for sign in text)
