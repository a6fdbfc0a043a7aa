"""What a tenant has computed: `tariffs.yaml`, the terms of credit and exchange and its tariff tables."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, TypeAdapter, model_validator

from bot.errors import Problem, TenantError
from bot.tenant.shapes import Frozen, Lines, Names, Wordings
from bot.tenant.source import read_yaml

Number = float


class Bounds(Frozen):
    """What a customer may choose, and what is taken when they do not."""

    minimum: Number
    maximum: Number
    default: Number

    @model_validator(mode="after")
    def is_in_order(self) -> Self:
        if not self.minimum <= self.default <= self.maximum:
            raise ValueError("minimum, default and maximum are out of order")
        return self


class RateBand(Frozen):
    """The yearly rate for loans of so many months, both ends included."""

    months: tuple[int, int]
    rate_percent: Annotated[Number, Field(ge=0, le=200)]

    @model_validator(mode="after")
    def is_a_span(self) -> Self:
        if self.months[0] > self.months[1]:
            raise ValueError("months: the first is more than the second")
        return self


class Credit(Frozen):
    """Loans repaid in equal instalments."""

    names: Annotated[tuple[str, ...], Field(min_length=1)]
    down_payment_percent: Bounds = Bounds(minimum=0, maximum=90, default=20)
    months: Bounds = Bounds(minimum=12, maximum=84, default=60)
    rates: Annotated[tuple[RateBand, ...], Field(min_length=1)]
    note: Wordings | None = None

    def rate_for(self, months: int) -> float | None:
        """Percent a year, by the first band that fits."""
        fitting = (band for band in self.rates if band.months[0] <= months <= band.months[1])
        return next((band.rate_percent for band in fitting), None)


class TradeIn(Frozen):
    """An old item given in exchange for a new one."""

    names: Annotated[tuple[str, ...], Field(min_length=1)]
    bonus: Annotated[Number, Field(ge=0)] = 0
    note: Wordings | None = None


class InputType(StrEnum):
    MONEY = "money"
    NUMBER = "number"
    CHOICE = "choice"


class Several(StrEnum):
    """Which of several numbers an input takes."""

    LEAST = "least"
    MOST = "most"


class TariffInput(Frozen):
    """What the customer says about themselves. Without `required` there is a `default`."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Wordings
    type: InputType
    unit: Wordings | None = None
    range: tuple[Number, Number] | None = None
    required: bool = False
    default: str | None = None
    ask: Wordings | None = None
    names: Names = ()
    values: Mapping[str, Names] = {}
    translations: Mapping[str, Mapping[str, str]] = {}
    """Per language, what the values are called in an answer."""
    several: Several | None = None
    """«Водителям 22 и 45»; None: the one that is said most clearly."""

    @model_validator(mode="after")
    def is_whole(self) -> Self:
        if (self.type is InputType.CHOICE) != bool(self.values):
            raise ValueError("a choice has values, and nothing else has")
        if self.required == (self.default is not None):
            raise ValueError("an input is either required or has a default")
        if self.required and self.ask is None:
            raise ValueError("a required input needs ask: the question for it")
        if self.default is not None and self.values and self.default not in self.values:
            raise ValueError(f'default: "{self.default}" is not one of the values')
        if self.default is not None and not self.values and not _is_number(self.default):
            raise ValueError(f'default: "{self.default}" is not a number')
        return self

    @model_validator(mode="after")
    def translates_its_values(self) -> Self:
        strange = (
            value for names in self.translations.values() for value in names if value not in self.values
        )
        if (value := next(strange, None)) is not None:
            raise ValueError(f'translations: "{value}" is not one of the values')
        return self


class Band(Frozen):
    """From one number up to another, both included; an end that is missing is open."""

    start: Annotated[Number | None, Field(alias="from")] = None
    to: Number | None = None
    factor: Annotated[Number, Field(ge=0)]

    def holds(self, value: float) -> bool:
        return (self.start is None or value >= self.start) and (self.to is None or value <= self.to)


class Factor(Frozen):
    """A multiplier by one input: by bands of a number, or by the values of a choice."""

    title: Wordings
    by: str
    bands: tuple[Band, ...] = ()
    values: Mapping[str, Annotated[Number, Field(ge=0)]] = {}

    @model_validator(mode="after")
    def is_one_of_two(self) -> Self:
        if bool(self.bands) == bool(self.values):
            raise ValueError("a factor needs either bands or values")
        return self


def _called(factor: Factor) -> str:
    return next(iter(factor.title.values()))


class Base(Frozen):
    """What the factors multiply: `percent` of a money input, or an `amount`, once or `times` a number."""

    percent: Annotated[Number, Field(gt=0)] | None = None
    of: str | None = None
    amount: Annotated[Number, Field(gt=0)] | None = None
    times: str | None = None

    @model_validator(mode="after")
    def is_one_of_two(self) -> Self:
        if (self.percent is None) == (self.amount is None) or (self.percent is None) != (self.of is None):
            raise ValueError("write either percent with of, or amount")
        return self


class Product(Frozen):
    """One tariff table."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    title: Wordings
    names: Annotated[tuple[str, ...], Field(min_length=1)]
    base: Base
    inputs: tuple[TariffInput, ...]
    factors: tuple[Factor, ...] = ()
    minimum: Annotated[Number, Field(ge=0)] = 0
    note: Wordings | None = None

    @model_validator(mode="after")
    def names_its_inputs(self) -> Self:
        known = {given.name: given for given in self.inputs}
        for used in filter(None, (self.base.of, self.base.times, *(factor.by for factor in self.factors))):
            if used not in known:
                raise ValueError(f'there is no input "{used}"')
        for factor in self.factors:
            values = known[factor.by].values
            if bool(values) != bool(factor.values) or set(factor.values) != set(values):
                raise ValueError(f'factor "{_called(factor)}": not the values of the input "{factor.by}"')
        return self


class Tariffs(Frozen):
    """All that is computed for one tenant."""

    credit: Credit | None = None
    trade_in: TradeIn | None = None
    products: tuple[Product, ...] = ()


def read_tariffs(path: Path) -> Tariffs | None:
    """The file's tariffs; None where there is no such file. Raises TenantError."""
    if not path.exists():
        return None
    tariffs, lines = read_yaml(path, TypeAdapter(Tariffs))
    problems = [*_same_names(path, tariffs, lines), *_gaps(path, tariffs, lines)]
    if problems:
        raise TenantError(problems)
    return tariffs


def _same_names(path: Path, tariffs: Tariffs, lines: Lines) -> Iterator[Problem]:
    seen: set[str] = set()
    for number, product in enumerate(tariffs.products):
        if product.name in seen:
            line = lines["products", number]
            yield Problem(file=path, line=line, message=f'there are two products "{product.name}"')
        seen.add(product.name)


def _gaps(path: Path, tariffs: Tariffs, lines: Lines) -> Iterator[Problem]:
    """Numbers of a range for which a factor has no band, and months without a rate."""
    for number, product in enumerate(tariffs.products):
        for place, factor in enumerate(product.factors):
            given = next(given for given in product.inputs if given.name == factor.by)
            missing = _first_gap(factor, given)
            if missing is not None:
                line = lines["products", number, "factors", place]
                message = f'factor "{_called(factor)}" has no band for {missing:g}'
                yield Problem(file=path, line=line, message=message)
    if tariffs.credit is not None:
        bounds = tariffs.credit.months
        for months in range(int(bounds.minimum), int(bounds.maximum) + 1):
            if tariffs.credit.rate_for(months) is None:
                line = lines["credit", "rates"]
                yield Problem(file=path, line=line, message=f"rates: none for {months} months")
                return


def _first_gap(factor: Factor, given: TariffInput) -> float | None:
    if not factor.bands or given.range is None:
        return None
    low, high = given.range
    edges = {low, high, *(band.to + 1 for band in factor.bands if band.to is not None and band.to < high)}
    return next((edge for edge in sorted(edges) if not any(band.holds(edge) for band in factor.bands)), None)


def _is_number(value: str) -> bool:
    try:
        float(value)
    except ValueError:
        return False
    return True
