"""The numbers of rows that an answer may name, so that whoever checks it need not take its text for proof."""

from collections.abc import Iterator, Sequence

import numpy as np

from bot.stock.query import StockQuery
from bot.stock.snapshot import Rows, Snapshot
from bot.tenant.stock import ColumnType


def counts_of(query: StockQuery, snapshot: Snapshot, shown: Sequence[str]) -> tuple[int, ...]:
    """How many rows are found, of each side, of each value that is told apart, and how many are left."""
    rows = snapshot.select(query)
    sides = [np.flatnonzero(snapshot.mask((*query.filters, side))) for side in query.compared]
    told = [number for group in (rows, *sides) for number in _of_group(group, query, snapshot)]
    left = len(rows) - len(shown) - query.offset
    return tuple(sorted({*told, query.offset + len(shown), max(left, 0)}))


def _of_group(rows: Rows, query: StockQuery, snapshot: Snapshot) -> Iterator[int]:
    yield len(rows)
    available = snapshot.schema.available
    if available is not None:
        there = dict(snapshot.counts(rows, available.column))
        yield sum(there.get(value, 0) for value in available.values)
    apart = {condition.column for condition in query.filters if len(condition.values) > 1}
    for name in {*query.columns, *apart}:
        kind = snapshot.schema.column(name).type
        if kind is ColumnType.MONEY:
            yield int(snapshot.numbers(name).on_request[rows].sum())
        elif not kind.is_number:  # of numbers only the span is told
            counts = snapshot.counts(rows, name)
            yield len(counts)
            yield from (count for _, count in counts)
