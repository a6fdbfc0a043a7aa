"""BM25 as Lucene counts it, over postings in arrays.

A few thousand postings are read as fast without numpy, which would take 12 MB of a worker that has no
other use for it; more of them are left to it where it is installed.
"""

import heapq
import math
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.util import find_spec
from typing import Final

_K1: Final = 1.2
"""How soon the repetition of a word stops counting."""
_B: Final = 0.6
"""How much a long text is held against it: 0 not at all, 1 in full."""
_MANY: Final = 4_000
"""Postings from which arrays are faster than a dictionary."""

Alternatives = Mapping[str, float]
"""Words any of which will do, with the share that each counts for: the word itself 1."""

_Group = list[tuple["array[int]", "array[float]", float]]


class Bm25:
    """Built once; `weights` multiply the scores of their texts."""

    def __init__(self, texts: Iterable[Sequence[str]], weights: Sequence[float]) -> None:
        lengths = array("I")
        postings: defaultdict[str, tuple[array[int], array[float]]] = defaultdict(
            lambda: (array("I"), array("f"))
        )
        for number, text in enumerate(texts):
            lengths.append(len(text))
            for word, count in Counter(text).items():
                numbers, shares = postings[word]
                numbers.append(number)
                shares.append(count)
        average = sum(lengths) / max(len(lengths), 1)
        damping = array("f", (_K1 * (1 - _B + _B * length / average) for length in lengths))
        for numbers, shares in postings.values():
            rarity = math.log(1 + (len(lengths) - len(numbers) + 0.5) / (len(numbers) + 0.5))
            for place, (number, times) in enumerate(zip(numbers, shares, strict=True)):
                shares[place] = weights[number] * rarity * times / (times + damping[number])
        self._postings = dict(postings)
        self._count = len(lengths)

    def best(self, asked: Sequence[Alternatives], limit: int) -> dict[int, float]:
        """The scores of the `limit` best texts. Each element of a question counts once, by its best word."""
        known = [
            [(*self._postings[word], share) for word, share in alternatives.items() if word in self._postings]
            for alternatives in asked
        ]
        length = sum(len(numbers) for group in known for numbers, _, _ in group)
        scores = self._in_arrays if length > _MANY and _has_numpy() else _in_a_dictionary
        return scores([group for group in known if group], limit)

    def _in_arrays(self, known: Sequence[_Group], limit: int) -> dict[int, float]:
        import numpy as np

        from bot.knowledge.largest import largest

        scores = np.zeros(self._count, dtype=np.float32)
        for group in known:
            found = scores if len(group) == 1 else np.zeros_like(scores)
            for numbers, shares, share in group:
                places = np.frombuffer(numbers, dtype=np.uint32)
                worth = np.frombuffer(shares, dtype=np.float32) * np.float32(share)
                if found is scores:
                    scores[places] += worth
                else:
                    found[places] = np.maximum(found[places], worth)
            if found is not scores:
                scores += found
        count = min(limit, int(np.count_nonzero(scores)))
        best = largest(scores, count)
        return dict(zip(best.tolist(), scores[best].tolist(), strict=True))


def _in_a_dictionary(known: Sequence[_Group], limit: int) -> dict[int, float]:
    scores: dict[int, float] = {}
    for group in known:
        found: dict[int, float] = {}
        for numbers, shares, share in group:
            for number, score in zip(numbers, shares, strict=True):
                if score * share > found.get(number, 0.0):
                    found[number] = score * share
        for number, score in found.items():
            scores[number] = scores.get(number, 0.0) + score
    if len(scores) <= limit:
        return scores
    return dict(heapq.nlargest(limit, scores.items(), key=lambda item: (item[1], -item[0])))


@cache
def _has_numpy() -> bool:
    return find_spec("numpy") is not None
