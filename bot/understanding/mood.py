"""How a message is meant: the mood, whether it is urgent, whether a person is wanted. No model is asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from bot.data_files import read_data
from bot.language.lemmas import Lemmatiser

_SHOUTED_LETTERS = 12
"""So many letters, nearly all capital and with an exclamation mark, are shouted."""
_SHOUTED_SHARE = 0.8
_GAP = 1
"""So many other words may stand between two words of a phrase."""


class Mood(StrEnum):
    CALM = "calm"
    SAD = "sad"
    ANGRY = "angry"


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How it is said."""

    mood: Mood
    is_urgent: bool
    wants_person: bool
    """The message is nothing but the wish to talk to a person."""

    @property
    def person_first(self) -> bool:
        """Whether a person is to be offered before anything else."""
        return self.mood is Mood.ANGRY or self.is_urgent


def manner_of(text: str) -> Manner:
    lemmas = _lemmatiser().all_lemmas(text)
    is_angry = _speaks(lemmas, "angry") or _is_shouted(text)
    mood = Mood.ANGRY if is_angry else Mood.SAD if _speaks(lemmas, "sad") else Mood.CALM
    return Manner(mood=mood, is_urgent=_speaks(lemmas, "urgent"), wants_person=_wants_person(lemmas))


def _speaks(lemmas: Sequence[str], kind: str) -> bool:
    words, phrases = _signs(kind)
    if not words.isdisjoint(lemmas):
        return True
    return any(_has_phrase(lemmas, phrase) for phrase in phrases if phrase[0] in lemmas)


def _has_phrase(lemmas: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words stand in this order, close together."""
    for start, lemma in enumerate(lemmas):
        if lemma != phrase[0]:
            continue
        at = start
        for word in phrase[1:]:
            near = lemmas[at + 1 : at + 2 + _GAP]
            if word not in near:
                break
            at += 1 + near.index(word)
        else:
            return True
    return False


def _is_shouted(text: str) -> bool:
    letters = [sign for sign in text if sign.isalpha()]
    capital = sum(sign.isupper() for sign in letters)
    return len(letters) >= _SHOUTED_LETTERS and capital >= _SHOUTED_SHARE * len(letters) and "!" in text


def _wants_person(lemmas: Sequence[str]) -> bool:
    """Somebody is named, a wish is spoken, and nothing else is said."""
    data = _data()["person"]
    nouns = [lemma for lemma in lemmas if lemma in data["nouns"]]
    if not nouns:
        return False
    verbs = [lemma for lemma in lemmas if lemma in data["verbs"]]
    rest = [lemma for lemma in lemmas if not any(lemma in data[part] for part in data)]
    return not rest and (bool(verbs) or len(lemmas) <= len(nouns))


@cache
def _signs(kind: str) -> tuple[frozenset[str], tuple[tuple[str, ...], ...]]:
    """The words and the phrases that tell a mood."""
    data = _data()[kind]
    return frozenset(data["words"]), tuple(tuple(phrase.split()) for phrase in data["phrases"])


@cache
def _data() -> dict[str, Any]:
    data: dict[str, Any] = read_data(Path(__file__).with_name("mood.yaml"))
    return data


@cache
def _lemmatiser() -> Lemmatiser:
    return Lemmatiser({})
