"""How much of a question has been read."""

from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.language.dictionary import dictionary_forms, grammemes, is_known
from bot.stock.marking import Marked
from bot.stock.query import StockQuery, Task
from bot.stock.tokens import Token
from bot.stock.vocabulary import Kind, lists_of, word_set

_FUNCTION = frozenset(("PREP", "CONJ", "PRCL", "NPRO", "INTJ", "PRED"))
_JUDGEMENTS = frozenset(("лучше", "better", "best"))
"""No table tells what is better."""
_SHORTEST_SLIP = 6
_UNREAD_WEIGHT = 1.5
_STRANGE_NOUN = 0.6
_STRANGE_PRICE = 0.4
"""A price is asked, and a thing is named that is not the table's: «сколько стоит доставка ...»."""

_ALWAYS = (
    "request",
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
    allowed = [*_ALWAYS]
    if query.task is Task.COMPARE:
        allowed += ["compare", "differ"] if query.columns else ["compare"]
    if query.columns or query.task is Task.EXTREME:
        allowed += ["price"]
    if marked.of(Kind.LEAST, Kind.MOST) or query.sort:
        allowed += ["extremes_least", "extremes_most"]
    read: list[str] = []
    unread: list[str] = []
    noun = owns = False
    for place, token in enumerate(marked.tokens):
        is_own = token.is_any(word_set("own")) or _is_possession(marked, place)
        owns = owns or is_own
        is_read = place in marked.read or _says_nothing(token, allowed) or _greets(marked, place)
        if is_read and not is_own:
            read.append(token.raw)
        else:
            unread.append(token.raw)
            noun = noun or _is_thing(token)
    weight = _UNREAD_WEIGHT * len(unread)
    certainty = anchors / (anchors + weight) if anchors else 0.0
    if owns:
        certainty = min(certainty, _STRANGE_PRICE)
    if noun:
        certainty = min(certainty, _STRANGE_PRICE if query.task is Task.VALUE else _STRANGE_NOUN)
    if anchors and not unread and _is_bare(marked, query):
        certainty = 0.5
    return round(certainty, 3), tuple(read), tuple(unread)


def _says_nothing(token: Token, allowed: list[str]) -> bool:
    if token.number is None and len(token.raw) == 1:
        return True
    if token.is_any(word_set("nothing_read")) or token.raw in _JUDGEMENTS or _is_done(token):
        return False
    if not lists_of(token).isdisjoint(allowed):
        return True
    if token.number is None and any(_FUNCTION & tags for tags in grammemes(token.raw)[:1]):
        return True
    return _is_mistyped_request(token.raw)


def _is_done(token: Token) -> bool:
    """«Сколько вы продали» asks of what is no longer there."""
    return token.is_any(word_set("trade")) and any("past" in tags for tags in grammemes(token.raw)[:1])


@lru_cache(maxsize=20_000)
def _is_mistyped_request(word: str) -> bool:
    """«подскожите», «пожалусто»: one sign away, and no word of its own."""
    if len(word) < _SHORTEST_SLIP or is_known(word):
        return False
    forms = (word, *dictionary_forms(word)) if not word.isascii() else (word,)
    near = (
        process.extractOne(form, word_set("request"), scorer=OSA.distance, score_cutoff=1) for form in forms
    )
    return any(near)


def _greets(marked: Marked, place: int) -> bool:
    """«добрый день» is no day."""
    return marked.token_is(place, "daytime") and marked.token_is(place - 1, "good")


def _is_possession(marked: Marked, place: int) -> bool:
    """«у меня GLC» tells of what somebody has already."""
    return marked.tokens[place].raw == "меня" and place > 0 and marked.tokens[place - 1].raw == "у"


def _is_thing(token: Token) -> bool:
    """A noun or a verb that is not the table's: the question is about something else too."""
    if token.number is not None:
        return False
    tags = grammemes(token.raw)
    return not tags or any({"NOUN", "VERB", "INFN", "LATN"} & tag for tag in tags[:1])


def _is_bare(marked: Marked, query: StockQuery) -> bool:
    """Nothing but the name of a column or of a row in general: hardly a question."""
    if query.filters or query.compared or query.keys or query.sort:
        return False
    kinds = {mark.meaning.kind for mark in marked.marks}
    if kinds == {Kind.ITEM}:
        return not marked.has("count", "which", "exists", "available", "request")
    return kinds <= {Kind.COLUMN} and query.task is Task.VALUE
