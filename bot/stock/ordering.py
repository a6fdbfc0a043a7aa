"""The order that a question wishes: «самый дешёвый», «подороже», «с минимальным пробегом»."""

from dataclasses import dataclass

from bot.language.dictionary import grammemes
from bot.stock.marking import Mark, Marked, is_choice
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Kind, word_set

_PLURAL_EXTREMES = 3
_EXTREMES = (("extremes_least", ""), ("extremes_most", "-"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Extreme:
    """«самый дешёвый»: the order that it wishes, as a query's `sort`, and the place of its name."""

    sort: str
    start: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """`sort` is a query's; `extreme` is how many of the first are meant, None where no extreme is."""

    sort: str | None
    extreme: int | None
    relative: tuple[tuple[str, bool], ...]
    """Columns of comparatives without a number, and whether less is wanted."""
    extremes: tuple[Extreme, ...] = ()
    """In the order of the question."""


def order_of(marked: Marked, snapshot: Snapshot) -> Order:
    """The last order that is said counts; the names that only say an order become used."""
    sort: str | None = None
    extreme: int | None = None
    relative: list[tuple[str, bool]] = []
    extremes: list[Extreme] = []
    for found in marked.of(Kind.LEAST, Kind.MOST):
        is_least = found.is_a(Kind.LEAST) != marked.token_is(found.start - 1, "not")
        sort = found.meaning.column if is_least else f"-{found.meaning.column}"
        if _is_superlative(marked, found):
            extremes += [
                *_said_of_the_same(marked, found, found.start),
                Extreme(sort=sort, start=found.start),
            ]
            extreme = _PLURAL_EXTREMES if _is_plural(marked.tokens[found.start].raw) else 1
        elif _is_comparative(marked.tokens[found.end - 1].raw):
            relative.append((found.meaning.column, is_least))
    for found in marked.of(Kind.COLUMN):
        for name, sign in () if is_choice(snapshot, found.meaning.column) else _EXTREMES:
            if marked.token_is(found.start - 1, name):
                sort, extreme = sign + found.meaning.column, 1
                extremes += [
                    *_said_of_the_same(marked, found, found.start - 1),
                    Extreme(sort=sort, start=found.start - 1),
                ]
                found.used = True
                marked.read.add(found.start - 1)
    extremes.sort(key=lambda told: told.start)
    return Order(sort=sort, extreme=extreme, relative=tuple(relative), extremes=tuple(extremes))


def _said_of_the_same(marked: Marked, found: Mark, start: int) -> list[Extreme]:
    """The first order of «минимальная и максимальная цена», where the second one starts at `start`."""
    place = start - 2
    signs = [sign for name, sign in _EXTREMES if marked.token_is(place, name)]
    if not signs or marked.mark_at(place) is not None or not marked.token_is(place + 1, "and"):
        return []
    marked.read.add(place)
    return [Extreme(sort=signs[0] + found.meaning.column, start=place)]


def _is_superlative(marked: Marked, found: Mark) -> bool:
    """«самый дешёвый», «новейший», "cheapest"."""
    first, last = marked.tokens[found.start], marked.tokens[found.end - 1]
    if marked.token_is(found.start - 1, "superlative") or last.raw.endswith("est"):
        return True
    said = word_set("superlative") | word_set("extremes_least") | word_set("extremes_most")
    return first.is_any(said) or any(
        "Supr" in tags for token in (first, last) for tags in grammemes(token.raw)
    )


def _is_comparative(word: str) -> bool:
    return any("COMP" in tags for tags in grammemes(word)) or word in ("cheaper", "newer")


def _is_plural(word: str) -> bool:
    tags = grammemes(word)
    return bool(tags) and all("plur" in tag for tag in tags)
