"""How well the passages are found, apart from what is then said."""

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass

from bot.domain import Passage, join_heading
from bot.evaluation.reading import plain


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """For one question: which of its expected sources each passage found is, best passage first."""

    targets: int
    ranks: tuple[frozenset[int], ...]

    def precision(self, k: int) -> float:
        """The share of the first k passages, or of those there are, that are expected."""
        first = self.ranks[:k]
        return sum(map(bool, first)) / len(first) if first else 0.0

    def recall(self, k: int) -> float:
        """The share of the expected sources that are among the first k passages."""
        return len(frozenset().union(*self.ranks[:k])) / self.targets

    def ndcg(self, k: int) -> float:
        """A source counts once, where it is found first, by 1 / log2(rank + 1); 1 is the best order."""
        seen: set[int] = set()
        gain = 0.0
        for rank, hits in enumerate(self.ranks[:k], start=1):
            gain += len(hits - seen) / math.log2(rank + 1) if hits - seen else 0.0
            seen |= hits
        best = sum(1 / math.log2(rank + 1) for rank in range(1, min(self.targets, k) + 1))
        return min(1.0, gain / best)


def is_of(passage: Passage, source: str) -> bool:
    """Whether a passage is of the source that a golden question names: by id, document, heading or path."""
    wanted = plain(source).strip()
    names = (
        passage.passage_id,
        passage.document,
        *passage.heading,
        *passage.questions,
        join_heading(passage),
    )
    if wanted in {plain(name).strip() for name in names}:
        return True
    path = [plain(part).strip() for part in (passage.document, *passage.heading)]
    parts = [plain(part).strip() for part in source.split(">")]
    return len(parts) > 1 and any(
        path[at : at + len(parts)] == parts for at in range(len(path) - len(parts) + 1)
    )


def compare(sources: Sequence[str], found: Sequence[Passage], equal: Container[str] = frozenset()) -> Found:
    """`sources`: at least one. `found`: best first. `equal`: ids of passages as good as the sources."""
    everything = frozenset(range(len(sources)))
    ranks = tuple(
        everything
        if passage.passage_id in equal
        else frozenset(number for number, source in enumerate(sources) if is_of(passage, source))
        for passage in found
    )
    return Found(targets=len(sources), ranks=ranks)
