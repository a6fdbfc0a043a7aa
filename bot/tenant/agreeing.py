"""Whether what a tenant says about serving people agrees with the rest of it."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bot.errors import Problem
from bot.tenant.actions import Action, Booking, CostBase, CostSheet, TableResources
from bot.tenant.model import Profile
from bot.tenant.options import CellValues
from bot.tenant.service import Service
from bot.tenant.shapes import Lines
from bot.tenant.source import read_lines
from bot.tenant.stock import Column, ColumnType, StockSchema
from bot.tenant.terms import Terms

_Fault = tuple[tuple[str | int, ...], str]
"""The place in the file, and what is wrong there."""


def unspoken_terms(path: Path, terms: Terms, profile: Profile) -> Iterator[Problem]:
    """Languages of the tenant in which nobody could read what they agree to, and others."""
    for language in profile.languages:
        if language not in terms.shorts:
            message = f"short.{language} is missing: {language} is among the languages of tenant.yaml"
            yield Problem(file=path, line=read_lines(path)["short",], message=message)
    for language in terms.shorts:
        if language not in profile.languages:
            message = f"short.{language}: {language} is not among the languages of tenant.yaml"
            yield Problem(file=path, line=read_lines(path)["short",], message=message)


def strange_departments(path: Path, service: Service, profile: Profile) -> Iterator[Problem]:
    """A department that is not in `tenant.yaml`."""
    named = service.callbacks.department
    if named is not None and profile.department(named) is None:
        line = read_lines(path)["callbacks", "department"]
        yield Problem(file=path, line=line, message=f"callbacks.department: {_nobody(named, profile)}")


def strange_actions(
    path: Path, actions: tuple[Action, ...], profile: Profile, stock: StockSchema | None
) -> Iterator[Problem]:
    """Departments, hours, columns and values that the rest of the tenant does not have."""
    lines = read_lines(path)
    for number, action in enumerate(actions):
        if isinstance(action, Booking):
            yield from _told(path, lines, number, _booking_faults(action, profile, stock))
        elif isinstance(action, CostSheet):
            yield from _told(path, lines, number, _base_faults(action.base, stock))
            if stock is not None:
                yield from _strange_options(path.parent / action.options_file, action, stock)


def _strange_options(path: Path, sheet: CostSheet, stock: StockSchema) -> Iterator[Problem]:
    lines = read_lines(path)
    for number, option in enumerate(sheet.options):
        cells = {sheet.base.table_column: option.fits} if option.fits else {}
        faults: list[_Fault] = [(("fits",), message) for _, message in _cell_faults("fits", cells, stock)]
        faults += _cell_faults("only_where", option.only_where, stock)
        faults += _cell_faults("comes_with", option.comes_with, stock)
        yield from _told(path, lines, number, faults)


def _told(path: Path, lines: Lines, number: int, faults: Iterable[_Fault]) -> Iterator[Problem]:
    for place, message in faults:
        line = lines.get((number, *place), lines[number,])
        yield Problem(file=path, line=line, message=".".join(map(str, (number, *place))) + f": {message}")


def _nobody(named: str, profile: Profile) -> str:
    known = ", ".join(f'"{department.name}"' for department in profile.departments) or "none"
    return f'there is no department "{named}" in tenant.yaml; known: {known}'


def _booking_faults(booking: Booking, profile: Profile, stock: StockSchema | None) -> Iterator[_Fault]:
    department = None
    if booking.department is not None:
        department = profile.department(booking.department)
        if department is None:
            yield ("department",), _nobody(booking.department, profile)
            return
    hours = (department.hours if department is not None else None) or profile.working_hours
    if not any(booking.starts(spans) for spans in hours.week):
        yield ("slot_min",), f"no day of the week has room for {booking.slot_min} minutes"
    if booking.of is not None:
        yield from _table_faults(booking.of, stock)


def _table_faults(of: TableResources, stock: StockSchema | None) -> Iterator[_Fault]:
    if stock is None:
        yield ("of",), "there is no stock.yaml whose rows could be booked"
        return
    column = _column(stock, of.table_column)
    if column is None or column.type is not ColumnType.CHOICE:
        yield ("of", "table_column"), f'stock.yaml has no column "{of.table_column}" of type choice'
    for place, message in _cell_faults("only_where", of.only_where, stock):
        yield ("of", *place), message


def _cell_faults(field: str, cells: Mapping[str, CellValues], stock: StockSchema) -> Iterator[_Fault]:
    for name, values in cells.items():
        column = _column(stock, name)
        if column is None:
            yield (field, name), f'stock.yaml has no column "{name}"'
            continue
        for value in values:
            if value not in (column.values or values):
                yield (field, name), f'"{value}" is not a value of the column "{name}"'


def _base_faults(base: CostBase, stock: StockSchema | None) -> Iterator[_Fault]:
    if stock is None:
        yield ("base",), "there is no stock.yaml that the prices could come from"
        return
    column, price = _column(stock, base.table_column), _column(stock, base.price_column)
    if column is None or column.type is not ColumnType.CHOICE:
        yield ("base", "table_column"), f'stock.yaml has no column "{base.table_column}" of type choice'
    if price is None or price.type is not ColumnType.MONEY:
        yield ("base", "price_column"), f'stock.yaml has no column "{base.price_column}" of type money'
    for place, message in _cell_faults("only_where", base.only_where, stock):
        yield ("base", *place), message


def _column(stock: StockSchema | None, name: str) -> Column | None:
    columns = stock.columns if stock is not None else ()
    return next((column for column in columns if column.name == name), None)
