"""BM25 as Lucene counts it: postings in arrays, and a search that leaves out what cannot come to the top.

Plain Python on purpose: the search works the same where numpy is not installed.
"""

import heapq
import math
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

_K1: Final = 1.2
"""How soon the repetition of a word stops counting."""
_B: Final = 0.6
"""How much a long text is held against it: 0 not at all, 1 in full."""
_WORTH_PRUNING: Final = 2_000
"""Postings; shorter lists are read faster than it takes to find out whether they matter."""

Alternatives = Mapping[str, float]
"""Words any of which will do, with the share that each counts for: the word itself 1."""


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
        self._peaks: dict[str, float] = {}
        for word, (numbers, shares) in postings.items():
            rarity = math.log(1 + (len(lengths) - len(numbers) + 0.5) / (len(numbers) + 0.5))
            for place, (number, times) in enumerate(zip(numbers, shares, strict=True)):
                shares[place] = weights[number] * rarity * times / (times + damping[number])
            self._peaks[word] = max(shares)
        self._postings = dict(postings)

    def best(self, asked: Sequence[Alternatives], limit: int) -> dict[int, float]:
        """The scores of at least the `limit` best texts. Each element counts once, by its best word.

        MaxScore (Turtle and Flood, 1995): what the words still to come can add at most decides whether
        a text that has none of the words so far can still be among the best.
        """
        groups = [self._known(alternatives) for alternatives in asked]
        groups = sorted(filter(None, groups), key=self._peak, reverse=True)
        coming = [0.0]
        for group in reversed(groups):
            coming.append(coming[-1] + self._peak(group))
        scores: dict[int, float] = {}
        for group in groups:
            rest = coming.pop()
            if self._length(group) > _WORTH_PRUNING and len(scores) >= limit:
                threshold = heapq.nlargest(limit, scores.values())[-1]
                if threshold >= rest:
                    kept = (number for number, score in scores.items() if score + rest >= threshold)
                    scores = {number: scores[number] + self._score(group, number) for number in kept}
                    continue
            for number, score in self._scores(group).items():
                scores[number] = scores.get(number, 0.0) + score
        return scores

    def _known(self, alternatives: Alternatives) -> list[tuple[str, float]]:
        return [(word, share) for word, share in alternatives.items() if word in self._postings]

    def _peak(self, group: Sequence[tuple[str, float]]) -> float:
        return max(share * self._peaks[word] for word, share in group)

    def _length(self, group: Sequence[tuple[str, float]]) -> int:
        return sum(len(self._postings[word][0]) for word, _ in group)

    def _scores(self, group: Sequence[tuple[str, float]]) -> dict[int, float]:
        if len(group) == 1 and group[0][1] == 1:
            return dict(zip(*self._postings[group[0][0]], strict=True))
        scores: dict[int, float] = {}
        for word, share in group:
            for number, score in zip(*self._postings[word], strict=True):
                if score * share > scores.get(number, 0.0):
                    scores[number] = score * share
        return scores

    def _score(self, group: Sequence[tuple[str, float]], number: int) -> float:
        best = 0.0
        for word, share in group:
            numbers, shares = self._postings[word]
            place = bisect_left(numbers, number)
            if place < len(numbers) and numbers[place] == number:
                best = max(best, share * shares[place])
        return best
