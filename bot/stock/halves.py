"""Two extremes in one question: «самый дешёвый X и самый дорогой Y» is two questions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.stock.marking import Marked
from bot.stock.ordering import Extreme
from bot.stock.query import Filter, StockQuery, Task
from bot.stock.snapshot import Snapshot
from bot.stock.tokens import Token

_JOINS = frozenset(("а", "но", "плюс", "еще", "также", "then", "plus"))
_BEFORE_EXTREME = ("superlative", "with", "which")


@dataclass(frozen=True, kw_only=True, slots=True)
class Halves:
    """Each begins with what stands before both extremes, which is `common` to them."""

    common: str
    first: str
    second: str


def halves_of(marked: Marked, extremes: Sequence[Extreme]) -> Halves | None:
    """The two questions; None where there are not just two, or both are said of one row."""
    if len(extremes) != 2:
        return None
    begin, cut = (_begin(marked, extreme.start) for extreme in extremes)
    end = cut
    while end > begin and (marked.token_is(end - 1, "and", "which") or marked.tokens[end - 1].raw in _JOINS):
        end -= 1
    if end == cut and "," not in marked.tokens[cut].before:
        return None  # «самый дешёвый с самым маленьким пробегом»
    common, tokens = marked.tokens[:begin], marked.tokens
    first = tokens[begin:end]
    if not any(begin <= found.start < end for found in marked.marks):
        first += tokens[extremes[1].start + 1 :]  # «минимальная и максимальная цена»
    return Halves(
        common=_written(common),
        first=_written([*common, *first]),
        second=_written([*common, *tokens[cut:]]),
    )


def shared(
    queries: tuple[StockQuery, StockQuery], common: Sequence[Filter], snapshot: Snapshot
) -> tuple[StockQuery, StockQuery] | None:
    """The queries of the halves, each with the conditions that only the other names but both mean.

    None where a half is no question of an extreme.
    """
    first, second = queries
    if {first.task, second.task} != {Task.EXTREME}:
        return None
    return _completed(first, second, common, snapshot), _completed(second, first, common, snapshot)


def _completed(
    query: StockQuery, other: StockQuery, common: Sequence[Filter], snapshot: Snapshot
) -> StockQuery:
    main, available = snapshot.schema.main.name, snapshot.schema.available

    def names_rows(condition: Filter) -> bool:
        return condition.column == main or snapshot.depends(condition.column, main)

    says_nothing_own = all(condition in common for condition in query.filters)
    has_rows = any(map(names_rows, query.filters))
    added = [
        condition
        for condition in other.filters
        if query.on(condition.column) is None
        and (
            says_nothing_own
            or (not has_rows and names_rows(condition))
            or (available is not None and condition.column == available.column)
        )
    ]
    return replace(query, filters=(*query.filters, *added))


def _begin(marked: Marked, place: int) -> int:
    while place > 0 and marked.token_is(place - 1, *_BEFORE_EXTREME) and marked.mark_at(place - 1) is None:
        place -= 1
    return place


def _written(tokens: Sequence[Token]) -> str:
    return "".join(token.before + token.raw for token in tokens).strip()
