"""What testers' marks say, against a published example and by hand."""

import pytest

from bot.domain.reviews import Mark
from bot.evaluation.marks import as_json, ordinal_alpha, report_of, section

OBSERVERS = (
    (1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None),
    (1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3),
    (None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None),
    (1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None),
)
"""Krippendorff's own example (2011): four observers, twelve units; alpha for ordinal data is 0.815."""


def mark(tester: str, answer: str, score: int, **changes: str) -> Mark:
    values = {"kind": "fact", "model": "local", "version": "v1", "words": ""} | changes
    return Mark(tester=tester, answer_key=answer, score=score, **values)


def test_alpha_is_that_of_the_published_example() -> None:
    units = [[value for value in unit if value is not None] for unit in zip(*OBSERVERS, strict=True)]
    assert ordinal_alpha(units) == pytest.approx(0.815, abs=5e-4)


def test_alpha_of_perfect_agreement_is_one_and_of_opposites_less_than_nothing() -> None:
    assert ordinal_alpha([[0, 0], [5, 5], [3, 3]]) == pytest.approx(1)
    worst = ordinal_alpha([[0, 5], [5, 0]])
    assert worst is not None
    assert worst < 0


@pytest.mark.parametrize("units", [[], [[3]], [[3, 3], [3, 3]], [[1], [5]]])
def test_alpha_is_undefined_where_nothing_could_differ(units: list[list[int]]) -> None:
    assert ordinal_alpha(units) is None


def test_means_are_by_model_version_and_kind() -> None:
    marks = [mark("a", "1", 5), mark("b", "1", 3), mark("a", "2", 0, model="no-model", kind="stock")]
    report = report_of(marks)
    assert report is not None
    assert [(mean.name, mean.value, mean.marks, mean.answers) for mean in report.by_model] == [
        ("local", 4.0, 2, 1),
        ("no-model", 0.0, 1, 1),
    ]
    assert (report.testers, report.shared, report.all.marks) == (2, 1, 3)


def test_the_interval_is_about_the_mean() -> None:
    report = report_of([mark("a", str(number), number % 6) for number in range(60)])
    assert report is not None
    assert report.all.interval is not None
    low, high = report.all.interval
    assert low < report.all.value < high


def test_without_marks_there_is_no_report_and_no_section() -> None:
    assert report_of([]) is None
    assert section(None) == ""


def test_what_stands_in_the_page_is_escaped() -> None:
    report = report_of([mark("a", "1", 5, model="<b>")])
    assert report is not None
    assert "&lt;b&gt;" in section(report)
    assert as_json(report)["models"]["<b>"]["marks"] == 1
