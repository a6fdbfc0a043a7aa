"""The sides of a comparison: «что дешевле, GLC или GLE», «каких больше», «X или Y: у кого больше пробег»."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.stock.marking import Mark, Marked, asks_price
from bot.stock.query import Filter
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Kind
from bot.tenant.stock import ColumnType

_MOST_SIDES = 3
_THAN = frozenset(("чем", "than"))
_OF_SIZE = frozenset(("что", "какой", "какая", "какое", "кто", "bigger", "larger"))
"""«что больше, X или Y» asks of a size; «каких больше» of a number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """`sort`: the column that decides, `-` before it where more is asked for; None where nothing does."""

    sides: tuple[Filter, ...]
    counts: bool
    """Whether it is the number of rows that is compared."""
    sort: str | None

    @property
    def column(self) -> tuple[str, ...]:
        return () if self.sort is None else (self.sort.removeprefix("-"),)


def comparison_of(marked: Marked, snapshot: Snapshot, sort: str | None) -> Comparison | None:
    """What is compared with what; None where nothing is."""
    counts = sort is None and asks_of_numbers(marked)
    sort = None if counts else sort or sort_by_named(marked, snapshot)
    if not (counts or marked.has("compare", "differ") or _asks_which(marked, decides=sort is not None)):
        return None
    sides = _sides(marked, snapshot)
    if sort is None and not counts and not _is_of_rows(sides, marked, snapshot):
        return None
    return Comparison(sides=sides, counts=counts, sort=sort) if len(sides) > 1 else None


def _is_of_rows(sides: Sequence[Filter], marked: Marked, snapshot: Snapshot) -> bool:
    """«чем X отличается от Y» is the table's where they are what a row is, or columns are named."""
    main = snapshot.schema.main.name
    is_told = bool(marked.of(Kind.COLUMN)) or marked.has("compare")
    return is_told or all(side.column == main or snapshot.depends(side.column, main) for side in sides)


def _asks_which(marked: Marked, *, decides: bool) -> bool:
    """«что дешевле: GLC или GLE?», «GLC или GLE дешевле?»; «GLC или GLE подешевле» compares nothing."""
    if decides and any(_is_set_against(marked, found.end) for found in marked.of(Kind.LEAST, Kind.MOST)):
        return True
    if not decides or not (marked.has("or") or _is_row_of_names(marked)):
        return False
    if any(_is_only_wished(marked, found) for found in marked.of(Kind.LEAST, Kind.MOST)):
        return False
    return marked.has("which", "who", "or_which") or not marked.has("request_for", "wish", "exists", "with")


def _is_set_against(marked: Marked, place: int) -> bool:
    """«дешевле, чем Y», "cheaper than Y"."""
    is_than = place < len(marked.tokens) and marked.tokens[place].raw in _THAN
    return is_than and any(found.start > place for found in marked.of(Kind.VALUE))


def _is_row_of_names(marked: Marked) -> bool:
    """«кто быстрее: GLC, GLE»."""
    values = marked.of(Kind.VALUE)
    return marked.has("which", "who") and any(
        first.end == second.start and "," in marked.tokens[second.start].before
        for first, second in pairwise(values)
    )


def _is_only_wished(marked: Marked, found: Mark) -> bool:
    """«подешевле» is a wish, «дешевле» a comparison."""
    word = marked.tokens[found.start].raw
    return word.startswith("по") and word.endswith(("ее", "ше", "ле", "же", "че"))


def asks_of_numbers(marked: Marked) -> bool:
    """«каких больше», «чего меньше», "which do you have more of"."""
    if marked.of(Kind.LEAST, Kind.MOST, Kind.COLUMN) or asks_price(marked):
        return False
    free = [place for place in range(len(marked.tokens)) if place not in marked.read]
    if not any(marked.token_is(place, "greater", "lesser", "compare") for place in free):
        return False  # «больше 300» is the number's
    if marked.has("count"):
        return True
    if any(token.raw in _OF_SIZE for token in marked.tokens) or _is_of_size(marked):
        return False
    return marked.has("greater", "lesser")


def _is_of_size(marked: Marked) -> bool:
    """«X больше, чем Y?» is of a size, unless they are spoken of as there: «X у вас больше, чем Y?»."""
    than = any(
        marked.token_is(place - 1, "greater", "lesser")
        for place, token in enumerate(marked.tokens)
        if token.raw in _THAN
    )
    return than and not (marked.has("available", "exists", "which") or "вас" in marked.text.lower())


def sort_by_named(marked: Marked, snapshot: Snapshot) -> str | None:
    """«у кого больше пробег», «чья цена ниже», "what costs more"."""
    numeric = [
        found.meaning.column
        for found in marked.of(Kind.COLUMN)
        if snapshot.schema.column(found.meaning.column).type.is_number
    ]
    if asks_price(marked):
        numeric += [column.name for column in snapshot.schema.columns if column.type is ColumnType.MONEY]
    if not numeric or not marked.has("greater", "lesser"):
        return None
    return numeric[0] if marked.has("lesser") else f"-{numeric[0]}"


def _sides(marked: Marked, snapshot: Snapshot) -> tuple[Filter, ...]:
    """The values of one column that has several named; else two names beside an «или»."""
    wanted = [found for found in marked.of(Kind.VALUE) if not found.negated]
    columns = dict.fromkeys(found.meaning.column for found in wanted)
    by_column = {
        column: _distinct([found for found in wanted if found.meaning.column == column]) for column in columns
    }
    of_one = next((sides for sides in by_column.values() if len(sides) > 1), ())
    return of_one or _of_different_columns(marked, wanted, snapshot)


def _distinct(marks: Sequence[Mark]) -> tuple[Filter, ...]:
    """A side for each name; one that is among another's values is taken out of the other."""
    named = dict.fromkeys(mark.meaning.values for mark in marks if mark.meaning.values)
    column = marks[0].meaning.column
    if len(named) == 1:
        named = dict.fromkeys((value,) for value in next(iter(named)))
    sides = (_without_parts(values, list(named)) for values in named)
    return tuple(Filter(column=column, values=values) for values in sides if values)[:_MOST_SIDES]


def _without_parts(values: tuple[str, ...], named: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    parts = {value for other in named if set(other) < set(values) for value in other}
    return tuple(value for value in values if value not in parts)


def _of_different_columns(marked: Marked, wanted: Sequence[Mark], snapshot: Snapshot) -> tuple[Filter, ...]:
    """«G 63 или S-класс»: a version and a main value, which are both what a row is."""
    main = snapshot.schema.main.name
    for first, second in pairwise(wanted):
        between = marked.tokens[first.end : second.start]
        is_joined = bool(between) and all(
            marked.token_is(at, "or", "compare", "and") for at in range(first.end, second.start)
        )
        columns = {first.meaning.column, second.meaning.column}
        if is_joined and main in columns and all(c == main or snapshot.depends(c, main) for c in columns):
            return tuple(
                Filter(column=mark.meaning.column, values=mark.meaning.values) for mark in (first, second)
            )
    return ()
