"""The words by which people ask about working hours, of one language."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data

_ORDINAL = "перв|втор|треть|четверт|пят|шест|седьм|восьм|девят|десят|одиннадцат|двенадцат"
_HALF = re.compile(rf"\bпол(?:овин[еуа])?[- ]?(?=(?:{_ORDINAL})(?:ого|его)\b)")
_HALF_PAST = re.compile(r"\bhalf past (\w+)")


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursWords:
    """By dictionary form, except `state`, which is as written."""

    ask: frozenset[str]
    phrases: tuple[tuple[str, ...], ...]
    visit: frozenset[str]
    read: frozenset[str]
    """Whatever may stand in such a question without changing it."""
    beside_day: frozenset[str]
    now: frozenset[str]
    state: frozenset[str]
    not_now: frozenset[str]
    lunch: frozenset[str]
    by_lunch: frozenset[str]
    holidays: frozenset[str]
    next: frozenset[str]
    not_on: frozenset[str]
    days: Mapping[str, int]
    spans: Mapping[str, tuple[int, ...]]
    """Words that stand for weekdays, from Monday 0."""
    months: Mapping[str, int]
    spellings: Mapping[str, str]
    feasts: Mapping[tuple[str, ...], tuple[int, int]]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "HoursWords":
        weekdays = {
            name: (number,) for number, names in enumerate(data["weekdays"]) for name in names.split()
        }
        whole = ("ask", "visit", "read", "beside_day", "now", "state", "not_now", "lunch", "by_lunch")
        sets: Any = {name: frozenset(data[name]) for name in (*whole, "holidays", "next", "not_on")}
        return cls(
            **sets,
            phrases=tuple(tuple(phrase.split()) for phrase in data["phrases"]),
            days=data["days"],
            spellings=data["spellings"],
            spans={
                **weekdays,
                **dict.fromkeys(data["workdays"], (0, 1, 2, 3, 4)),
                **dict.fromkeys(data["weekend"], (5, 6)),
            },
            months={name: number for number, name in enumerate(data["months"], start=1)},
            feasts={tuple(name.split()): (month, day) for name, (month, day) in data["feasts"].items()},
        )

    def reads(self, lemma: str) -> bool:
        """Whether any question about hours may have the word."""
        known = (self.ask, self.visit, self.read, self.now, self.lunch, self.holidays, self.days, self.spans)
        return lemma in self.months or any(lemma in group for group in known)

    def spelt(self, plain: str) -> str:
        """The text with the usual spelling of what is usually written otherwise."""
        plain = _HALF_PAST.sub(r"\1:30", _HALF.sub("пол", plain))
        return re.sub(r"[a-zа-я]+", lambda found: self.spellings.get(found[0], found[0]), plain)

    def has_phrase(self, lemmas: Sequence[str]) -> bool:
        return any(
            tuple(lemmas[at : at + len(phrase)]) == phrase
            for phrase in self.phrases
            if phrase[0] in lemmas
            for at in range(len(lemmas) - len(phrase) + 1)
        )


@cache
def hours_words(language: str) -> HoursWords:
    data = read_data(Path(__file__).with_name("hours.yaml"))
    return HoursWords.of(data[language])
