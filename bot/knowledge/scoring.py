"""How surely a passage answers a question, as one number from 0 to 1."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple


class Evidence(NamedTuple):
    """What speaks for a passage and, in the last, against it; each is from 0 to 1."""

    kept: float
    """The share of the question's meaning that it has, in words that mean the same or something similar."""
    echoed: float
    """The share of one of its nearest wordings that the question has."""
    wording: float
    """The cosine between the question and the nearest wording."""
    wordings: float
    """The mean of the three nearest: one of many may be near by chance."""
    body: float
    joined: float
    """Its place in both searches together, as their reciprocal ranks."""
    elsewhere: float
    """How near the other passages are that come nearest: where many are near, none is meant."""


_RANK: Final = (8.8, 0.8, 0.8, 12.1, 3.7, 2.5, 0.0)
_SURE: Final = (5.5, 0.4, 0.6, 7.0, 0.7, 1.5, -8.5)
_SURE_AT: Final = -5.5
_SURE_BY_WORDS: Final = (6.2, 2.0)
_SURE_BY_WORDS_AT: Final = -5.45


def rank(evidence: Evidence) -> float:
    """By which the passages for one question are put in order."""
    return _weighed(_RANK, evidence)


def certainty(evidence: Evidence) -> float:
    """Comparable between questions: a logistic regression on the questions in tests/fixtures/retrieval.

    At 0.5 it is as likely that the best passage answers the question as that none does.
    """
    return _probability(_weighed(_SURE, evidence) + _SURE_AT)


def certainty_by_words(kept: float, echoed: float) -> float:
    """The same where there are no embeddings."""
    return _probability(_weighed(_SURE_BY_WORDS, (kept, echoed)) + _SURE_BY_WORDS_AT)


def _probability(logit: float) -> float:
    return 1 / (1 + math.exp(-logit))


def _weighed(weights: Sequence[float], evidence: Sequence[float]) -> float:
    return sum(weight * value for weight, value in zip(weights, evidence, strict=True))
