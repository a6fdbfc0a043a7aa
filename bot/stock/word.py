"""One word of a question where it stands, for the rules that say what an unread word does."""

from dataclasses import dataclass

from bot.language.dictionary import grammemes
from bot.stock.clauses import Clause
from bot.stock.marking import Marked
from bot.stock.tokens import Token
from bot.stock.vocabulary import lists_of

FUNCTION = frozenset(("PREP", "CONJ", "PRCL", "NPRO", "INTJ", "PRED"))
COURTESIES = ("request", "request_for", "wish", "courtesy", "trifles", "is_there")
_DESCRIBING = frozenset(("ADJF", "ADJS", "PRTF", "NUMR", "COMP"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """One token where it stands. `allowed` are the lists of words.yaml that say nothing in this question."""

    marked: Marked
    place: int
    clause: Clause
    allowed: tuple[str, ...]
    is_priced: bool
    """Whether a price is asked for."""
    is_specific: bool
    """Whether the question says which rows: «машина для города» does not, and asks for advice."""
    is_compared: bool
    """Whether one of several is asked for, which «кто» may mean."""
    has_sides: bool = False
    """Whether the things to compare are named."""

    @property
    def token(self) -> Token:
        return self.marked.tokens[self.place]

    @property
    def tags(self) -> frozenset[str]:
        """The likeliest reading's."""
        return next(iter(grammemes(self.token.raw)), frozenset())

    def at(self, place: int) -> Token | None:
        """Another token of the same clause."""
        return self.marked.tokens[place] if self.clause.start <= place < self.clause.end else None

    def is_in(self, *lists: str) -> bool:
        return not lists_of(self.token).isdisjoint(lists)


def describes(token: Token) -> bool:
    return token.number is not None or any(_DESCRIBING & tags for tags in grammemes(token.raw)[:1])


def is_thing(word: Word) -> bool:
    return word.token.number is None and (not word.tags or bool({"NOUN", "LATN"} & word.tags))


def is_asked_before(word: Word, place: int) -> bool:
    asking = ("which", "count", "elsewhere")
    return any(
        not lists_of(word.marked.tokens[at]).isdisjoint(asking) for at in range(word.clause.start, place)
    )
