"""What a query finds, in words: by template, so that it is true without any model."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bot.stock.comparing import compare
from bot.stock.marking import is_choice
from bot.stock.query import Filter, StockQuery, Task
from bot.stock.snapshot import Dated, Rows, Snapshot
from bot.stock.wording import Wording
from bot.tenant.stock import ColumnType, StockSchema
from bot.texts.catalogue import Text

_SHOWN = 3
_MOST_SHOWN = 10
_ALL_SHOWN = 5
"""So many are shown whole rather than the first few of them."""
_MOST_VALUES = 20
_MOST_NAMED = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class StockAnswer:
    """Markdown, the facts behind it, the keys of the rows shown, and whether it is a proven «нет»."""

    text: str
    facts: tuple[str, ...]
    shown: tuple[str, ...]
    count: int
    is_empty: bool = False
    loosened: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    lines: list[str]
    rows: Sequence[int] = ()


class StockAnswers:
    """Answers queries to one snapshot in one language."""

    def __init__(self, dated: Dated, wording: Wording) -> None:
        self._dated = dated
        self._snapshot = dated.snapshot
        self._schema = dated.snapshot.schema
        self._words = wording

    def answer(self, query: StockQuery) -> StockAnswer:
        snapshot = self._snapshot
        rows = snapshot.select(replace(query, sort=query.sort or self._schema.sort))
        loosened: tuple[str, ...] = ()
        if query.compared or (query.task is Task.COMPARE and len(query.keys) > 1):
            part = self._comparison(query)
        elif not len(rows):
            part, loosened = self._none(query)
        else:
            part = self._found(query, rows)
        lines = [*part.lines, self._as_of()]
        also = query.columns
        return StockAnswer(
            text="\n".join(lines),
            facts=tuple(self._words.row(snapshot, row, also) for row in part.rows),
            shown=tuple(snapshot.key_of(row) for row in part.rows),
            count=len(rows),
            is_empty=not len(rows) and query.task is not Task.COMPARE and not query.compared,
            loosened=loosened,
        )

    def _found(self, query: StockQuery, rows: Rows) -> _Part:
        match query.task:
            case Task.COUNT:
                return _Part(lines=self._counted(query, rows))
            case Task.VALUE if len(rows) > 1:
                return self._values(query, rows)
            case Task.VALUE:
                return self._value_of_one(query, int(rows[0]))
            case Task.FACETS:
                return self._facets(query, rows)
            case Task.EXTREME:
                return self._extreme(query, rows)
            case _:
                return self._list(query, rows)

    def _counted(self, query: StockQuery, rows: Rows) -> list[str]:
        """How many there are, and how many of them can be had at once."""
        words = self._words
        if query.keys:
            return []
        count = {"count": len(rows), "item": words.item(len(rows))}
        if query.filters:
            lines = [words.say(Text.STOCK_FOUND, **count, filters=words.conditions(query.filters))]
        else:
            lines = [words.say(Text.STOCK_FOUND_ALL, **count)]
        lines[0] += words.of_them(query, rows, self._snapshot)
        return [*lines, *self._each_named(query, rows)]

    def _each_named(self, query: StockQuery, rows: Rows) -> list[str]:
        """How many there are of each, where several values were named or one name stands for several."""
        several = [
            condition.column
            for condition in query.filters
            if 2 <= len(condition.values) <= _MOST_NAMED and not condition.negated
        ]
        return [self._value_list(name, rows) for name in several if is_choice(self._snapshot, name)]

    def _list(self, query: StockQuery, rows: Rows) -> _Part:
        rest = rows[query.offset :]
        if query.offset and not len(rest):
            return _Part(lines=[self._words.say(Text.STOCK_NO_MORE)], rows=[])
        limit = (
            min(query.limit, _MOST_SHOWN)
            if query.limit
            else _ALL_SHOWN
            if len(rest) <= _ALL_SHOWN
            else _SHOWN
        )
        shown = [int(row) for row in rest[:limit]]
        lines = self._counted(query, rows)
        lines += self._lines_of(shown, query.columns, start=query.offset + 1, numbered=len(rows) > 1)
        left = len(rest) - len(shown)
        if left:
            lines.append(self._words.say(Text.STOCK_LEFT, shown=query.offset + len(shown), left=left))
        return _Part(lines=lines, rows=shown)

    def _lines_of(
        self, rows: Sequence[int], also: tuple[str, ...] = (), *, start: int = 1, numbered: bool = True
    ) -> list[str]:
        told = [self._words.row(self._snapshot, row, also) for row in rows]
        return [f"{place}. {line}" if numbered else line for place, line in enumerate(told, start=start)]

    def _value_of_one(self, query: StockQuery, row: int) -> _Part:
        words, snapshot = self._words, self._snapshot
        named = [
            f"{words.column(name)}: {words.value(snapshot.value(row, name), name)}" for name in query.columns
        ]
        told = ", ".join(named).rstrip(".")
        lines = [f"**{words.title(snapshot, row)}**: {told}."]
        available = self._schema.available
        if available is not None and available.column not in query.columns:
            status = snapshot.value(row, available.column)
            lines[0] += f" {words.heading(available.column)}: {status}." if status is not None else ""
        return _Part(lines=lines, rows=[row])

    def _values(self, query: StockQuery, rows: Rows) -> _Part:
        """The span of what is asked over the rows, then the first of them."""
        lines = self._counted(query, rows)
        for name in query.columns:
            lines += self._span(name, rows)
        sort = next((name for name in query.columns if not is_choice(self._snapshot, name)), None)
        ordered = self._snapshot.ordered(rows, query.sort or sort)
        shown = [int(row) for row in ordered[:_SHOWN]]
        lines += self._lines_of(shown, query.columns)
        left = len(rows) - len(shown)
        lines += [self._words.say(Text.STOCK_LEFT, shown=len(shown), left=left)] if left else []
        return _Part(lines=lines, rows=shown)

    def _span(self, name: str, rows: Rows) -> list[str]:
        column = self._schema.column(name)
        if not column.type.is_number:
            return [self._value_list(name, rows)]
        span = self._snapshot.span(rows, name)
        lines = []
        if span is not None:
            low, high = (self._words.number(edge, column) for edge in span)
            told = low if low == high else self._words.say(Text.STOCK_SPAN, least=low, most=high)
            lines.append(self._words.say(Text.STOCK_VALUES, column=self._words.heading(name), values=told))
        hidden = int(self._snapshot.numbers(name).on_request[rows].sum())
        if hidden and column.type is ColumnType.MONEY:
            item = self._words.item(hidden)
            lines.append(self._words.say(Text.STOCK_ON_REQUEST_COUNT, count=hidden, item=item))
        return lines

    def _facets(self, query: StockQuery, rows: Rows) -> _Part:
        lines = self._counted(query, rows)
        lines += [self._value_list(name, rows) for name in query.columns]
        return _Part(lines=lines)

    def _value_list(self, name: str, rows: Rows) -> str:
        counts = self._snapshot.counts(rows, name)
        written = [f"{value} ({count})" for value, count in counts[:_MOST_VALUES]]
        if len(counts) > _MOST_VALUES:
            written.append(self._words.say(Text.STOCK_AND_OTHERS, count=len(counts) - _MOST_VALUES))
        values = ", ".join(written) or self._words.say(Text.STOCK_UNSAID)
        heading = self._words.heading(name)
        if len(counts) > 1:
            return self._words.say(Text.STOCK_KINDS, column=heading, count=len(counts), values=values)
        return self._words.say(Text.STOCK_VALUES, column=heading, values=values)

    def _extreme(self, query: StockQuery, rows: Rows) -> _Part:
        sort = query.sort or self._schema.sort or ""
        name = sort.removeprefix("-")
        values = self._snapshot.numbers(name).values[rows]
        rows = rows[~np.isnan(values)]
        if not len(rows):
            return _Part(lines=self._span(name, rows) or self._counted(query, rows))
        best = self._snapshot.value(int(rows[0]), name)
        text = Text.STOCK_HIGHEST if sort.startswith("-") else Text.STOCK_LOWEST
        lines = [self._words.say(text, column=self._words.heading(name), value=self._words.value(best, name))]
        same = int((self._snapshot.numbers(name).values[rows] == best).sum())
        limit = min(max(query.limit or 1, min(same, _SHOWN)), _MOST_SHOWN)
        shown = [int(row) for row in rows[:limit]]
        lines += self._lines_of(shown, (name, *query.columns), numbered=len(shown) > 1)
        return _Part(lines=lines, rows=shown)

    def _comparison(self, query: StockQuery) -> _Part:
        lines, rows = compare(query, self._snapshot, self._words)
        return _Part(lines=lines, rows=rows)

    def _none(self, query: StockQuery) -> tuple[_Part, tuple[str, ...]]:
        """A proven «нет», and what is nearest: with the fewest conditions left out, in the schema's order."""
        filters = self._words.conditions(query.filters)
        lines = [self._words.say(Text.STOCK_NONE, filters=filters or self._words.item(1))]
        loosened, rows = similar(query.filters, self._snapshot)
        if not len(rows):
            return _Part(lines=lines), ()
        columns = ", ".join(self._words.column(name) for name in loosened)
        shown = [int(row) for row in self._nearest(query, loosened, rows)[:_SHOWN]]
        lines.append(self._words.say(Text.STOCK_SIMILAR, columns=columns))
        return _Part(lines=[*lines, *self._lines_of(shown, loosened)], rows=shown), loosened

    def _nearest(self, query: StockQuery, loosened: tuple[str, ...], rows: Rows) -> Rows:
        """By how far they are from the number that was wished, else in the usual order."""
        for name in loosened:
            wished = query.on(name)
            edge = None if wished is None else wished.most if wished.most is not None else wished.least
            if edge is not None:
                far = np.abs(self._snapshot.numbers(name).values[rows] - edge)
                distance = np.nan_to_num(far, nan=np.inf)
                near = distance <= np.partition(distance, min(_SHOWN, len(rows)) - 1)[:_SHOWN].max()
                nearest: Rows = rows[near][np.argsort(distance[near], kind="stable")]
                return nearest
        return self._snapshot.ordered(rows, query.sort or self._schema.sort)

    def _as_of(self) -> str:
        moment = self._words.moment(self._dated.as_of)
        text = Text.STOCK_STALE if self._dated.is_stale else Text.STOCK_AS_OF
        return f"\n{self._words.say(text, moment=moment)}"


def similar(filters: tuple[Filter, ...], snapshot: Snapshot) -> tuple[tuple[str, ...], Rows]:
    """The columns whose conditions have to go for anything to be found, and what is found then.

    One column is tried after another in the order of the schema's `similar`, then pairs of them; at last
    they go one after the other.
    """
    masks = [(condition.column, snapshot.mask((condition,))) for condition in filters]
    for gone in _loosenings(filters, snapshot.schema):
        kept = [mask for column, mask in masks if column not in gone]
        rows = np.flatnonzero(np.logical_and.reduce(kept)) if kept else np.arange(0)
        if len(rows):
            return gone, rows
    return (), np.arange(0)


def _loosenings(filters: tuple[Filter, ...], schema: StockSchema) -> Iterator[tuple[str, ...]]:
    """Which columns' conditions to leave out, the least loss first."""
    named = list(dict.fromkeys(condition.column for condition in filters))
    order = [name for name in schema.similar if name in named]
    order += [name for name in named if name not in order and name != schema.main.name]
    yield from ((name,) for name in order)
    yield from ((first, second) for place, first in enumerate(order) for second in order[:place])
    yield from (tuple(order[:length]) for length in range(3, len(order) + 1))
