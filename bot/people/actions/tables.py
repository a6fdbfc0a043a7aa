"""The stock table as actions see it: which rows meet the conditions of the tenant's files."""

from collections.abc import Mapping
from datetime import datetime

from bot.stock.cells import BadCell, Value, read_cell
from bot.stock.snapshot import NO, YES, Snapshot
from bot.stock.table import StockTable
from bot.stock.vocabulary import Vocabulary
from bot.tenant.options import CellValues, have


class TableAway(Exception):
    """The stock table has never been read, or is older than the tenant trusts."""


class SeenTable:
    """One version of the table, as of `as_of`."""

    def __init__(self, snapshot: Snapshot, vocabulary: Vocabulary, as_of: datetime) -> None:
        self.snapshot = snapshot
        self.vocabulary = vocabulary
        self.as_of = as_of

    def told(self, row: int, column: str) -> str:
        """A cell in words; empty where the table says nothing."""
        return _told(self.snapshot.value(row, column))

    def cells(self, row: int) -> Mapping[str, str]:
        return {column.name: self.told(row, column.name) for column in self.snapshot.schema.columns}

    def rows(self, only_where: Mapping[str, CellValues]) -> list[int]:
        """The rows that have all this."""
        wanted = self.spelt(only_where)
        return [
            row
            for row in range(self.snapshot.size)
            if have({name: self.told(row, name) for name in wanted}, wanted)
        ]

    def spelt(self, conditions: Mapping[str, CellValues]) -> dict[str, CellValues]:
        """The conditions as `told` spells cells: a truth may be written in many ways."""
        return {
            name: tuple(self._spelt(value, name) for value in values) for name, values in conditions.items()
        }

    def _spelt(self, written: str, column: str) -> str:
        try:
            return _told(read_cell(written, self.snapshot.schema.column(column)))
        except BadCell:
            return written


def seen_table(table: StockTable | None) -> SeenTable:
    """Raises TableAway. Blocks where the table was never read before."""
    in_service = None if table is None else table.current()
    if table is None or in_service is None:
        raise TableAway
    dated = table.dated(in_service.snapshot)
    if dated.is_stale:
        raise TableAway
    return SeenTable(in_service.snapshot, in_service.vocabulary, dated.as_of)


def _told(value: Value) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    return f"{value:.12g}" if isinstance(value, float) else str(value)
