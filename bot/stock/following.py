"""What a question means after the answer before it: «а в чёрном?», «а подешевле?», «покажи ещё»."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bot.stock.cells import words
from bot.stock.marking import is_choice
from bot.stock.query import Filter, StockQuery, Task
from bot.stock.reading import Draft
from bot.stock.sides import sort_by_named
from bot.stock.snapshot import Snapshot
from bot.stock.tokens import Token
from bot.stock.vocabulary import Kind, word_set

SOURCE = "stock"
_SHORT = 7
_DEFINING = 2
"""So many columns, given up last when nothing is found, say what is wanted at all."""
_OPENINGS = ("а", "и", "ну", "тогда", "лучше", "and", "what about", "how")


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """The question before, as it was understood, and the keys of the rows that were shown."""

    query: StockQuery
    shown: tuple[str, ...]
    listed: tuple[str, ...] = ()
    """The rows of the last list, which «первый» and «третий» count in, also after one was looked at."""
    loosened: tuple[str, ...] = ()
    """The columns whose conditions had to go for anything to be found."""
    relative: tuple[str, ...] = ()
    """The columns that are bounded by what had been shown: «подешевле»."""

    @property
    def found(self) -> StockQuery:
        """The question whose rows were shown."""
        return replace(self.query.without(*self.loosened), task=Task.LIST) if self.loosened else self.query

    @staticmethod
    def from_focus(focus: Mapping[str, Any]) -> "Before | None":
        """None where the answer before was not the table's, or what is kept of it cannot be read."""
        if focus.get("source") != SOURCE:
            return None
        try:
            return Before(
                query=StockQuery.from_json(focus["query"]),
                shown=tuple(focus["shown"]),
                listed=tuple(focus["listed"]),
                loosened=tuple(focus["loosened"]),
                relative=tuple(focus["relative"]),
            )
        except (KeyError, TypeError, ValueError):
            return None


def focus_of(before: Before) -> dict[str, Any]:
    """JSON that `Before.from_focus` reads."""
    return {
        "source": SOURCE,
        "query": before.query.to_json(),
        "shown": list(before.shown),
        "listed": list(before.listed),
        "loosened": list(before.loosened),
        "relative": list(before.relative),
    }


def follow(draft: Draft, before: Before, snapshot: Snapshot) -> StockQuery | None:
    """The question with what it keeps of the one before; None where it stands on its own."""
    if not draft.anchors and _strange_words(draft):
        return None
    places = _places_pointed_at(draft, before)
    pointed = tuple(before.listed[place] for place in places if place < len(before.listed))
    if pointed:
        return _about_rows(draft, pointed)
    if places and not before.query.keys:
        return replace(before.found, task=Task.LIST, offset=before.query.offset + places[0], limit=1)
    if _wants_more(draft):
        offset = before.query.offset + len(before.shown)
        return replace(before.found, task=Task.LIST, offset=offset, limit=None)
    if (again := _compares_again(draft, before, snapshot)) is not None:
        return again
    if not _leans(draft, snapshot):
        return None
    if not draft.anchors and not draft.has_task:
        return None
    if _asks_of_one(draft, before):
        return _about_rows(draft, before.shown)
    return _merge(draft, before, snapshot)


def _compares_again(draft: Draft, before: Before, snapshot: Snapshot) -> StockQuery | None:
    """«а у кого пробег больше?», «а дороже?» after a comparison: the same sides by another column."""
    new = draft.query
    if not before.query.compared or new.filters or new.keys or draft.has_item or new.task is Task.EXTREME:
        return None
    column = next((f"{'' if is_least else '-'}{name}" for name, is_least in draft.relative), None)
    sort = column or sort_by_named(draft.marked, snapshot)
    columns = new.columns or ((sort.removeprefix("-"),) if sort is not None else ())
    if not columns:
        return None
    return replace(before.query, task=Task.COMPARE, columns=columns, sort=sort)


def _asks_of_one(draft: Draft, before: Before) -> bool:
    """«какого он цвета?» after one row was shown; «какие ещё цвета есть?» asks of the others too."""
    of_many = draft.marked.has("more") or any(
        token.raw in ("какие", "каких") for token in draft.marked.tokens
    )
    return bool(draft.query.columns) and not draft.query.filters and len(before.shown) == 1 and not of_many


def _strange_words(draft: Draft) -> bool:
    """Whether something is said that neither the table nor the answer before knows: «а какая гарантия?»."""
    pointing = word_set("last") | word_set("latter")
    unread = (token for token in draft.marked.tokens if token.raw in draft.unread)
    return any(_ordinal(token) is None and not token.is_any(pointing) for token in unread)


def _leans(draft: Draft, snapshot: Snapshot) -> bool:
    tokens = draft.marked.tokens
    if not tokens or len(tokens) > _SHORT * 2:
        return False
    main = draft.query.on(snapshot.schema.main.name)
    opens = tokens[0].raw in _OPENINGS
    replaces = any(mark.negated for mark in draft.marked.of(Kind.VALUE)) and tokens[0].raw in ("не", "not")
    if draft.query.keys or draft.query.compared:
        return False
    if replaces or (draft.relative and not (draft.has_item or main)):
        return True
    names_all = draft.has_item or any(token.raw in ("что", "чего", "what") for token in tokens)
    if opens:
        return not (draft.has_item and (main or draft.query.task is Task.COUNT))
    names_all = names_all or any(draft.query.on(name) for name in snapshot.schema.similar[-_DEFINING:])
    return not (names_all or main or _names_a_version(draft, snapshot)) and len(tokens) <= _SHORT


def _names_a_version(draft: Draft, snapshot: Snapshot) -> bool:
    main = snapshot.schema.main.name
    return any(
        condition.values and condition.column != main and snapshot.depends(condition.column, main)
        for condition in draft.query.filters
    )


def _places_pointed_at(draft: Draft, before: Before) -> list[int]:
    """Which rows of the answer before are meant by «первый», «второй», «последний», «оба», «их»."""
    if not before.listed or draft.query.filters or draft.has_item:
        return []
    tokens = draft.marked.tokens
    places = []
    for number, token in enumerate(tokens):
        place = _ordinal(token)
        if place is not None:
            places.append(place)
            draft.marked.read.add(number)
    if any(token.is_any(word_set("latter")) for token in tokens):
        places = [0, 1]
    elif not places and any(token.is_any(word_set("last")) for token in tokens):
        places = [len(before.listed) - 1]
    elif not places and draft.query.task is Task.COMPARE and not draft.query.compared:
        places = [0, 1, 2]
    return places


def _ordinal(token: Token) -> int | None:

    for number, names in words()["ordinals"].items():
        if token.is_any(frozenset(names)):
            return int(number) - 1
    return None


def _about_rows(draft: Draft, keys: tuple[str, ...]) -> StockQuery:
    task = draft.query.task if draft.has_task else Task.LIST
    if len(keys) > 1:
        task = Task.COMPARE
    elif task is not Task.VALUE:
        task = Task.VALUE if draft.query.columns else Task.LIST
    return StockQuery(task=task, keys=keys, columns=draft.query.columns)


def _wants_more(draft: Draft) -> bool:
    """«покажи ещё», «а другие?»: nothing new is said."""
    says = draft.marked.has("more")
    new = draft.query.filters or draft.query.columns or draft.query.keys or draft.relative
    return says and not new and not draft.marked.of(Kind.COLUMN)


def _merge(draft: Draft, before: Before, snapshot: Snapshot) -> StockQuery:
    new = draft.query
    old = before.query if new.filters or draft.relative else before.found
    filters = [*new.filters, *_bounds(draft, before, snapshot), *_other_than_shown(draft, before, snapshot)]
    named = {condition.column for condition in filters}
    kept = [condition for condition in old.filters if condition.column not in named]
    kept = [condition for condition in kept if not _contradicts(condition, filters, snapshot)]
    if snapshot.schema.main.name in named:
        kept = [condition for condition in kept if condition.column not in before.relative]
    filters = [_narrowed(condition, old) for condition in filters]
    if old.keys and not kept:
        kept = _of_rows(old, before, snapshot, named)
    if old.compared and not any(side.column in named for side in old.compared):
        values = tuple(value for side in old.compared for value in side.values)
        kept.append(Filter(column=old.compared[0].column, values=values))
    task, columns = (new.task, new.columns) if draft.has_task or new.columns else _kept_task(old)
    if draft.relative and not draft.has_task:
        task = Task.LIST
    kept_sort = old.sort if task is old.task or task is Task.LIST else None
    return StockQuery(
        task=task,
        filters=(*kept, *filters),
        columns=columns,
        sort=_sort_of_relative(draft) or new.sort or kept_sort,
        limit=new.limit or (old.limit if task is Task.EXTREME else None),
    )


def _sort_of_relative(draft: Draft) -> str | None:
    """«подороже»: what is nearest to what was shown comes first, not the dearest of all."""
    upwards = [column for column, is_least in draft.relative if not is_least]
    return upwards[0] if upwards else None


def _kept_task(old: StockQuery) -> tuple[Task, tuple[str, ...]]:
    if old.task in (Task.COUNT, Task.VALUE, Task.FACETS, Task.EXTREME):
        return old.task, old.columns
    return Task.LIST, ()


def _bounds(draft: Draft, before: Before, snapshot: Snapshot) -> list[Filter]:
    """«подешевле»: below the least of what was shown."""
    bounds = []
    rows = np.asarray(snapshot.rows_of(before.shown), dtype=np.int64)
    for column, is_least in draft.relative:
        span = snapshot.span(rows, column) if len(rows) else None
        if span is not None:
            least, most = (None, span[0]) if is_least else (span[1], None)
            bounds.append(Filter(column=column, least=least, most=most, is_open=True))
    return bounds


def _other_than_shown(draft: Draft, before: Before, snapshot: Snapshot) -> list[Filter]:
    """«а в другом цвете?»: what was asked for or shown of that column is left out."""
    if not draft.marked.has("more"):
        return []
    others = []
    for found in draft.marked.of(Kind.COLUMN):
        column = found.meaning.column
        if is_choice(snapshot, column) and draft.query.on(column) is None:
            asked = before.query.on(column)
            shown = {str(snapshot.value(row, column)) for row in snapshot.rows_of(before.shown)}
            values = asked.values if asked is not None else tuple(sorted(shown))
            if values:
                others.append(Filter(column=column, values=values, negated=True))
    return others


def _narrowed(condition: Filter, old: StockQuery) -> Filter:
    """«только не белый» after «белый или чёрный» leaves the black ones."""
    was = old.on(condition.column)
    if condition.negated and was is not None and was.values and not was.negated and condition.values:
        left = tuple(value for value in was.values if value not in condition.values)
        if left and len(left) < len(was.values):
            return Filter(column=condition.column, values=left)
    return condition


def _of_rows(old: StockQuery, before: Before, snapshot: Snapshot, named: set[str]) -> list[Filter]:
    """After one row was looked at, «а в чёрном?» means others of the same main value."""
    rows = snapshot.rows_of(old.keys)
    main = snapshot.schema.main.name
    if not rows or main in named:
        return []
    values = dict.fromkeys(str(snapshot.value(row, main)) for row in rows)
    return [Filter(column=main, values=tuple(values))]


def _contradicts(kept: Filter, filters: list[Filter], snapshot: Snapshot) -> bool:
    """Whether a new main value makes a kept version idle, or a new version belongs to another main value."""
    main = snapshot.schema.main.name
    for new in filters:
        pair = {kept.column, new.column}
        if main in pair and len(pair) == 2 and kept.values and new.values and not new.negated:
            other = next(iter(pair - {main}))
            is_wider = new.column == main
            if snapshot.depends(other, main) and (is_wider or not snapshot.mask((kept, new)).any()):
                return True
    return False
