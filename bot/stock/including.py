"""Values that leave nothing out: «считая и те, что в пути», «хоть под заказ», "including those to order"."""

from bot.stock.marking import Mark, Marked
from bot.stock.snapshot import Snapshot
from bot.stock.vocabulary import Kind, word_set

_FAR = 6


def leave_in(marked: Marked, snapshot: Snapshot) -> None:
    """Make such values no conditions: they widen what is asked, and what they widen has no bounds."""
    available = snapshot.schema.available
    included: Mark | None = None
    for found in marked.of(Kind.VALUE):
        if found.negated:
            continue
        of_status = available is not None and found.meaning.column == available.column
        lists = ("including", "even_if") if of_status else ("including",)
        if (
            _introduced(marked, found, lists)
            or (of_status and _is_added(marked, found))
            or (included is not None and _joined(marked, included, found))
        ):
            found.used = True
            included = found


def _introduced(marked: Marked, found: Mark, lists: tuple[str, ...]) -> bool:
    """Whether such a word stands before, and nothing but little words between."""
    for place in range(found.start - 1, max(-1, found.start - _FAR), -1):
        if marked.token_is(place, *lists):
            marked.read.update(range(place, found.start))
            return True
        if marked.mark_at(place) is not None or not _is_little(marked, place):
            return False
    return False


def _is_added(marked: Marked, found: Mark) -> bool:
    """«и те, что в пути, тоже», «всех, что есть и едут»: what is there is meant in any case."""
    place = found.start - 1
    while not marked.token_is(place, "and") and place >= 0 and _is_little(marked, place):
        place -= 1
    if not marked.token_is(place, "and"):
        return False
    if not (marked.token_is(found.end, "even_if") or marked.token_is(place - 1, "exists")):
        return False
    marked.read.update((*range(place, found.start), found.end))
    return True


def _joined(marked: Marked, before: Mark, found: Mark) -> bool:
    """«и под заказ» after «считая те, что в пути»."""
    between = range(before.end, found.start)
    is_joined = before.meaning.column == found.meaning.column and all(
        _is_little(marked, place) for place in between
    )
    marked.read.update(between if is_joined else ())
    return is_joined


def _is_little(marked: Marked, place: int) -> bool:
    token = marked.tokens[place]
    return token.raw in word_set("between") or token.is_any(word_set("with"))
