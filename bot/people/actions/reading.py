"""What a message says of an action: its name, the thing, the day and the time; and whether it asks for it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from bot.computing.hours_days import days_in, minute_in, moment_in
from bot.computing.hours_words import hours_words
from bot.data_files import read_data
from bot.language.folding import plain as plainly
from bot.language.lemmas import Lemmatiser
from bot.language.numerals import SPELT, spell_out

_CLOCK = re.compile(r"\b\d{1,2}:\d{2}\b")
_LEMMAS = Lemmatiser({})
_MOST_WORDS = 30
"""A longer message says more than a wish."""
_UNREAD_SHARE = 0.2
"""«С другом», a slip of the pen: so much may be unread of a message that is a wish otherwise."""


@dataclass(kw_only=True)
class Said:
    """One message. `read` are the places of the words that are understood."""

    plain: str
    lemmas: Sequence[str]
    days: Sequence[date]
    minute: int | None
    read: set[int] = field(default_factory=set)
    is_off_calendar: bool = False
    """Whether it names a day or a time that there is not: 31 November, 25:00."""

    @classmethod
    def of(cls, text: str, now: datetime) -> "Said":
        """`now`: in the tenant's zone. Read once for all who ask at one moment; `read` is each one's own."""
        said = cls._first_read(text, now)
        return replace(said, read=set(said.read))

    @classmethod
    @lru_cache(maxsize=64)
    def _first_read(cls, text: str, now: datetime) -> "Said":
        lowered = plainly(text)
        words = hours_words("ru" if re.search("[а-я]", lowered) else "en")
        plain = spell_out(words.spelt(lowered)).replace(SPELT, "")
        lemmas = _LEMMAS.all_lemmas(plain)
        days = days_in(plain, lemmas, words, now.date(), None)
        is_today = not days or now.date() in days
        minute = minute_in(plain, after=now.hour * 60 + now.minute if is_today else None)
        ahead = moment_in(plain, now)
        if ahead is not None:
            days, minute = (ahead.date(),), ahead.hour * 60 + ahead.minute
        is_timed = bool(days) or minute is not None
        names_day = not words.months.keys().isdisjoint(lemmas) and any(map(str.isdigit, lemmas))
        is_off = not is_timed and (names_day or _CLOCK.search(plain) is not None)
        said = cls(plain=plain, lemmas=lemmas, days=days, minute=minute, is_off_calendar=is_off)
        if is_timed or is_off:
            said.read |= {
                place for place, lemma in enumerate(lemmas) if words.reads(lemma) or lemma.isdigit()
            }
        return said

    def spot(self, names: Iterable[str]) -> tuple[int, ...]:
        """The places of the longest of the names that is there; of two words the order does not matter."""
        found: tuple[int, ...] = ()
        there = set(self.lemmas)
        for name in names:
            wanted = _lemmas_of(name)
            if len(wanted) <= len(found) or not there.issuperset(wanted):
                continue
            for start in range(len(self.lemmas) - len(wanted) + 1):
                window = tuple(self.lemmas[start : start + len(wanted)])
                if window == wanted or (len(wanted) == 2 and window == wanted[::-1]):
                    found = tuple(range(start, start + len(wanted)))
                    break
        return found

    def take(self, places: Iterable[int]) -> None:
        self.read.update(places)

    def has(self, *groups: str) -> bool:
        """Whether a word of these groups of words.yaml is there; such words are read."""
        words = set().union(*(_words()[group] for group in groups))
        places = [place for place, lemma in enumerate(self.lemmas) if lemma in words]
        self.take(places)
        return bool(places)

    @property
    def is_long(self) -> bool:
        return len(self.lemmas) > _MOST_WORDS

    @property
    def is_noted(self) -> bool:
        """«Записан»: what is told so of a person is done already; such words are read."""
        is_noted = not _words()["noted"].isdisjoint(re.findall(r"\w+", self.plain))
        return is_noted and self.has("noted", "booking")

    @property
    def asks(self) -> bool:
        """Whether a word makes a question of what is not understood otherwise."""
        return any(
            lemma in _words()["question"] for place, lemma in enumerate(self.lemmas) if place not in self.read
        )

    @property
    def is_read(self) -> bool:
        """Whether hardly anything is left that could mean something else."""
        return len(self._unread) <= _UNREAD_SHARE * len(self.lemmas)

    @property
    def is_read_whole(self) -> bool:
        return not self._unread

    @property
    def _unread(self) -> list[str]:
        beside = _words()["beside"]
        return [
            lemma for place, lemma in enumerate(self.lemmas) if place not in self.read and lemma not in beside
        ]


def speaks_of_actions(text: str) -> bool:
    """Whether short words are no name: a wish, a question, a booking. What is all in capitals is a name."""
    words = plainly(text).split()
    if len(words) > 1 and all(word[:1].isupper() for word in text.split()):
        return False
    groups = (_words()[group] for group in ("wish", "booking", "file", "change", "own", "question"))
    known = frozenset().union(*groups)
    return any(lemma in known for lemma in _LEMMAS.all_lemmas(" ".join(words)))


@cache
def _lemmas_of(name: str) -> tuple[str, ...]:
    return tuple(_LEMMAS.all_lemmas(plainly(name)))


@cache
def _words() -> dict[str, frozenset[str]]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("words.yaml"))
    return {group: frozenset(words) for group, words in data.items()}
