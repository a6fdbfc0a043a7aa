"""Finds the passages that answer a question: BM25 on lemmas over legend and FAQ."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.domain import Audience, Hit, Passage
from bot.knowledge.bm25 import Bm25
from bot.language.lemmas import Lemmatiser

_BODY_WEIGHT = 0.6
"""An answer's or a section's own words count for less than a question worded the same way."""

_EARLIER_WEIGHT = 0.4
"""How much the question before counts for one that leans on it but has a subject of its own."""
_ANSWERED_WEIGHT = 0.5
_FAINT_LEMMAS = frozenset(
    ("сколько", "где", "когда", "какой", "куда", "почему", "можно", "нужно", "есть", "нет")
)
_FAINT = 0.3
_LEAST_MEANING = 3.0
"""A question that says less than one fairly rare word is not covered by whatever repeats it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """One text that can match: a wording of a question, or the body of a passage."""

    passage: int
    lemmas: tuple[str, ...]
    weight: float


class PassageIndex:
    """An index in memory, built once from all passages and never changed."""

    def __init__(self, passages: Sequence[Passage], lexicon: Mapping[str, Sequence[str]]) -> None:
        passages = [passage for passage in passages if passage.audience is Audience.CUSTOMER]
        if not passages:
            raise ValueError("an index needs at least one passage")
        self._lemmatiser = Lemmatiser(lexicon)
        self._passages = tuple(passages)
        self._units = [
            unit for number, passage in enumerate(passages) for unit in self._units_of(number, passage)
        ]
        self._vocabulary = [
            frozenset(lemma for unit in self._units if unit.passage == number for lemma in unit.lemmas)
            for number in range(len(passages))
        ]
        document_frequency = Counter(lemma for words in self._vocabulary for lemma in words)
        self._rarity = {
            lemma: math.log(1 + len(passages) / count) for lemma, count in document_frequency.items()
        }
        self._unseen_rarity = math.log(1 + len(passages))
        self._owners = [unit.passage for unit in self._units]
        self._bm25 = Bm25(
            [unit.lemmas for unit in self._units], weights=[unit.weight for unit in self._units]
        )

    @cached_property
    def version(self) -> str:
        """Changes with any passage."""
        passages = [(passage.passage_id, passage.text) for passage in self._passages]
        return hashlib.sha256(repr(passages).encode()).hexdigest()[:12]

    def search(self, question: str, limit: int = 3, *, before: str = "") -> list[Hit]:
        """The best passages first; `score` is the share of the question's meaning that one covers.

        `before`: what was asked before, for a question that leans on it («а в субботу?»).
        """
        own = list(dict.fromkeys(self._lemmatiser.lemmas(question)))
        earlier = list(dict.fromkeys(self._lemmatiser.lemmas(before))) if before else []
        stands_alone = self._says_enough(own)
        asked = own if stands_alone else [*own, *earlier]
        relevance = self._relevance(own)
        if earlier:
            context = self._relevance(earlier)
            for number, score in context.items():
                relevance[number] += score * (_EARLIER_WEIGHT if stands_alone else 1)
            if context and self._names_a_subject(own):
                # «а с пробегом?» is not about what has just been answered
                relevance[max(context, key=context.__getitem__)] *= _ANSWERED_WEIGHT
        best = [number for _, number in sorted((-score, n) for n, score in relevance.items())[: limit * 4]]
        scores = {number: self._coverage(asked, self._vocabulary[number]) for number in best}
        # BM25 ranks; coverage only breaks the case where a rare word hides that the rest is missing.
        best.sort(key=lambda number: -relevance[number] * (0.5 + scores[number]))
        return [Hit(passage=self._passages[number], score=scores[number]) for number in best[:limit]]

    def _relevance(self, lemmas: Sequence[str]) -> defaultdict[int, float]:
        """BM25 of each passage that has any of the lemmas: that of its best text."""
        relevance: defaultdict[int, float] = defaultdict(float)
        for unit, score in self._bm25.scores(lemmas).items():
            passage = self._owners[unit]
            if score > relevance[passage]:
                relevance[passage] = score
        return relevance

    def _says_enough(self, lemmas: Sequence[str]) -> bool:
        return sum(map(self._meaning, lemmas)) >= _LEAST_MEANING

    def _names_a_subject(self, lemmas: Sequence[str]) -> bool:
        return any(lemma in self._rarity and not _is_faint(lemma) for lemma in lemmas)

    def _coverage(self, lemmas: Sequence[str], words: frozenset[str]) -> float:
        weights = {lemma: self._meaning(lemma) for lemma in lemmas}
        total = max(sum(weights.values()), _LEAST_MEANING)
        return sum(weight for lemma, weight in weights.items() if lemma in words) / total

    def _meaning(self, lemma: str) -> float:
        """How much a lemma says: its rarity, less for question words and bare digits."""
        rarity = self._rarity.get(lemma, self._unseen_rarity)
        return rarity * _FAINT if _is_faint(lemma) else rarity

    def _units_of(self, number: int, passage: Passage) -> list[_Unit]:
        heading = " ".join(passage.heading)
        body = _Unit(
            passage=number,
            lemmas=tuple(self._lemmatiser.lemmas(f"{heading} {passage.text}")),
            weight=_BODY_WEIGHT,
        )
        titles = passage.questions or (heading,)
        wordings = [
            _Unit(passage=number, lemmas=tuple(self._lemmatiser.lemmas(title)), weight=1.0)
            for title in titles
        ]
        return [unit for unit in (*wordings, body) if unit.lemmas]


def _is_faint(lemma: str) -> bool:
    return lemma in _FAINT_LEMMAS or lemma.isdigit()
