"""How like the references the answers are: BLEU as the owner's document defines it, sacreBLEU and chrF.

All are on sacreBLEU's scale, 0 to 100.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bot.evaluation.reading import tokens_of

_MOST_WORDS = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """An answer and the right answers it is compared with, one or more."""

    answer: str
    references: tuple[str, ...]


def owner_bleu(pairs: Sequence[Pair]) -> list[float]:
    """BLEU of each answer; the measure is their mean.

    The owner's brevity coefficient compares with `th`, the mean length in words of all the reference
    answers, instead of with each answer's own reference.
    """
    lengths = [len(tokens_of(reference)) for pair in pairs for reference in pair.references]
    th = sum(lengths) / len(lengths) if lengths else 0.0
    return [
        100 * bleu(tokens_of(pair.answer), [tokens_of(text) for text in pair.references], th=th)
        for pair in pairs
    ]


def bleu(words: Sequence[str], references: Sequence[Sequence[str]], *, th: float) -> float:
    """The geometric mean of the clipped precisions of n-grams to 4 words, times the coefficient, 0 to 1.

    An answer of fewer than four words is measured by the n-grams that it has. Nothing is smoothed.
    """
    if not words:
        return 0.0
    orders = range(1, min(_MOST_WORDS, len(words)) + 1)
    precisions = [_precision(words, references, order) for order in orders]
    if not all(precisions):
        return 0.0
    mean = math.exp(sum(map(math.log, precisions)) / len(precisions))
    return brevity_coefficient(len(words), th) * mean


def brevity_coefficient(length: int, th: float) -> float:
    """1 for an answer longer than `th`, else e to the 1 - th / length."""
    return 1.0 if length > th else math.exp(1 - th / length)


def _precision(words: Sequence[str], references: Sequence[Sequence[str]], order: int) -> float:
    said = _ngrams(words, order)
    most: Counter[tuple[str, ...]] = Counter()
    for reference in references:
        most |= _ngrams(reference, order)
    return (said & most).total() / said.total()


def _ngrams(words: Sequence[str], order: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[at : at + order]) for at in range(len(words) - order + 1))


def sacre_scores(pairs: Sequence[Pair]) -> tuple[float, float] | None:
    """sacreBLEU's BLEU and chrF of the corpus; None without the package or without pairs."""
    if not pairs:
        return None
    try:
        from sacrebleu.metrics.bleu import BLEU
        from sacrebleu.metrics.chrf import CHRF
    except ImportError:
        return None
    answers = [pair.answer for pair in pairs]
    most = max(len(pair.references) for pair in pairs)
    streams = [
        [pair.references[number] if number < len(pair.references) else "" for pair in pairs]
        for number in range(most)
    ]
    return float(BLEU().corpus_score(answers, streams).score), float(
        CHRF().corpus_score(answers, streams).score
    )
