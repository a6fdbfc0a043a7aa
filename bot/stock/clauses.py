"""The clauses of a question: which of them speak of the table, and which only tell why it is asked."""

import re
from dataclasses import dataclass
from itertools import pairwise

from bot.language.dictionary import grammemes
from bot.stock.marking import Marked
from bot.stock.tokens import Token
from bot.stock.vocabulary import Kind, lists_of

_CUT = re.compile(r"[,.!?;:\n()]|\s-\s")
_ASKING = (
    "which",
    "count",
    "elsewhere",
    "exists",
    "available",
    "price",
    "compare",
    "differ",
    "greater",
    "lesser",
    "nothing_read",
)
_WISHES = ("wish", "request_for")


@dataclass(frozen=True, kw_only=True, slots=True)
class Clause:
    """A run of tokens between two signs. `is_background`: it tells of the customer and asks nothing."""

    start: int
    end: int
    names: bool
    """Whether it names a value of the table, or a row in general."""
    is_background: bool


def clauses_of(marked: Marked) -> list[Clause]:
    """The clauses in their order, one after the other."""
    starts = [place for place, token in enumerate(marked.tokens) if not place or _begins(token)]
    spans = list(pairwise((*starts, len(marked.tokens))))
    speaking = [span for span in spans if _speaks(marked, *span)]
    return [
        Clause(
            start=start,
            end=end,
            names=_names(marked, start, end),
            is_background=(start, end) not in speaking
            and bool(speaking)
            and _is_told(marked, start, end, is_before=start < speaking[0][0]),
        )
        for start, end in spans
    ]


def is_first_person(token: Token) -> bool:
    """«езжу», «живём»: what somebody says of himself."""
    return any({"VERB", "1per"} <= tags for tags in grammemes(token.raw)[:1])


def is_singular_past(token: Token) -> bool:
    """«накопил», «сломалась»."""
    return any({"VERB", "past", "sing"} <= tags for tags in grammemes(token.raw)[:1])


def _begins(token: Token) -> bool:
    return _CUT.search(token.before) is not None or "because" in lists_of(token)


def _speaks(marked: Marked, start: int, end: int) -> bool:
    """Whether a clause holds anything that has been read as the table's."""
    return any(place in marked.read for place in range(start, end))


def _names(marked: Marked, start: int, end: int) -> bool:
    found = marked.of(Kind.VALUE, Kind.ITEM)
    return any(start <= mark.start < end for mark in found)


def _is_told(marked: Marked, start: int, end: int, *, is_before: bool) -> bool:
    tokens = marked.tokens[start:end]
    if "because" in lists_of(tokens[0]):
        return True
    if _is_asked(marked, end) or any(token.raw == "ли" for token in tokens):
        return False
    if any(not lists_of(token).isdisjoint((*_ASKING, *_WISHES)) for token in tokens):
        return False
    return is_before or any(is_first_person(token) for token in tokens)


def _is_asked(marked: Marked, end: int) -> bool:
    after = marked.tokens[end].before if end < len(marked.tokens) else marked.text.rstrip()[-1:]
    return "?" in after
