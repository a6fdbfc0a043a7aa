"""Whether the measures are good enough for a release, and how far each is from where that changes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.errors import AssistantError
from bot.evaluation.measures import Measure, Measures
from bot.tenant import Gate, Tolerance
from bot.tenant.gate import read_gate

_SHARES = ("accuracy", "share", "refused", "rate", "stability")


@dataclass(frozen=True, kw_only=True, slots=True)
class GateLine:
    """One measure against its tolerance. `margin`: how far it is inside; negative is outside."""

    part: str
    """Which questions: ``open`` or ``frozen``."""
    name: str
    value: float | None
    tolerance: Tolerance
    margin: float | None
    answers: int | None
    """How many answers would have to come out otherwise for the verdict to flip; None if not a share."""

    @property
    def is_passed(self) -> bool | None:
        """None: there was nothing to measure."""
        return None if self.margin is None else self.margin >= 0

    def __str__(self) -> str:
        bounds = " and ".join(_bounds(self.tolerance))
        if self.value is None or self.margin is None:
            return f"not measured  {self.part} {self.name} ({bounds})"
        verdict = "passed" if self.is_passed else "FAILED"
        away = f"{abs(self.margin):.4g} {'inside' if self.is_passed else 'outside'}"
        flip = "" if self.answers is None else f", flips with {self.answers} more {self._flipping} answers"
        return f"{verdict:12}  {self.part} {self.name} = {self.value:.4g} ({bounds}): {away}{flip}"

    @property
    def _flipping(self) -> str:
        return "wrong" if self.is_passed else "right"


def default_gate() -> Gate:
    """The product's own tolerances."""
    return _default_gate()


@cache
def _default_gate() -> Gate:
    found = read_gate(Path(__file__).with_name("gate.yaml"))
    if found is None:
        raise AssistantError("the product's own gate.yaml is missing")
    return found


def check_gate(part: str, measures: Measures, gate: Gate) -> Iterator[GateLine]:
    """A line for each tolerance; one for a measure that these questions do not give is passed over."""
    for name, tolerance in gate.items():
        found = measures.get(name, Measure(value=None, n=0))
        margin = None if found.value is None else _margin(found.value, tolerance)
        yield GateLine(
            part=part,
            name=name,
            value=found.value,
            tolerance=tolerance,
            margin=margin,
            answers=_answers(name, found, tolerance),
        )


def _margin(value: float, tolerance: Tolerance) -> float:
    margins = [value - tolerance.at_least] if tolerance.at_least is not None else []
    margins += [tolerance.at_most - value] if tolerance.at_most is not None else []
    return round(min(margins), 12)


def _answers(name: str, found: Measure, tolerance: Tolerance) -> int | None:
    """Found by the same rule on hypothetical answers: one more at a time until the verdict flips."""
    if found.value is None or not found.n or not name.endswith(_SHARES):
        return None
    passed = _margin(found.value, tolerance) >= 0
    better = 1 if tolerance.at_least is not None else -1
    step = -better if passed else better
    count = round(found.value * found.n)
    for answers in range(1, found.n + 1):
        share = (count + step * answers) / found.n
        if not 0 <= share <= 1:
            return None
        if (_margin(share, tolerance) >= 0) != passed:
            return answers
    return None


def _bounds(tolerance: Tolerance) -> Iterator[str]:
    if tolerance.at_least is not None:
        yield f"at least {tolerance.at_least:g}"
    if tolerance.at_most is not None:
        yield f"at most {tolerance.at_most:g}"
