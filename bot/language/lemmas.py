"""Words as the index sees them: lower case, dictionary form, without the words that say nothing."""

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from pathlib import Path

from bot.language.dictionary import dictionary_form, grammemes

_TOKEN = re.compile(r"[a-z]+|[а-я]+|\d+")
_PREPOSITIONS = {"PREP", "CONJ", "PRCL"}


@cache
def _empty_words() -> frozenset[str]:
    """Beyond prepositions, conjunctions and particles: words that stand in any question."""
    return frozenset(
        Path(__file__).with_name("empty_words.txt").read_text(encoding="utf-8").replace("ё", "е").split()
    )


class Lemmatiser:
    """Turns text into lemmas, with the tenant's own names for things unified first.

    `lexicon` maps the canonical name to how people call it: {"G-Class": ["гелик", "гелендваген"]}.
    """

    def __init__(self, lexicon: Mapping[str, Sequence[str]]) -> None:
        self._names = {
            _raw(variant): _raw(canonical)
            for canonical, variants in lexicon.items()
            for variant in (*variants, canonical)
            if _raw(variant)
        }
        self._terms = {_raw(canonical): canonical for canonical in lexicon}
        self._longest_names: dict[str, int] = {}
        """By the first lemma of the names."""
        for name in self._names:
            self._longest_names[name[0]] = max(len(name), self._longest_names.get(name[0], 0))

    @property
    def name_words(self) -> frozenset[str]:
        """Every lemma that stands in one of the tenant's names for things."""
        return frozenset(lemma for name in self._names for lemma in name)

    def lemmas(self, text: str) -> list[str]:
        """The lemmas that carry meaning, in order; all of them where none does."""
        raw = self._unify_names(_raw(text))
        meaningful = [lemma for lemma in raw if lemma not in _empty_words() and not _is_function_word(lemma)]
        return meaningful or raw

    def all_lemmas(self, text: str) -> list[str]:
        """Every word's lemma in order, also those that say nothing by themselves («не», «за»)."""
        return list(_raw(text))

    def canonical(self, text: str) -> str:
        """The text in lower case with the proper term in place of every other name for it."""
        words = _TOKEN.findall(text.lower().replace("ё", "е"))
        lemmas = tuple(map(_lemma, words))
        said: list[str] = []
        position = 0
        while position < len(lemmas):
            length, name = self._name_at(lemmas, position)
            term = self._terms.get(name[:-1] if len(name) > 1 else name)
            said.append(term or " ".join(words[position : position + length]))
            position += length
        return " ".join(said)

    def _unify_names(self, lemmas: tuple[str, ...]) -> list[str]:
        if not self._names:
            return list(lemmas)
        unified: list[str] = []
        position = 0
        while position < len(lemmas):
            length, name = self._name_at(lemmas, position)
            unified.extend(name)
            position += length
        return unified

    def _name_at(self, lemmas: tuple[str, ...], position: int) -> tuple[int, tuple[str, ...]]:
        longest = self._longest_names.get(lemmas[position], 0)
        for length in range(min(longest, len(lemmas) - position), 0, -1):
            name = self._names.get(lemmas[position : position + length])
            if name is not None:
                return length, (*name, "-".join(name)) if len(name) > 1 else name
        return 1, (lemmas[position],)


@lru_cache(maxsize=256)
def _raw(text: str) -> tuple[str, ...]:
    """Every word's lemma. All who read one message share the work."""
    return tuple(map(_lemma, _TOKEN.findall(text.lower().replace("ё", "е"))))


@lru_cache(maxsize=50_000)
def _lemma(token: str) -> str:
    return dictionary_form(token) if "а" <= token[0] <= "я" else token


@lru_cache(maxsize=50_000)
def _is_function_word(lemma: str) -> bool:
    """By its likeliest reading."""
    if not ("а" <= lemma[0] <= "я"):
        return False
    return not _PREPOSITIONS.isdisjoint(next(iter(grammemes(lemma)), frozenset()))
