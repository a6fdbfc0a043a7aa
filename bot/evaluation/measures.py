"""From what was examined to the measures, with their confidence intervals."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.evaluation.intervals import interval
from bot.evaluation.judging import declined
from bot.evaluation.retrieval import Found
from bot.evaluation.running import Examined, Run, Shaken, paraphrases
from bot.evaluation.similarity import Pair, owner_bleu, sacre_scores
from bot.tenant import GoldenKind
from bot.tenant.golden import DECLINED_KINDS

Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Measure:
    """One figure. None where there was nothing to measure; `n`: by how many questions it is."""

    value: float | None
    n: int
    interval: tuple[float, float] | None = None


Measures = Mapping[str, Measure]
"""By name, nested ones with dots: ``kinds.fact.accuracy``."""


def measure(run: Run) -> Measures:
    """Every measure of a run, in the order in which they are shown."""
    examined = run.examined
    measures: dict[str, Measure] = {"accuracy": _mean(one.judgement.is_right for one in examined)}
    for kind in GoldenKind:
        of_kind = [one.judgement.is_right for one in examined if one.golden.kind is kind]
        if of_kind:
            measures[f"kinds.{kind}.accuracy"] = _mean(of_kind)
    return (
        measures
        | _claims(examined)
        | _refusals(examined)
        | _tables(examined)
        | _retrieval([one.found for one in examined if one.found is not None])
        | _named([one.found_named for one in examined if one.found_named is not None])
        | _similarity(examined)
        | _stability([*run.shaken, *paraphrases(examined)])
        | _spending(examined, has_model=run.has_model)
    )


def as_json(measures: Measures) -> dict[str, Any]:
    """Nested: ``kinds -> fact -> accuracy, n``; the intervals apart, under ``intervals``."""
    nested: dict[str, Any] = {}
    intervals: dict[str, list[float]] = {}
    for name, found in measures.items():
        *path, last = name.split(".")
        place = nested
        for step in path:
            place = place.setdefault(step, {})
        place[last] = None if found.value is None else round(found.value, 6)
        if path:
            place["n"] = found.n
        if found.interval is not None:
            intervals[name] = [round(bound, 6) for bound in found.interval]
    return nested | {"intervals": intervals}


def _mean(values: Iterable[float]) -> Measure:
    rows = [float(value) for value in values]
    if not rows:
        return Measure(value=None, n=0)
    return Measure(value=sum(rows) / len(rows), n=len(rows), interval=interval(rows))


def _of(rows: Sequence[Sequence[float]], statistic: Callable[[Rows], float]) -> Measure:
    """A measure that is no mean of its rows."""
    if not rows:
        return Measure(value=None, n=0)
    value = statistic(np.asarray(rows, dtype=np.float64))
    if not math.isfinite(value):
        return Measure(value=None, n=len(rows))
    return Measure(value=value, n=len(rows), interval=interval(rows, statistic))


def _claims(examined: Sequence[Examined]) -> dict[str, Measure]:
    claims = [len(one.unsupported) for one in examined]
    return {
        "unsupported_claims": Measure(value=float(sum(claims)), n=len(claims)),
        "unsupported_claim_rate": _mean(count > 0 for count in claims),
    }


def _refusals(examined: Sequence[Examined]) -> dict[str, Measure]:
    rows = [(one.golden.kind in DECLINED_KINDS, declined(one.answer)) for one in examined]
    return {
        "refusal_precision": _of(rows, lambda pairs: _share(pairs[:, 0], pairs[:, 1])),
        "refusal_recall": _of(rows, lambda pairs: _share(pairs[:, 1], pairs[:, 0])),
        "innocent_refused": _mean(was_declined for is_bad, was_declined in rows if not is_bad),
    }


def _share(of: Rows, among: Rows) -> float:
    return float((of * among).sum() / among.sum()) if among.sum() else math.nan


def _tables(examined: Sequence[Examined]) -> dict[str, Measure]:
    """An answer without a figure counts as one that says 0."""
    rows = [
        ((one.judgement.figure or 0.0) - one.golden.value, one.golden.value, one.judgement.is_right)
        for one in examined
        if one.golden.value is not None
    ]
    relative = [(error / (abs(value) or 1.0),) for error, value, _ in rows]
    return {
        "table_accuracy": _mean(is_right for _, _, is_right in rows),
        "rmse": _of([(error,) for error, _, _ in rows], _root_mean_square),
        "rmse_relative": _of(relative, _root_mean_square),
    }


def _root_mean_square(errors: Rows) -> float:
    return float(np.sqrt((errors**2).mean()))


def _retrieval(found: Sequence[Found]) -> dict[str, Measure]:
    measures: dict[str, Measure] = {}
    for k in (1, 3, 5):
        measures[f"precision_at_{k}"] = _mean(one.precision(k) for one in found)
        measures[f"recall_at_{k}"] = _mean(one.recall(k) for one in found)
        measures[f"ndcg_at_{k}"] = _mean(one.ndcg(k) for one in found)
    return measures


def _named(found: Sequence[Found]) -> dict[str, Measure]:
    return {f"named_recall_at_{k}": _mean(one.recall(k) for one in found) for k in (1, 3, 5)}


def _similarity(examined: Sequence[Examined]) -> dict[str, Measure]:
    pairs = [
        Pair(answer=one.answer.text, references=one.golden.references)
        for one in examined
        if one.golden.references
    ]
    scores = sacre_scores(pairs) or (None, None)
    return {
        "bleu": Measure(value=scores[0], n=len(pairs)),
        "bleu_owner": _mean(owner_bleu(pairs)),
        "chrf": Measure(value=scores[1], n=len(pairs)),
    }


def _stability(shaken: Sequence[Shaken]) -> dict[str, Measure]:
    measures = {"stability": _mean(one.is_same for one in shaken)}
    for way in ("paraphrase", "typos", "commas", "case"):
        measures[f"stable.{way}.share"] = _mean(one.is_same for one in shaken if one.way == way)
    return measures


def _spending(examined: Sequence[Examined], *, has_model: bool) -> dict[str, Measure]:
    seconds = [(one.seconds,) for one in examined]
    usages = [one.answer.usage for one in examined]
    failures = [one.model_failure for one in examined]
    n = len(examined)
    return {
        "model_failures": Measure(value=float(sum(map(bool, failures))) if has_model else None, n=n),
        "p50_s": _of(seconds, lambda rows: float(np.percentile(rows, 50))),
        "p95_s": _of(seconds, lambda rows: float(np.percentile(rows, 95))),
        "prompt_tokens": Measure(value=float(sum(usage.prompt_tokens for usage in usages)), n=n),
        "completion_tokens": Measure(value=float(sum(usage.completion_tokens for usage in usages)), n=n),
        "cost": Measure(value=sum(usage.cost for usage in usages), n=n),
    }
