"""Passages that say different figures of the same subject, for staff to look at."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from bot.domain import Passage
from bot.language.dictionary import grammemes
from bot.language.lemmas import Lemmatiser

_ALIKE = 0.6
"""The share of the words of two sentences that both have, from which they speak of the same."""
_FEWEST = 3
_FIGURE = re.compile(
    r"(?P<number>\d{1,2}:\d{2}|\d+(?:[ \u00a0]\d{3})*(?:,\d+)?)\s*"
    r"(?P<unit>₽|руб\w*|€|%|км\b|килом\w*|минут\w*|час\w*"
    r"|дн\w+|день|суток|месяц\w*|лет\b|год\w*|мест\w*)?"
)
_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+")
_CLOCK = "clock"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contradiction:
    """Two sentences, as they stand, and the figures of one unit that differ between them."""

    passages: tuple[Passage, Passage]
    sentences: tuple[str, str]
    figures: tuple[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Statement:
    passage: Passage
    text: str
    words: frozenset[str]
    subject: frozenset[str]
    figures: Mapping[str, frozenset[str]]

    @property
    def things(self) -> frozenset[str]:
        """Of the words of the subject those that are things or names: by them one subject is not another."""
        return frozenset(word for word in self.subject if _is_thing(word))


def contradictions(
    passages: Sequence[Passage], lexicon: Mapping[str, Sequence[str]]
) -> Iterator[Contradiction]:
    """Sentences of nearly the same words whose figures of the same unit have nothing in common.

    A sentence is read with the subject of its passage: «Стоит 500 ₽» of one thing is not of another.
    """
    lemmatiser = Lemmatiser(lexicon)
    statements = [found for passage in passages for found in _statements(passage, lemmatiser)]
    for one, other in combinations(statements, 2):
        if one.passage is other.passage or not _same_subject(one, other):
            continue
        for unit in one.figures.keys() & other.figures.keys():
            if not one.figures[unit] & other.figures[unit]:
                yield Contradiction(
                    passages=(one.passage, other.passage),
                    sentences=(one.text, other.text),
                    figures=(_said(one.figures[unit]), _said(other.figures[unit])),
                )


def _said(figures: frozenset[str]) -> str:
    return ", ".join(sorted(figures))


def _same_subject(one: _Statement, other: _Statement) -> bool:
    """Whether most words of either are in the other's, and each names what the other is about."""
    shared = one.words & other.words
    if len(shared) < _FEWEST or len(shared) < _ALIKE * max(len(one.words), len(other.words)):
        return False
    if not (_names(one, other) and _names(other, one)):
        return False
    return one.things <= other.words or other.things <= one.words


def _names(one: _Statement, other: _Statement) -> bool:
    """Whether half of what one is about is said by the other."""
    return 2 * len(one.subject & other.words) >= len(one.subject)


def _statements(passage: Passage, lemmatiser: Lemmatiser) -> Iterator[_Statement]:
    subject = passage.questions[0] if passage.questions else " ".join(passage.heading[-1:])
    for text in _SENTENCE.split(passage.text):
        figures: dict[str, set[str]] = {}
        for found in _FIGURE.finditer(text):
            unit = _unit(found["number"], found["unit"])
            if unit:
                figures.setdefault(unit, set()).add(re.sub(r"[ \u00a0]", "", found["number"]))
        if figures:
            bare = frozenset(_words(lemmatiser, _FIGURE.sub(" ", text)))
            about = frozenset(_words(lemmatiser, subject))
            yield _Statement(
                passage=passage,
                text=text,
                words=bare | about,
                subject=about,
                figures={unit: frozenset(numbers) for unit, numbers in figures.items()},
            )


def _words(lemmatiser: Lemmatiser, text: str) -> Iterator[str]:
    return (lemma for lemma in lemmatiser.lemmas(text) if not lemma.isdigit())


@lru_cache(maxsize=20_000)
def _is_thing(lemma: str) -> bool:
    return not lemma.isalpha() or lemma.isascii() or "NOUN" in next(iter(grammemes(lemma)), ())


def _unit(number: str, unit: str | None) -> str:
    if ":" in number:
        return _CLOCK
    return "" if unit is None else unit[:3]
