"""The schema of a tenant's stock table: what its columns are and how people speak of them."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, TypeAdapter, model_validator

from bot.errors import Problem, TenantError
from bot.tenant.shapes import Frozen, Lines, Names, Wordings
from bot.tenant.source import read_yaml


class StockSource(Frozen):
    """Where the table comes from: exactly one of `csv`, `address` and `sql`."""

    csv: str | None = None
    """A file, relative to the tenant's folder."""
    address: str | None = None
    sql: str | None = None
    database: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")] | None = None
    """The environment variable that holds the address of the database."""

    @model_validator(mode="after")
    def is_one(self) -> Self:
        if sum(part is not None for part in (self.csv, self.address, self.sql)) != 1:
            raise ValueError("name exactly one of csv, address and sql")
        if (self.sql is None) != (self.database is None):
            raise ValueError("sql needs database: the name of an environment variable; and only sql does")
        if self.address is not None:
            parts = urlsplit(self.address)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError(f'"{self.address}" is not an address that begins with https://')
        return self


class ItemName(Frozen):
    """How one row is called, in the forms that follow 1, 2 and 5. Without `few` it is `many`."""

    one: str
    few: str | None = None
    many: str


class ColumnType(StrEnum):
    CHOICE = "choice"
    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"
    YEAR = "year"
    BOOLEAN = "boolean"

    @property
    def is_number(self) -> bool:
        return self in (ColumnType.NUMBER, ColumnType.MONEY, ColumnType.YEAR)


class Column(Frozen):
    """One column. `values` maps a value of the table to what people call it."""

    name: str
    title: Wordings
    type: ColumnType
    required: bool = False
    filter: bool = False
    names: Names = ()
    values: Mapping[str, Names] = {}
    unit: str | None = None
    range: tuple[float, float] | None = None
    least: Names = ()
    most: Names = ()
    units: Mapping[str, float] = {}
    """What may follow a number of this column, and what the number is then multiplied by."""

    @model_validator(mode="after")
    def is_consistent(self) -> Self:
        if self.values and self.type is not ColumnType.CHOICE:
            raise ValueError("only a column of type choice has values")
        if self.range is not None and self.range[0] > self.range[1]:
            raise ValueError("range: the smaller number comes first")
        numeric = (self.range, self.least, self.most, self.units)
        if any(numeric) and not self.type.is_number:
            raise ValueError("range, least, most and units are for numbers, money and years")
        return self

    def called(self, language: str) -> str:
        return self.title.get(language) or next(iter(self.title.values()))


class Available(Frozen):
    """What it means that something can be had at once."""

    column: str
    values: Annotated[tuple[str, ...], Field(min_length=1)]


class StockSchema(Frozen):
    """What `stock.yaml` says."""

    source: StockSource
    refresh_minutes: float = Field(30, ge=0.1)
    stale_after_hours: float = Field(24, gt=0)
    timeout_s: float = Field(30, gt=0, le=600)
    largest_mb: float = Field(64, gt=0, le=1024)
    most_rows: int = Field(200_000, ge=1)
    least_share_of_last: float = Field(0.5, ge=0, le=1)
    """Fewer rows than this share of the last table's are taken for a fault of the source."""
    most_faulty_share: float = Field(0.1, ge=0, le=1)
    """A larger share of faulty rows refuses the whole table."""
    key: str
    item: Mapping[str, ItemName]
    names: Names = ()
    title: str
    details: Names = ()
    available: Available | None = None
    sort: str | None = None
    similar: Names = ()
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]

    def column(self, name: str) -> Column:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> Mapping[str, Column]:
        return {column.name: column for column in reversed(self.columns)}

    @cached_property
    def title_columns(self) -> tuple[str, ...]:
        return tuple(name for _, name, _, _ in Formatter().parse(self.title) if name)

    @cached_property
    def main(self) -> Column:
        """What a row is in the first place: a question that names it stands on its own."""
        choices = [column for column in self.columns if column.type is ColumnType.CHOICE and column.filter]
        return choices[0] if choices else self.column(self.title_columns[0])

    def item_form(self, form: str, language: str) -> str:
        """The row's name in a plural form: one, few or many."""
        name = self.item.get(language) or next(iter(self.item.values()))
        return name.one if form == "one" else (name.few or name.many) if form == "few" else name.many


def read_stock_schema(path: Path) -> StockSchema | None:
    """The schema, or None where there is no such file. Raises TenantError with every problem."""
    if not path.exists():
        return None
    schema, lines = read_yaml(path, TypeAdapter(StockSchema))
    problems = [Problem(file=path, line=line, message=message) for line, message in _faults(schema, lines)]
    if schema.source.csv is not None and not (path.parent / schema.source.csv).is_file():
        message = f'source: there is no file "{schema.source.csv}" in the folder'
        problems.append(Problem(file=path, line=lines["source",], message=message))
    if problems:
        raise TenantError(problems)
    return schema


def _faults(schema: StockSchema, lines: Lines) -> Iterator[tuple[int, str]]:
    known: dict[str, int] = {}
    for number, column in enumerate(schema.columns):
        if column.name in known:
            yield lines["columns", number], f'the column "{column.name}" is described twice'
        known.setdefault(column.name, number)
    yield from _unknown_columns(schema, lines, frozenset(known))
    if schema.key in known and schema.column(schema.key).type not in (ColumnType.TEXT, ColumnType.CHOICE):
        yield lines["key",], "key: must be a column of type text or choice"
    if schema.available is not None and schema.available.column in known:
        number = known[schema.available.column]
        for value in schema.available.values:
            if schema.columns[number].values and value not in schema.columns[number].values:
                yield lines["available",], f'available: "{value}" is not a value of the column'


def _unknown_columns(schema: StockSchema, lines: Lines, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    named = [("key", schema.key), *(("details", name) for name in schema.details)]
    named += [("similar", name) for name in schema.similar]
    named += [("sort", schema.sort.removeprefix("-"))] if schema.sort is not None else []
    named += [("available", schema.available.column)] if schema.available is not None else []
    try:
        named += [("title", name) for name in schema.title_columns]
    except ValueError as error:
        yield lines["title",], f"title: {error}"
    for field, name in named:
        if name not in known:
            yield lines[field,], f'{field}: there is no column "{name}"'
