"""Names in a text: those that the database knows, in all forms, and what the dictionary takes for one."""

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

from bot.guard.phrasebook import phrasebook
from bot.language.dictionary import morphology
from bot.language.readings import is_word, transliterations

Span = tuple[int, int]

_WORD = re.compile(r"[^\W\d_]+")
_PARTS = ("Name", "Surn", "Patr")
_LIKELY = 0.2
_SHORT = 3
"""Words of fewer letters count as a name only with a capital."""
_LOOKALIKES = str.maketrans("aceopxyABCEHKMOPTXy", "асеорхуАВСЕНКМОРТХу")
_CYRILLIC = re.compile(r"[А-Яа-яё]")
_LATIN = re.compile(r"[A-Za-z]+")


def known_names_in(text: str, names: Iterable[str], *, keep: frozenset[str]) -> Iterator[Span]:
    """Where one of the names stands, whole or in part, declined or in the other script."""
    forms = frozenset().union(*map(_forms, names)) - keep
    if not forms:
        return
    for word in _WORD.finditer(text):
        spellings = _spellings(word[0])
        if not spellings.isdisjoint(forms) and (len(word[0]) >= _SHORT or word[0][0].isupper()):
            yield word.span()


def likely_names_in(text: str, *, keep: frozenset[str]) -> Iterator[Span]:
    """Words that the dictionary takes for a name: first of all, or, with a capital, likely enough."""
    for word in _WORD.finditer(text):
        if len(word[0]) >= _SHORT and _is_name(word[0]) and _lower(word[0]) not in keep:
            yield word.span()


def rare_words(names: Iterable[str], *, keep: frozenset[str]) -> frozenset[str]:
    """The words of all these names that mean nothing else, so that they are looked for in every text."""
    words = {word for name in names for word in map(_lower, _WORD.findall(name)) if len(word) > _SHORT}
    return frozenset(word for word in words - keep if not is_word(word))


def rare_words_in(text: str, rare: frozenset[str]) -> Iterator[Span]:
    for word in _WORD.finditer(text):
        if not _spellings(word[0]).isdisjoint(rare):
            yield word.span()


@lru_cache(maxsize=5_000)
def _forms(name: str) -> frozenset[str]:
    """Every form of each word of it, in lower case; Latin words as they are and in Cyrillic."""
    found: set[str] = set()
    for word in _WORD.findall(name):
        lower = _lower(word)
        if len(lower) < 2 or lower in _no_names():
            continue
        found |= {lower}
        for cyrillic in transliterations(lower) if _LATIN.fullmatch(word) else (lower,):
            found |= {cyrillic} | _declined(cyrillic)
    return frozenset(found)


def _declined(word: str) -> set[str]:
    readings = morphology().parse(word)
    names = [reading for reading in readings if any(part in reading.tag for part in _PARTS)]
    return {_lower(form.word) for reading in names or readings[:1] for form in reading.lexeme}


@lru_cache(maxsize=20_000)
def _spellings(word: str) -> frozenset[str]:
    lower = _lower(word)
    if _LATIN.fullmatch(word):
        return frozenset((lower, *transliterations(lower)))
    if _CYRILLIC.search(word) and _LATIN.search(word):
        return frozenset((lower, _lower(word.translate(_LOOKALIKES))))
    return frozenset((lower,))


@lru_cache(maxsize=50_000)
def _is_name(word: str) -> bool:
    lower = _lower(word.translate(_LOOKALIKES) if _CYRILLIC.search(word) else word)
    if lower in _no_names():
        return False
    if not _CYRILLIC.search(lower):
        return word[0].isupper() and (lower in _latin_names() or any(map(_is_meant, transliterations(lower))))
    readings = morphology().parse(lower)
    scores = [reading.score for reading in readings if any(part in reading.tag for part in _PARTS)]
    if word[0].isupper():
        return bool(sum(scores) >= _LIKELY)
    return any(part in readings[0].tag for part in _PARTS)


def _is_meant(word: str) -> bool:
    """Whether a Latin word spelt so in Cyrillic is a name first of all."""
    reading = morphology().parse(word)[0]
    is_known = word not in _no_names() and is_word(word)
    return is_known and any(part in reading.tag for part in _PARTS)


def _lower(word: str) -> str:
    return word.lower().replace("ё", "е")


@cache
def _no_names() -> frozenset[str]:
    return frozenset(str(phrasebook()["not_names"]).split())


@cache
def _latin_names() -> frozenset[str]:
    return frozenset(str(phrasebook()["latin_names"]).split())
