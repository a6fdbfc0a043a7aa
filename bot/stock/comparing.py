"""Two or three rows, or groups of rows, side by side."""

from collections.abc import Sequence

import numpy as np

from bot.stock.query import StockQuery
from bot.stock.snapshot import Rows, Snapshot
from bot.stock.wording import Wording
from bot.tenant.stock import ColumnType
from bot.texts.catalogue import Text

_MOST_VALUES = 6


def compare(query: StockQuery, snapshot: Snapshot, words: Wording) -> tuple[list[str], list[int]]:
    """A line for each column that differs, and the rows it was made of."""
    sides = _sides(query, snapshot, words)
    lines = [words.say(Text.STOCK_COMPARE, sides=", ".join(name for name, _ in sides))]
    lines += [words.say(Text.STOCK_SIDE_NONE, side=name) for name, rows in sides if not len(rows)]
    there = [(name, rows) for name, rows in sides if len(rows)]
    same = []
    for column in _columns(query, snapshot) if len(there) > 1 else ():
        told = [_told(snapshot, words, rows, column) for _, rows in there]
        if len(set(told)) == 1 and column not in query.columns:
            same.append(f"{words.column(column)} ({told[0]})")
            continue
        values = "; ".join(f"{name}: {value}" for (name, _), value in zip(there, told, strict=True))
        lines.append(f"- **{words.heading(column)}**: {values}")
        lines += _verdict(query, snapshot, words, column, there)
    if same:
        lines.append(words.say(Text.STOCK_SAME, columns=", ".join(same)))
    if query.keys:
        return lines, [int(rows[0]) for _, rows in there]
    return lines, [int(snapshot.ordered(rows, snapshot.schema.sort)[0]) for _, rows in there]


def _sides(query: StockQuery, snapshot: Snapshot, words: Wording) -> list[tuple[str, Rows]]:
    if query.keys:
        rows = snapshot.rows_of(query.keys[:3])
        return [
            (name, np.asarray([row])) for name, row in zip(_names(rows, snapshot, words), rows, strict=True)
        ]
    return [
        (words.condition(side), np.flatnonzero(snapshot.mask((*query.filters, side))))
        for side in query.compared
    ]


def _names(rows: Sequence[int], snapshot: Snapshot, words: Wording) -> list[str]:
    """The rows by the first part of their titles, if that tells them apart."""
    first = snapshot.schema.title_columns[0]
    short = [words.value(snapshot.value(row, first), first) for row in rows]
    return short if len(set(short)) == len(short) else [words.title(snapshot, row) for row in rows]


def _columns(query: StockQuery, snapshot: Snapshot) -> Sequence[str]:
    if query.columns:
        return query.columns
    schema = snapshot.schema
    taken = {side.column for side in query.compared} | {condition.column for condition in query.filters}
    named = (*(schema.title_columns[1:] if query.keys else ()), *schema.details)
    return [name for name in dict.fromkeys(named) if name not in taken]


def _told(snapshot: Snapshot, words: Wording, rows: Rows, name: str) -> str:
    column = snapshot.schema.column(name)
    if len(rows) == 1:
        return words.value(snapshot.value(int(rows[0]), name), name)
    if column.type.is_number:
        span = snapshot.span(rows, name)
        if span is None:
            return words.say(Text.STOCK_UNSAID)
        low, high = (words.number(edge, column) for edge in span)
        return low if low == high else words.say(Text.STOCK_SPAN, least=low, most=high)
    counts = snapshot.counts(rows, name)
    if column.type is ColumnType.BOOLEAN:
        return ", ".join(f"{words.value(value == 'yes', name)} ({count})" for value, count in counts)
    written = [value for value, _ in counts[:_MOST_VALUES]]
    if len(counts) > _MOST_VALUES:
        written.append(words.say(Text.STOCK_AND_OTHERS, count=len(counts) - _MOST_VALUES))
    return ", ".join(written) or words.say(Text.STOCK_UNSAID)


def _verdict(
    query: StockQuery, snapshot: Snapshot, words: Wording, name: str, sides: Sequence[tuple[str, Rows]]
) -> list[str]:
    """Whose number is the least, where a column was asked for."""
    if name not in query.columns or not snapshot.schema.column(name).type.is_number:
        return []
    spans = [(snapshot.span(rows, name), side) for side, rows in sides]
    known = sorted((span[0], side) for span, side in spans if span is not None)
    if len(known) < 2 or known[0][0] == known[1][0]:
        return []
    return [words.say(Text.STOCK_SIDE_LEAST, column=words.heading(name), side=known[0][1])]
