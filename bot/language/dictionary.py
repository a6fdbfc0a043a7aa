"""The dictionary of Russian words: one for the whole process, as it takes 15 MB."""

from functools import cache, lru_cache

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
def dictionary_forms(word: str) -> tuple[str, ...]:
    """What a lower-case Cyrillic word may be a form of, the likeliest first; е for ё."""
    if len(word) > _LONGEST_WORD:
        return (word,)
    parses = morphology().parse(word)
    forms = [parse.normal_form for place, parse in enumerate(parses) if not place or parse.score >= _LIKELY]
    return tuple(dict.fromkeys(str(form).replace("ё", "е") for form in forms))


@lru_cache(maxsize=20_000)
def grammemes(word: str) -> tuple[frozenset[str], ...]:
    """What a word may be in grammar: one set of pymorphy's grammemes for each reading."""
    if len(word) > _LONGEST_WORD:
        return ()
    return tuple(frozenset(map(str, parse.tag.grammemes)) for parse in morphology().parse(word))
