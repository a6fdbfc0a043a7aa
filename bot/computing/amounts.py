"""The numbers of a question, each with its unit and the words around it."""

import re
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any

from bot.computing.figures import with_plain_figures
from bot.data_files import read_data
from bot.language.lemmas import Lemmatiser
from bot.language.quantities import value_of

_SCALES = {"тыс": 1e3, "тыщ": 1e3, "tho": 1e3, "т": 1e3, "к": 1e3, "k": 1e3, "m": 1e6}
_SCALES |= {"мил": 1e6, "млн": 1e6, "mil": 1e6, "mln": 1e6, "кк": 1e6, "kk": 1e6}
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<number>\d{1,3}(?: \d{3})+(?!\d)|\d+(?:[.,]\d+)?)"
    r"(?:-?(?:ти|и|х|ми|го|й|я|е|м)\b)?"
    r"(?: ?(?P<scale>тыс\w*|тыщ\w*|миллион\w*|млн|кк?|kk?|т(?=\.? ?р)|thousand|million|mln|mil)\b\.?"
    r"|(?P<short>m)\b)?"
    r" ?(?P<sign>₽|%|р\b\.?|руб\w*|r[ou]+bles?\b|rub\b)?"
)
_CLAUSE_END = re.compile(r",(?!\d)|[;!?\n]|\. ")
_WORD = re.compile(r"[a-zа-я]+|\d+(?:[.,]\d+)?")
_AROUND = 3
"""So many words before a number, and one behind it, may say what it is a number of."""
_BEHIND = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Amount:
    """One number. `before` and `after` are the dictionary forms of the nearest words, the nearest first."""

    value: float
    at: int
    end: int
    """The places among the question's words of its first word, and of the first one behind it."""
    is_scaled: bool
    """Written with thousands or millions."""
    sign: str
    """"₽", "%" or ""."""
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def unit(self) -> str:
        return self.after[0] if self.after else ""

    @property
    def is_share(self) -> bool:
        return self.sign == "%" or self.unit == "процент"

    @property
    def is_denied(self) -> bool:
        """«Не 22»."""
        return self.before[:1] != () and self.before[0] in words("denying")

    @property
    def is_bare(self) -> bool:
        return not (self.sign or self.is_scaled)


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """A question as a computation reads it."""

    plain: str
    lemmas: tuple[str, ...]
    clauses: tuple[int, ...]
    """Of each word the number of its clause."""
    amounts: tuple[Amount, ...]

    def names(self, phrase: str) -> bool:
        """Whether the question has a phrase, its words in any form."""
        return self.place_of(phrase) is not None

    def place_of(self, phrase: str) -> int | None:
        """The number of the word at which a phrase begins."""
        return next(self.places_of(phrase), None)

    def places_of(self, phrase: str) -> Iterator[int]:
        """The same of each time that it is said."""
        words = _phrase(phrase)
        if words and words[0] in self.lemmas:
            starts = range(len(self.lemmas) - len(words) + 1)
            yield from (at for at in starts if self.lemmas[at : at + len(words)] == words)

    def has_any(self, words: Collection[str]) -> bool:
        return not set(words).isdisjoint(self.lemmas)

    def says_any(self, words: Collection[str]) -> bool:
        """Whether the question has one of the words, by its dictionary form or as it is written."""
        return self.has_any(words) or not set(words).isdisjoint(_WORD.findall(self.plain))

    def belonging_to(self, words: Collection[str], fits: Callable[[Amount], bool]) -> list[Amount]:
        """The number of each of such words: the nearest in its clause, the one behind the word if in doubt.

        «Взнос 2 млн», «2 млн взнос», «машина 6 млн взнос 2 млн».
        """
        places = [at for at, lemma in enumerate(self.lemmas) if lemma in words]
        found = (self.nearest(at, fits) for at in places)
        return [amount for amount in found if amount is not None]

    def nearest(self, at: int, fits: Callable[[Amount], bool]) -> Amount | None:
        """The number of the word at one place."""
        near = (
            (self._distance(at, amount), amount.at < at, amount.at)
            for amount in self.amounts
            if self.clauses[amount.at] == self.clauses[at] and fits(amount)
        )
        best = min((place for place in near if place[0] < _AROUND), default=None)
        return next((amount for amount in self.amounts if best and amount.at == best[2]), None)

    def _distance(self, at: int, amount: Amount) -> int:
        """The words between a word and a number, without those that say nothing; far behind another one."""
        between = self.lemmas[at + 1 : amount.at] if amount.at > at else self.lemmas[amount.end : at]
        if not all(map(_is_word, between)):
            return _AROUND
        return len([word for word in between if word not in words("fillers")])


@lru_cache(maxsize=500)
def read_numbers(text: str) -> Numbers:
    """The words by their dictionary forms, and every number in digits or in words."""
    plain = with_plain_figures(_people_in_digits(text))
    found = list(_WORD.finditer(plain))
    starts = [word.start() for word in found]
    lemmas = tuple(_lemma(word[0]) for word in found)
    ends = [end.start() for end in _CLAUSE_END.finditer(plain)]
    clauses = tuple(bisect_left(ends, start) for start in starts)
    amounts = tuple(
        _amount(
            number, lemmas, clauses, bisect_left(starts, number.start()), bisect_left(starts, number.end())
        )
        for number in _NUMBER.finditer(plain)
    )
    return Numbers(plain=plain, lemmas=lemmas, clauses=clauses, amounts=amounts)


def _people_in_digits(text: str) -> str:
    """«На двоих» is 2 people."""
    counts = _data()["people"]
    lowered = text.lower().replace("ё", "е")
    return _WORD.sub(lambda found: f"{counts[found[0]]} человек" if found[0] in counts else found[0], lowered)


def _amount(
    found: re.Match[str], lemmas: tuple[str, ...], clauses: tuple[int, ...], at: int, end: int
) -> Amount:
    scale = (found["scale"] or found["short"] or "").rstrip(".")
    sign = found["sign"] or ""
    own = list(takewhile(lambda place: _is_word(lemmas[place]), range(at - 1, -1, -1)))
    if len(own) < at:
        # Behind another number these words are about that one, up to the comma.
        own = [place for place in own if clauses[place] == clauses[at]]
    near = zip(lemmas[end : end + _BEHIND], clauses[end : end + _BEHIND], strict=True)
    behind = [word for word, clause in near if clause == clauses[at]]
    units = _data()["units"]
    return Amount(
        value=value_of(found["number"], scaled=bool(scale)) * _SCALES.get(scale[:3], 1),
        at=at,
        end=end,
        is_scaled=bool(scale),
        sign="%" if sign == "%" else "₽" if sign else "",
        before=tuple(lemmas[place] for place in own[:_AROUND]),
        after=tuple(units.get(word, word) for word in takewhile(_is_word, behind)),
    )


def _is_word(lemma: str) -> bool:
    return not lemma[0].isdigit()


def lemmas_of(text: str) -> tuple[str, ...]:
    """Every word in its dictionary form, numbers as they are."""
    return tuple(map(_lemma, _WORD.findall(text.lower().replace("ё", "е"))))


def _lemma(word: str) -> str:
    return word if word[0].isdigit() else _lemmatiser().all_lemmas(word)[0]


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
