"""Tells a question that is plainly of the wide world and not of the business."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from bot.guard.subjects import (
    Subject,
    about_itself,
    asking,
    defines,
    generic,
    lemmas_of,
    subjects,
    tasks,
    toward,
)
from bot.language.dictionary import grammemes, is_known
from bot.language.readings import Readings, is_word, read

_WORD = re.compile(r"[^\W_]+")
TASK = "task"
"""The subject of a message that sets the assistant some work of another kind."""
_TASK, _PHRASE, _OWN_PHRASE, _STRONG, _WEAK = 9.0, 3.0, 2.5, 2.0, 1.0
_NAME, _COMMON, _TOWARD = 3.0, 1.0, 2.0
_ENOUGH = 2.0
_MOST_NAMES, _MOST_COMMON = 2, 2
_TELLING_SIZE = 500
"""A business that has said less than so many words may well be asked for others."""
_TELLING_ENGLISH = 300
_COMMON_SHARE = 0.01
_COMMON_COUNT = 3
_NEAR_SHARE = 0.15
_MANY = 3
"""So many things are not said in one passage by chance."""
_CONTENT = frozenset(("NOUN", "INFN"))
_LATIN_OR_DIGIT = re.compile(r"[a-z0-9]")
_CYRILLIC = re.compile(r"[а-я]+")
_YOU_DO = ("те", "тесь")


@dataclass(frozen=True, kw_only=True, slots=True)
class Vocabulary:
    """The lemmas of one business: its `names` for things, the nouns it says often, all that it says."""

    names: frozenset[str]
    common: frozenset[str]
    said: frozenset[str]
    passages: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """The numbers of the passages in which a lemma stands."""
    often: int = _COMMON_COUNT
    """In so many passages stands what the business says often."""

    def in_one_passage(self, lemmas: Iterable[str]) -> bool:
        """Whether the business says all of them in one breath."""
        places = [self.passages.get(lemma, frozenset()) for lemma in lemmas]
        return bool(places) and bool(frozenset.intersection(*places))


@dataclass(frozen=True, kw_only=True, slots=True)
class OffTopicMatch:
    """Why a message is outside: the subject it is of, what shows it, and the weights on both sides."""

    subject: str
    evidence: tuple[str, ...]
    outside: float
    inside: float


def vocabulary_of(names: Iterable[str], texts: Iterable[str]) -> Vocabulary:
    """`names`: how things are called in the lexicon and the table; `texts`: the passages."""
    named = {lemma for name in names for lemma in lemmas_of(name) if _tells(lemma)} - generic()
    places: dict[str, set[int]] = {}
    number = 0
    for number, text in enumerate(texts, 1):
        for lemma in lemmas_of(text):
            places.setdefault(lemma, set()).add(number)
    often = max(_COMMON_COUNT, int(number * _COMMON_SHARE))
    common = {
        lemma
        for lemma, found in places.items()
        if len(found) >= often and (_is_noun(lemma) or _is_english(lemma))
    }
    return Vocabulary(
        names=frozenset(named),
        common=frozenset(common - generic()),
        said=frozenset(places) | frozenset(named),
        often=often,
        passages={lemma: frozenset(found) for lemma, found in places.items()},
    )


class OffTopic:
    """One tenant's border, by words."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._subjects = {
            name: Subject(
                subject.strong - vocabulary.common - vocabulary.names,
                subject.weak - vocabulary.said,
                subject.phrases,
            )
            for name, subject in subjects().items()
        }
        english = sum(map(_is_english, vocabulary.said))
        self._speaks_english = english >= _TELLING_ENGLISH
        self._own = {name for name, subject in subjects().items() if self._is_own(subject)}

    def find(self, text: str) -> OffTopicMatch | None:
        """The subject of a message that is plainly not the business's; None for all that may be."""
        readings = read(text)
        is_task = _task_in(readings.decoded)
        return None if self._is_about_us(readings.decoded, is_task) else self._by_words(readings, is_task)

    def is_about_us(self, text: str) -> bool:
        """Whether the message plainly asks of the assistant or the business itself, and sets no task."""
        decoded = read(text).decoded
        return self._is_about_us(decoded, _task_in(decoded))

    def _is_about_us(self, decoded: str, is_task: str | None) -> bool:
        return is_task is None and any(pattern.search(decoded) for pattern in about_itself())

    def _by_words(self, readings: Readings, is_task: str | None) -> OffTopicMatch | None:
        seen = readings.decoded
        lemmas = lemmas_of(seen)
        subject, evidence, outside = self._outside(seen, frozenset(lemmas), is_task)
        if outside < _ENOUGH and (strange := self._strange(readings, lemmas)):
            subject, evidence, outside = "unrelated", strange, _STRONG
        if outside < _ENOUGH or (outside <= _STRONG and not asking().search(seen)):
            return None
        inside = self._inside(seen, lemmas)
        if self._is_answered(lemmas, outside) or (outside <= _STRONG and self._shares(lemmas, evidence)):
            return None
        if outside <= inside:
            return None
        return OffTopicMatch(subject=subject, evidence=evidence, outside=outside, inside=inside)

    def _is_own(self, subject: Subject) -> bool:
        """Whether the business itself speaks of a subject: health for an insurer."""
        said = len(subject.strong & self._vocabulary.said)
        return said >= max(2, len(subject.strong) * _NEAR_SHARE)

    def _outside(
        self, text: str, lemmas: frozenset[str], task: str | None
    ) -> tuple[str, tuple[str, ...], float]:
        best: tuple[str, tuple[str, ...], float] = ("", (), 0.0) if task is None else (TASK, (task,), _TASK)
        for name in self._subjects:
            evidence, score = self._weight_of(name, text, lemmas)
            if score > best[2]:
                best = (name, evidence, score)
        return best

    def _weight_of(self, name: str, text: str, lemmas: frozenset[str]) -> tuple[tuple[str, ...], float]:
        """What shows that a text is of a subject, and how much it weighs."""
        subject, is_own = self._subjects[name], name in self._own
        strong, weak = lemmas & subject.strong, lemmas & subject.weak
        phrase = next((found[0] for pattern in subject.phrases if (found := pattern.search(text))), None)
        if not (strong or weak or phrase):
            return (), 0.0
        score = (len(strong) * _STRONG + len(weak) * _WEAK) * (0.5 if is_own or phrase else 1)
        if phrase is not None:
            score += _OWN_PHRASE if is_own else _PHRASE
        return tuple(filter(None, (phrase, *sorted(strong | weak)))), score

    def _strange(self, readings: Readings, lemmas: Sequence[str]) -> tuple[str, ...]:
        """What a question is of that the business never speaks of; () when it is rather of something else."""
        if len(self._vocabulary.said) < _TELLING_SIZE or not asking().search(readings.decoded):
            return ()
        telling = self._telling(lemmas)
        strange = [lemma for lemma in telling if lemma not in self._vocabulary.said]
        if len(strange) * 2 < len(telling) or not self._can_judge(lemmas, telling, strange):
            return ()
        if any(map(self._says_often, telling)) or self._names_something(readings.text):
            return ()
        is_enough = len(telling) > 1 or bool(defines().search(readings.decoded))
        return tuple(strange) if is_enough and any(map(_is_thing, strange)) else ()

    def _can_judge(self, lemmas: Iterable[str], telling: Iterable[str], strange: Iterable[str]) -> bool:
        """English only where the business says enough in it; nothing that may be misspelt."""
        is_plain = not any(_LATIN_OR_DIGIT.search(lemma) for lemma in lemmas)
        return (is_plain or (self._speaks_english and all(map(_is_english, telling)))) and all(
            map(_can_be_judged, strange)
        )

    def _names_something(self, text: str) -> bool:
        return not self._vocabulary.names.isdisjoint(_WORD.findall(text))

    def _telling(self, lemmas: Iterable[str]) -> list[str]:
        """What a question is of: each noun and verb that is not in any question."""
        return [
            lemma
            for lemma in dict.fromkeys(lemmas)
            if lemma in self._vocabulary.names or (lemma not in generic() and _tells_much(lemma))
        ]

    def _says_often(self, lemma: str) -> bool:
        places = self._vocabulary.passages.get(lemma, ())
        return lemma in self._vocabulary.names or len(places) >= self._vocabulary.often

    def _is_own_name(self, lemma: str) -> bool:
        """A word that the dictionary has not and the business says is a name too."""
        return lemma in self._vocabulary.names or (lemma in self._vocabulary.said and not is_known(lemma))

    def _is_answered(self, lemmas: Sequence[str], outside: float) -> bool:
        """Whether a passage speaks of all that is asked: of one thing it may speak by chance."""
        telling = self._telling(lemmas)
        weight = sum(_MANY if self._is_own_name(lemma) else 1 for lemma in telling)
        return weight >= (1 if outside <= _STRONG else _MANY) and self._vocabulary.in_one_passage(telling)

    def _shares(self, lemmas: Iterable[str], evidence: Sequence[str]) -> bool:
        """Whether another word is the business's: then a single strange one proves too little."""
        rest = frozenset(lemmas) - frozenset(evidence)
        return any(
            len(self._vocabulary.passages.get(lemma, ())) > 1 and not _is_verb(lemma)
            for lemma in self._telling(rest)
        )

    def _inside(self, text: str, lemmas: Iterable[str]) -> float:
        own = frozenset(lemmas)
        names, common = own & self._vocabulary.names, (own & self._vocabulary.common) - self._vocabulary.names
        turned = _TOWARD if toward().search(text) or _addresses(text) else 0.0
        return min(len(names), _MOST_NAMES) * _NAME + min(len(common), _MOST_COMMON) * _COMMON + turned


def _tells(lemma: str) -> bool:
    """Whether a word of a name says anything by itself: «на» and «с» do not."""
    if not _CYRILLIC.fullmatch(lemma):
        return len(lemma) > 1 and not lemma.isdigit() and not is_word(lemma)
    return len(lemma) > 1 and any("NOUN" in reading for reading in grammemes(lemma)[:1])


def _is_thing(lemma: str) -> bool:
    return _is_noun(lemma) or _is_english(lemma)


def _can_be_judged(lemma: str) -> bool:
    """A word that the dictionary has not may be the business's own, misspelt."""
    return not _CYRILLIC.fullmatch(lemma) or is_known(lemma)


def _addresses(text: str) -> bool:
    """Whether a verb asks what the business itself does: «делаете», «возьмёте»."""
    return any(
        {"2per", "plur"} <= reading
        for word in _WORD.findall(text)
        if word.endswith(_YOU_DO)
        for reading in grammemes(word)[:1]
    )


@lru_cache(maxsize=20_000)
def _task_in(decoded: str) -> str | None:
    """The words that set a task: a translation, an essay."""
    return next((found[0] for pattern in tasks() if (found := pattern.search(decoded))), None)


def _is_english(lemma: str) -> bool:
    """Whether it is a word of English that says something."""
    return (
        not lemma.endswith("ly")
        and len(lemma) > 2
        and lemma.isascii()
        and lemma.isalpha()
        and not is_word(lemma)
    )


@lru_cache(maxsize=20_000)
def _tells_much(lemma: str) -> bool:
    if not _CYRILLIC.fullmatch(lemma):
        return _is_english(lemma)
    return not is_known(lemma) or any(reading & _CONTENT for reading in grammemes(lemma)[:1])


def _is_verb(lemma: str) -> bool:
    return bool(_CYRILLIC.fullmatch(lemma)) and any("INFN" in reading for reading in grammemes(lemma)[:1])


def _is_noun(lemma: str) -> bool:
    return bool(_CYRILLIC.fullmatch(lemma)) and any("NOUN" in reading for reading in grammemes(lemma)[:1])
