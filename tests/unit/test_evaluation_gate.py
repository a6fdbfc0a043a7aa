"""The gate flips exactly at its tolerances, and says how far away that is."""

import pytest

from bot.evaluation.gate import GateLine, check_gate, default_gate
from bot.evaluation.measures import Measure
from bot.tenant import Tolerance


def line(name: str, value: float | None, n: int, **bounds: float) -> GateLine:
    (found,) = check_gate("open", {name: Measure(value=value, n=n)}, {name: Tolerance(**bounds)})
    return found


@pytest.mark.parametrize(
    ("right", "passed", "margin"), [(90, True, 0.0), (89, False, -0.01), (91, True, 0.01), (100, True, 0.1)]
)
def test_it_flips_at_the_tolerance(right: int, passed: bool, margin: float) -> None:
    found = line("kinds.fact.accuracy", right / 100, 100, at_least=0.9)
    assert found.is_passed is passed
    assert found.margin == pytest.approx(margin)


def test_an_upper_bound_holds_as_well() -> None:
    assert line("p95_s", 10.0, 5, at_most=10).is_passed
    assert not line("p95_s", 10.1, 5, at_most=10).is_passed
    assert not line("unsupported_claims", 1, 5, at_most=0).is_passed


@pytest.mark.parametrize(("right", "answers"), [(95, 6), (90, 1), (89, 1), (80, 10), (100, 11)])
def test_it_counts_the_answers_that_would_flip_it(right: int, answers: int) -> None:
    assert line("accuracy", right / 100, 100, at_least=0.9).answers == answers


def test_it_counts_them_for_an_upper_bound_too() -> None:
    assert line("innocent_refused", 0.0, 100, at_most=0.02).answers == 3
    assert line("innocent_refused", 0.05, 100, at_most=0.02).answers == 3
    assert line("p95_s", 3.0, 100, at_most=10).answers is None


def test_what_was_not_measured_neither_passes_nor_fails() -> None:
    (found,) = check_gate("frozen", {}, {"kinds.stock.accuracy": Tolerance(at_least=0.97)})
    assert (found.is_passed, found.value) == (None, None)
    assert str(found).startswith("not measured  frozen kinds.stock.accuracy (at least 0.97)")


def test_a_line_names_measure_value_tolerance_and_distance() -> None:
    said = str(line("accuracy", 0.85, 100, at_least=0.9))
    assert said == (
        "FAILED        open accuracy = 0.85 (at least 0.9): 0.05 outside, flips with 5 more right answers"
    )


def test_the_products_own_gate_lets_no_unsupported_claim_pass() -> None:
    assert default_gate()["unsupported_claims"] == Tolerance(at_most=0)
