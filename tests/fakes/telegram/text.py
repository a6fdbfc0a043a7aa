"""Text the way Telegram takes it: lengths in UTF-16 code units, entities checked against them."""

from tests.fakes.telegram.entities import Entity, check_entities
from tests.fakes.telegram.markup import parse_html, parse_markdown
from tests.fakes.telegram.wire import Arguments, bad_request

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024
MOST_ENTITIES = 100
"""Telegram leaves out the others without a word."""
_BLANK = "".join(map(chr, range(0x2000, 0x2010))) + " \t\n\r\v\f\u00a0\u180e"
_BLANK += "\u2028\u2029\u202f\u205f\u2060\u2800\u3000\ufeff"
"""What does not count as text: spaces and invisible signs."""


def utf16_length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def read_text(
    arguments: Arguments, name: str = "text", *, longest: int = LONGEST_TEXT
) -> tuple[str, list[Entity]]:
    """The text and entities of a call, after its parse mode; `text` (or the caption) may come out empty."""
    text, entities = _parsed(arguments, name)
    check_entities(text, entities)
    text, entities = _trimmed(text, entities)
    if utf16_length(text) > longest:
        raise bad_request("message is too long" if name == "text" else "message caption is too long")
    return text, entities


def _parsed(arguments: Arguments, name: str) -> tuple[str, list[Entity]]:
    text = arguments.text(name)
    mode = arguments.text("parse_mode").lower()
    if mode == "html":
        return parse_html(text)
    if mode in ("markdownv2", "markdown"):
        return parse_markdown(text, legacy=mode == "markdown")
    if mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")
    entities = arguments.nested("entities" if name == "text" else f"{name}_entities")
    return text, [dict(entity) for entity in entities or ()][:MOST_ENTITIES]


def _trimmed(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    if not text.strip(_BLANK):
        return "", []
    kept = text.lstrip()
    shift = utf16_length(text) - utf16_length(kept)
    kept = kept.rstrip()
    length = utf16_length(kept)
    if shift == 0 and len(kept) == len(text):
        return text, entities
    moved = []
    for entity in entities:
        start = max(entity["offset"] - shift, 0)
        end = min(entity["offset"] + entity["length"] - shift, length)
        if end > start:
            moved.append({**entity, "offset": start, "length": end - start})
    return kept, moved
