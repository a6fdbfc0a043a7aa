"""What can be had with a thing of the stock table, and for how much: the options of a cost sheet."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, TypeAdapter

from bot.errors import Problem, TenantError
from bot.tenant.shapes import Frozen, Names, Slug, Wordings, worded
from bot.tenant.source import read_yaml

ALL = "all"


def _roubles(value: object) -> object:
    """Whole roubles, also as ``120 000`` or ``120_000``."""
    return value.replace(" ", "").replace("\N{NO-BREAK SPACE}", "") if isinstance(value, str) else value


def _listed(value: object) -> object:
    return () if value == ALL else value


def _several(value: object) -> object:
    """One value may stand without brackets."""
    return (value,) if isinstance(value, str) else value


CellValues = Annotated[tuple[str, ...], BeforeValidator(_several), Field(min_length=1)]
"""The values of one column of the stock table, any of which will do."""


def have(row: Mapping[str, str], cells: Mapping[str, CellValues]) -> bool:
    return all(row.get(column) in values for column, values in cells.items())


class Offer(StrEnum):
    """How an option stands to one row of the table."""

    POSSIBLE = "possible"
    INCLUDED = "included"
    """It is in the row's price already."""
    IMPOSSIBLE = "impossible"


class Option(Frozen):
    id: Slug
    title: Wordings
    names: Names = ()
    price_rub: Annotated[int, BeforeValidator(_roubles), Field(ge=0, le=1_000_000_000)]
    fits: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """For which values of the base's column it is made; empty (``all``): for every one."""
    only_where: Mapping[str, CellValues] = {}
    """What a row must have besides."""
    comes_with: Mapping[str, CellValues] = {}
    """The rows that have the option already."""
    excludes: tuple[Slug, ...] = ()
    """What it cannot be had with. One of two says so, and it holds for both."""
    requires: tuple[Slug, ...] = ()
    """What has to be chosen too."""

    def called(self, language: str) -> str:
        return worded(self.title, language)

    def suits(self, value: str) -> bool:
        return not self.fits or value in self.fits

    def offered(self, row: Mapping[str, str], column: str) -> Offer:
        """`row` holds the texts of a row's cells by column; `column` is the base's."""
        if not self.suits(row[column]):
            return Offer.IMPOSSIBLE
        if self.comes_with and have(row, self.comes_with):
            return Offer.INCLUDED
        return Offer.POSSIBLE if have(row, self.only_where) else Offer.IMPOSSIBLE

    def goes_with(self, other: "Option") -> bool:
        return other.id not in self.excludes and self.id not in other.excludes


def read_options(path: Path) -> tuple[Option, ...]:
    """The options in their order. Raises TenantError with every problem of the file."""
    shape: TypeAdapter[tuple[Option, ...]] = TypeAdapter(Annotated[tuple[Option, ...], Field(min_length=1)])
    options, lines = read_yaml(path, shape)
    first = {option.id: option for option in reversed(options)}
    problems = [
        Problem(file=path, line=lines.get((number, field), lines[number,]), message=message)
        for number, option in enumerate(options)
        for field, message in _faults(option, first)
    ]
    if problems:
        raise TenantError(problems)
    return options


def _faults(option: Option, known: Mapping[str, Option]) -> Iterator[tuple[str, str]]:
    if known[option.id] is not option:
        yield "id", f'there are two options "{option.id}"'
    for field, named in (("excludes", option.excludes), ("requires", option.requires)):
        for other in named:
            if other not in known:
                yield field, f'{field}: there is no option "{other}"'
            elif other == option.id:
                yield field, f"{field}: the option names itself"
    for other in option.requires:
        needed = known.get(other)
        if needed is None or needed is option:
            continue
        if not needed.goes_with(option):
            yield "requires", f'requires: "{other}" and "{option.id}" exclude each other'
        if needed.fits and not (option.fits and set(option.fits) <= set(needed.fits)):
            yield "requires", f'requires: "{other}" does not fit everything that "{option.id}" fits'
