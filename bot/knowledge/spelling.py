"""Words of a question that the knowledge does not have, as the words of it that they are meant to be."""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.dictionary import dictionary_forms, is_known
from bot.language.readings import read, transliterations

_WORD = re.compile(r"[a-z]+|[а-я]+")
_SHORTEST = 5
_LONG = 9
_LONGEST = 40


class Spelling:
    """Knows the words of one knowledge, by their dictionary form."""

    def __init__(self, words: Iterable[str]) -> None:
        self._words = frozenset(words)
        by_shape: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
        for word in self._words:
            if len(word) >= _SHORTEST - 1 and word.isalpha():
                by_shape[word[0], len(word)].append(word)
        self._by_shape = dict(by_shape)
        self._meant = lru_cache(maxsize=5_000)(self._find)

    def correct(self, text: str) -> str:
        """The text with each strange word replaced; what no word of the knowledge is near stays."""
        return _WORD.sub(lambda found: self._meant(found[0]), text.lower().replace("ё", "е"))

    def _find(self, word: str) -> str:
        if len(word) > _LONGEST or self._has(word) or is_known(word):
            return word
        variants = [variant.text for token in read(word).tokens for variant in token.variants]
        variants += transliterations(word)
        for variant in variants:
            if self._has(variant):
                return variant
        for candidate in (word, *variants):
            if near := self._near(candidate):
                return near
        return word

    def _has(self, word: str) -> bool:
        return word in self._words or any(form in self._words for form in dictionary_forms(word))

    def _near(self, word: str) -> str:
        """The nearest word that begins alike: one slip is allowed, in a long word two."""
        if len(word) < _SHORTEST or not word.isalpha():
            return ""
        slips = 2 if len(word) >= _LONG else 1
        lengths = range(len(word) - slips, len(word) + slips + 1)
        alike = [other for length in lengths for other in self._by_shape.get((word[0], length), ())]
        for form in dict.fromkeys((dictionary_forms(word)[0], word)):
            found = process.extractOne(form, alike, scorer=OSA.distance, score_cutoff=slips)
            if found is not None:
                return str(found[0])
        return ""
