"""How much of a question has been read."""

from collections.abc import Sequence

from bot.stock.chatter import is_told_of_oneself
from bot.stock.clauses import clauses_of
from bot.stock.marking import Marked, asks_price
from bot.stock.query import StockQuery, Task
from bot.stock.unread import Role, role_of
from bot.stock.vocabulary import Kind
from bot.stock.word import Word

_WEIGHTS = {
    Role.NOTHING: 0.0,
    Role.PURPOSE: 0.2,
    Role.MANNER: 0.5,
    Role.QUALITY: 1.5,
    Role.THING: 1.5,
    Role.ASKED: 1.5,
}
_CAPS = {Role.THING: 0.6, Role.ASKED: 0.4}
"""«в Казани» may turn the meaning; «какой расход» does."""
_STRANGE_VALUE = 0.4
"""A value is asked for, and a thing is named that is not the table's: «сколько мест в багажнике»."""
BARE = 0.5
"""Of a question that names too little to be one, or goes on with what another source has said."""
ASKING = ("count", "many", "which", "exists", "available", "wish", "request_for")

_ALWAYS = (
    "count",
    "which",
    "exists",
    "available",
    "and",
    "not",
    "with",
    "without",
    "superlative",
    "lean",
    "more",
    "last",
    "latter",
)


def certainty_of(
    marked: Marked, query: StockQuery, anchors: int
) -> tuple[float, tuple[str, ...], tuple[str, ...]]:
    """The share of the meaning that is read, and the words that are and are not."""
    words = _words(marked, query)
    roles = [role_of(word) for word in words]
    read = tuple(token.raw for token, role in zip(marked.tokens, roles, strict=True) if role is Role.NOTHING)
    unread = tuple(
        token.raw for token, role in zip(marked.tokens, roles, strict=True) if role is not Role.NOTHING
    )
    weight = sum(_WEIGHTS[role] for role in roles)
    certainty = anchors / (anchors + weight) if anchors else 0.0
    certainty = min(certainty, *(_cap(role, query) for role in roles), 1.0)
    if anchors and ((not unread and _is_bare(marked, query)) or _is_told(words, query)):
        certainty = min(certainty, BARE)
    return round(certainty, 3), read, unread


def _words(marked: Marked, query: StockQuery) -> list[Word]:
    """The tokens as words of their clauses."""
    allowed = _allowed(marked, query)
    is_compared = query.task in (Task.COMPARE, Task.EXTREME) or bool(query.compared or query.sort)
    # «G 500 и G 63, у кого сколько сил»
    is_compared |= bool(query.columns) and any(len(condition.values) > 1 for condition in query.filters)
    is_priced = bool(query.columns) and asks_price(marked)
    is_specific = bool(query.filters or query.compared or query.keys or query.sort) and not _wavers(
        query, marked
    )
    return [
        Word(
            marked=marked,
            place=place,
            clause=clause,
            allowed=allowed,
            is_priced=is_priced,
            is_specific=is_specific,
            is_compared=is_compared,
            has_sides=bool(query.compared),
        )
        for clause in clauses_of(marked)
        for place in range(clause.start, clause.end)
    ]


def _wavers(query: StockQuery, marked: Marked) -> bool:
    """«X или Y для города»: which of the two is better for that, no table tells."""
    several = any(len(condition.values) > 1 for condition in query.filters)
    return marked.has("or") and several and not query.compared


def _allowed(marked: Marked, query: StockQuery) -> tuple[str, ...]:
    """The lists of words.yaml that say nothing beyond the query."""
    allowed = [*_ALWAYS]
    if query.task is Task.COMPARE or query.compared:
        allowed += ["compare", "greater", "lesser", *(["differ"] if query.columns else [])]
    if query.task is Task.COUNT:
        allowed += ["many"]
    if asks_price(marked):
        allowed += ["parts_with"]
    if query.columns or query.task is Task.EXTREME:
        allowed += ["price"]
    if marked.of(Kind.LEAST, Kind.MOST) or query.sort:
        allowed += ["extremes_least", "extremes_most"]
    return tuple(allowed)


def _cap(role: Role, query: StockQuery) -> float:
    if role is Role.THING and query.task in (Task.VALUE, Task.FACETS):
        return _STRANGE_VALUE
    return _CAPS.get(role, 1.0)


def _is_told(words: Sequence[Word], query: StockQuery) -> bool:
    """A row in general or an amount in a tale: «менеджер снимет машину», «если выторгую два миллиона»."""
    if query.compared or query.keys or query.sort or any(not made.is_range for made in query.filters):
        return False
    marked = words[0].marked
    if marked.has(*ASKING, "advice"):
        return False
    told = (word for word in words if word.place not in marked.read)
    return any(is_told_of_oneself(word) for word in told)


def _is_bare(marked: Marked, query: StockQuery) -> bool:
    """Nothing but the name of a column or of a row in general: hardly a question."""
    if query.filters or query.compared or query.keys or query.sort:
        return False
    kinds = {mark.meaning.kind for mark in marked.marks}
    if kinds == {Kind.ITEM}:
        return not marked.has("count", "which", "exists", "available", "request")
    if query.task is Task.FACETS:
        return not marked.has("which", "count", "exists")
    return kinds <= {Kind.COLUMN} and query.task in (Task.VALUE, Task.LIST)
