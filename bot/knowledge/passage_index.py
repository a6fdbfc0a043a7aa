"""Finds the passages that answer a question: BM25 on lemmas joined with embeddings."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from bot.domain import Audience, Hit, Passage
from bot.knowledge import scoring
from bot.knowledge.bm25 import Bm25
from bot.knowledge.spelling import Spelling
from bot.knowledge.vocabulary import AskedWord, Vocabulary, is_faint
from bot.knowledge.weighing import Asked, Unit, Weighing
from bot.language.lemmas import Lemmatiser

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.knowledge.embedding import KeptVectors
    from bot.knowledge.meanings import Meanings

_BODY_WEIGHT = 0.6
"""An answer's or a section's own words count for less than a question worded the same way."""
_EARLIER_WEIGHT = 0.4
"""How much the question before counts for one that leans on it but has a subject of its own."""
_ANSWERED_WEIGHT = 0.5
_FUSED = 10
"""The constant of reciprocal rank fusion: the smaller, the more the first places count."""
_FIRST_OF_BOTH = _FUSED / 2
"""Scales the fusion so that a passage that is first in both searches has 1."""
_CANDIDATES = 50
_MOST_WORDS = 40
_LONGEST = 600
"""Signs of a question whose meaning is computed; what stands further on hardly changes it."""
_OPENING = 300
"""Signs of a passage's text whose meaning is: more of them found no more, and take longer."""
_WEIGHED = 24
_LEAST_MEANING = 3.0
"""A question that says less than one fairly rare word leans on the one before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Read:
    """A question as it is searched for."""

    words: list[AskedWord]
    vector: "NDArray[np.float32] | None"


class PassageIndex:
    """An index in memory, built once from all passages and never changed. Safe for many threads."""

    def __init__(
        self,
        passages: Sequence[Passage],
        lexicon: Mapping[str, Sequence[str]],
        *,
        embedder: "KeptVectors | None" = None,
        audience: Audience = Audience.CUSTOMER,
    ) -> None:
        """`audience`: what is for staff is found for staff alone, who are told the rest as well.

        Raises ValueError where no passage is left.
        """
        self._passages = tuple(
            passage
            for passage in passages
            if audience is Audience.STAFF or passage.audience is Audience.CUSTOMER
        )
        if not self._passages:
            raise ValueError("an index needs at least one passage")
        self._lemmatiser = Lemmatiser(lexicon)
        units = [unit for number in range(len(self._passages)) for unit in self._units_of(number)]
        self._owners = [unit.passage for unit in units]
        words: list[set[str]] = [set() for _ in self._passages]
        for unit in units:
            words[unit.passage].update(unit.lemmas)
        frequency = Counter(lemma for lemmas in words for lemma in lemmas)
        self._vocabulary = Vocabulary(frequency, len(self._passages), embedder)
        self._bm25 = Bm25(
            (unit.lemmas for unit in units), [1.0 if unit.is_wording else _BODY_WEIGHT for unit in units]
        )
        self._spelling = Spelling((*frequency, *self._lemmatiser.name_words))
        self._embedder = embedder
        self._asked = lru_cache(maxsize=500)(self._read)
        self._meanings = self._learn(units, embedder) if embedder is not None else None
        self._weighing = Weighing(units, self._vocabulary, self._meanings)

    def _learn(self, units: Sequence[Unit], embedder: "KeptVectors") -> "Meanings":
        from bot.knowledge.meanings import Meanings

        embedded = self._vocabulary.embedded
        vectors = embedder.encode_all([*embedded, *(unit.text for unit in units)])
        self._vocabulary.learn(vectors[: len(embedded)])
        return Meanings(vectors[len(embedded) :], self._owners, [unit.is_wording for unit in units])

    @cached_property
    def version(self) -> str:
        """Changes with any passage."""
        passages = [(passage.passage_id, passage.text, passage.questions) for passage in self._passages]
        return hashlib.sha256(repr(passages).encode()).hexdigest()[:12]

    def passage(self, passage_id: str) -> Passage | None:
        """None: there is no such passage any more."""
        return next((passage for passage in self._passages if passage.passage_id == passage_id), None)

    def prepare(self, question: str) -> None:
        """Read a question and compute its vector, which `search` would else do; kept for the next ones."""
        self._asked(question)

    def search(self, question: str, limit: int = 3, *, before: str = "") -> list[Hit]:
        """The best passages first; `score` is how surely each answers, from 0 to 1.

        `before`: what was asked before, for a question that leans on it («а в субботу?»).
        """
        own = self._asked(question)
        if not own.words:
            return []
        stands_alone = sum(word.meaning for word in own.words) >= _LEAST_MEANING
        relevance = self._relevance(own.words)
        asked = own
        if before:
            earlier = self._asked(before)
            self._lean(relevance, own, earlier, stands_alone)
            if not stands_alone:
                asked = self._asked(f"{before} {question}")
        ranked = sorted(relevance, key=lambda number: (-relevance[number], number))[:_CANDIDATES]
        if self._meanings is None or asked.vector is None:
            return self._by_words(ranked, relevance, asked, limit)
        nearest = self._meanings.nearest(asked.vector, _CANDIDATES)
        joined: defaultdict[int, float] = defaultdict(float)
        for ranking in (ranked, nearest):
            for place, number in enumerate(ranking):
                joined[number] += _FIRST_OF_BOTH / (_FUSED + place)
        best = sorted(joined, key=lambda number: (-joined[number], number))[:_WEIGHED]
        weighed = Asked(asked.words, asked.vector, nearest)
        found = [(number, self._weighing.evidence(number, weighed, joined[number])) for number in best]
        found.sort(key=lambda one: -scoring.rank(one[1]))
        return [
            Hit(passage=self._passages[number], score=scoring.certainty(evidence))
            for number, evidence in found[:limit]
        ]

    def _by_words(
        self, ranked: Sequence[int], relevance: Mapping[int, float], read: _Read, limit: int
    ) -> list[Hit]:
        """BM25 ranks; what is kept only breaks the case where a rare word hides that the rest is missing."""
        asked = Asked(read.words, None, {})
        kept = {number: self._weighing.kept(number, asked) for number in ranked}
        best = sorted(ranked, key=lambda number: -relevance[number] * (0.5 + kept[number]))[:limit]
        return [
            Hit(
                passage=self._passages[number],
                score=scoring.certainty_by_words(kept[number], self._weighing.echoed(number, asked)),
            )
            for number in best
        ]

    def _read(self, text: str) -> _Read:
        corrected = self._spelling.correct(text)
        lemmas = dict.fromkeys(self._lemmatiser.lemmas(corrected))
        words = self._vocabulary.ask(list(lemmas)[:_MOST_WORDS])
        vector = None
        if self._embedder is not None and words:
            start = corrected[:_LONGEST]
            written = list(dict.fromkeys((start, self._lemmatiser.canonical(start))))
            vector = self._embedder.encode(written).mean(axis=0)
        return _Read(words=words, vector=vector)

    def _relevance(self, words: Sequence[AskedWord]) -> dict[int, float]:
        """BM25 of the best passages: each one's is that of its best text."""
        relevance: dict[int, float] = {}
        for unit, score in self._bm25.best([word.near for word in words], _CANDIDATES * 3).items():
            passage = self._owners[unit]
            if score > relevance.get(passage, 0.0):
                relevance[passage] = score
        return relevance

    def _lean(self, relevance: dict[int, float], own: _Read, earlier: _Read, stands_alone: bool) -> None:
        context = self._relevance(earlier.words)
        for number, score in context.items():
            relevance[number] = relevance.get(number, 0.0) + score * (_EARLIER_WEIGHT if stands_alone else 1)
        if context and any(word.near and not is_faint(word.lemma) for word in own.words):
            # «а с пробегом?» is not about what has just been answered
            relevance[max(context, key=context.__getitem__)] *= _ANSWERED_WEIGHT

    def _units_of(self, number: int) -> Iterator[Unit]:
        passage = self._passages[number]
        heading = " ".join(passage.heading)
        for title in passage.questions or (heading or passage.document,):
            yield self._unit(number, title, title, is_wording=True)
        nearest = passage.heading[-1] if passage.heading else passage.document
        yield self._unit(
            number, f"{nearest}. {passage.text}"[:_OPENING], f"{heading} {passage.text}", is_wording=False
        )

    def _unit(self, number: int, text: str, words: str, *, is_wording: bool) -> Unit:
        lemmas = tuple(self._lemmatiser.lemmas(words))
        return Unit(passage=number, text=text, lemmas=lemmas, is_wording=is_wording)
