"""Reads a question about working hours: which days, which hour, whether right now, how surely."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.lemmas import Lemmatiser
from bot.language.numerals import spell_out

_CLOCK = re.compile(
    r"\b(?:в|к|после|at|after|by) (\d{1,2})(?:[:.](\d{2}))?(?!\d)"
    r"(?! (?:янв|фев|мар|апр|ма[йя]|июн|июл|авг|сен|окт|ноя|дек|jan|feb|apr|may|jun|jul|aug|sep|oct|nov|dec))"
    r"(?: ?(?:час\w*|ч\b))?(?: ?(?P<half>утра|дня|вечера|ночи|am|pm)\b)?"
)
_DOTTED = re.compile(r"\b(\d{1,2})\.(\d{1,2})(?:\.(\d{4}))?\b")
_UNREAD_WEIGHT = 4.0
"""A word that is not about hours speaks against the reading more than one that is speaks for it.

But whoever asks whether they may come on a day also says what for."""


@dataclass(frozen=True, kw_only=True, slots=True)
class HoursQuestion:
    """What is asked. No `days` and no `now`: the week as a whole."""

    days: tuple[date, ...] = ()
    now: bool = False
    at_min: int | None = None
    """A minute of the day."""
    holidays: bool = False
    department: str = ""
    certainty: float


@dataclass(frozen=True, kw_only=True, slots=True)
class _Words:
    """One language's words, by dictionary form."""

    ask: frozenset[str]
    phrases: tuple[tuple[str, ...], ...]
    visit: frozenset[str]
    read: frozenset[str]
    now: frozenset[str]
    holidays: frozenset[str]
    days: Mapping[str, int]
    spans: Mapping[str, tuple[int, ...]]
    """Words that stand for weekdays, from Monday 0."""
    months: Mapping[str, int]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "_Words":
        weekdays = {
            name: (number,) for number, names in enumerate(data["weekdays"]) for name in names.split()
        }
        return cls(
            ask=frozenset(data["ask"]),
            phrases=tuple(tuple(phrase.split()) for phrase in data["phrases"]),
            visit=frozenset(data["visit"]),
            read=frozenset(data["read"]),
            now=frozenset(data["now"]),
            holidays=frozenset(data["holidays"]),
            days=data["days"],
            spans={
                **weekdays,
                **dict.fromkeys(data["workdays"], (0, 1, 2, 3, 4)),
                **dict.fromkeys(data["weekend"], (5, 6)),
            },
            months={name: number for number, name in enumerate(data["months"], start=1)},
        )


class HoursReading:
    """Reads questions to one business."""

    def __init__(self, places: Mapping[str, Sequence[str]], holidays: Mapping[str, tuple[int, int]]) -> None:
        """`places`: the words for each department, its name first; "" is the whole business.

        `holidays`: the name of each holiday with its month and day.
        """
        self._lemmatiser = Lemmatiser({})
        self._places = {
            name: {
                lemma: 2 - min(1, number)
                for number, words in reversed(list(enumerate(spoken)))
                for lemma in self._lemmatiser.lemmas(words)
            }
            for name, spoken in places.items()
        }
        self._holidays = {tuple(self._lemmatiser.lemmas(name)): day for name, day in holidays.items() if name}

    def read(self, text: str, today: date, *, leans: bool = False) -> HoursQuestion | None:
        """None when it is not about hours. `leans`: the question before was."""
        plain = spell_out(text.lower().replace("ё", "е")).replace("\u2063", "")
        lemmas = self._lemmatiser.all_lemmas(plain)
        words = _words("ru" if re.search("[а-я]", plain) else "en")
        holiday = self._holiday_in(lemmas)
        days = self._days(plain, lemmas, words, today, holiday)
        at_min = _clock(plain)
        asks = any(lemma in words.ask for lemma in lemmas) or _has_phrase(lemmas, words)
        visits = any(lemma in words.visit for lemma in lemmas) and (bool(days) or at_min is not None)
        now = any(lemma in words.now for lemma in lemmas)
        if not (asks or visits or (leans and (days or now or at_min is not None))):
            return None
        department, place_lemmas = self._department(lemmas, words)
        read, unread = 0, 0
        for lemma in lemmas:
            if self._is_read(lemma, words) or lemma in place_lemmas or lemma in (holiday or ((), ()))[0]:
                read += 1
            elif not lemma.isdigit():
                unread += 1
        return HoursQuestion(
            days=days,
            now=now,
            at_min=at_min,
            holidays=not days and any(lemma in words.holidays for lemma in lemmas),
            department=department,
            certainty=read / (read + (_UNREAD_WEIGHT if asks or leans else 1.0) * unread) if read else 0.0,
        )

    def _department(self, lemmas: Sequence[str], words: _Words) -> tuple[str, frozenset[str]]:
        """The department that is named, and all words that name any place.

        A word that two departments share, or that any question about hours has, names none.
        """
        telling = [lemma for lemma in lemmas if not self._is_read(lemma, words)]
        named = {
            name: sum(
                own[lemma]
                for lemma in telling
                if lemma in own and sum(lemma in other for place, other in self._places.items() if place) == 1
            )
            for name, own in self._places.items()
            if name
        }
        best = max(named, key=lambda name: named[name], default="")
        whole = frozenset(self._places.get("", {}))
        if not best or not named[best]:
            return "", whole
        return best, whole | frozenset(self._places[best])

    def _holiday_in(self, lemmas: Sequence[str]) -> tuple[tuple[str, ...], tuple[int, int]] | None:
        for name, day in self._holidays.items():
            if name and set(name) <= set(lemmas):
                return name, day
        return None

    def _days(
        self,
        plain: str,
        lemmas: Sequence[str],
        words: _Words,
        today: date,
        holiday: tuple[tuple[str, ...], tuple[int, int]] | None,
    ) -> tuple[date, ...]:
        dated = _dates(plain, lemmas, words, today)
        if dated:
            return dated
        if holiday is not None:
            return (_coming(today, *holiday[1]),)
        relative = [today + timedelta(days=words.days[lemma]) for lemma in lemmas if lemma in words.days]
        if relative:
            return tuple(dict.fromkeys(relative))
        numbers = [number for lemma in lemmas for number in words.spans.get(lemma, ())]
        coming = (today + timedelta(days=(number - today.weekday()) % 7) for number in numbers)
        return tuple(sorted(set(coming)))

    def _is_read(self, lemma: str, words: _Words) -> bool:
        known = (words.ask, words.visit, words.read, words.now, words.holidays, words.days, words.spans)
        return lemma in words.months or any(lemma in group for group in known)


def _dates(plain: str, lemmas: Sequence[str], words: _Words, today: date) -> tuple[date, ...]:
    found = []
    for before, lemma, following in zip(lemmas, lemmas[1:], [*lemmas[2:], ""], strict=False):
        month = words.months.get(lemma) or (words.months.get(before) if lemma.isdigit() else None)
        day = before if lemma in words.months else lemma
        year = int(following) if re.fullmatch(r"20\d\d", following) else None
        if month and day.isdigit() and (when := _coming_or_none(today, month, int(day), year)):
            found.append(when)
    for day, month, year in _DOTTED.findall(plain):
        if when := _coming_or_none(today, int(month), int(day), int(year) if year else None):
            found.append(when)
    return tuple(dict.fromkeys(found))


def _coming_or_none(today: date, month: int, day: int, year: int | None = None) -> date | None:
    try:
        return date(year, month, day) if year else _coming(today, month, day)
    except ValueError:
        return None


def _coming(today: date, month: int, day: int) -> date:
    """The next such day, today included. Raises ValueError where there is none."""
    when = date(today.year, month, day)
    return when if when >= today else date(today.year + 1, month, day)


def _clock(plain: str) -> int | None:
    """The minute of the day that is named."""
    found = _CLOCK.search(plain)
    if found is None or int(found[1]) > 24 or int(found[2] or 0) > 59:
        return None
    hour, half = int(found[1]), found["half"]
    if half in ("дня", "вечера", "pm") and hour < 12:
        hour += 12
    return hour * 60 + int(found[2] or 0)


def _has_phrase(lemmas: Sequence[str], words: _Words) -> bool:
    return any(
        tuple(lemmas[at : at + len(phrase)]) == phrase
        for phrase in words.phrases
        if phrase[0] in lemmas
        for at in range(len(lemmas) - len(phrase) + 1)
    )


@cache
def _words(language: str) -> _Words:
    data = read_data(Path(__file__).with_name("hours.yaml"))
    return _Words.of(data[language])
