"""What speaks for each passage that was found for a question."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.knowledge.scoring import Evidence
from bot.knowledge.vocabulary import AskedWord, Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.knowledge.meanings import Meanings

_NEAREST = 3
"""Wordings of a passage by which it is judged: nearly any word is in some wording of many."""
_OTHERS = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Unit:
    """One text that can match: a wording of a question, a heading, or the body of a passage."""

    passage: int
    text: str
    lemmas: tuple[str, ...]
    is_wording: bool


class Asked:
    """A question, made ready to be compared with many passages."""

    def __init__(
        self, words: Sequence[AskedWord], vector: "NDArray[np.float32] | None", nearest: Mapping[int, float]
    ) -> None:
        """`nearest`: the passages that mean the nearest, best first, with the cosines."""
        self.words = words
        self.vector = vector
        self.nearest = nearest
        self.meaning = max(sum(word.meaning for word in words), 1e-9)
        self._said: dict[str, float] = {}
        for word in words:
            for other, share in word.near.items():
                self._said[other] = max(share, self._said.get(other, 0.0))
        self._kinship = _stacked(words) if vector is not None else None

    def found_in(self, lemmas: Collection[str], places: "NDArray[np.int32] | None") -> list[float]:
        """Of each word of the question, how near the nearest word of a text is to it."""
        if self._kinship is None or places is None or not len(places):
            return [
                max((share for other, share in word.near.items() if other in lemmas), default=0.0)
                for word in self.words
            ]
        kinship: list[float] = self._kinship[:, places].max(axis=1).tolist()
        return [1.0 if word.lemma in lemmas else kin for word, kin in zip(self.words, kinship, strict=True)]

    def echo(self, wording: Mapping[str, float]) -> float:
        """The share of a wording, given as its words with their meanings, that the question has."""
        total = sum(wording.values())
        said = self._said
        return sum(meaning * said[word] for word, meaning in wording.items() if word in said) / max(
            total, 1e-9
        )

    def elsewhere(self, passage: int) -> float:
        """How near the other passages are that come nearest."""
        others = [cosine for number, cosine in self.nearest.items() if number != passage][:_OTHERS]
        return sum(others) / max(len(others), 1)


class Weighing:
    """Built once from the texts of all passages, in their order."""

    def __init__(self, units: Iterable[Unit], vocabulary: Vocabulary, meanings: "Meanings | None") -> None:
        self._meanings = meanings
        self._vocabulary = vocabulary
        self._wordings: list[list[dict[str, float]]] = []
        self._bodies: list[frozenset[str]] = []
        for unit in units:
            if unit.passage == len(self._wordings):
                self._wordings.append([])
                self._bodies.append(frozenset())
            if unit.is_wording:
                self._wordings[-1].append({word: vocabulary.meaning(word) for word in unit.lemmas})
            else:
                self._bodies[-1] = frozenset(unit.lemmas)
        self._words = [
            body.union(*wordings) for body, wordings in zip(self._bodies, self._wordings, strict=True)
        ]
        self._places = [self._places_of(words) for words in self._words]

    def evidence(self, number: int, asked: Asked, joined: float) -> Evidence:
        """`joined`: its place in both searches, from 0 to 1."""
        assert self._meanings is not None
        assert asked.vector is not None
        alike, body = self._meanings.alike(number, asked.vector)
        nearest = sorted(range(len(alike)), key=lambda place: -alike[place])[:_NEAREST]
        wordings = self._wordings[number]
        return Evidence(
            kept=self.kept(number, asked),
            echoed=max((asked.echo(wordings[place]) for place in nearest), default=0.0),
            wording=max(alike, default=0.0),
            wordings=sum(alike[place] for place in nearest) / max(len(nearest), 1),
            body=body,
            joined=joined,
            elsewhere=asked.elsewhere(number),
        )

    def echoed(self, number: int, asked: Asked) -> float:
        """The share of one of its wordings that the question has."""
        return max(map(asked.echo, self._wordings[number]), default=0.0)

    def kept(self, number: int, asked: Asked) -> float:
        """The share of the question's meaning that a passage has."""
        found = asked.found_in(self._words[number], self._places[number])
        return (
            sum(word.meaning * share for word, share in zip(asked.words, found, strict=True)) / asked.meaning
        )

    def _places_of(self, words: Iterable[str]) -> "NDArray[np.int32] | None":
        if self._meanings is None:
            return None
        import numpy as np

        places = self._vocabulary.places
        return np.asarray([places[word] for word in words if word in places], dtype=np.int32)


def _stacked(words: Sequence[AskedWord]) -> "NDArray[np.float32]":
    import numpy as np

    return np.stack([word.kinship for word in words if word.kinship is not None])
