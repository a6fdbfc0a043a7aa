"""Whether what a tenant says about serving people agrees with the rest of it."""

from collections.abc import Iterator
from pathlib import Path

from bot.errors import Problem
from bot.tenant.actions import Action, Booking, CostSheet, TableResources
from bot.tenant.model import Profile
from bot.tenant.options import strange_fits
from bot.tenant.service import Service
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
        faults: Iterator[_Fault] = iter(())
        if isinstance(action, Booking):
            faults = _booking_faults(action, profile, stock)
        elif isinstance(action, CostSheet):
            faults = _base_faults(action, stock)
            options = path.parent / action.options_file
            yield from strange_fits(options, action.options, _column(stock, action.base.table_column))
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
    for name, value in of.only_where.items():
        column = _column(stock, name)
        if column is None:
            yield ("of", "only_where", name), "stock.yaml has no such column"
        elif column.values and value not in column.values:
            yield ("of", "only_where", name), f'"{value}" is not a value of the column'


def _base_faults(sheet: CostSheet, stock: StockSchema | None) -> Iterator[_Fault]:
    if stock is None:
        yield ("base",), "there is no stock.yaml that the prices could come from"
        return
    column, price = _column(stock, sheet.base.table_column), _column(stock, sheet.base.price_column)
    if column is None or column.type is not ColumnType.CHOICE:
        yield ("base", "table_column"), f'stock.yaml has no column "{sheet.base.table_column}" of type choice'
    if price is None or price.type is not ColumnType.MONEY:
        yield ("base", "price_column"), f'stock.yaml has no column "{sheet.base.price_column}" of type money'


def _column(stock: StockSchema | None, name: str) -> Column | None:
    columns = stock.columns if stock is not None else ()
    return next((column for column in columns if column.name == name), None)
