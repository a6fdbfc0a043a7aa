"""A premium by a tariff table: the sum, what is missing for it, and what the table does not hold for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.tenant.tariffs import Factor, InputType, Product, TariffInput

Given = Mapping[str, float | str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Premium:
    """A computed premium. `steps` are the factors with their sizes."""

    total: float
    steps: tuple[tuple[Factor, float], ...]
    is_minimum: bool


def compute_premium(product: Product, given: Given) -> Premium:
    """The base times every factor, never under the minimum, to the whole rouble.

    `given` holds every input: numbers, and the values of choices. Raises KeyError for one that is missing.
    """
    total = _base(product, given)
    steps = tuple((factor, _size(factor, given[factor.by])) for factor in product.factors)
    for _, size in steps:
        total *= size
    return Premium(
        total=float(round(max(total, product.minimum))), steps=steps, is_minimum=total < product.minimum
    )


def sizes_of(product: Product, varied: str, cases: Sequence[Given]) -> list[float]:
    """The multiplier by one input in each case; nothing where the premium has none by it."""
    factor = next((factor for factor in product.factors if factor.by == varied), None)
    return [] if factor is None else [_size(factor, case[varied]) for case in cases]


def _base(product: Product, given: Given) -> float:
    base = product.base
    amount = base.amount
    if amount is None:
        amount = (base.percent or 0) / 100 * float(given[base.of or ""])
    return amount if base.times is None else amount * float(given[base.times])


def _size(factor: Factor, chosen: float | str) -> float:
    if factor.values:
        return factor.values[str(chosen)]
    return next(band.factor for band in factor.bands if band.holds(float(chosen)))


def out_of_range(product: Product, given: Given) -> TariffInput | None:
    """The first number that the tariff does not hold for."""
    for wanted in product.inputs:
        is_given = wanted.name in given and wanted.type is not InputType.CHOICE
        if is_given and not is_in_range(wanted, float(given[wanted.name])):
            return wanted
    return None


def with_defaults(product: Product, given: Given) -> dict[str, float | str]:
    defaults = {
        wanted.name: wanted.default if wanted.type is InputType.CHOICE else float(wanted.default)
        for wanted in product.inputs
        if wanted.default is not None
    }
    return {**defaults, **given}


def missing_input(product: Product, given: Given) -> TariffInput | None:
    return next((wanted for wanted in product.inputs if wanted.required and wanted.name not in given), None)


def is_in_range(wanted: TariffInput, value: float) -> bool:
    return wanted.range is None or wanted.range[0] <= value <= wanted.range[1]
