"""A question in people's words as a typed query of the table: by lexicon and grammar, without any model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.stock.amounts import read_amounts
from bot.stock.certainty import ASKING, certainty_of
from bot.stock.excluding import leave_out
from bot.stock.including import leave_in
from bot.stock.marking import Mark, Marked, asks_price, is_choice, mark
from bot.stock.ordering import Extreme, order_of
from bot.stock.query import Filter, StockQuery, Task
from bot.stock.sides import Comparison, asks_of_numbers, comparison_of
from bot.stock.snapshot import NO, YES, Snapshot
from bot.stock.vocabulary import Kind, Vocabulary
from bot.tenant.stock import Column, ColumnType

_MOST_WISHED = 20
HALF = 0.4
"""How sure a query may be that is only a part of what is asked."""
_WHOSE = frozenset(("вашего", "вашей", "вашим", "вашему", "всякого", "этого", "этой", "your"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a question says by itself. `query.task` is its own only where `has_task`."""

    marked: Marked
    query: StockQuery
    has_task: bool
    has_item: bool
    relative: tuple[tuple[str, bool], ...] = ()
    """Columns of comparatives without a number, and whether less is wanted: «подешевле»."""
    extremes: tuple[Extreme, ...] = ()
    """Where there are several, of which `query` is but the last."""
    certainty: float
    read: tuple[str, ...]
    unread: tuple[str, ...]
    anchors: int
    """How many of the table's own names and numbers it holds."""

    @property
    def asks(self) -> bool:
        """Whether it asks of what there is, or wishes it; «а для новых?» goes on with something else."""
        names_columns = bool(self.query.columns or self.query.sort)
        return names_columns or self.marked.has(*ASKING) or asks_price(self.marked)


def read_draft(text: str, vocabulary: Vocabulary, snapshot: Snapshot, asked_at: datetime) -> Draft:
    """Read the question as if nothing had been said before."""
    marked = mark(text, vocabulary, snapshot)
    leave_out(marked)
    leave_in(marked, snapshot)
    keys = tuple(_keys(marked, snapshot))
    amounts = read_amounts(marked, vocabulary, snapshot, asked_at)
    limit = _limit(marked)
    possessed = _possessed(marked, snapshot)
    filters = [*_values(marked), *possessed, *amounts]
    order = order_of(marked, snapshot)
    comparison = None if keys else comparison_of(marked, snapshot, order.sort)
    columns = _asked_columns(marked, snapshot, compared=comparison is not None or len(keys) > 1)
    task = _task(marked, snapshot, columns, comparison, is_extreme=order.extreme is not None)
    query = StockQuery(
        task=task or Task.LIST,
        filters=() if keys else tuple(filters),
        columns=tuple(columns),
        sort=order.sort,
        limit=limit or order.extreme if task is Task.EXTREME else limit,
        keys=keys,
    )
    query = _compared(query, comparison) if comparison is not None else query
    anchors = _anchors(marked, possessed) + len(keys) + sum(1 for made in filters if made.is_range)
    certainty, read, unread = certainty_of(marked, query, anchors)
    extremes = order.extremes if len({told.sort for told in order.extremes}) > 1 else ()
    return Draft(
        marked=marked,
        query=query,
        has_task=task is not None,
        has_item=bool(marked.of(Kind.ITEM)),
        relative=order.relative,
        extremes=extremes,
        certainty=min(certainty, HALF) if extremes else certainty,
        read=read,
        unread=unread,
        anchors=anchors,
    )


def _compared(query: StockQuery, comparison: Comparison) -> StockQuery:
    """The conditions that are the sides are none of the common ones."""
    return replace(
        query.without(*(side.column for side in comparison.sides)),
        columns=query.columns or comparison.column,
        sort=comparison.sort,
        compared=comparison.sides,
    )


def _anchors(marked: Marked, possessed: Sequence[Filter]) -> int:
    """How many names of the table stand for themselves."""
    names = sum(1 for found in marked.marks if not (found.used and found.is_a(Kind.COLUMN)))
    return names + sum(1 for condition in possessed if not condition.is_range)


def _keys(marked: Marked, snapshot: Snapshot) -> list[str]:
    """Rows that are named by their key."""
    found: list[str] = []
    for word in marked.text.replace(",", " ").split():
        key = snapshot.find_key(word.strip("?!.;:«»\"'()"))
        if key is not None and len(key) >= 3 and any(map(str.isdigit, key)):
            found.append(key)
            for place, token in enumerate(marked.tokens):
                if token.raw and token.raw in word.lower():
                    marked.read.add(place)
    return list(dict.fromkeys(found))


def _limit(marked: Marked) -> int | None:
    """«покажи три варианта», «топ-5»."""
    for place, token in enumerate(marked.tokens):
        if token.number is None or place in marked.read or not 1 <= token.number <= _MOST_WISHED:
            continue
        after = marked.mark_at(place + 1)
        is_item = after is not None and after.is_a(Kind.ITEM)
        is_top = place > 0 and marked.tokens[place - 1].raw in ("топ", "top", "первые", "покажи")
        is_best = marked.token_is(place + 1, "superlative")
        if token.number % 1 == 0 and (is_item or is_top or is_best or marked.token_is(place + 1, "facet")):
            marked.read.update((place - 1, place) if is_top else (place,))
            return int(token.number)
    return None


def _values(marked: Marked) -> list[Filter]:
    """The named values, of each column together; a wanted value makes an unwanted one needless."""
    found = marked.of(Kind.VALUE)
    made = (_of_column(column, found) for column in dict.fromkeys(value.meaning.column for value in found))
    return [condition for condition in made if condition.values]


def _of_column(column: str, found: Sequence[Mark]) -> Filter:
    named = [value for value in found if value.meaning.column == column]
    wanted = _names_of(value for value in named if not value.negated)
    unwanted = _names_of(value for value in named if value.negated)
    if not wanted:
        return Filter(column=column, values=unwanted, negated=True)
    left = tuple(name for name in wanted if name not in unwanted)
    return Filter(column=column, values=left or wanted[-1:])


def _names_of(values: Iterable[Mark]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for value in values for name in value.meaning.values))


def _possessed(marked: Marked, snapshot: Snapshot) -> list[Filter]:
    """Columns that a row has or has not: «с панорамой», «без пробега»."""
    filters = []
    for found in marked.of(Kind.COLUMN):
        column = snapshot.schema.column(found.meaning.column)
        place = found.start - 1
        while place > 0 and marked.tokens[place].raw in _WHOSE:
            place -= 1
        lacks = found.negated or marked.token_is(place, "without")
        if column.type is ColumnType.BOOLEAN and column.filter:
            filters.append(Filter(column=column.name, values=(NO if lacks else YES,)))
            found.used = True
        elif _may_be_nothing(column) and column.filter:
            if lacks:
                filters.append(Filter(column=column.name, most=0))
                found.used = True
            elif marked.token_is(place, "with") and not _has_order_near(marked, found):
                filters.append(Filter(column=column.name, least=0, is_open=True))
                found.used = True
    return filters


def _may_be_nothing(column: Column) -> bool:
    return column.type is ColumnType.NUMBER and column.range is not None and column.range[0] == 0


def _has_order_near(marked: Marked, found: Mark) -> bool:
    return marked.token_is(found.start - 1, "extremes_least", "extremes_most")


def _asked_columns(marked: Marked, snapshot: Snapshot, *, compared: bool) -> list[str]:
    """The columns whose values are asked for."""
    questioned = marked.has("which", "count", "exists") or compared or _names_columns_alone(marked)
    named = [found.meaning.column for found in marked.of(Kind.COLUMN)]
    asked = [name for name in named if questioned or not is_choice(snapshot, name)]
    if _asks_which_are_most(marked):
        asked.append(snapshot.schema.main.name)
    if asks_price(marked):
        asked += _unnamed_price(marked, snapshot)
    return list(dict.fromkeys(asked))


def _names_columns_alone(marked: Marked) -> bool:
    """«а цвет?»."""
    return bool(marked.marks) and marked.marks == marked.of(Kind.COLUMN)


def _asks_which_are_most(marked: Marked) -> bool:
    """«каких машин больше всего»."""
    names_rows = bool(marked.of(Kind.ITEM)) and not marked.of(Kind.VALUE)
    return names_rows and marked.has("which") and asks_of_numbers(marked)


def _unnamed_price(marked: Marked, snapshot: Snapshot) -> list[str]:
    """The first column of money, where a price is asked for and no such column is named."""
    money = [column.name for column in snapshot.schema.columns if column.type is ColumnType.MONEY]
    is_named = any(found.meaning.column in money for found in marked.marks)
    return [] if is_named else money[:1]


def _task(
    marked: Marked,
    snapshot: Snapshot,
    columns: Sequence[str],
    comparison: Comparison | None,
    *,
    is_extreme: bool,
) -> Task | None:
    if comparison is not None:
        return Task.COUNT if comparison.counts else Task.COMPARE
    if marked.has("compare") and not marked.of(Kind.VALUE):
        return Task.COMPARE
    if is_extreme:
        return Task.EXTREME
    if columns:
        return Task.FACETS if all(is_choice(snapshot, column) for column in columns) else Task.VALUE
    return _task_of_rows(marked)


def _task_of_rows(marked: Marked) -> Task | None:
    """Where nothing is asked of their cells."""
    if marked.has("count") or (marked.has("many") and not marked.of(Kind.COLUMN)):
        return Task.COUNT
    if marked.text.lower().find(" ли ") >= 0:
        return Task.EXISTS
    return Task.LIST if marked.has("which") or marked.of(Kind.ITEM) else None
