"""Values that are left out: «если не считать чёрных», «без учёта белых», «красные не предлагать»."""

from bot.language.dictionary import grammemes
from bot.stock.marking import Mark, Marked, continues
from bot.stock.vocabulary import Kind, word_set

_FAR = 7
_NOT = frozenset(("не", "ни", "без", "not", "without", "no", "dont", "t"))
_AUXILIARY = frozenset(
    ("надо", "нужно", "нада", "будем", "буду", "во", "за", "of", "from", "than", "for", "any", "do", "don")
)


def leave_out(marked: Marked) -> None:
    """Make such values unwanted ones, and the words that say so read."""
    before: Mark | None = None
    values = marked.of(Kind.VALUE)
    for found in values:
        if not found.negated:
            continued = before is not None and before.negated and continues(marked, before, found)
            found.negated = continued or _introduced(marked, found)
        before = found
    after: Mark | None = None
    for found in reversed(values):
        if not found.negated:
            joins = after is not None and continues(marked, found, after)
            found.negated = (joins and after is not None and after.negated) or _dismissed(marked, found)
            after = found if found.negated else None


def _introduced(marked: Marked, found: Mark) -> bool:
    """Whether words before it leave it out, with nothing between but little ones and what a row is called."""
    is_counted = False
    for place in range(found.start - 1, max(-1, found.start - _FAR), -1):
        word = marked.tokens[place].raw
        if marked.token_is(place, "leaving_out") or (is_counted and word in _NOT):
            is_said_with = place > 0 and marked.tokens[place - 1].raw in _AUXILIARY
            marked.read.update(range(place - 1 if is_said_with else place, found.start))
            return True
        is_counted = is_counted or marked.token_is(place, "counted")
        if not _is_passed(marked, place):
            return False
    return False


def _dismissed(marked: Marked, found: Mark) -> bool:
    """«чёрные не в счёт», «белых не предлагать», «красные не нужны»."""
    place = found.end
    while (other := marked.mark_at(place)) is not None and not other.is_a(Kind.VALUE):
        place = other.end
    if place >= len(marked.tokens) or marked.tokens[place].raw not in ("не", "not"):
        return False
    for end in range(place + 1, min(place + 4, len(marked.tokens))):
        if marked.token_is(end, "counted", "needed") and _ends_clause(marked, place, end):
            marked.read.update(range(place, end + 1))
            return True
        if not _is_passed(marked, end):
            return False
    return False


def _ends_clause(marked: Marked, start: int, end: int) -> bool:
    """«gle не надо ждать» and «gle, если не считать белых» leave no gle out."""
    if (start > 0 and marked.tokens[start - 1].raw in ("если", "if")) or any(
        _governs_on(marked.tokens[at].raw) for at in range(start, end + 1)
    ):
        return False
    return end + 1 == len(marked.tokens) or not marked.tokens[end + 1].joins


def _governs_on(word: str) -> bool:
    return word.endswith("ing") or any("GRND" in tags for tags in grammemes(word)[:1])


def _is_passed(marked: Marked, place: int) -> bool:
    token, found = marked.tokens[place], marked.mark_at(place)
    if found is not None:
        return found.is_a(Kind.ITEM) or found.is_a(Kind.COLUMN)
    is_little = token.raw in word_set("between") or token.raw in _AUXILIARY
    return is_little or marked.token_is(place, "counted", "with")
