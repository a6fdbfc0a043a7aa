"""The dictionary of Russian words: one for the whole process, as it takes 15 MB."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import pymorphy3

from bot.language.kept_readings import Reading, load_readings, save_readings

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


@contextmanager
def readings_kept_in(file: Path) -> Iterator[None]:
    """Take readings from the file, and have it hold all those that were asked for when the block ends.

    For the start of a process, when only the business's own words are read: nothing that a customer has
    written may come here.
    """
    kept = _kept()
    kept.known, kept.asked = load_readings(file, _version()), {}
    try:
        yield
        asked, known = kept.asked, kept.known
    finally:
        kept.known, kept.asked = {}, None
    if asked.keys() != known.keys():
        save_readings(file, _version(), asked)


@dataclass(slots=True)
class _Kept:
    """What was read from a file, and what was asked since; None where nobody keeps it."""

    known: dict[str, tuple[Reading, ...]] = field(default_factory=dict)
    asked: dict[str, tuple[Reading, ...]] | None = None


@cache
def _kept() -> _Kept:
    return _Kept()


@cache
def _version() -> str:
    """Of the dictionary and of how its answers are kept."""
    meta: dict[str, Any] = morphology().dictionary.meta
    return f"1 {pymorphy3.__version__} {meta['source']} {meta['source_revision']} {meta['compiled_at']}"


@lru_cache(maxsize=50_000)
def _parsed(word: str) -> tuple[Reading, ...]:
    """A word is looked up once for all who ask."""
    kept = _kept()
    readings = kept.known.get(word) or _looked_up(word)
    if kept.asked is not None:
        kept.asked[word] = readings
    return readings


def _looked_up(word: str) -> tuple[Reading, ...]:
    if len(word) > _LONGEST_WORD:
        return ((word, 1.0, frozenset()),)
    return tuple(
        (str(parse.normal_form).replace("ё", "е"), float(parse.score), _grammar(parse.tag))
        for parse in morphology().parse(word)
    )


@lru_cache(maxsize=5_000)
def _grammar(tag: Any) -> frozenset[str]:
    return frozenset(map(str, tag.grammemes))
