"""How surely a passage answers a question, as one number from 0 to 1."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from bot.knowledge.vocabulary import AskedWord

LEAST_MEANING: Final = 3.0
"""A question that says less than one fairly rare word is not covered by whatever repeats it."""


class Evidence(NamedTuple):
    """What speaks for a passage. All but `gap` are from 0 to 1."""

    covered: float
    """The share of the question's meaning that it has, in the same words or in ones that mean the same."""
    kept: float
    """The same where words that mean something similar count in part."""
    gap: float
    """The meaning of the one word of the question that it lacks most."""
    echoed: float
    """The share of its own best wording that the question has."""
    wording: float
    """The cosine between the question and its nearest wording."""
    body: float
    joined: float
    """Its place in both searches together, as their reciprocal ranks."""
    lacks_name: float
    """1 where the question names a model, brand, place or person that it does not."""


_RANK: Final = (1.0, 3.0, 0.0, 1.0, 2.0, 3.0, 1.5, 0.0)
_SURE: Final = (0.0, 5.6, -0.37, 0.0, 1.9, 0.0, 0.0, -0.8)
_SURE_AT: Final = -3.0


def rank(evidence: Evidence) -> float:
    """By which the passages for one question are put in order."""
    return _weighed(_RANK, evidence)


def certainty(evidence: Evidence) -> float:
    """Comparable between questions: a logistic regression on the questions in tests/fixtures/retrieval.

    At 0.5 it is as likely that the best passage answers the question as that none does.
    """
    return 1 / (1 + math.exp(-_weighed(_SURE, evidence) - _SURE_AT))


def _weighed(weights: Sequence[float], evidence: Evidence) -> float:
    return sum(weight * value for weight, value in zip(weights, evidence, strict=True))


def coverage(asked: Sequence[AskedWord], words: frozenset[str]) -> float:
    """The share of the question's meaning that a passage has: the score where there are no embeddings."""
    total = max(sum(word.meaning for word in asked), LEAST_MEANING)
    return sum(word.meaning * _share(word, words) for word in asked) / total


def _share(word: AskedWord, words: frozenset[str]) -> float:
    return max((share for other, share in word.near.items() if other in words), default=0.0)
