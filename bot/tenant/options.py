"""What can be had with a thing of the stock table, and for how much: the options of a cost sheet."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, TypeAdapter

from bot.errors import Problem, TenantError
from bot.tenant.shapes import Frozen, Names, Slug, Wordings, worded
from bot.tenant.source import read_lines, read_yaml
from bot.tenant.stock import Column

ALL = "all"


def _roubles(value: object) -> object:
    """Whole roubles, also as ``120 000`` or ``120_000``."""
    return value.replace(" ", "").replace("\N{NO-BREAK SPACE}", "") if isinstance(value, str) else value


def _listed(value: object) -> object:
    return () if value == ALL else value


class Option(Frozen):
    id: Slug
    title: Wordings
    names: Names = ()
    price_rub: Annotated[int, BeforeValidator(_roubles), Field(ge=0, le=1_000_000_000)]
    fits: Annotated[tuple[str, ...], BeforeValidator(_listed)] = ()
    """For which values of the base's column it is made; empty (``all``): for every one."""
    excludes: tuple[Slug, ...] = ()
    """What it cannot be had with. One of two says so, and it holds for both."""
    requires: tuple[Slug, ...] = ()
    """What has to be chosen too."""

    def called(self, language: str) -> str:
        return worded(self.title, language)

    def suits(self, value: str) -> bool:
        return not self.fits or value in self.fits

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


def strange_fits(path: Path, options: tuple[Option, ...], column: Column | None) -> Iterator[Problem]:
    """Things that the stock table does not know."""
    if column is None or not column.values:
        return
    for number, option in enumerate(options):
        for place, value in enumerate(option.fits):
            if value not in column.values:
                line = read_lines(path)[number, "fits", place]
                message = f'{number}.fits: "{value}" is not a value of the column "{column.name}"'
                yield Problem(file=path, line=line, message=message)
