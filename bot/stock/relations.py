"""How the words before a number bound it: «не дороже», «от», «новее», «около»."""

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
_OPPOSITE = {"under": "least", "over": "most", "most": "over", "least": "under"}


def relation_of(marked: Marked, vocabulary: Vocabulary, start: int) -> tuple[str, list[str], list[Mark]]:
    """How the number bounds: by the words before it, looked at backwards; and the columns they name."""
    relation = ""
    named: list[str] = []
    used: list[Mark] = []
    place = start - 1
    while place >= 0 and start - place <= FAR + len(used):
        token, found = marked.tokens[place], marked.mark_at(place)
        if found is not None and found.is_a(Kind.COLUMN) and not found.used:
            named.append(found.meaning.column)
            used.append(found)
            place = found.start - 1
            continue
        if found is not None and not relation and _compares(marked, found):
            relation = "under" if found.is_a(Kind.LEAST) else "over"
            if marked.tokens[found.start].raw == "не":  # «не дороже» reads as «недорогой»
                relation = "most" if relation == "under" else "least"
            named.append(found.meaning.column)
            used.append(found)
            place = found.start - 1
            continue
        if found is not None or token.number is not None:
            if found is not None and relation:
                named += _columns_within(marked, found, vocabulary)
            break
        if token.raw in _NEGATIONS and relation:
            relation = _OPPOSITE.get(relation, relation)
        elif not relation and (said := _relation_said(token, is_of_year=_is_year_like(marked, start))):
            relation = said
        elif not (token.raw in _SKIPPED or token.forms[0] in _SKIPPED):
            break
        place -= 1
    return relation, named, used


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
