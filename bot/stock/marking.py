"""A question's tokens with what each of them means in the table."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.language.dictionary import grammemes
from bot.stock.query import Filter
from bot.stock.snapshot import Snapshot
from bot.stock.tokens import Token, tokenise
from bot.stock.vocabulary import Kind, Meaning, Vocabulary, lists_of, word_set
from bot.tenant.stock import ColumnType

_LONGEST_WINDOW = 7
_TIES = ("до", "по", "-")
_NO_NAMES = frozenset(("не", "ни", "в", "на", "с", "и", "а"))
"""Words that together are no name, though written as one they may look like it: «не в» is no "new"."""


@dataclass(slots=True)
class Mark:
    """A run of tokens that is one name. `column` is the one of its meanings' that has been decided for."""

    start: int
    end: int
    meanings: tuple[Meaning, ...]
    is_guess: bool = False
    negated: bool = False
    used: bool = False
    """Taken by something else, such as the column of a number."""

    @property
    def meaning(self) -> Meaning:
        return self.meanings[0]

    def is_a(self, kind: Kind) -> bool:
        return self.meaning.kind is kind


@dataclass(slots=True)
class Marked:
    """A question on its way to being read. `read` are the places of the tokens that are understood."""

    text: str
    tokens: list[Token]
    marks: list[Mark]
    read: set[int] = field(default_factory=set)

    def of(self, *kinds: Kind) -> list[Mark]:
        return [mark for mark in self.marks if mark.meaning.kind in kinds and not mark.used]

    def mark_at(self, place: int) -> Mark | None:
        return next((mark for mark in self.marks if mark.start <= place < mark.end), None)

    def has(self, *lists: str) -> bool:
        """Whether an unmarked token is of one of the lists of words.yaml."""
        return any(not lists_of(token).isdisjoint(lists) for token in self.tokens)

    def token_is(self, place: int, *lists: str) -> bool:
        if not 0 <= place < len(self.tokens):
            return False
        return not lists_of(self.tokens[place]).isdisjoint(lists)


def mark(text: str, vocabulary: Vocabulary, snapshot: Snapshot) -> Marked:
    """Find the table's names in a text: the longest first, mistyped ones last."""
    tokens = tokenise(text)
    marked = Marked(text=text, tokens=tokens, marks=list(_names(tokens, vocabulary)))
    _decide_columns(marked)
    _add_numbers_of_values(marked, vocabulary, snapshot)
    _negate(marked)
    for found in marked.marks:
        marked.read.update(range(found.start, found.end))
    return marked


def _names(tokens: list[Token], vocabulary: Vocabulary) -> Iterator[Mark]:
    start = 0
    while start < len(tokens):
        found = _name_at(tokens, start, vocabulary)
        if found is not None:
            yield found
            start = found.end
        else:
            start += 1


def _name_at(tokens: list[Token], start: int, vocabulary: Vocabulary) -> Mark | None:
    for length in range(_longest_at(tokens, start), 0, -1):
        window = tokens[start : start + length]
        meanings = vocabulary.meanings(window)
        if length == 1 and _is_order(window[0]):
            return None  # «подержите» is no form of «подержанный»
        is_name = length == 1 or not all(token.raw in _NO_NAMES for token in window)
        if meanings and is_name and not _is_amount(tokens, start + length, vocabulary):
            return Mark(start, start + length, meanings)
    token = tokens[start]
    if token.is_any(word_set("request")) or token.raw in word_set("scales"):
        return None
    guess = vocabulary.guess(token)
    return Mark(start, start + 1, guess, is_guess=True) if guess else None


def _longest_at(tokens: list[Token], start: int) -> int:
    """Of how many words a name that begins here can be."""
    longest = 1
    while longest < min(_LONGEST_WINDOW, len(tokens) - start) and tokens[start + longest].joins:
        longest += 1
    return longest


def _is_order(token: Token) -> bool:
    return any({"VERB", "2per"} <= tags or "impr" in tags for tags in grammemes(token.raw)[:1])


def _is_amount(tokens: list[Token], end: int, vocabulary: Vocabulary) -> bool:
    """Whether what ends here in a number is an amount: «с 200 до 300», «от c 5 млн»."""
    if tokens[end - 1].number is None or end >= len(tokens):
        return False
    after = tokens[end]
    if after.raw in word_set("scales") and after.joins:
        return True
    is_range = after.raw in _TIES and end + 1 < len(tokens) and tokens[end + 1].number is not None
    return is_range or (bool(vocabulary.units([after])) and after.joins and len(after.raw) > 1)


def _decide_columns(marked: Marked) -> None:
    """«чёрный» may be of several columns: the one that is named beside it, else the first."""
    for place, found in enumerate(marked.marks):
        if len(found.meanings) > 1:
            _decide_by_neighbours(found, _neighbours(marked, place))
    for place, found in enumerate(marked.marks):
        for other in _neighbours(marked, place) if found.is_a(Kind.VALUE) else ():
            # «цвет белый»: the column is only said for the value's sake.
            other.used = other.used or _is_beside(marked, found, other)
        found.meanings = tuple(sorted(found.meanings, key=_kind_order))


def _neighbours(marked: Marked, place: int) -> list[Mark]:
    """The columns named right before and right after a mark."""
    near = (*marked.marks[max(0, place - 1) : place], *marked.marks[place + 1 : place + 2])
    return [other for other in near if other.is_a(Kind.COLUMN)]


def _decide_by_neighbours(found: Mark, columns: list[Mark]) -> None:
    for other in columns:
        named = [m for m in found.meanings if m.column == other.meaning.column and m.kind is Kind.VALUE]
        if named:
            found.meanings = (named[0],)
            other.used = True


def _is_beside(marked: Marked, value: Mark, column: Mark) -> bool:
    between = marked.tokens[min(value.end, column.end) : max(value.start, column.start)]
    asks = any(token.is_any(word_set("which")) for token in between) or marked.token_is(
        column.start - 1, "which", "more"
    )
    return value.meaning.column == column.meaning.column and len(between) <= 2 and not asks


def _kind_order(meaning: Meaning) -> int:
    return [Kind.VALUE, Kind.LEAST, Kind.MOST, Kind.COLUMN, Kind.ITEM].index(meaning.kind)


def _add_numbers_of_values(marked: Marked, vocabulary: Vocabulary, snapshot: Snapshot) -> None:
    """«цешка 300» is a value of another column that holds «300», where the table has such a row."""
    for found in list(marked.of(Kind.VALUE)):
        place = found.end
        if place >= len(marked.tokens) or marked.tokens[place].number is None:
            continue
        token = marked.tokens[place]
        if not token.joins or marked.mark_at(place) or _is_amount(marked.tokens, place + 1, vocabulary):
            continue
        holding = [
            (column, value)
            for column, value in sorted(vocabulary.numbers_in.get(token.raw, ()))
            if column != found.meaning.column and _meet(snapshot, found.meaning, column, value)
        ]
        if holding:
            column = holding[0][0]
            values = tuple(value for name, value in holding if name == column)
            marked.marks.append(Mark(place, place + 1, (Meaning(Kind.VALUE, column, values),)))
    marked.marks.sort(key=lambda found: found.start)


def _meet(snapshot: Snapshot, meaning: Meaning, column: str, value: str) -> bool:
    both = (Filter(column=meaning.column, values=meaning.values), Filter(column=column, values=(value,)))
    return bool(snapshot.mask(both).any())


def _negate(marked: Marked) -> None:
    """«не белый», «кроме чёрного и белого»; «не только» is no negation."""
    before: Mark | None = None
    for found in marked.marks:
        place = found.start - 1
        while place >= 0 and marked.tokens[place].raw in ("в", "на", "с", "со", "in", "with"):
            place -= 1
        if marked.token_is(place, "not") and marked.mark_at(place) is None:
            found.negated = not _is_comparison(marked, found)
            marked.read.add(place)
        elif before is not None and before.negated and continues(marked, before, found):
            found.negated = found.is_a(Kind.VALUE)
        before = found


def _is_comparison(marked: Marked, found: Mark) -> bool:
    """«не дороже 5 млн»: the negation is the comparison's."""
    return found.is_a(Kind.LEAST) or found.is_a(Kind.MOST)


def continues(marked: Marked, before: Mark, found: Mark) -> bool:
    """«и чёрного» after «кроме белого»; «а чёрный» is the contrary."""
    between = marked.tokens[before.end : found.start]
    is_list = bool(between) or "," in marked.tokens[found.start].before
    contrast = any(token.raw in ("а", "но", "but") for token in between)
    same = before.meaning.column == found.meaning.column
    return is_list and same and not contrast and all(token.is_any(word_set("and")) for token in between)


def asks_price(marked: Marked) -> bool:
    """«сколько стоит», «за сколько», «сколько за него хотят»."""
    free = [place for place in range(len(marked.tokens)) if not _is_within_value(marked, place)]
    return any(
        marked.token_is(place, "price") or (marked.token_is(place, "count") and _is_for(marked, place))
        for place in free
    )


def _is_within_value(marked: Marked, place: int) -> bool:
    found = marked.mark_at(place)
    return found is not None and found.is_a(Kind.VALUE)


def _is_for(marked: Marked, place: int) -> bool:
    """«за сколько отдаёте», «сколько за него»; «за сколько дней» asks of a time."""
    if marked.of(Kind.COLUMN):
        return False
    behind, following = marked.tokens[:place], marked.tokens[place + 1 :]
    if not behind or behind[-1].raw != "за":
        return bool(following) and following[0].raw == "за"
    of_a_thing = bool(following) and following[0].joins and marked.mark_at(place + 1) is None
    return not (of_a_thing and any("NOUN" in tags for tags in grammemes(following[0].raw)[:1]))


def is_choice(snapshot: Snapshot, column: str) -> bool:
    return snapshot.schema.column(column).type in (ColumnType.CHOICE, ColumnType.TEXT)
