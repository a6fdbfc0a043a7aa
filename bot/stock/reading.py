"""A question in people's words as a typed query of the table: by lexicon and grammar, without any model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.language.dictionary import grammemes
from bot.stock.amounts import read_amounts
from bot.stock.certainty import certainty_of
from bot.stock.marking import Mark, Marked, is_choice, mark
from bot.stock.query import Filter, StockQuery, Task
from bot.stock.sides import Comparison, asks_of_numbers, comparison_of
from bot.stock.snapshot import NO, YES, Snapshot
from bot.stock.vocabulary import Kind, Vocabulary, word_set
from bot.tenant.stock import Column, ColumnType

_PLURAL_EXTREMES = 3
_MOST_WISHED = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """What a question says by itself. `query.task` is its own only where `has_task`."""

    marked: Marked
    query: StockQuery
    has_task: bool
    has_item: bool
    relative: tuple[tuple[str, bool], ...] = ()
    """Columns of comparatives without a number, and whether less is wanted: «подешевле»."""
    certainty: float
    read: tuple[str, ...]
    unread: tuple[str, ...]
    anchors: int
    """How many of the table's own names and numbers it holds."""


def read_draft(text: str, vocabulary: Vocabulary, snapshot: Snapshot, asked_at: datetime) -> Draft:
    """Read the question as if nothing had been said before."""
    marked = mark(text, vocabulary, snapshot)
    keys = _keys(marked, snapshot)
    filters = read_amounts(marked, vocabulary, snapshot, asked_at)
    limit = _limit(marked)
    possessed = _possessed(marked, snapshot)
    filters = [*_values(marked), *possessed, *filters]
    sort, is_extreme, relative = _order(marked, snapshot)
    comparison = None if keys else comparison_of(marked, snapshot, sort)
    columns = _asked_columns(marked, snapshot, compared=comparison is not None or len(keys) > 1)
    task = _task(marked, snapshot, columns, comparison, is_extreme=is_extreme is not None)
    if comparison is not None:
        taken = {side.column for side in comparison.sides}
        filters = [condition for condition in filters if condition.column not in taken]
        columns = columns or list(comparison.column)
        sort = comparison.sort
    query = StockQuery(
        task=task or Task.LIST,
        filters=() if keys else tuple(filters),
        columns=tuple(columns),
        sort=sort,
        limit=limit or is_extreme if task is Task.EXTREME else limit,
        compared=() if comparison is None else comparison.sides,
        keys=tuple(keys),
    )
    anchors = sum(1 for found in marked.marks if not (found.used and found.is_a(Kind.COLUMN)))
    possessions = sum(1 for condition in possessed if not condition.is_range)
    anchors += len(keys) + possessions + sum(1 for condition in filters if condition.is_range)
    certainty, read, unread = certainty_of(marked, query, anchors)
    return Draft(
        marked=marked,
        query=query,
        has_task=task is not None,
        has_item=bool(marked.of(Kind.ITEM)),
        relative=tuple(relative),
        certainty=certainty,
        read=read,
        unread=unread,
        anchors=anchors,
    )


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
    filters: list[Filter] = []
    found = marked.of(Kind.VALUE)
    for column in dict.fromkeys(value.meaning.column for value in found):
        wanted = [value for value in found if value.meaning.column == column and not value.negated]
        unwanted = [value for value in found if value.meaning.column == column and value.negated]
        if wanted:
            values = dict.fromkeys(name for value in wanted for name in value.meaning.values)
            for value in unwanted:
                for name in value.meaning.values:
                    if len(values) > 1:
                        values.pop(name, None)
            filters.append(Filter(column=column, values=tuple(values)))
        else:
            names = dict.fromkeys(name for value in unwanted for name in value.meaning.values)
            filters.append(Filter(column=column, values=tuple(names), negated=True))
    return [condition for condition in filters if condition.values]


def _possessed(marked: Marked, snapshot: Snapshot) -> list[Filter]:
    """Columns that a row has or has not: «с панорамой», «без пробега»."""
    filters = []
    for found in marked.of(Kind.COLUMN):
        column = snapshot.schema.column(found.meaning.column)
        place = found.start - 1
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


def _order(marked: Marked, snapshot: Snapshot) -> tuple[str | None, int | None, list[tuple[str, bool]]]:
    """The order that is wished, how many of the first are meant if it is an extreme, and comparatives."""
    sort: str | None = None
    extreme: int | None = None
    relative: list[tuple[str, bool]] = []
    for found in marked.of(Kind.LEAST, Kind.MOST):
        is_least = found.is_a(Kind.LEAST) != marked.token_is(found.start - 1, "not")
        sort = found.meaning.column if is_least else f"-{found.meaning.column}"
        first, last = marked.tokens[found.start], marked.tokens[found.end - 1]
        is_superlative = (
            marked.token_is(found.start - 1, "superlative")
            or first.is_any(_superlatives())
            or any("Supr" in tags for tags in grammemes(last.raw))
            or last.raw.endswith("est")
        )
        if is_superlative:
            extreme = _PLURAL_EXTREMES if _is_plural(first.raw) else 1
        elif any("COMP" in tags for tags in grammemes(last.raw)) or last.raw in ("cheaper", "newer"):
            relative.append((found.meaning.column, is_least))
    for found in marked.of(Kind.COLUMN):
        for name, sign in (("extremes_least", ""), ("extremes_most", "-")):
            if marked.token_is(found.start - 1, name) and not is_choice(snapshot, found.meaning.column):
                sort, extreme = sign + found.meaning.column, 1
                found.used = True
                marked.read.add(found.start - 1)
    return sort, extreme, relative


def _superlatives() -> frozenset[str]:
    return word_set("superlative") | word_set("extremes_least") | word_set("extremes_most")


def _is_plural(word: str) -> bool:
    tags = grammemes(word)
    return bool(tags) and all("plur" in tag for tag in tags)


def _asked_columns(marked: Marked, snapshot: Snapshot, *, compared: bool) -> list[str]:
    """The columns whose values are asked for."""
    asked = []
    for found in marked.of(Kind.COLUMN):
        name = found.meaning.column
        questioned = marked.has("which", "count", "exists") or compared
        if not is_choice(snapshot, name) or questioned:
            asked.append(name)
    if asks_of_numbers(marked) and marked.has("which") and marked.of(Kind.ITEM) and not marked.of(Kind.VALUE):
        asked.append(snapshot.schema.main.name)  # «каких машин больше всего»
    money = [column.name for column in snapshot.schema.columns if column.type is ColumnType.MONEY]
    asks_price = marked.has("price") and not any(m.meaning.column in money for m in marked.marks)
    if money and asks_price:
        asked.append(money[0])
    return list(dict.fromkeys(asked))


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
    if marked.has("count"):
        return Task.COUNT
    if marked.text.lower().find(" ли ") >= 0:
        return Task.EXISTS
    return Task.LIST if marked.has("which") or marked.of(Kind.ITEM) else None
