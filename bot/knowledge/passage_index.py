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
from bot.knowledge.scoring import Evidence
from bot.knowledge.spelling import Spelling
from bot.knowledge.vocabulary import AskedWord, Vocabulary, is_faint
from bot.language.lemmas import Lemmatiser

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.knowledge.embedding import KeptVectors

_BODY_WEIGHT = 0.6
"""An answer's or a section's own words count for less than a question worded the same way."""
_EARLIER_WEIGHT = 0.4
"""How much the question before counts for one that leans on it but has a subject of its own."""
_ANSWERED_WEIGHT = 0.5
_FUSED = 10
"""The constant of reciprocal rank fusion: the smaller, the more the first places count."""
_FIRST = 2 / _FUSED
_CANDIDATES = 50
_MOST_WORDS = 40
_LONGEST = 600
"""Signs of a question whose meaning is computed; what stands further on hardly changes it."""
_OPENING = 300
"""Signs of a passage's text whose meaning is: more of them found no more, and take longer."""
_WEIGHED = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class _Unit:
    """One text that can match: a wording of a question, a heading, or the body of a passage."""

    passage: int
    text: str
    lemmas: tuple[str, ...]
    is_wording: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
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
        self._wordings: list[list[tuple[str, ...]]] = [[] for _ in self._passages]
        words: list[set[str]] = [set() for _ in self._passages]
        for unit in units:
            words[unit.passage].update(unit.lemmas)
            if unit.is_wording:
                self._wordings[unit.passage].append(unit.lemmas)
        self._words = [frozenset(lemmas) for lemmas in words]
        frequency = Counter(lemma for lemmas in self._words for lemma in lemmas)
        self._vocabulary = Vocabulary(frequency, len(self._passages), embedder)
        self._bm25 = Bm25(
            (unit.lemmas for unit in units), [1.0 if unit.is_wording else _BODY_WEIGHT for unit in units]
        )
        self._spelling = Spelling((*frequency, *self._lemmatiser.name_words))
        self._embedder = embedder
        self._asked = lru_cache(maxsize=500)(self._read)
        if embedder is not None:
            self._learn(units, embedder)

    def _learn(self, units: Sequence[_Unit], embedder: "KeptVectors") -> None:
        import numpy as np

        from bot.knowledge.meanings import Meanings

        embedded = self._vocabulary.embedded
        vectors = embedder.encode_all([*embedded, *(unit.text for unit in units)])
        self._vocabulary.learn(vectors[: len(embedded)])
        self._meanings = Meanings(vectors[len(embedded) :], self._owners, [unit.is_wording for unit in units])
        places = self._vocabulary.places
        self._places = [
            np.asarray([places[word] for word in words if word in places], dtype=np.int32)
            for words in self._words
        ]

    @cached_property
    def version(self) -> str:
        """Changes with any passage."""
        passages = [(passage.passage_id, passage.text, passage.questions) for passage in self._passages]
        return hashlib.sha256(repr(passages).encode()).hexdigest()[:12]

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
        stands_alone = sum(word.meaning for word in own.words) >= scoring.LEAST_MEANING
        relevance = self._relevance(own.words)
        asked = own
        if before:
            earlier = self._asked(before)
            self._lean(relevance, own, earlier, stands_alone)
            if not stands_alone:
                asked = self._asked(f"{before} {question}")
        ranked = sorted(relevance, key=lambda number: (-relevance[number], number))[:_CANDIDATES]
        if asked.vector is None:
            return self._by_words(ranked, relevance, asked, limit)
        joined: defaultdict[int, float] = defaultdict(float)
        for ranking in (ranked, self._meanings.nearest(asked.vector, _CANDIDATES)):
            for place, number in enumerate(ranking):
                joined[number] += 1 / (_FUSED + place)
        best = sorted(joined, key=lambda number: (-joined[number], number))[:_WEIGHED]
        weighed = [(number, self._evidence(number, asked, joined[number])) for number in best]
        weighed.sort(key=lambda found: -scoring.rank(found[1]))
        return [
            Hit(passage=self._passages[number], score=scoring.certainty(evidence))
            for number, evidence in weighed[:limit]
        ]

    def _by_words(
        self, ranked: Sequence[int], relevance: Mapping[int, float], asked: _Asked, limit: int
    ) -> list[Hit]:
        """BM25 ranks; coverage only breaks the case where a rare word hides that the rest is missing."""
        scores = {number: scoring.coverage(asked.words, self._words[number]) for number in ranked}
        best = sorted(ranked, key=lambda number: -relevance[number] * (0.5 + scores[number]))
        return [Hit(passage=self._passages[number], score=scores[number]) for number in best[:limit]]

    def _read(self, text: str) -> _Asked:
        corrected = self._spelling.correct(text)
        lemmas = dict.fromkeys(self._lemmatiser.lemmas(corrected))
        words = self._vocabulary.ask(list(lemmas)[:_MOST_WORDS])
        vector = None
        if self._embedder is not None and words:
            start = corrected[:_LONGEST]
            written = list(dict.fromkeys((start, self._lemmatiser.canonical(start))))
            vector = self._embedder.encode(written).mean(axis=0)
        return _Asked(words=words, vector=vector)

    def _relevance(self, words: Sequence[AskedWord]) -> dict[int, float]:
        """BM25 of the best passages: each one's is that of its best text."""
        relevance: dict[int, float] = {}
        for unit, score in self._bm25.best([word.near for word in words], _CANDIDATES * 3).items():
            passage = self._owners[unit]
            if score > relevance.get(passage, 0.0):
                relevance[passage] = score
        return relevance

    def _lean(self, relevance: dict[int, float], own: _Asked, earlier: _Asked, stands_alone: bool) -> None:
        context = self._relevance(earlier.words)
        for number, score in context.items():
            relevance[number] = relevance.get(number, 0.0) + score * (_EARLIER_WEIGHT if stands_alone else 1)
        if context and any(word.near and not is_faint(word.lemma) for word in own.words):
            # «а с пробегом?» is not about what has just been answered
            relevance[max(context, key=context.__getitem__)] *= _ANSWERED_WEIGHT

    def _evidence(self, number: int, asked: _Asked, joined: float) -> Evidence:
        words = self._words[number]
        assert asked.vector is not None
        places = self._places[number]
        kept = [_kinship(word, words, places) for word in asked.words]
        total = max(sum(word.meaning for word in asked.words), 1e-9)
        wording, body = self._meanings.alike(number, asked.vector)
        return Evidence(
            covered=scoring.coverage(asked.words, words),
            kept=sum(word.meaning * share for word, share in zip(asked.words, kept, strict=True)) / total,
            gap=max(word.meaning * (1 - share) for word, share in zip(asked.words, kept, strict=True)),
            echoed=self._echo(number, asked.words),
            wording=wording,
            body=body,
            joined=joined / _FIRST,
            lacks_name=float(any(word.is_name and not word.near.keys() & words for word in asked.words)),
        )

    def _echo(self, number: int, asked: Sequence[AskedWord]) -> float:
        """The share of a passage's best wording that the question has."""
        said: dict[str, float] = {}
        for word in asked:
            for other, share in word.near.items():
                said[other] = max(share, said.get(other, 0.0))
        best = 0.0
        for wording in self._wordings[number]:
            total = sum(map(self._vocabulary.meaning, wording))
            if total:
                heard = sum(self._vocabulary.meaning(lemma) * said.get(lemma, 0.0) for lemma in wording)
                best = max(best, heard / total)
        return best

    def _units_of(self, number: int) -> Iterator[_Unit]:
        passage = self._passages[number]
        heading = " ".join(passage.heading)
        for title in passage.questions or (heading or passage.document,):
            yield self._unit(number, title, title, is_wording=True)
        nearest = passage.heading[-1] if passage.heading else passage.document
        yield self._unit(
            number, f"{nearest}. {passage.text}"[:_OPENING], f"{heading} {passage.text}", is_wording=False
        )

    def _unit(self, number: int, text: str, words: str, *, is_wording: bool) -> _Unit:
        lemmas = tuple(self._lemmatiser.lemmas(words))
        return _Unit(passage=number, text=text, lemmas=lemmas, is_wording=is_wording)


def _kinship(word: AskedWord, words: frozenset[str], places: "NDArray[np.int32]") -> float:
    """How near the nearest word of a passage is to one of the question."""
    if word.lemma in words:
        return 1.0
    best = max((share for other, share in word.near.items() if other in words), default=0.0)
    if word.kinship is None or not len(places):
        return best
    return max(best, float(word.kinship[places].max()))
