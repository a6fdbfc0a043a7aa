"""The two parse modes, as far as bots use them, with Telegram's own words for what does not parse."""

import html
import re

from tests.fakes.telegram.entities import Entity, fault_of_url
from tests.fakes.telegram.wire import ApiError, bad_request

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "blockquote": "blockquote", "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:\s[^<>]*)?)>")
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]*)""")
_LEGACY_MARKS = frozenset({"```", "*", "_", "`"})
_MARKS = {
    "__": "underline", "||": "spoiler", "```": "pre", "*": "bold", "_": "italic", "~": "strikethrough",
    "`": "code",
}  # fmt: skip
_MARK_NAMES = {
    "underline": "Underline", "spoiler": "Spoiler", "pre": "Pre", "bold": "Bold", "italic": "Italic",
    "strikethrough": "Strikethrough", "code": "Code", "text_link": "TextUrl",
}  # fmt: skip
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")


def _unparsable(what: str) -> ApiError:
    return bad_request(f"can't parse entities: {what}")


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def parse_html(source: str) -> tuple[str, list[Entity]]:
    text, position = "", 0
    open_tags: list[tuple[str, Entity]] = []
    entities: list[Entity] = []
    while (at := source.find("<", position)) >= 0:
        text += html.unescape(source[position:at])
        offset = len(source[:at].encode())
        match = _TAG.match(source, at)
        if match is None:
            raise _unparsable(f"Unclosed start tag at byte offset {offset}")
        closing, tag, attributes = match.group(1), match.group(2).lower(), match.group(3)
        position = match.end()
        if not closing:
            open_tags.append((tag, _opened(tag, attributes, offset, _units(text))))
            continue
        if not open_tags:
            raise _unparsable(f"Unexpected end tag at byte offset {offset}")
        expected, entity = open_tags.pop()
        if expected != tag:
            raise _unparsable(
                f'Unmatched end tag at byte offset {offset}, expected "</{expected}>", found "</{tag}>"'
            )
        _close(entities, entity, _units(text))
    if open_tags:
        raise _unparsable(f'Can\'t find end tag corresponding to start tag "{open_tags[-1][0]}"')
    return text + html.unescape(source[position:]), sorted(entities, key=lambda entity: entity["offset"])


def _opened(tag: str, attributes: str, byte_offset: int, offset: int) -> Entity:
    if tag not in _TAGS:
        raise _unparsable(f'Unsupported start tag "{tag}" at byte offset {byte_offset}')
    entity: Entity = {"type": _TAGS[tag], "offset": offset, "length": 0}
    if tag == "a" and (href := _HREF.search(attributes)):
        entity["url"] = html.unescape(href.group(1))
    return entity


def _close(entities: list[Entity], entity: Entity, end: int) -> None:
    entity["length"] = end - entity["offset"]
    if entity["length"] > 0 and (entity["type"] != "text_link" or not fault_of_url(entity.get("url", ""))):
        entities.append(entity)


def parse_markdown(source: str, *, legacy: bool = False) -> tuple[str, list[Entity]]:
    """MarkdownV2; `legacy` is the older Markdown, with fewer marks and nothing to escape."""
    return _MarkdownReader(source, legacy=legacy).read()


class _MarkdownReader:
    """One pass over the source with a stack of the marks that are open."""

    def __init__(self, source: str, *, legacy: bool) -> None:
        self._source = source
        self._legacy = legacy
        self._marks = tuple(mark for mark in _MARKS if not legacy or mark in _LEGACY_MARKS)
        self._text = ""
        self._stack: list[tuple[str, Entity, int]] = []
        self._entities: list[Entity] = []

    def read(self) -> tuple[str, list[Entity]]:
        position = 0
        while position < len(self._source):
            position = self._step(position)
        if self._stack:
            _, entity, offset = self._stack[-1]
            name = _MARK_NAMES[entity["type"]]
            if self._legacy:
                raise _unparsable(f"Can't find end of the entity starting at byte offset {offset}")
            raise _unparsable(f"Can't find end of {name} entity at byte offset {offset}")
        return self._text, sorted(self._entities, key=lambda entity: int(entity["offset"]))

    def _step(self, position: int) -> int:
        """Reads one mark or character and returns the place after it."""
        char, expected = self._source[position], self._stack[-1][0] if self._stack else ""
        if char == "\\" and position + 1 < len(self._source):
            self._text += self._source[position + 1]
            return position + 2
        if expected and self._source.startswith(expected, position):
            return self._close(position)
        mark = next((mark for mark in self._marks if self._source.startswith(mark, position)), "")
        if (mark or char == "[") and expected not in ("`", "```"):
            return self._open(position, mark or "[")
        if char == ">" and position in (0, self._source.rfind("\n", 0, position) + 1) and not self._legacy:
            return position + 1
        if char in _RESERVED and not self._legacy and expected not in ("`", "```"):
            raise _unparsable(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        self._text += char
        return position + 1

    def _open(self, position: int, mark: str) -> int:
        entity: Entity = {"type": _MARKS.get(mark, "text_link"), "offset": _units(self._text), "length": 0}
        offset = len(self._source[:position].encode())
        self._stack.append(("]" if mark == "[" else mark, entity, offset))
        return position + len(mark)

    def _close(self, position: int) -> int:
        mark, entity, offset = self._stack.pop()
        end = position + len(mark)
        if mark == "]" and self._source.startswith("(", end):
            closing = self._source.find(")", end)
            if closing < 0:
                raise _unparsable(f"Can't find end of a URL at byte offset {offset}")
            entity["url"] = self._source[end + 1 : closing]
            end = closing + 1
        _close(self._entities, entity, _units(self._text))
        return end
