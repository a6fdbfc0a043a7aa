"""Which column a number is of, and the condition that it makes."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from bot.stock.query import Filter
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Vocabulary
from bot.tenant.stock import Column, ColumnType

_TWO_DIGIT_YEARS = 2000
_ABOUT = 0.1


@dataclass(slots=True)
class Amount:
    """A number with its scale and unit, and where it stands."""

    start: int
    end: int
    number: float
    is_scaled: bool
    columns: dict[str, float] = field(default_factory=dict)
    """Whose unit it has, with the multiplier of that unit."""


def column_of(
    vocabulary: Vocabulary,
    snapshot: Snapshot,
    amount: Amount,
    relation: str,
    named: list[str],
) -> tuple[Column | None, float]:
    """The column that the number is of, and what it has to be multiplied by."""
    schema = snapshot.schema
    numeric = {column.name: column for column in schema.columns if column.type.is_number and column.filter}
    by_unit = {name: factor for name, factor in amount.columns.items() if name in numeric}
    for name in named:
        if name in numeric and _may_be_named(numeric[name], amount, by_unit):
            return numeric[name], _factor_of_named(numeric[name], vocabulary, snapshot, amount, by_unit)
    if by_unit:
        return _likeliest(by_unit, amount, snapshot)
    return _by_shape(vocabulary, snapshot, amount, list(numeric.values()), is_bounded=bool(relation))


def _may_be_named(column: Column, amount: Amount, by_unit: dict[str, float]) -> bool:
    """«с пробегом до 8 миллионов» asks for the price of used ones."""
    if by_unit:
        return column.name in by_unit
    return not amount.is_scaled or _fits(column, amount.number)


def _factor_of_named(
    column: Column, vocabulary: Vocabulary, snapshot: Snapshot, amount: Amount, by_unit: dict[str, float]
) -> float:
    if amount.is_scaled or column.name in by_unit:
        return by_unit.get(column.name, 1.0) * _year_shift(column, amount.number)
    return _factor(column, amount.number, vocabulary, snapshot) or 1.0


def _by_shape(
    vocabulary: Vocabulary, snapshot: Snapshot, amount: Amount, numeric: list[Column], *, is_bounded: bool
) -> tuple[Column | None, float]:
    """2024 is a year; «до 6» and «5 млн» are money, or else what has such numbers."""
    number = amount.number
    year = next((column for column in numeric if column.type is ColumnType.YEAR), None)
    if year is not None and _is_year(amount):
        return year, 1.0
    if not (amount.is_scaled or is_bounded or number >= 10_000):
        return None, 1.0
    for column in _money_first(numeric):
        factor = 1.0 if amount.is_scaled else _factor(column, number, vocabulary, snapshot)
        if factor is not None and _fits(column, number * factor):
            return column, factor
    return None, 1.0


def _is_year(amount: Amount) -> bool:
    return not amount.is_scaled and amount.number % 1 == 0 and 1950 <= amount.number <= 2100


def _money_first(numeric: list[Column]) -> list[Column]:
    """The columns that a bare number may be of: those of money, then those with a range."""
    money = [column for column in numeric if column.type is ColumnType.MONEY]
    others = [column for column in numeric if column.type is ColumnType.NUMBER and column.range is not None]
    return [*money, *others]


def _likeliest(by_unit: dict[str, float], amount: Amount, snapshot: Snapshot) -> tuple[Column | None, float]:
    """Of several columns in the same unit the one whose range holds the number."""
    columns = [(snapshot.schema.column(name), factor) for name, factor in by_unit.items()]
    fitting = [pair for pair in columns if _fits(pair[0], amount.number * pair[1])]
    column, factor = (fitting or columns)[0]
    return column, factor * _year_shift(column, amount.number)


def may_be(column: Column, number: float) -> bool:
    """«на 5 лет» names no year."""
    return column.type is not ColumnType.YEAR or 1900 <= number <= 2200


def _year_shift(column: Column, number: float) -> float:
    """«24 года» is 2024; as a factor, so that the caller need not know."""
    if column.type is ColumnType.YEAR and 10 <= number < 100:
        return (_TWO_DIGIT_YEARS + number) / number
    return 1.0


def _fits(column: Column, number: float) -> bool:
    return column.range is None or column.range[0] <= number <= column.range[1]


def _factor(column: Column, number: float, vocabulary: Vocabulary, snapshot: Snapshot) -> float | None:
    """«до 6» is of millions where no price is as low as six: the least multiplier that makes sense."""
    if column.type is ColumnType.YEAR:
        return _year_shift(column, number)
    values = snapshot.numbers(column.name).values
    positive = values[values > 0]
    floor = float(np.min(positive)) if len(positive) else 0.0
    for factor in vocabulary.multipliers(column.name):
        is_plausible = number * factor >= floor * 0.3 and _fits(column, number * factor)
        if factor >= 1 and (number == 0 or is_plausible):
            return factor
    return None


def bounded(column: Column, relation: str, low: float, high: float) -> Filter:
    """The condition that a relation to a number makes; without one a price is «up to»."""
    made = _BOUNDS.get(relation)
    if made is None:
        made = _BOUNDS["most"] if column.type is ColumnType.MONEY else _BOUNDS["range"]
    return made(column.name, min(low, high), max(low, high))


_BOUNDS: dict[str, Callable[[str, float, float], Filter]] = {
    "range": lambda name, low, high: Filter(column=name, least=low, most=high),
    "most": lambda name, low, _: Filter(column=name, most=low),
    "least": lambda name, low, _: Filter(column=name, least=low),
    "under": lambda name, low, _: Filter(column=name, most=low, is_open=True),
    "over": lambda name, low, _: Filter(column=name, least=low, is_open=True),
    "about": lambda name, low, _: Filter(
        column=name, least=round(low * (1 - _ABOUT), 6), most=round(low * (1 + _ABOUT), 6)
    ),
}
