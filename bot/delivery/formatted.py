"""Text with entities, and how it is cut into messages. Lengths are in UTF-16 units, as Telegram counts."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import accumulate

import wcwidth

MESSAGE_LIMIT = 4096
_SENTENCE_END = re.compile(r"[.!?…][»”\")]*\s")
_SPACE = re.compile(r"\s")


class EntityKind(StrEnum):
    BOLD = "bold"
    ITALIC = "italic"
    STRIKE = "strikethrough"
    CODE = "code"
    PRE = "pre"
    LINK = "text_link"
    QUOTE = "blockquote"


@dataclass(frozen=True, kw_only=True, slots=True)
class Entity:
    """A range of a text that looks different. `url` is for LINK, `language` for PRE."""

    kind: EntityKind
    offset: int
    length: int
    url: str = ""
    language: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, kw_only=True, slots=True)
class Formatted:
    """What one message shows."""

    text: str
    entities: tuple[Entity, ...] = ()

    @property
    def length(self) -> int:
        return utf16_length(self.text)


def utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)


def is_blank(text: str) -> bool:
    """Whether nobody would see anything: only spaces, controls and marks of direction or width."""
    return not any(unicodedata.category(char) not in _UNSEEN for char in text)


_UNSEEN = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cn", "Cs", "Mn"})


def split(formatted: Formatted, limit: int = MESSAGE_LIMIT) -> list[Formatted]:
    """Cut into messages of at most `limit` units, at the best border near the end of each.

    Borders from best to worst: a blank line, a line, a sentence, a word, a grapheme. White space at a
    cut is dropped, everything else is kept. Raises ValueError if there is nothing to see.
    """
    text = formatted.text
    units = list(accumulate((1 + (char > "\uffff") for char in text), initial=0))
    pieces = []
    start = _skip_space(text, 0)
    while start < len(text):
        end = _cut(text, units, start, limit)
        stop = start + len(text[start:end].rstrip())
        if not is_blank(text[start:stop]):
            entities = _within(formatted.entities, units[start], units[stop])
            pieces.append(Formatted(text=text[start:stop], entities=entities))
        start = _skip_space(text, end)
    if not pieces:
        raise ValueError("there is nothing to see in this text")
    return pieces


def first_part(formatted: Formatted, limit: int = MESSAGE_LIMIT) -> Formatted:
    """What fits one message of a text that is still growing."""
    return formatted if formatted.length <= limit else split(formatted, limit)[0]


def _skip_space(text: str, index: int) -> int:
    while index < len(text) and text[index].isspace():
        index += 1
    return index


def _cut(text: str, units: list[int], start: int, limit: int) -> int:
    """The index where the message that begins at `start` ends. Always beyond `start`."""
    if units[-1] - units[start] <= limit:
        return len(text)
    end = start + 1
    step = limit
    while step:  # the furthest index that is still within the limit
        if end + step < len(units) and units[end + step] - units[start] <= limit:
            end += step
        else:
            step //= 2
    floor = start + (end - start) // 4  # a tiny message is worse than a cut at a lesser border
    for border in _BORDERS:
        found = border(text, floor, end)
        if found > floor:
            return found
    whole = wcwidth.grapheme_boundary_before(text, end + 1)
    return whole if whole > start else end


def _last_match(pattern: re.Pattern[str]) -> Callable[[str, int, int], int]:
    def find(text: str, floor: int, end: int) -> int:
        found = -1
        for match in pattern.finditer(text, floor, min(end + 1, len(text))):
            found = match.end() - 1
        return found

    return find


_BORDERS: tuple[Callable[[str, int, int], int], ...] = (
    lambda text, floor, end: text.rfind("\n\n", floor, end + 2),
    lambda text, floor, end: text.rfind("\n", floor, end + 1),
    _last_match(_SENTENCE_END),
    _last_match(_SPACE),
)


def _within(entities: tuple[Entity, ...], start: int, end: int) -> tuple[Entity, ...]:
    kept = []
    for entity in entities:
        first, last = max(entity.offset, start), min(entity.end, end)
        if first < last:
            kept.append(replace(entity, offset=first - start, length=last - first))
    return tuple(kept)
