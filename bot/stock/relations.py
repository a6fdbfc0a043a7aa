"""How the words before a number bound it: «не дороже», «от», «новее», «около»."""

from dataclasses import dataclass, field

from bot.language.dictionary import grammemes
from bot.stock.marking import Mark, Marked
from bot.stock.tokens import Token
from bot.stock.vocabulary import Kind, Vocabulary, word_set

FAR = 4
"""So many words before a number may belong to it."""
_SKIPPED = frozenset(
    "чем на в за с со по цена стоимость бюджет год than for of to ценник стоить сумма размер".split()  # noqa: SIM905
)
_NEGATIONS = frozenset(("не", "not", "no"))
_INCLUSIVE = {"under": "most", "over": "least"}
_OPPOSITE = {"under": "least", "over": "most", "most": "over", "least": "under"}


@dataclass(slots=True)
class _Bound:
    """What has been read, walking backwards from a number."""

    start: int
    relation: str = ""
    named: list[str] = field(default_factory=list)
    used: list[Mark] = field(default_factory=list)

    def take(self, found: Mark) -> int:
        """A name belongs to the number: the place to go on from."""
        self.named.append(found.meaning.column)
        self.used.append(found)
        return found.start - 1


def relation_of(marked: Marked, vocabulary: Vocabulary, start: int) -> tuple[str, list[str], list[Mark]]:
    """How the number bounds: by the words before it, looked at backwards; and the columns they name."""
    bound = _Bound(start=start)
    place: int | None = start - 1
    while place is not None and place >= 0 and start - place <= FAR + len(bound.used):
        found = marked.mark_at(place)
        if found is None:
            place = _past_word(marked, place, bound)
        else:
            place = _past_name(marked, found, bound, vocabulary)
    return bound.relation, bound.named, bound.used


def relation_behind(marked: Marked, end: int) -> tuple[str, list[Mark]]:
    """How a number is bounded by what follows it: «2023 года и старше», «40 тысяч или меньше»."""
    if end + 1 >= len(marked.tokens) or not marked.token_is(end, "and", "or"):
        return "", []
    if any(token.number is not None for token in marked.tokens[end + 2 : end + 4]):
        return "", []  # «до 2023 года и дешевле 3 млн»: of the number that follows
    found = marked.mark_at(end + 1)
    if found is not None and _compares(marked, found):
        return ("most" if found.is_a(Kind.LEAST) else "least"), [found]
    relation = _relation_said(marked.tokens[end + 1], is_of_year=False) if found is None else ""
    marked.read.update((end, end + 1) if relation in _INCLUSIVE else ())
    return _INCLUSIVE.get(relation, ""), []


def _past_name(marked: Marked, found: Mark, bound: _Bound, vocabulary: Vocabulary) -> int | None:
    """Where to look on before a name of the table; None where nothing before it belongs to the number."""
    if found.used:
        return None  # «не старше трёх лет в пределах 9 млн»: of the number before
    if found.is_a(Kind.COLUMN):
        return bound.take(found) if vocabulary.is_of_numbers(found.meaning.column) else None
    if bound.relation:
        bound.named += _columns_within(marked, found, vocabulary)
        return None
    if not _compares(marked, found):
        return None
    bound.relation = "under" if found.is_a(Kind.LEAST) else "over"
    if marked.tokens[found.start].raw == "не":  # «не дороже» reads as «недорогой»
        bound.relation = "most" if bound.relation == "under" else "least"
    return bound.take(found)


def _past_word(marked: Marked, place: int, bound: _Bound) -> int | None:
    """The same before a word that is no name."""
    token = marked.tokens[place]
    if token.number is not None:
        return None
    if token.raw in _NEGATIONS and bound.relation:
        bound.relation = _OPPOSITE.get(bound.relation, bound.relation)
        return place - 1
    said = "" if bound.relation else _relation_said(token, is_of_year=_is_year_like(marked, bound.start))
    bound.relation = bound.relation or said
    is_passed = bool(said) or token.raw in _SKIPPED or token.forms[0] in _SKIPPED
    return place - 1 if is_passed else None


def _relation_said(token: Token, *, is_of_year: bool) -> str:
    """How one word before a number bounds it; "" where it does not."""
    if token.is_any(word_set("most")):
        return "under" if _is_comparative(token.raw) else "most"
    if token.is_any(word_set("least")):
        return "over" if _is_comparative(token.raw) else "least"
    if token.is_any(word_set("about")):
        return "about"
    if token.is_any(word_set("later")) and _is_comparative(token.raw):
        return "over"
    if token.is_any(word_set("earlier")) and _is_comparative(token.raw):
        return "under"
    return "least" if token.raw in ("с", "from", "since") and is_of_year else ""


def _columns_within(marked: Marked, found: Mark, vocabulary: Vocabulary) -> list[str]:
    """«с пробегом до 30»: a value, in whose name stands the column that the number is of."""
    meanings = [m for token in marked.tokens[found.start : found.end] for m in vocabulary.meanings([token])]
    return [meaning.column for meaning in meanings if meaning.kind is Kind.COLUMN]


def _is_year_like(marked: Marked, place: int) -> bool:
    number = marked.tokens[place].number or 0
    return 1950 <= number <= 2100


def _compares(marked: Marked, found: Mark) -> bool:
    if not (found.is_a(Kind.LEAST) or found.is_a(Kind.MOST)):
        return False
    return _is_comparative(marked.tokens[found.end - 1].raw)


def _is_comparative(word: str) -> bool:
    if word.isascii():
        return word in ("less", "more", "cheaper", "newer", "older", "over", "under", "below", "above") or (
            word.endswith("er") and len(word) > 4
        )
    return any("COMP" in tags for tags in grammemes(word))
