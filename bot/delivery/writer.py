"""Builds a text and its entities piece by piece."""

from bisect import bisect_right
from dataclasses import replace
from itertools import islice

from bot.delivery.formatted import Entity, EntityKind, Formatted, utf16_length

_SOLID = frozenset({EntityKind.CODE, EntityKind.PRE})


class Writer:
    """Collects text and entities, with the blank lines between blocks put in only where text follows."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._gap = 0
        self._is_fresh = False
        self._entities: list[Entity] = []
        self._open: set[EntityKind] = set()
        self.indent = ""

    def gap(self, lines: int) -> None:
        """Ask for at least so many line breaks before whatever comes next."""
        if not self._is_fresh:
            self._gap = max(self._gap, lines)

    def write(self, text: str) -> None:
        if text:
            self.begin()
            self._is_fresh = False
            self._append(text.replace("\n", "\n" + self.indent) if self.indent else text)

    def mark(self) -> int:
        return len(self._parts)

    def since(self, mark: int) -> str:
        return "".join(self._parts[mark:])

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += utf16_length(text)

    def begin(self) -> int:
        """Flush the gap, so that an entity does not begin with the blank line before it."""
        if self._gap:
            if self._parts:
                self._append("\n" * self._gap)
            self._append(self.indent)
            self._gap = 0
        return self._length

    def begin_block(self) -> int:
        """The same for an entity around blocks, the first of which must not ask for a gap again."""
        self._is_fresh = True
        return self.begin()

    def open(self, kind: EntityKind) -> bool:
        """Whether the entity is new here: bold inside bold is still bold."""
        if kind in self._open:
            return False
        self._open.add(kind)
        return True

    def close(self, kind: EntityKind, start: int, *, url: str = "", language: str = "") -> None:
        self._open.discard(kind)
        if self._length > start:
            self._entities.append(
                Entity(kind=kind, offset=start, length=self._length - start, url=url, language=language)
            )

    def result(self) -> Formatted:
        text = "".join(self._parts)
        lead = len(text) - len(text.lstrip())
        stripped = text.strip()
        end = utf16_length(stripped)
        entities = []
        for entity in sorted(self._entities, key=_place):
            first, last = max(entity.offset - lead, 0), min(entity.end - lead, end)
            if first < last:
                entities.append(replace(entity, offset=first, length=last - first))
        return Formatted(text=stripped, entities=tuple(_around_code(entities)))


def _around_code(entities: list[Entity]) -> list[Entity]:
    """Cut other styles where they would cover code, which Telegram lets nothing share."""
    solid = [entity for entity in entities if entity.kind in _SOLID]
    if not solid:
        return entities
    ends = [code.end for code in solid]
    kept = []
    for entity in entities:
        if entity.kind in _SOLID or entity.kind is EntityKind.QUOTE:
            kept.append(entity)
            continue
        start = entity.offset
        for code in islice(solid, bisect_right(ends, start), None):
            if code.offset >= entity.end:
                break
            kept.append(replace(entity, offset=start, length=code.offset - start))
            start = code.end
        kept.append(replace(entity, offset=start, length=entity.end - start))
    return sorted((entity for entity in kept if entity.length > 0), key=_place)


def _place(entity: Entity) -> tuple[int, int]:
    return entity.offset, -entity.length
