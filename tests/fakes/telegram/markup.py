"""The two parse modes, as far as bots use them, with Telegram's own words for what does not parse."""

import html
import re
from typing import Any

from tests.fakes.telegram.wire import ApiError, bad_request

_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "code": "code", "pre": "pre",
    "a": "text_link", "blockquote": "blockquote", "tg-spoiler": "spoiler", "span": "spoiler",
}  # fmt: skip
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)((?:\s[^<>]*)?)>")
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]*)""")
_MARKS = {
    "__": "underline", "||": "spoiler", "```": "pre", "*": "bold", "_": "italic", "~": "strikethrough",
    "`": "code",
}  # fmt: skip
_MARK_NAMES = {
    "underline": "Underline", "spoiler": "Spoiler", "pre": "Pre", "bold": "Bold", "italic": "Italic",
    "strikethrough": "Strikethrough", "code": "Code", "text_link": "TextUrl",
}  # fmt: skip
_RESERVED = frozenset("_*[]()~`>#+-=|{}.!")

Entity = dict[str, Any]


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
    if entity["length"] > 0 and (entity["type"] != "text_link" or entity.get("url")):
        entities.append(entity)


def parse_markdown_v2(source: str) -> tuple[str, list[Entity]]:
    text, position = "", 0
    stack: list[tuple[str, Entity, int]] = []
    entities: list[Entity] = []
    while position < len(source):
        char = source[position]
        if char == "\\" and position + 1 < len(source):
            text += source[position + 1]
            position += 2
            continue
        inside_code = bool(stack) and stack[-1][1]["type"] in ("code", "pre")
        mark = next(
            (mark for mark in ("```", "__", "||", "*", "_", "~", "`") if source.startswith(mark, position)),
            "",
        )
        if inside_code and mark != stack[-1][0]:
            text, position = text + char, position + 1
        elif mark and stack and stack[-1][0] == mark:
            _close(entities, stack.pop()[1], _units(text))
            position += len(mark)
        elif mark:
            entity: Entity = {"type": _MARKS[mark], "offset": _units(text), "length": 0}
            stack.append((mark, entity, _byte_offset(source, position)))
            position += len(mark)
        elif char == "[":
            stack.append(
                (
                    "]",
                    {"type": "text_link", "offset": _units(text), "length": 0},
                    _byte_offset(source, position),
                )
            )
            position += 1
        elif char == "]" and stack and stack[-1][0] == "]":
            position = _close_link(source, position, entities, stack.pop()[1], _units(text))
        elif char == ">" and (position == 0 or source[position - 1] == "\n"):
            position += 1
        elif char in _RESERVED:
            raise _unparsable(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        else:
            text, position = text + char, position + 1
    if stack:
        _, entity, offset = stack[-1]
        raise _unparsable(f"Can't find end of {_MARK_NAMES[entity['type']]} entity at byte offset {offset}")
    return text, sorted(entities, key=lambda entity: entity["offset"])


def _byte_offset(source: str, position: int) -> int:
    return len(source[:position].encode())


def _close_link(source: str, position: int, entities: list[Entity], entity: Entity, end: int) -> int:
    if source.startswith("(", position + 1):
        closing = source.find(")", position)
        if closing < 0:
            raise _unparsable(f"Can't find end of a URL at byte offset {_byte_offset(source, position)}")
        entity["url"] = source[position + 2 : closing]
        position = closing
    _close(entities, entity, end)
    return position + 1
