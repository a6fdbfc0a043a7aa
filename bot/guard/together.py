"""Finds words that mean something only together, wherever in a sentence they stand.

An entry is written ``сделать|собрать + бомба|взрывное устройство - фильм``: one word of each part within some
ten words, in any order and form, and none of what follows the dash in the same sentence. A word with ``~``
before it is a verb that counts only where somebody means to do it: ``~угнать`` is «угнать», «угони», «угоню»,
not «угнали».
"""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from bot.guard.wordlist import ListedWords, Option
from bot.language.dictionary import grammemes
from bot.language.readings import Token

_REACH = 10
"""So many words may lie between the first and the last."""
_MOST_PLACES = 6
_DENIED = re.compile(r"\s-\s")
_END = re.compile(r"[.!?]+\s|\n")
_DENYING = ("не", "not", "never")
_MEANT = "~"
_CYRILLIC = re.compile(r"[а-я]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """What was found: the list's `name` and `entry`, and from which word of the text to which."""

    name: str
    entry: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class _Posting:
    """Where a word stands in the lists: part -1 is what must not be there."""

    combination: int
    part: int
    following: tuple[str, ...]
    is_meant: bool


@dataclass(frozen=True, slots=True)
class _Hit:
    """A word of the text that is one of the lists'."""

    place: int
    option: Option
    posting: _Posting


class Combinations:
    """The combinations of several lists, looked for in one go."""

    def __init__(self, words: ListedWords) -> None:
        self._words = words
        self._names: list[tuple[str, str, int]] = []
        self._postings: dict[str, list[_Posting]] = {}

    def add(self, entry: str, name: str) -> None:
        wanted, *denied = _DENIED.split(entry)
        parts = wanted.split("+")
        number = len(self._names)
        self._names.append((name, entry, len(parts)))
        for place, part in (*enumerate(parts), *((-1, part) for part in denied)):
            for alternative in part.split("|"):
                self._index(alternative.strip(), number, place)

    def _index(self, alternative: str, number: int, part: int) -> None:
        lemmas = self._words.add(alternative)
        if lemmas:
            posting = _Posting(number, part, tuple(lemmas[1:]), alternative.startswith(_MEANT))
            self._postings.setdefault(lemmas[0], []).append(posting)

    def find(
        self, text: str, tokens: Sequence[Token], options: Sequence[Sequence[Option]]
    ) -> Together | None:
        """The first combination in the order of the lists. `options`: what each of the tokens may be."""
        possible = self._possible(options)
        if not possible:
            return None
        hits = [
            _Hit(place, option, posting)
            for place, here in enumerate(options)
            for option in here
            for posting in self._postings.get(option.lemma, ())
            if posting.combination in possible
        ]
        places = _places(hits, text, tokens, options)
        for number, sentence in sorted(places):
            name, entry, size = self._names[number]
            parts = places[number, sentence]
            if -1 not in parts and len(parts) == size and (span := _nearest(list(parts.values()))):
                return Together(name=name, entry=entry, first=span[0], last=span[1])
        return None

    def _possible(self, options: Sequence[Sequence[Option]]) -> set[int]:
        """The combinations of which a word of each part stands anywhere: few, so the rest may be slow."""
        seen: dict[int, int] = {}
        for here in options:
            for option in here:
                for posting in self._postings.get(option.lemma, ()):
                    if posting.part >= 0:
                        seen[posting.combination] = seen.get(posting.combination, 0) | 1 << posting.part
        return {number for number, parts in seen.items() if parts == (1 << self._names[number][2]) - 1}


def _places(
    hits: Sequence[_Hit], text: str, tokens: Sequence[Token], options: Sequence[Sequence[Option]]
) -> dict[tuple[int, int], dict[int, list[int]]]:
    """By combination and sentence: where the words of each of its parts stand."""
    sentences = _sentences(text, tokens)
    denied = {place for place, token in enumerate(tokens, 1) if token.written in _DENYING}
    places: dict[tuple[int, int], dict[int, list[int]]] = {}
    for hit in hits:
        is_refused = hit.posting.is_meant and hit.place in denied
        if not is_refused and _is_whole(hit.posting, hit.option, options, hit.place):
            parts = places.setdefault((hit.posting.combination, sentences[hit.place]), {})
            parts.setdefault(hit.posting.part, []).append(hit.place)
    return places


def _sentences(text: str, tokens: Sequence[Token]) -> list[int]:
    """For each word the number of its sentence."""
    ends = [found.end() for found in _END.finditer(text)]
    return [bisect_right(ends, token.start) for token in tokens]


def _is_whole(posting: _Posting, option: Option, options: Sequence[Sequence[Option]], place: int) -> bool:
    """Whether the other words of an alternative follow, and a verb that must be meant is."""
    if posting.is_meant and not _means_it(option.form):
        return False
    after = options[place + option.length : place + option.length + len(posting.following)]
    return len(after) == len(posting.following) and all(
        any(other.lemma == lemma for other in others)
        for lemma, others in zip(posting.following, after, strict=True)
    )


def _means_it(form: str) -> bool:
    """Whether the speaker may be the doer; of words that are not Russian it is always so."""
    if not _CYRILLIC.fullmatch(form):
        return True
    return any({"INFN", "impr", "1per"} & reading for reading in grammemes(form))


def _nearest(parts: Sequence[Sequence[int]]) -> tuple[int, int] | None:
    """A place for each part such that none is far from the others."""
    for chosen in product(*(places[:_MOST_PLACES] for places in parts)):
        if max(chosen) - min(chosen) <= _REACH:
            return min(chosen), max(chosen)
    return None
