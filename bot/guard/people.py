"""Names and home addresses: by what stands before them and by what the dictionary takes for a name."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import islice

from bot.guard.phrasebook import phrasebook
from bot.language.dictionary import grammemes

_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)?\.?")
_LONGEST_NAME = 3
_INITIALS = re.compile(
    r"(?<!\w)[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)? [А-ЯЁ]\. ?[А-ЯЁ]\.|(?<!\w)[А-ЯЁ]\. ?[А-ЯЁ]\. ?[А-ЯЁ][а-яё]{2,}"
)
_PARTS = ("Name", "Surn", "Patr")
_STOP = re.compile(r"\s*(?:[,.!]|$)")
_LATIN_NAME = re.compile(r"[A-Z][a-z]+")


def names_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Where a person is named. A lone first name counts only where somebody introduces it."""
    if not any(map(str.isalpha, text)):
        return
    for pattern in _introductions():
        for found in pattern.finditer(text):
            if span := _name_at(text, found.end(), introduced=True):
                yield *span, "NAME"
    for pattern in _possible_introductions():
        for found in pattern.finditer(text):
            span = _name_at(text, found.end(), introduced=False)
            if span is not None:
                yield *span, "NAME"
    for found in _INITIALS.finditer(text):
        yield *found.span(), "NAME"
    yield from _full_names(text)


def addresses_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Streets with houses, and a street without its kind after «живу на»."""
    if not any(map(str.isdigit, text)):
        return
    for pattern in _streets():
        for found in pattern.finditer(text):
            yield *found.span(1), "ADDRESS"


def streets_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Streets with and without a house, as in «на улице Гагарина»."""
    for found in _street().finditer(text):
        yield *found.span(), "ADDRESS"


def _name_at(text: str, start: int, *, introduced: bool) -> tuple[int, int] | None:
    """The name that begins here: of two parts or more where nobody says that it is one."""
    parts, end = 0, start
    for word in islice(_WORD.finditer(text, start), _LONGEST_NAME):
        if text[end : word.start()] not in ((" ", "  ") if parts else ("",)):
            break
        name = word[0].rstrip(".")
        if not _part(name) and not (introduced and _is_strange(word[0])):
            break
        parts += 1
        end = word.start() + len(name)
        if name != word[0]:
            break
    is_enough = parts > 1 or (parts == 1 and (introduced or _is_signed(text, start, end)))
    return (start, end) if is_enough else None


def _is_strange(word: str) -> bool:
    """A capitalised word that the dictionary does not take for a name, but somebody may."""
    return word[0].isupper() and not _is_no_name(word)


def _is_signed(text: str, start: int, end: int) -> bool:
    """«это марина, вы мне звонили»: a first name and nothing else before a comma."""
    first = grammemes(text[start:end].lower().replace("ё", "е"))[:1]
    return any("Name" in reading for reading in first) and bool(_STOP.match(text, end))


def _full_names(text: str) -> Iterator[tuple[int, int, str]]:
    """Two or three capitalised words in a row, of which one is a first name and another a name as well."""
    if text.isupper():
        return
    words = [word for word in _WORD.finditer(text) if word[0][0].isupper()]
    place = 0
    while place < len(words) - 1:
        run = [words[place]]
        for word in words[place + 1 : place + _LONGEST_NAME]:
            if text[run[-1].end() : word.start()] != " " or run[-1][0].endswith("."):
                break
            run.append(word)
        kinds = [_kinds(word[0].rstrip(".")) for word in run]
        length = next((size for size in (3, 2) if size <= len(run) and _is_person(kinds[:size])), 0)
        if length:
            yield run[0].start(), run[length - 1].start() + len(run[length - 1][0].rstrip(".")), "NAME"
        place += length or 1


def _is_person(kinds: list[frozenset[str]]) -> bool:
    if not all(kinds):
        return False
    first, *others = kinds
    return ("Name" in first and any(other & {"Surn", "Patr"} for other in others)) or (
        "Surn" in first and any("Name" in other for other in others)
    )


def _part(word: str) -> str:
    return next((part for part in _PARTS if part in _kinds(word)), "")


@lru_cache(maxsize=20_000)
def _kinds(word: str) -> frozenset[str]:
    """Which parts of a name a word may be; a surname's parts around a hyphen count as one."""
    plain = word.lower().replace("ё", "е")
    if len(plain) < 2 or _is_no_name(word):
        return frozenset()
    last = plain.rsplit("-", 1)[-1]
    if not ("а" <= last[0] <= "я"):
        return (
            frozenset(("Name", "Surn"))
            if _LATIN_NAME.fullmatch(word) and plain in _latin_names()
            else frozenset()
        )
    readings = grammemes(last)[:4]
    return frozenset(part for reading in readings for part in _PARTS if part in reading)


def _is_no_name(word: str) -> bool:
    return word.lower().replace("ё", "е").rstrip(".") in _no_names()


@cache
def _no_names() -> frozenset[str]:
    return frozenset(str(phrasebook()["not_names"]).split())


@cache
def _latin_names() -> frozenset[str]:
    return frozenset(str(phrasebook()["latin_names"]).split())


@cache
def _introductions() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in phrasebook()["introduces"])


@cache
def _possible_introductions() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in phrasebook()["may_introduce"])


@cache
def _street() -> re.Pattern[str]:
    street = str(phrasebook()["street"])
    name = r"(?:\d+-(?:я|й|ая|ой|го)\s)?[А-ЯЁA-Z][\w-]*(?:\s[А-ЯЁA-Z][\w-]*){0,2}"
    return re.compile(rf"(?<!\w)(?i:{street})(?:(?<=\.)|(?!\w))\s?{name}")


@cache
def _streets() -> tuple[re.Pattern[str], ...]:
    street, house, lives = (str(phrasebook()[name]) for name in ("street", "house", "lives"))
    name = r"(?:\d+-(?:я|й|ая|ой|го)\s)?[^\W\d_][\w-]{0,40}(?:\s[А-ЯЁA-Z][\w-]*){0,2}"
    patterns = (
        rf"(?<!\w)((?i:{street})(?:(?<=\.)|(?!\w))\s?{name}{house})",
        rf"(?<!\w)({name}\s(?i:{street})(?!\w){house})",
        rf"(?i:{lives})((?:(?:г\.|город)\s?[А-ЯЁа-яё-]+,?\s)?{name}{house})(?!\w)",
    )
    return tuple(re.compile(pattern) for pattern in patterns)
