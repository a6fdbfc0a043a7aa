"""BM25 as Lucene counts it, over a few hundred short texts: a dictionary of postings.

In plain Python on purpose: for an index of this size arrays are no faster, and numpy alone would take
12 MB of every worker and a quarter of a second of its start.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

_K1: Final = 1.2
"""How soon the repetition of a word stops counting."""
_B: Final = 0.6
"""How much a long text is held against it: 0 not at all, 1 in full."""


class Bm25:
    """Built once; `weights` multiply the scores of their texts."""

    def __init__(self, texts: Sequence[Sequence[str]], weights: Sequence[float]) -> None:
        average = sum(map(len, texts)) / len(texts)
        frequency = Counter(word for text in texts for word in set(text))
        rarity = {
            word: math.log(1 + (len(texts) - count + 0.5) / (count + 0.5))
            for word, count in frequency.items()
        }
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, (text, weight) in enumerate(zip(texts, weights, strict=True)):
            damping = _K1 * (1 - _B + _B * len(text) / average)
            for word, times in Counter(text).items():
                share = weight * rarity[word] * times / (times + damping)
                self._postings[word].append((number, share))

    def scores(self, words: Iterable[str]) -> dict[int, float]:
        """The score of each text that has any of the words."""
        scores: defaultdict[int, float] = defaultdict(float)
        for word in words:
            for number, share in self._postings.get(word, ()):
                scores[number] += share
        return scores
