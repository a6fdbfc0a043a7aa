"""The subjects of the wide world, and what shows that a message is of one: the data of `subjects.yaml`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.dictionary import dictionary_forms
from bot.language.folding import plain

_WORD = re.compile(r"[^\W_]+(?:[+-][^\W_]+|\+\+)*")
_CYRILLIC = re.compile(r"[а-я]+")


@dataclass(frozen=True, slots=True)
class Subject:
    """How a subject of the wide world shows itself: words in dictionary form, patterns."""

    strong: frozenset[str]
    weak: frozenset[str]
    phrases: tuple[re.Pattern[str], ...]


def lemmas_of(text: str) -> list[str]:
    """The lemma of each word, in order; words with a hyphen also in parts."""
    lemmas: list[str] = []
    for word in _WORD.findall(plain(text)):
        parts = [word, *word.split("-")] if "-" in word else [word]
        lemmas += (dictionary_forms(part)[0] if _CYRILLIC.fullmatch(part) else part for part in parts if part)
    return lemmas


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("subjects.yaml"))
    return data


@cache
def generic() -> frozenset[str]:
    return frozenset(_data()["generic"].split())


@cache
def subjects() -> Mapping[str, Subject]:
    return {
        name: Subject(
            frozenset(lemmas_of(words["strong"])),
            frozenset(lemmas_of(words["weak"])),
            tuple(re.compile(phrase) for phrase in words["phrases"]),
        )
        for name, words in _data()["subjects"].items()
    }


@cache
def tasks() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _data()["tasks"])


@cache
def about_itself() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _data()["self"])


@cache
def toward() -> re.Pattern[str]:
    return re.compile(_data()["toward"])


@cache
def defines() -> re.Pattern[str]:
    return re.compile(_data()["defines"])


@cache
def asking() -> re.Pattern[str]:
    return re.compile(_data()["asking"])
