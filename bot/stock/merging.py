"""A question with what it keeps of the one before it."""

import numpy as np

from bot.stock.before import Before
from bot.stock.marking import is_choice
from bot.stock.query import Filter, StockQuery, Task
from bot.stock.reading import Draft
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Kind


def merge(draft: Draft, before: Before, snapshot: Snapshot) -> StockQuery:
    """What is new counts; of the question before stays what it does not speak against."""
    new = draft.query
    old = before.query if new.filters or draft.relative else before.found
    # «а дешевле?» that found none bounds nothing any longer: «а белые?» is of what was shown before.
    old = old.without(*(set(before.relative) & set(before.loosened)))
    wanted = [*new.filters, *_bounds(draft, before, snapshot), *_other_than_shown(draft, before, snapshot)]
    kept = _kept_filters(wanted, old, before, snapshot)
    task, columns = _task_of(draft, old)
    kept_sort = old.sort if task is old.task or task is Task.LIST else None
    return StockQuery(
        task=task,
        filters=(*kept, *(_narrowed(condition, old) for condition in wanted)),
        columns=columns,
        sort=_sort_of_relative(draft) or new.sort or kept_sort,
        limit=new.limit or (old.limit if task is Task.EXTREME else None),
    )


def _kept_filters(wanted: list[Filter], old: StockQuery, before: Before, snapshot: Snapshot) -> list[Filter]:
    """The conditions of the question before that stay, and those that its rows or sides stood for."""
    named = {condition.column for condition in wanted}
    gone = named | (set(before.relative) if snapshot.schema.main.name in named else set())
    kept = [
        condition
        for condition in old.filters
        if condition.column not in gone and not _contradicts(condition, wanted, snapshot)
    ]
    if old.keys and not kept:
        kept = _of_rows(old, snapshot, named)
    if old.compared and not any(side.column in named for side in old.compared):
        values = tuple(value for side in old.compared for value in side.values)
        kept.append(Filter(column=old.compared[0].column, values=values))
    return kept


def _task_of(draft: Draft, old: StockQuery) -> tuple[Task, tuple[str, ...]]:
    new = draft.query
    task, columns = (new.task, new.columns) if draft.has_task or new.columns else _kept_task(old)
    return (Task.LIST if draft.relative and not draft.has_task else task), columns


def _sort_of_relative(draft: Draft) -> str | None:
    """«подороже»: what is nearest to what was shown comes first, not the dearest of all."""
    upwards = [column for column, is_least in draft.relative if not is_least]
    return upwards[0] if upwards else None


def _kept_task(old: StockQuery) -> tuple[Task, tuple[str, ...]]:
    if old.task in (Task.VALUE, Task.FACETS, Task.EXTREME):
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


def _of_rows(old: StockQuery, snapshot: Snapshot, named: set[str]) -> list[Filter]:
    """After one row was looked at, «а в чёрном?» means others of the same main value."""
    rows = snapshot.rows_of(old.keys)
    main = snapshot.schema.main.name
    if not rows or main in named:
        return []
    values = dict.fromkeys(str(snapshot.value(row, main)) for row in rows)
    return [Filter(column=main, values=tuple(values))]


def _contradicts(kept: Filter, filters: list[Filter], snapshot: Snapshot) -> bool:
    """Whether a new main value makes a kept version idle, or a new version belongs to another main value."""
    return any(_excludes(new, kept, snapshot) for new in filters)


def _excludes(new: Filter, kept: Filter, snapshot: Snapshot) -> bool:
    main = snapshot.schema.main.name
    others = {kept.column, new.column} - {main}
    if len(others) != 1 or kept.column == new.column or new.negated or not (kept.values and new.values):
        return False
    is_wider = new.column == main
    return snapshot.depends(others.pop(), main) and (is_wider or not snapshot.mask((kept, new)).any())
