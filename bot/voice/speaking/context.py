"""What stands around a number, which decides its case and gender."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from bot.language.dictionary import grammemes
from bot.voice.speaking.numbers import Case, Gender, spoken_russian

STOP: Final = r"(?:\.(?!\s*$|\s+[«\"(]?[А-ЯЁA-Z]))?"
"""The point of an abbreviation, where it does not end the sentence too."""

_BEFORE: Final = re.compile(r"([а-яё]+)[\s(«]*$", re.IGNORECASE)
_AFTER: Final = re.compile(r"\s(?P<first>[а-яё-]+)(?:\s(?P<second>[а-яё-]+))?", re.IGNORECASE)
_CASES: Final[dict[str, Case]] = {
    "nomn": "n", "gent": "g", "gen2": "g", "datv": "d", "accs": "a", "ablt": "i", "loct": "p", "loc2": "p",
}  # fmt: skip
_GENDERS: Final[tuple[tuple[str, Gender], ...]] = (("femn", "f"), ("neut", "n"), ("masc", "m"))
_LIKELIEST: Final[tuple[Case, ...]] = ("n", "p", "d", "i", "a")
_LONGEST_BEFORE: Final = 24


def word_before(found: re.Match[str]) -> str:
    """The lower-case word before a match; empty where there is none."""
    start = found.start()
    before = _BEFORE.search(found.string[max(0, start - _LONGEST_BEFORE) : start])
    return before[1].lower() if before is not None else ""


def case_after(word: str) -> Case | None:
    """The case that a preposition or a comparison asks for."""
    return _asked_for().get(word)


@cache
def _asked_for() -> dict[str, Case]:
    return {word: case for case, words in spoken_russian()["cases"].items() for word in words}


@dataclass(frozen=True, kw_only=True, slots=True)
class Noun:
    """What is behind a number. No cases: there is no noun."""

    gender: Gender = "m"
    cases: frozenset[Case] = frozenset()
    is_one_of_many: bool = False
    """It is in a form that no number but «один» is followed by: «2 этаж» is the second."""

    def case_after(self, asked: Case) -> Case:
        if asked in self.cases:
            return asked
        return next((case for case in _LIKELIEST if case in self.cases), "n")


_NO_NOUN: Final = Noun()


def noun_after(found: re.Match[str]) -> Noun:
    after = _AFTER.match(found.string, found.end())
    if after is None:
        return _NO_NOUN
    is_adjective = any("ADJF" in grammar for grammar in grammemes(_plain(after["first"])))
    second = _noun(after["second"]) if is_adjective and after["second"] else _NO_NOUN
    return second if second.cases else _noun(after["first"])


def _noun(word: str) -> Noun:
    readings = [grammar for grammar in grammemes(_plain(word)) if "NOUN" in grammar]
    return Noun(
        gender=next((gender for grammar in readings for name, gender in _GENDERS if name in grammar), "m"),
        cases=frozenset(case for grammar in readings for name, case in _CASES.items() if name in grammar),
        is_one_of_many=bool(readings) and not any({"plur", "gent", "Fixd"} & grammar for grammar in readings),
    )


def _plain(word: str) -> str:
    return word.lower().replace("ё", "е")
