"""One version of the table in memory, in columns; never changed once it is built."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from bot.errors import StockError
from bot.stock.cells import ON_REQUEST, Value, plain
from bot.stock.query import Filter, StockQuery
from bot.tenant.stock import Column, ColumnType, StockSchema

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
_ALMOST = 1.05
"""A slip in the table must not hide that one column depends on another."""
YES, NO = "yes", "no"
"""How the conditions on a column of type boolean are written."""


class NotOfSchema(StockError):
    """Rows that were stored under another schema, and cannot be served under this one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Texts:
    """A column of choices, texts or truths: `codes` (int32) number the `values`; -1 is an empty cell."""

    values: tuple[str, ...]
    codes: npt.NDArray[np.int32]
    numbers: Mapping[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """A column of numbers (float64). NaN: the table does not say, or, where `on_request`, does not tell."""

    values: npt.NDArray[np.float64]
    on_request: Mask
    order: Rows
    """The rows in ascending order; those without a number come last."""


class Snapshot:
    """The rows of one version. Queries take numpy masks, so that 100,000 rows take milliseconds."""

    def __init__(
        self, schema: StockSchema, columns: Sequence[str], rows: Sequence[Sequence[Value]], version: int
    ) -> None:
        """`columns` may hold more than the schema, and lack what the schema did not have then.

        Raises NotOfSchema for rows that have no key.
        """
        self.schema = schema
        self.version = version
        self.size = len(rows)
        places = {name: place for place, name in enumerate(columns)}
        self._columns: dict[str, Texts | Numbers] = {}
        for column in schema.columns:
            place = places.get(column.name)
            cells = [row[place] for row in rows] if place is not None else [None] * len(rows)
            self._columns[column.name] = _numbers(cells) if column.type.is_number else _texts(cells, column)
        keys = self.texts(schema.key)
        if (keys.codes < 0).any():
            raise NotOfSchema(f"there are rows without the key {schema.key}")
        self._dependences: dict[tuple[str, str], bool] = {}
        self._row_of_key = {keys.values[code]: row for row, code in enumerate(keys.codes)}

    def texts(self, column: str) -> Texts:
        found = self._columns[column]
        assert isinstance(found, Texts)
        return found

    def numbers(self, column: str) -> Numbers:
        found = self._columns[column]
        assert isinstance(found, Numbers)
        return found

    def value(self, row: int, column: str) -> Value:
        """The cell of a row; a truth as True or False."""
        found = self._columns[column]
        if isinstance(found, Numbers):
            if found.on_request[row]:
                return ON_REQUEST
            number = float(found.values[row])
            return None if np.isnan(number) else number
        code = found.codes[row]
        if code < 0:
            return None
        written: str = found.values[code]
        return written == YES if self.schema.column(column).type is ColumnType.BOOLEAN else written

    def key_of(self, row: int) -> str:
        value = self.value(row, self.schema.key)
        return f"{value:g}" if isinstance(value, float) else str(value)

    def rows_of(self, keys: Sequence[str]) -> list[int]:
        """The rows with these keys that are still there, in the order of the keys."""
        return [self._row_of_key[key] for key in keys if key in self._row_of_key]

    def find_key(self, written: str) -> str | None:
        """The key as the table writes it, whatever the letters' case."""
        if written in self._row_of_key:
            return written
        upper = written.upper()
        return upper if upper in self._row_of_key else None

    def select(self, query: StockQuery) -> Rows:
        """Every row that the query means, in its order; `limit` and `offset` are not applied."""
        if query.keys:
            return np.asarray(self.rows_of(query.keys), dtype=np.int64)
        return self.ordered(np.flatnonzero(self.mask(query.filters)), query.sort)

    def mask(self, filters: Sequence[Filter]) -> Mask:
        mask = np.ones(self.size, dtype=np.bool_)
        for condition in filters:
            mask &= self._meets(condition)
        return mask

    def ordered(self, rows: Rows, sort: str | None) -> Rows:
        """The rows by a column, `-` before it for the largest first; rows without a number are last."""
        if sort is None or not len(rows):
            return rows
        column = self._columns.get(sort.removeprefix("-"))
        if isinstance(column, Numbers):
            return self._by_number(rows, column, descending=sort.startswith("-"))
        if isinstance(column, Texts):
            by_name = np.argsort(np.argsort(np.asarray(column.values, dtype=object)))
            places = by_name[column.codes[rows]] if len(column.values) else column.codes[rows]
            return rows[np.argsort(places, kind="stable")]
        return rows

    def _by_number(self, rows: Rows, column: Numbers, *, descending: bool) -> Rows:
        """Picked from the whole column's order, which is faster than to sort many rows anew."""
        wanted = np.zeros(self.size, dtype=np.bool_)
        wanted[rows] = True
        ordered = column.order[wanted[column.order]]
        if not descending:
            return ordered
        known = len(ordered) - int(np.isnan(column.values[rows]).sum())
        return np.concatenate((ordered[:known][::-1], ordered[known:]))

    def counts(self, rows: Rows, column: str) -> list[tuple[str, int]]:
        """Each value of a column among the rows and how often it is there, the most frequent first."""
        found = self._columns[column]
        if isinstance(found, Numbers):
            numbers = found.values[rows]
            values, times = np.unique(numbers[~np.isnan(numbers)], return_counts=True)
            return [(f"{value:.12g}", int(count)) for value, count in zip(values, times, strict=True)]
        codes = found.codes[rows]
        times = np.bincount(codes[codes >= 0], minlength=len(found.values))
        order = np.argsort(-times, kind="stable")
        return [(found.values[code], int(times[code])) for code in order if times[code]]

    def span(self, rows: Rows, column: str) -> tuple[float, float] | None:
        """The least and the largest number of a column among the rows; None where no row has one."""
        numbers = self.numbers(column).values[rows]
        numbers = numbers[~np.isnan(numbers)]
        return (float(numbers.min()), float(numbers.max())) if len(numbers) else None

    def depends(self, column: str, main: str) -> bool:
        """Whether each value of a column goes with one main value only, as versions do with their model."""
        if (column, main) not in self._dependences:
            self._dependences[column, main] = _depends(self._columns[column], self._columns[main])
        return self._dependences[column, main]

    def _meets(self, condition: Filter) -> Mask:
        column = self._columns[condition.column]
        if isinstance(column, Texts):
            met = _are(column, map(plain, condition.values))
            return ~met if condition.negated else met
        met = ~np.isnan(column.values)
        if condition.values:
            within = np.isin(column.values, [float(value) for value in condition.values])
        else:
            within = _within(column.values, condition)
        return met & (~within if condition.negated else within)


def _depends(column: Texts | Numbers, main: Texts | Numbers) -> bool:
    if not isinstance(column, Texts) or not isinstance(main, Texts):
        return False
    known = (column.codes >= 0) & (main.codes >= 0)
    codes, mains = column.codes[known].astype(np.int64), main.codes[known]
    pairs = len(np.unique(codes * (len(main.values) + 1) + mains))
    distinct = len(np.unique(codes))
    return distinct > len(main.values) and pairs <= distinct * _ALMOST


def _are(column: Texts, wanted: Iterable[str]) -> Mask:
    """Whether each cell is one of the values, by a table of them all; its last place is the empty cell's."""
    is_wanted = np.zeros(len(column.values) + 1, dtype=np.bool_)
    is_wanted[[column.numbers[value] for value in wanted if value in column.numbers]] = True
    met: Mask = is_wanted[column.codes]
    return met


def _within(values: npt.NDArray[np.float64], condition: Filter) -> Mask:
    met = np.ones(len(values), dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        if condition.least is not None:
            met &= values > condition.least if condition.is_open else values >= condition.least
        if condition.most is not None:
            met &= values < condition.most if condition.is_open else values <= condition.most
    return met


def _texts(cells: Sequence[Value], column: Column) -> Texts:
    if column.type is ColumnType.BOOLEAN:
        cells = [None if cell is None else YES if cell else NO for cell in cells]
    values: dict[str, int] = {}
    codes = [-1 if cell is None else values.setdefault(str(cell), len(values)) for cell in cells]
    return Texts(
        values=tuple(values),
        codes=np.asarray(codes, dtype=np.int32),
        numbers={plain(value): code for value, code in values.items()},
    )


def _numbers(cells: Sequence[Value]) -> Numbers:
    values = np.asarray([cell if isinstance(cell, float) else np.nan for cell in map(_float, cells)])
    on_request = np.asarray([cell == ON_REQUEST for cell in cells], dtype=np.bool_)
    return Numbers(
        values=values.astype(np.float64), on_request=on_request, order=np.argsort(values, kind="stable")
    )


def _float(cell: Value) -> Value:
    return float(cell) if isinstance(cell, int | float) and not isinstance(cell, bool) else cell


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """A snapshot and how far it may be trusted. `as_of` is aware."""

    snapshot: Snapshot
    as_of: datetime
    is_stale: bool
