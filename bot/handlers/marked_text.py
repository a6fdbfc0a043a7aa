"""Words that somebody has marked with Telegram's own buttons, as Markdown."""

from typing import Final

from aiogram.types import Message, MessageEntity

_MARKS: Final = {"bold": "**", "italic": "*", "strikethrough": "~~", "code": "`"}
_SPACES: Final = " \t\n"


def markdown_in(message: Message) -> str:
    """The text with its marks; words that hold marks of their own are left as they are."""
    text = (message.text or "").encode("utf-16-le")
    inserted: list[tuple[int, int, str]] = []
    for order, entity in enumerate(message.entities or ()):
        marks = _marks_of(entity)
        words = text[2 * entity.offset : 2 * (entity.offset + entity.length)].decode("utf-16-le")
        if marks is None or not words.strip(_SPACES):
            continue
        before = len(words) - len(words.lstrip(_SPACES))  # Markdown knows no marks beside a space
        after = len(words) - len(words.rstrip(_SPACES))
        inserted.append((2 * (entity.offset + before), order, marks[0]))
        inserted.append((2 * (entity.offset + entity.length - after), -order - 1, marks[1]))
    for place, _, mark in sorted(inserted, reverse=True):
        text = text[:place] + mark.encode("utf-16-le") + text[place:]
    return text.decode("utf-16-le").strip()


def _marks_of(entity: MessageEntity) -> tuple[str, str] | None:
    if entity.type == "text_link" and entity.url:
        return "[", f"]({entity.url})"
    mark = _MARKS.get(entity.type)
    return (mark, mark) if mark else None
