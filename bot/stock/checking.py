"""The rows of a tenant's table, checked where they lie: without the network and without a database."""

from dataclasses import dataclass
from pathlib import Path

from bot.errors import StockError, TenantError
from bot.stock.fetching import fetch
from bot.stock.reading_table import Fault, TableRefused, check_table
from bot.tenant.stock import StockSchema, read_stock_schema

_SCHEMA_FILE = "stock.yaml"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckedRows:
    """What is wrong with a table's rows, each by file and line, and what only looks odd.

    `row_count` is None where the rows were not looked at.
    """

    faults: tuple[Fault, ...] = ()
    notes: tuple[Fault, ...] = ()
    row_count: int | None = None


def check_rows(folder: Path) -> CheckedRows:
    """Every fault of the rows of a CSV file; nothing of a folder that has no table or a broken schema."""
    file = folder / _SCHEMA_FILE
    try:
        schema = read_stock_schema(file)
    except TenantError:
        return CheckedRows()
    if schema is None:
        return CheckedRows()
    if schema.source.csv is None:
        source = "a database" if schema.source.address is None else "an address"
        message = f"the table comes from {source}: its rows are checked at every refresh, not here"
        return CheckedRows(notes=(Fault(place=str(file), line=None, message=message),))
    return _check_file(schema, folder)


def _check_file(schema: StockSchema, folder: Path) -> CheckedRows:
    every_row = schema.model_copy(update={"most_faulty_share": 1.0})
    try:
        table = check_table(fetch(schema, folder, lambda _: None), every_row)
    except TableRefused as error:
        return CheckedRows(faults=error.faults)
    except StockError as error:
        file = str(folder / str(schema.source.csv))
        message = str(error).removeprefix(f"{file}: ")
        return CheckedRows(faults=(Fault(place=file, line=None, message=message),))
    return CheckedRows(faults=table.faults, notes=table.notes, row_count=len(table.rows))
