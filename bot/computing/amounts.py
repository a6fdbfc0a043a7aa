"""The numbers of a question, each with its unit and the words around it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.lemmas import Lemmatiser
from bot.language.numerals import SPELT, spell_out
from bot.language.quantities import value_of

_SCALES = {"тыс": 1e3, "тыщ": 1e3, "tho": 1e3, "т": 1e3, "к": 1e3, "k": 1e3}
_SCALES |= {"мил": 1e6, "млн": 1e6, "лям": 1e6, "лим": 1e6, "mil": 1e6, "mln": 1e6, "кк": 1e6, "kk": 1e6}
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<number>\d{{1,3}}(?: \d{{3}})+(?!\d)|\d+(?:[.,]\d+)?)(?:{SPELT})?"
    r"(?:-?(?:ти|и|х|ми|го|й|я|е|м)\b)?"
    r"(?: ?(?P<scale>тыс\w*|тыщ\w*|миллион\w*|млн|лям\w*|лимон\w*|кк?|kk?|т(?=\.? ?р)"
    r"|thousand|million|mln)\b\.?)?"
    r" ?(?P<sign>₽|%|р\b\.?|руб\w*|r[ou]+bles?\b|rub\b)?"
)
_FRACTION_UNIT = re.compile(r"\bпол(?:тора|торы)\b")
_CLAUSE_END = re.compile(r"[,;!?\n]|\. ")
_WORD = re.compile(r"[a-zа-я]+|\d+(?:[.,]\d+)?")
_AROUND = 3
"""So many words before a number, and one behind it, may say what it is a number of."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """One number. `before` and `after` are the dictionary forms of the nearest words, the nearest first."""

    value: float
    at: int
    is_scaled: bool
    """Written with thousands or millions."""
    sign: str
    """"₽", "%" or ""."""
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def unit(self) -> str:
        return self.after[0] if self.after else ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """A question as a computation reads it."""

    plain: str
    lemmas: tuple[str, ...]
    amounts: tuple[Amount, ...]

    def names(self, phrase: str) -> bool:
        """Whether the question has a phrase, its words in any form."""
        return self.place_of(phrase) is not None

    def place_of(self, phrase: str) -> int | None:
        """The number of the word at which a phrase begins."""
        words = _phrase(phrase)
        if not words or words[0] not in self.lemmas:
            return None
        starts = range(len(self.lemmas) - len(words) + 1)
        return next((at for at in starts if self.lemmas[at : at + len(words)] == words), None)

    def has_any(self, words: Sequence[str]) -> bool:
        return not set(words).isdisjoint(self.lemmas)


@lru_cache(maxsize=500)
def read_numbers(text: str) -> Numbers:
    """The words by their dictionary forms, and every number in digits or in words."""
    lowered = _FRACTION_UNIT.sub("1,5", text.lower().replace("ё", "е").replace("\u00a0", " "))
    for span, counted in _spans():
        lowered = span.sub(counted, lowered)
    spelt = spell_out(_people_in_digits(_thousands_said(lowered)))
    amounts = tuple(_amount(found, spelt) for found in _NUMBER.finditer(spelt))
    plain = spelt.replace(SPELT, "")
    return Numbers(plain=plain, lemmas=lemmas_of(plain), amounts=amounts)


def _thousands_said(text: str) -> str:
    """«Миллион восемьсот» is a million and eight hundred thousand."""
    return _millions().sub(r"\1 \2 тысяч", text)


@cache
def _millions() -> re.Pattern[str]:
    hundreds = "|".join(sorted(words("hundreds")))
    return re.compile(rf"((?:миллион|млн|лям)\w*) ({hundreds})\b(?! ?(?:тыс|[а-я]+ тыс))")


@cache
def _spans() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(rf"\b{span}\b"), counted) for span, counted in _data()["spans"].items())


def _people_in_digits(text: str) -> str:
    """«На двоих» is 2 people."""
    counts = _data()["people"]
    return _WORD.sub(lambda found: f"{counts[found[0]]} человек" if found[0] in counts else found[0], text)


def _amount(found: re.Match[str], text: str) -> Amount:
    scale = (found["scale"] or "").rstrip(".")
    factor = next((size for name, size in _SCALES.items() if scale == name), None)
    factor = factor or next(
        (size for name, size in _SCALES.items() if len(name) > 2 and scale.startswith(name)), 1
    )
    sign = found["sign"] or ""
    before = lemmas_of(text[: found.start()].replace(SPELT, ""))
    own = tuple(takewhile(lambda word: not word[0].isdigit(), reversed(before)))
    rest = _CLAUSE_END.split(text[found.end() :].replace(SPELT, ""), maxsplit=1)[0]
    after = tuple(_data()["units"].get(word, word) for word in lemmas_of(rest)[:2])
    return Amount(
        value=value_of(found["number"], scaled=bool(scale)) * _SCALES.get(scale[:3], 1),
        at=len(before),
        is_scaled=bool(scale),
        sign="%" if sign == "%" else "₽" if sign else "",
        before=own[:_AROUND],
        after=after,
    )


def lemmas_of(text: str) -> tuple[str, ...]:
    """Every word in its dictionary form, numbers as they are."""
    return tuple(
        word if word[0].isdigit() else _lemmatiser().all_lemmas(word)[0]
        for word in _WORD.findall(text.lower().replace("ё", "е"))
    )


@lru_cache(maxsize=20_000)
def _phrase(text: str) -> tuple[str, ...]:
    return lemmas_of(text)


@cache
def _lemmatiser() -> Lemmatiser:
    return Lemmatiser({})


@cache
def words(kind: str) -> frozenset[str]:
    """One list of `words.yaml`."""
    return frozenset(_data()[kind])


def shares(kind: str) -> Mapping[str, float]:
    """One list of `words.yaml` whose words stand for numbers."""
    found: dict[str, float] = _data()[kind]
    return found


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("words.yaml"))
    return data
