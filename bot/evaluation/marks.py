"""What testers' marks say: means by model, version and kind, and how far testers agree."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import combinations, permutations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.data_files import read_data
from bot.domain.reviews import Mark
from bot.evaluation.intervals import interval

SCALE = range(6)
"""5 is the best, 0 is an answer that nobody understands: the owner's scale."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Mean:
    """Of some marks; the interval is of other answers of the same sort, by bootstrap over answers."""

    name: str
    value: float
    interval: tuple[float, float] | None
    marks: int
    answers: int


@dataclass(frozen=True, kw_only=True, slots=True)
class MarkReport:
    """`alpha`: Krippendorff's, ordinal; None where no answer has marks of two testers that could differ."""

    all: Mean
    by_model: tuple[Mean, ...]
    by_version: tuple[Mean, ...]
    by_kind: tuple[Mean, ...]
    testers: int
    alpha: float | None
    shared: int
    """Answers that two testers or more have marked."""


def report_of(marks: Sequence[Mark]) -> MarkReport | None:
    """None where there are no marks."""
    if not marks:
        return None
    by_answer = _by(marks, lambda mark: mark.answer_key)
    units = [[mark.score for mark in group] for group in by_answer.values()]
    return MarkReport(
        all=_mean("", marks),
        by_model=_means(marks, lambda mark: mark.model or "-"),
        by_version=_means(marks, lambda mark: mark.version or "-"),
        by_kind=_means(marks, lambda mark: mark.kind),
        testers=len({mark.tester for mark in marks}),
        alpha=ordinal_alpha(units),
        shared=sum(len(unit) > 1 for unit in units),
    )


def ordinal_alpha(units: Iterable[Sequence[int]]) -> float | None:
    """Krippendorff's alpha for ordinal data: 1 is agreement, 0 is chance.

    `units`: the values that each thing was given, by whomever. After Krippendorff, «Computing Krippendorff's
    Alpha-Reliability» (2011): coincidences of pairs, distances by the ranks between two values.
    """
    coincidences: defaultdict[tuple[int, int], float] = defaultdict(float)
    for unit in units:
        for pair in permutations(unit, 2):
            coincidences[pair] += 1 / (len(unit) - 1)
    counts: defaultdict[int, float] = defaultdict(float)
    for (value, _), number in coincidences.items():
        counts[value] += number
    values, n = sorted(counts), sum(counts.values())
    observed = expected = 0.0
    for low, high in combinations(values, 2):
        between = sum(counts[value] for value in values if low <= value <= high)
        distance = (between - (counts[low] + counts[high]) / 2) ** 2
        observed += coincidences[low, high] * distance
        expected += counts[low] * counts[high] * distance
    return None if expected == 0 else 1 - (n - 1) * observed / expected


def as_json(report: MarkReport) -> dict[str, Any]:
    def line(mean: Mean) -> dict[str, Any]:
        return {
            "mean": round(mean.value, 3),
            "interval": mean.interval,
            "marks": mean.marks,
            "answers": mean.answers,
        }

    groups = {"models": report.by_model, "versions": report.by_version, "kinds": report.by_kind}
    return {
        **line(report.all),
        "testers": report.testers,
        "alpha": None if report.alpha is None else round(report.alpha, 3),
        "shared": report.shared,
        **{name: {mean.name: line(mean) for mean in means} for name, means in groups.items()},
    }


def section(report: MarkReport | None) -> str:
    """The part of the evaluation's page; nothing where there are no marks."""
    if report is None:
        return ""
    words = _words()
    alpha = "—" if report.alpha is None else f"{report.alpha:.2f}".replace(".", ",")
    lead = words["lead"].format(testers=report.testers, alpha=alpha, shared=report.shared)
    rows = [_row([words[name] for name in ("what", "mean", "marks", "answers")], cell="th")]
    rows.append(_told(words["all"], report.all))
    for title, means in (
        (words["model"], report.by_model),
        (words["version"], report.by_version),
        (words["kind"], report.by_kind),
    ):
        rows += [_told(f"{title}: {mean.name}", mean) for mean in means]
    table = f"<table>{''.join(rows)}</table>"
    return f'<h2>{escape(words["title"])}</h2><div class="card"><p>{escape(lead)}</p>{table}</div>'


def _told(name: str, mean: Mean) -> str:
    figure = f"{mean.value:.2f}"
    if mean.interval is not None:
        low, high = mean.interval
        figure += f" ({low:.2f} – {high:.2f})"
    return _row([name, figure.replace(".", ","), str(mean.marks), str(mean.answers)])


def _row(cells: Sequence[str], *, cell: str = "td") -> str:
    first, *others = map(escape, cells)
    figures = "".join(f'<{cell} class="n">{other}</{cell}>' for other in others)
    return f"<tr><{cell}>{first}</{cell}>{figures}</tr>"


def _means(marks: Sequence[Mark], of: Callable[[Mark], str]) -> tuple[Mean, ...]:
    return tuple(_mean(name, group) for name, group in sorted(_by(marks, of).items()))


def _mean(name: str, marks: Sequence[Mark]) -> Mean:
    groups = _by(marks, lambda mark: mark.answer_key).values()
    rows = [(float(sum(mark.score for mark in group)), float(len(group))) for group in groups]
    return Mean(
        name=name,
        value=sum(mark.score for mark in marks) / len(marks),
        interval=interval(rows, _ratio),
        marks=len(marks),
        answers=len(rows),
    )


def _ratio(rows: npt.NDArray[np.float64]) -> float:
    return float(rows[:, 0].sum() / rows[:, 1].sum())


def _by(marks: Iterable[Mark], of: Callable[[Mark], str]) -> dict[str, list[Mark]]:
    groups: dict[str, list[Mark]] = {}
    for mark in marks:
        groups.setdefault(of(mark), []).append(mark)
    return groups


def _words() -> Mapping[str, str]:
    words: Mapping[str, str] = read_data(Path(__file__).with_name("marks.yaml"))
    return words
