"""Which column a number is of, and the condition that it makes."""

from dataclasses import dataclass, field

import numpy as np

from bot.stock.query import Filter
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Vocabulary
from bot.tenant.stock import Column, ColumnType

_TWO_DIGIT_YEARS = 2000


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
    numeric = [column for column in schema.columns if column.type.is_number and column.filter]
    names = {column.name for column in numeric}
    by_name = [name for name in named if name in names]
    by_unit = {name: factor for name, factor in amount.columns.items() if name in names}
    for name in by_name:
        column = schema.column(name)
        if amount.is_scaled and not by_unit and not _fits(column, amount.number):
            continue  # «с пробегом до 8 миллионов» asks for the price of used ones
        if not by_unit or name in by_unit:
            if amount.is_scaled or name in by_unit:
                return column, by_unit.get(name, 1.0) * _year_shift(column, amount.number)
            return column, _factor(column, amount.number, vocabulary, snapshot) or 1.0
    if by_unit:
        return _likeliest(by_unit, amount, snapshot)
    return _by_shape(vocabulary, snapshot, amount, numeric, is_bounded=bool(relation))


def _by_shape(
    vocabulary: Vocabulary, snapshot: Snapshot, amount: Amount, numeric: list[Column], *, is_bounded: bool
) -> tuple[Column | None, float]:
    """2024 is a year; «до 6» and «5 млн» are money, or else what has such numbers."""
    number = amount.number
    years = [column for column in numeric if column.type is ColumnType.YEAR]
    if years and not amount.is_scaled and number % 1 == 0 and 1950 <= number <= 2100:
        return years[0], 1.0
    if not (amount.is_scaled or is_bounded or number >= 10_000):
        return None, 1.0
    money = [column for column in numeric if column.type is ColumnType.MONEY]
    others = [column for column in numeric if column not in (*money, *years) and column.range is not None]
    for column in (*money, *others):
        factor = 1.0 if amount.is_scaled else _factor(column, number, vocabulary, snapshot)
        if factor is not None and _fits(column, number * factor):
            return column, factor
    return None, 1.0


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


def bounded(column: Column, snapshot: Snapshot, relation: str, low: float, high: float) -> Filter:
    name = column.name
    match relation:
        case "range":
            return Filter(column=name, least=min(low, high), most=max(low, high))
        case "most":
            return Filter(column=name, most=low)
        case "least":
            return Filter(column=name, least=low)
        case "under":
            return Filter(column=name, most=low, is_open=True)
        case "over":
            return Filter(column=name, least=low, is_open=True)
        case "about":
            return Filter(column=name, least=round(low * 0.9, 6), most=round(low * 1.1, 6))
    if column.type is ColumnType.MONEY:
        return Filter(column=name, most=low)
    return Filter(column=name, least=low, most=low)
