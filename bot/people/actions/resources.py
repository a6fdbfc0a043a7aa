"""What can be booked now: the owner's list, or what the stock table has."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.people.actions.tables import seen_table
from bot.stock.table import StockTable
from bot.tenant.actions import Booking
from bot.tenant.shapes import worded

_SLUG = re.compile(r"[a-z][a-z0-9_]{0,19}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Thing:
    """One car, room or desk. `id` is what a booking remembers."""

    id: str
    title: str
    names: Sequence[str] = ()
    conditions: str = ""

    @property
    def code(self) -> str:
        """What a button remembers it by: 20 characters at most, without a colon."""
        return code_of(self.id)


def code_of(written: str) -> str:
    """A short name for any text; a short name itself stays as it is."""
    if _SLUG.fullmatch(written):
        return written
    return "~" + hashlib.sha256(written.encode()).hexdigest()[:12]


def things_of(action: Booking, table: StockTable | None, language: str) -> list[Thing]:
    """What is offered now. Raises TableAway where only the table could tell; blocks where it must be read."""
    if action.of is None:
        return [
            Thing(
                id=resource.id,
                title=resource.called(language),
                names=(*resource.title.values(), *resource.names),
                conditions=worded(resource.conditions, language) if resource.conditions else "",
            )
            for resource in action.resources
        ]
    seen = seen_table(table)
    column = seen.snapshot.schema.column(action.of.table_column)
    values = dict.fromkeys(seen.told(row, column.name) for row in seen.rows(action.of.only_where))
    return [
        Thing(id=value, title=value, names=(value, *column.values.get(value, ())))
        for value in values
        if value
    ]
