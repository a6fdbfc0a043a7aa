"""The words of a knowledge: how much each says, and which others mean nearly the same."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from bot.language.dictionary import dictionary_forms, grammemes

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.knowledge.embedding import Embedder, KeptVectors

_FAINT_LEMMAS = frozenset(
    ("сколько", "где", "когда", "какой", "куда", "почему", "можно", "нужно", "есть", "нет")
)
_FAINT = 0.3
_WEIGHTS = {
    "VERB": 0.8,
    "INFN": 0.8,
    "ADJF": 0.8,
    "ADVB": 0.5,
    "PRED": 0.4,
    "NUMR": 0.4,
    "NPRO": 0.2,
    "COMP": 0.4,
}
_SYNONYM = 0.9
_NEAR = 0.64
"""Of the cosine between two words' vectors; below it a word is not taken for another one."""
_UNRELATED = 0.4
_MOST_NEIGHBOURS = 8
_MOST_EMBEDDED = 8_000
"""The commonest words have vectors: 16 MB at most, and 2 ms to look through."""
_COMMON = 1_000
"""Passages; a word that more of them have says too little to be worth looking up under other words."""
_RUSSIAN = re.compile(r"[а-я-]+")
_PROPER = frozenset(("Geox", "Name", "Surn"))


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedWord:
    """A word of a question. `near` are the words of the knowledge that mean it, itself with 1."""

    lemma: str
    meaning: float
    """Its rarity, less for question words and bare digits."""
    near: Mapping[str, float]
    is_name: bool
    """Of a model, a brand, a place, a person: nothing else will do for it."""
    kinship: "NDArray[np.float32] | None" = None
    """With each embedded word of the knowledge, from 0 to 1; None without embeddings."""


class Vocabulary:
    """Built once from how many passages have each word."""

    def __init__(
        self, frequency: Mapping[str, int], passages: int, embedder: "KeptVectors | Embedder | None" = None
    ) -> None:
        self._passages = passages
        self._meaning = {
            lemma: math.log(1 + passages / count) * _weight(lemma) for lemma, count in frequency.items()
        }
        self._frequency = frequency
        common = sorted(filter(_RUSSIAN.fullmatch, frequency), key=lambda lemma: (-frequency[lemma], lemma))
        self.embedded: list[str] = common[:_MOST_EMBEDDED] if embedder is not None else []
        self.places: dict[str, int] = {lemma: place for place, lemma in enumerate(self.embedded)}
        self._embedder = embedder
        self._vectors: NDArray[np.float32] | None = None
        self._asked = lru_cache(maxsize=20_000)(self._read)

    def learn(self, vectors: "NDArray[np.float32]") -> None:
        """Take the vectors of `embedded`, in its order."""
        self._vectors = vectors

    def __contains__(self, lemma: str) -> bool:
        return lemma in self._frequency

    def ask(self, lemmas: Sequence[str]) -> list[AskedWord]:
        return [self._asked(lemma) for lemma in lemmas]

    def meaning(self, lemma: str) -> float:
        known = self._meaning.get(lemma)
        return math.log(1 + self._passages) * _weight(lemma) if known is None else known

    def is_rare(self, lemma: str) -> bool:
        """Whether so few passages have it that it tells them apart."""
        return self._frequency.get(lemma, 0) <= max(2, self._passages // 20)

    def _read(self, lemma: str) -> AskedWord:
        kinship = self._kinship(lemma)
        near = {lemma: 1.0} if lemma in self._frequency else {}
        near |= {other: _SYNONYM for other in _synonyms().get(lemma, ()) if other in self._frequency}
        if kinship is not None and self._frequency.get(lemma, 0) <= _COMMON:
            near = self._neighbours(kinship) | near
        return AskedWord(
            lemma=lemma,
            meaning=self.meaning(lemma),
            near=near,
            is_name=self._is_name(lemma),
            kinship=kinship,
        )

    def _kinship(self, lemma: str) -> "NDArray[np.float32] | None":
        if self._vectors is None or self._embedder is None:
            return None
        import numpy as np

        if not _RUSSIAN.fullmatch(lemma) or len(lemma) > 40:
            alike = np.zeros(len(self.embedded), dtype=np.float32)
        else:
            place = self.places.get(lemma)
            vector = self._embedder.encode([lemma])[0] if place is None else self._vectors[place]
            alike = np.clip((self._vectors @ vector - _UNRELATED) / (1 - _UNRELATED), 0, 1)
        for other in (lemma, *_synonyms().get(lemma, ())):
            if other in self.places:
                place = self.places[other]
                alike[place] = max(float(alike[place]), 1.0 if other == lemma else _SYNONYM)
        return alike

    def _neighbours(self, kinship: "NDArray[np.float32]") -> dict[str, float]:
        least = (_NEAR - _UNRELATED) / (1 - _UNRELATED)
        count = min(_MOST_NEIGHBOURS, len(kinship))
        if not count:
            return {}
        nearest = [place for place in kinship.argpartition(-count)[-count:] if kinship[place] >= least]
        return {self.embedded[place]: _share(float(kinship[place])) for place in nearest}

    def _is_name(self, lemma: str) -> bool:
        if lemma.isdigit() or not self.is_rare(lemma):
            return False
        if not _RUSSIAN.fullmatch(lemma):
            return True
        readings = grammemes(lemma)
        return bool(readings) and bool(readings[0] & _PROPER)


def _share(kinship: float) -> float:
    """What a neighbour counts for in BM25: the cosine above a half, doubled."""
    cosine = kinship * (1 - _UNRELATED) + _UNRELATED
    return max(0.0, (cosine - 0.5) * 2)


def is_faint(lemma: str) -> bool:
    return lemma in _FAINT_LEMMAS or lemma.isdigit()


@lru_cache(maxsize=50_000)
def _weight(lemma: str) -> float:
    """Things say what a question is about, deeds less so, manners and question words hardly at all."""
    if is_faint(lemma):
        return _FAINT
    readings = grammemes(lemma) if _RUSSIAN.fullmatch(lemma) else ()
    return next((weight for part, weight in _WEIGHTS.items() if readings and part in readings[0]), 1.0)


@cache
def _synonyms() -> Mapping[str, tuple[str, ...]]:
    circles = yaml.safe_load(Path(__file__).with_name("synonyms.yaml").read_text(encoding="utf-8"))
    found: dict[str, dict[str, None]] = {}
    for circle in circles:
        lemmas = [dictionary_forms(word)[0] for word in circle]
        for lemma in lemmas:
            found.setdefault(lemma, {}).update(dict.fromkeys(other for other in lemmas if other != lemma))
    return {lemma: tuple(others) for lemma, others in found.items()}
