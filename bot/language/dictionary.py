"""The dictionary of Russian words: one for the whole process, as it takes 15 MB."""

from functools import cache, lru_cache
from typing import Any

import pymorphy3

_LONGEST_WORD = 40
_LIKELY = 0.3


@cache
def morphology() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer()


@lru_cache(maxsize=50_000)
def is_known(word: str) -> bool:
    """Whether the dictionary has the lower-case word, with е for ё."""
    return len(word) <= _LONGEST_WORD and bool(morphology().word_is_known(word))


@lru_cache(maxsize=50_000)
def dictionary_form(word: str) -> str:
    """The likeliest thing that a lower-case Cyrillic word is a form of; е for ё."""
    return _parsed(word)[0][0]


@lru_cache(maxsize=50_000)
def dictionary_forms(word: str) -> tuple[str, ...]:
    """What a lower-case Cyrillic word may be a form of, the likeliest first; е for ё."""
    forms = [form for place, (form, score, _) in enumerate(_parsed(word)) if not place or score >= _LIKELY]
    return tuple(dict.fromkeys(forms))


@lru_cache(maxsize=50_000)
def every_form(word: str) -> tuple[str, ...]:
    """All that a lower-case Cyrillic word may be a form of, however unlikely; е for ё."""
    return tuple(dict.fromkeys(form for form, _, _ in _parsed(word)))


@lru_cache(maxsize=50_000)
def grammemes(word: str) -> tuple[frozenset[str], ...]:
    """What a word may be in grammar: one set of pymorphy's grammemes for each reading."""
    return tuple(grammar for _, _, grammar in _parsed(word) if grammar)


@lru_cache(maxsize=50_000)
def _parsed(word: str) -> tuple[tuple[str, float, frozenset[str]], ...]:
    """Form, likelihood and grammar of each reading. A word is looked up once for all who ask."""
    if len(word) > _LONGEST_WORD:
        return ((word, 1.0, frozenset()),)
    return tuple(
        (str(parse.normal_form).replace("ё", "е"), float(parse.score), _grammar(parse.tag))
        for parse in morphology().parse(word)
    )


@lru_cache(maxsize=5_000)
def _grammar(tag: Any) -> frozenset[str]:
    return frozenset(map(str, tag.grammemes))
