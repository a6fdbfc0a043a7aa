"""What a question means after the answer before it: «а в чёрном?», «а подешевле?», «покажи ещё»."""

from dataclasses import replace

from bot.stock.before import Before
from bot.stock.cells import words
from bot.stock.merging import merge
from bot.stock.query import StockQuery, Task
from bot.stock.reading import Draft
from bot.stock.sides import sort_by_named
from bot.stock.snapshot import Snapshot
from bot.stock.tokens import Token
from bot.stock.vocabulary import Kind, word_set

_SHORT = 7
_DEFINING = 2
"""So many columns, given up last when nothing is found, say what is wanted at all."""
_OPENINGS = ("а", "и", "ну", "тогда", "лучше", "and", "what about", "how")


def follow(draft: Draft, before: Before, snapshot: Snapshot) -> StockQuery | None:
    """The question with what it keeps of the one before; None where it stands on its own."""
    if not draft.anchors and _strange_words(draft):
        return None
    pointing = _pointing_back(draft, before)
    if pointing is not None:
        return pointing
    if (again := _compares_again(draft, before, snapshot)) is not None:
        return again
    if not _leans(draft, snapshot) or not (draft.anchors or draft.has_task):
        return None
    return _about_rows(draft, before.shown) if _asks_of_one(draft, before) else merge(draft, before, snapshot)


def _pointing_back(draft: Draft, before: Before) -> StockQuery | None:
    """«первый», «третий», «покажи ещё»: rows of the answer before, or those after them."""
    places = _places_pointed_at(draft, before)
    pointed = tuple(before.listed[place] for place in places if place < len(before.listed))
    if pointed:
        return _about_rows(draft, pointed)
    if places and not before.query.keys:
        return replace(before.found, task=Task.LIST, offset=before.query.offset + places[0], limit=1)
    if _wants_more(draft):
        offset = before.query.offset + len(before.shown)
        return replace(before.found, task=Task.LIST, offset=offset, limit=None)
    return None


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
    """Whether the question is but a part of one, so that the rest is in the question before."""
    tokens = draft.marked.tokens
    if not 1 <= len(tokens) <= _SHORT * 2 or draft.query.keys or draft.query.compared:
        return False
    names_main = draft.query.on(snapshot.schema.main.name) is not None
    if _replaces(draft) or (draft.relative and not (draft.has_item or names_main)):
        return True
    if tokens[0].raw in _OPENINGS:
        return not (draft.has_item and (names_main or draft.query.task is Task.COUNT))
    return len(tokens) <= _SHORT and not names_main and not _names_all(draft, snapshot)


def _replaces(draft: Draft) -> bool:
    """«не белый, а чёрный»."""
    opens = draft.marked.tokens[0].raw in ("не", "not")
    return opens and any(mark.negated for mark in draft.marked.of(Kind.VALUE))


def _names_all(draft: Draft, snapshot: Snapshot) -> bool:
    """Whether it says by itself what is wanted: rows in general, what defines them, or a version."""
    if draft.has_item or any(token.raw in ("что", "чего", "what") for token in draft.marked.tokens):
        return True
    defining = snapshot.schema.similar[-_DEFINING:]
    return any(draft.query.on(name) for name in defining) or _names_a_version(draft, snapshot)


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
    ordinals = {at: place for at, token in enumerate(tokens) if (place := _ordinal(token)) is not None}
    draft.marked.read.update(ordinals)
    if any(token.is_any(word_set("latter")) for token in tokens):
        return [0, 1]
    if ordinals:
        return list(ordinals.values())
    if any(token.is_any(word_set("last")) for token in tokens):
        return [len(before.listed) - 1]
    return [0, 1, 2] if draft.query.task is Task.COMPARE and not draft.query.compared else []


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
