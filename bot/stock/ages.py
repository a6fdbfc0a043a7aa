"""How old a row may be, as a condition on its year: «не старше 3 лет», «до пяти лет», "under 3 years old"."""

from collections.abc import Iterator
from datetime import datetime

from bot.stock.bounds import bounded
from bot.stock.marking import Mark, Marked
from bot.stock.query import Filter
from bot.stock.relations import FAR, relation_of
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Kind, Vocabulary
from bot.tenant.stock import ColumnType

_OLDEST = 60
_OF_AGE_TO_YEAR = {"most": "least", "under": "over", "least": "most", "over": "under"}
"""No more than three years old is not before three years ago."""


def read_ages(
    marked: Marked, vocabulary: Vocabulary, snapshot: Snapshot, asked_at: datetime
) -> Iterator[Filter]:
    """The conditions on the first column of years; the tokens that they are made of become read."""
    years = [column for column in snapshot.schema.columns if column.type is ColumnType.YEAR and column.filter]
    for place in range(len(marked.tokens) - 1) if years else ():
        if not _is_age(marked, place):
            continue
        relation, named, used = relation_of(marked, vocabulary, place)
        if relation not in _OF_AGE_TO_YEAR or not set(named) <= {years[0].name}:
            continue
        if not _is_of_year(marked, place, used):
            relation = _OF_AGE_TO_YEAR[relation]
        year = float(asked_at.year) - (marked.tokens[place].number or 0)
        _take(marked, place, used)
        yield bounded(years[0], relation, year, year)


def _is_age(marked: Marked, place: int) -> bool:
    """«5 лет», «3 года»; «24 года» is of 2024."""
    number, unit = marked.tokens[place].number, marked.tokens[place + 1]
    if number is None or number % 1 or not 0 < number <= _OLDEST or marked.mark_at(place) is not None:
        return False
    return unit.joins and (
        marked.token_is(place + 1, "years") or (number < 5 and marked.token_is(place + 1, "year"))
    )


def _is_of_year(marked: Marked, place: int, used: list[Mark]) -> bool:
    """«старше», «новее» say of the year what they say; «до», «меньше» are of the age."""
    if any(mark.is_a(Kind.LEAST) or mark.is_a(Kind.MOST) for mark in used):
        return True
    return any(marked.token_is(before, "later", "earlier") for before in range(max(0, place - FAR), place))


def _take(marked: Marked, place: int, used: list[Mark]) -> None:
    unit = marked.mark_at(place + 1)
    for mark in (*used, *((unit,) if unit is not None else ())):
        mark.used = True
    start = min((mark.start for mark in used), default=place)
    for before in range(max(0, place - FAR), place):
        if before >= start or marked.token_is(before, "most", "least", "not", "later", "earlier"):
            marked.read.add(before)
    marked.read.update((place, place + 1))
