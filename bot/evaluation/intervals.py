"""Confidence intervals by bootstrap: how far a measure would move with other questions of the same kind."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Statistic = Callable[[npt.NDArray[np.float64]], float]

SEED = 7
_RESAMPLES = 2_000
_LEVEL = 0.95


def interval(
    rows: Sequence[Sequence[float]] | Sequence[float],
    statistic: Statistic | None = None,
    *,
    resamples: int = _RESAMPLES,
    seed: int = SEED,
) -> tuple[float, float] | None:
    """The percentile bootstrap's 95% interval; the mean's where no other statistic is given.

    `rows`: one per question, (n,) or (n, columns) float64. None for fewer than two questions, and where
    the statistic is not defined on some resample too often to tell.
    """
    values = np.asarray(rows, dtype=np.float64)
    if len(values) < 2:
        return None
    generator = np.random.default_rng(seed)
    picks = generator.integers(0, len(values), size=(resamples, len(values)))
    if statistic is None:
        found = values[picks].mean(axis=1)
    else:
        found = np.array([statistic(values[pick]) for pick in picks])
        found = found[np.isfinite(found)]
    if len(found) < resamples // 2:
        return None
    tail = (1 - _LEVEL) / 2 * 100
    low, high = np.percentile(found, [tail, 100 - tail])
    return float(low), float(high)
