"""Two or three rows, or groups of rows, side by side."""

from collections.abc import Sequence

import numpy as np

from bot.stock.query import StockQuery, Task
from bot.stock.snapshot import Rows, Snapshot
from bot.stock.wording import Wording
from bot.tenant.stock import ColumnType
from bot.texts.catalogue import Text

_MOST_VALUES = 6


Side = tuple[str, Rows]
"""A side's name and its rows."""


def compare(query: StockQuery, snapshot: Snapshot, words: Wording) -> tuple[list[str], list[int]]:
    """A line for each column that differs, who has the most or the least, and the rows it was made of."""
    sides = _sides(query, snapshot, words)
    lines = [words.say(Text.STOCK_COMPARE, sides=", ".join(name for name, _ in sides))]
    there = [(name, rows) for name, rows in sides if len(rows)]
    if query.task is Task.COUNT:
        lines += _counts(query, snapshot, words, sides)
    else:
        lines += [words.say(Text.STOCK_SIDE_NONE, side=name) for name, rows in sides if not len(rows)]
        lines += _values(query, snapshot, words, there)
    if query.keys:
        return lines, [int(rows[0]) for _, rows in there]
    return lines, [int(snapshot.ordered(rows, query.sort or snapshot.schema.sort)[0]) for _, rows in there]


def _counts(query: StockQuery, snapshot: Snapshot, words: Wording, sides: Sequence[Side]) -> list[str]:
    """How many rows each side has, and which has the most and the least."""
    lines = [
        f"- **{name}**: {len(rows)} {words.item(len(rows))}.{words.of_them(query, rows, snapshot)}"
        for name, rows in sides
    ]
    most, least = max(len(rows) for _, rows in sides), min(len(rows) for _, rows in sides)
    if most == least:
        return [*lines, words.say(Text.STOCK_COUNT_EVEN)]
    for text, number in ((Text.STOCK_COUNT_MOST, most), (Text.STOCK_COUNT_LEAST, least)):
        named = words.say(Text.STOCK_OR).join(name for name, rows in sides if len(rows) == number)
        lines.append(words.say(text, side=named))
    return lines


def _values(query: StockQuery, snapshot: Snapshot, words: Wording, there: Sequence[Side]) -> list[str]:
    lines, same = [], []
    for column in _columns(query, snapshot) if len(there) > 1 else query.columns if there else ():
        told = [_told(snapshot, words, rows, column) for _, rows in there]
        if len(set(told)) == 1 and column not in query.columns:
            same.append(f"{words.column(column)} ({told[0]})")
            continue
        values = "; ".join(f"{name}: {value}" for (name, _), value in zip(there, told, strict=True))
        lines.append(f"- **{words.heading(column)}**: {values}")
        lines += _verdict(query, snapshot, words, column, there)
    return [*lines, words.say(Text.STOCK_SAME, columns=", ".join(same))] if same else lines


def _sides(query: StockQuery, snapshot: Snapshot, words: Wording) -> list[Side]:
    if query.keys:
        rows = snapshot.rows_of(query.keys[:3])
        return [
            (name, np.asarray([row])) for name, row in zip(_names(rows, snapshot, words), rows, strict=True)
        ]
    return [
        (words.values_of(side), np.flatnonzero(snapshot.mask((*query.filters, side))))
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
    query: StockQuery, snapshot: Snapshot, words: Wording, name: str, sides: Sequence[Side]
) -> list[str]:
    """Whose number is the least, or the largest if that is asked for, where a column was asked for."""
    if name not in query.columns or not snapshot.schema.column(name).type.is_number:
        return []
    is_most = query.sort == f"-{name}"
    spans = ((side, snapshot.span(rows, name)) for side, rows in sides)
    edges = {side: span[1 if is_most else 0] for side, span in spans if span is not None}
    if len(edges) < 2:
        return []
    best = max(edges.values()) if is_most else min(edges.values())
    winners = [side for side, edge in edges.items() if edge == best]
    heading = words.heading(name)
    if len(winners) == len(edges):
        value = words.number(best, snapshot.schema.column(name))
        return [words.say(Text.STOCK_SIDE_EVEN, column=heading, value=value)]
    text = Text.STOCK_SIDE_MOST if is_most else Text.STOCK_SIDE_LEAST
    return [words.say(text, column=heading, side=words.say(Text.STOCK_OR).join(winners))]
