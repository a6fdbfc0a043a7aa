"""Tells a question that is plainly of the wide world and not of the business."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.dictionary import dictionary_forms, grammemes, is_known
from bot.language.folding import plain
from bot.language.readings import read

_WORD = re.compile(r"[^\W_]+(?:[+-][^\W_]+|\+\+)*")
_TASK, _PHRASE, _STRONG, _WEAK = 9.0, 3.0, 2.0, 1.0
_NAME, _COMMON, _TOWARD, _SIMILAR = 2.0, 1.0, 2.0, 2.0
_ENOUGH = 2.0
_MOST_NAMES, _MOST_COMMON = 2, 2
_TELLING_SIZE = 500
"""A business that has said less than so many words may well be asked for others."""
_COMMON_SHARE = 0.01
_COMMON_COUNT = 3
_NEAR_SHARE = 0.15
_MOST = 0.7
_CONTENT = frozenset(("NOUN", "INFN"))
_LATIN_OR_DIGIT = re.compile(r"[a-z0-9]")
_CYRILLIC = re.compile(r"[а-я]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """The lemmas of one business: its `names` for things, the nouns it says often, all that it says."""

    names: frozenset[str]
    common: frozenset[str]
    said: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class OffTopicMatch:
    """Why a message is outside: the subject it is of, what shows it, and the weights on both sides."""

    subject: str
    evidence: tuple[str, ...]
    outside: float
    inside: float


@dataclass(frozen=True, slots=True)
class _Subject:
    strong: frozenset[str]
    weak: frozenset[str]
    phrases: tuple[re.Pattern[str], ...]


def vocabulary_of(names: Iterable[str], texts: Iterable[str]) -> Vocabulary:
    """`names`: how things are called in the lexicon and the table; `texts`: the passages."""
    named = {lemma for name in names for lemma in lemmas_of(name) if _tells(lemma)} - _generic()
    counts: Counter[str] = Counter()
    number = 0
    for text in texts:
        counts.update(set(lemmas_of(text)))
        number += 1
    often = max(_COMMON_COUNT, number * _COMMON_SHARE)
    common = {lemma for lemma, count in counts.items() if count >= often and _is_noun(lemma)}
    return Vocabulary(
        names=frozenset(named),
        common=frozenset(common - _generic()),
        said=frozenset(counts) | frozenset(named),
    )


class OffTopic:
    """One tenant's border. `similarity` is how near a text is to the nearest passage, from 0 to 1."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        *,
        similarity: Callable[[str], float] | None = None,
        near: float = 0.2,
    ) -> None:
        self._vocabulary = vocabulary
        self._similarity = similarity
        self._near = near
        self._subjects = {
            name: _Subject(
                subject.strong - vocabulary.common - vocabulary.names,
                subject.weak - vocabulary.said,
                subject.phrases,
            )
            for name, subject in _subjects().items()
        }
        self._own = {name for name, subject in _subjects().items() if self._is_own(subject)}

    def find(self, text: str) -> OffTopicMatch | None:
        """The subject of a message that is plainly not the business's; None for all that may be."""
        readings = read(text)
        seen = readings.decoded
        is_task = next((found[0] for pattern in _tasks() if (found := pattern.search(seen))), None)
        if is_task is None and any(pattern.search(seen) for pattern in _self()):
            return None
        lemmas = lemmas_of(seen)
        subject, evidence, outside = self._outside(seen, frozenset(lemmas), is_task)
        if outside < _ENOUGH and (strange := self._strange(seen, lemmas)):
            subject, evidence, outside = "unrelated", strange, _STRONG
        if outside < _ENOUGH or (outside <= _STRONG and not _asking().search(seen)):
            return None
        inside = self._inside(seen, lemmas)
        if outside <= _STRONG and self._shares_words(lemmas, evidence):
            return None
        if outside > inside and self._similarity is not None and is_task is None:
            inside += _SIMILAR if self._similarity(text) >= self._near else 0
        if outside <= inside:
            return None
        return OffTopicMatch(subject=subject, evidence=evidence, outside=outside, inside=inside)

    def _is_own(self, subject: _Subject) -> bool:
        """Whether the business itself speaks of a subject: health for an insurer."""
        said = len(subject.strong & self._vocabulary.said)
        weak = len(subject.weak & self._vocabulary.said)
        return said >= max(2, len(subject.strong) * _NEAR_SHARE) or weak >= max(4, len(subject.weak) * _MOST)

    def _outside(
        self, text: str, lemmas: frozenset[str], task: str | None
    ) -> tuple[str, tuple[str, ...], float]:
        best: tuple[str, tuple[str, ...], float] = ("", (), 0.0)
        if task is not None:
            best = ("task", (task,), _TASK)
        for name, subject in self._subjects.items():
            strong, weak = lemmas & subject.strong, lemmas & subject.weak
            phrase = next((found[0] for pattern in subject.phrases if (found := pattern.search(text))), None)
            if not (strong or weak or phrase):
                continue
            is_own = name in self._own
            score = (_PHRASE if not is_own else _STRONG) if phrase else 0.0
            score += (len(strong) * _STRONG + len(weak) * _WEAK) * (0.5 if is_own or phrase else 1)
            if score > best[2]:
                best = (name, tuple(filter(None, (phrase, *sorted(strong | weak)))), score)
        return best

    def _strange(self, text: str, lemmas: Sequence[str]) -> tuple[str, ...]:
        """The content of a question of which the business never says a word; () when it says any."""
        telling = [
            lemma
            for lemma in dict.fromkeys(lemmas)
            if _CYRILLIC.fullmatch(lemma) and lemma not in _generic() and _tells_much(lemma)
        ]
        if len(self._vocabulary.said) < _TELLING_SIZE or not _asking().search(text):
            return ()
        if any(lemma in self._vocabulary.said or not is_known(lemma) for lemma in telling):
            return ()
        if any(_LATIN_OR_DIGIT.search(lemma) for lemma in lemmas):
            return ()
        return tuple(telling) if len(telling) > 1 or (telling and _defines().search(text)) else ()

    def _shares_words(self, lemmas: Iterable[str], evidence: Sequence[str]) -> bool:
        """Whether another word is the business's: then a single strange one proves too little."""
        rest = frozenset(lemmas) - _generic() - frozenset(evidence)
        return any(_tells_much(lemma) for lemma in rest & self._vocabulary.said)

    def _inside(self, text: str, lemmas: Iterable[str]) -> float:
        own = frozenset(lemmas)
        names, common = own & self._vocabulary.names, (own & self._vocabulary.common) - self._vocabulary.names
        toward = _TOWARD if _toward().search(text) else 0.0
        return min(len(names), _MOST_NAMES) * _NAME + min(len(common), _MOST_COMMON) * _COMMON + toward


def lemmas_of(text: str) -> list[str]:
    """The lemma of each word, in order; words with a hyphen also in parts."""
    lemmas: list[str] = []
    for word in _WORD.findall(plain(text)):
        parts = [word, *word.split("-")] if "-" in word else [word]
        lemmas += (dictionary_forms(part)[0] if _CYRILLIC.fullmatch(part) else part for part in parts if part)
    return lemmas


def _tells(lemma: str) -> bool:
    """Whether a word of a name says anything by itself: «на» and «с» do not."""
    if not _CYRILLIC.fullmatch(lemma):
        return len(lemma) > 1 and not lemma.isdigit()
    return len(lemma) > 1 and any("NOUN" in reading for reading in grammemes(lemma)[:1])


def _tells_much(lemma: str) -> bool:
    return any(reading & _CONTENT for reading in grammemes(lemma)[:1])


def _is_noun(lemma: str) -> bool:
    return bool(_CYRILLIC.fullmatch(lemma)) and any("NOUN" in reading for reading in grammemes(lemma)[:1])


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("subjects.yaml"))
    return data


@cache
def _generic() -> frozenset[str]:
    return frozenset(_data()["generic"].split())


@cache
def _subjects() -> Mapping[str, _Subject]:
    return {
        name: _Subject(
            frozenset(lemmas_of(words["strong"])),
            frozenset(lemmas_of(words["weak"])),
            tuple(re.compile(phrase) for phrase in words["phrases"]),
        )
        for name, words in _data()["subjects"].items()
    }


@cache
def _tasks() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _data()["tasks"])


@cache
def _self() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _data()["self"])


@cache
def _toward() -> re.Pattern[str]:
    return re.compile(_data()["toward"])


@cache
def _defines() -> re.Pattern[str]:
    return re.compile(_data()["defines"])


@cache
def _asking() -> re.Pattern[str]:
    return re.compile(_data()["asking"])
