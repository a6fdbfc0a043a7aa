"""What goes to a chat of itself: no answer, but a screen, a reminder, a card, the words of a person."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self


@dataclass(frozen=True, kw_only=True, slots=True)
class Button:
    """`data` comes back with the tap, 64 bytes at most. Under the input field the text itself is said."""

    text: str
    data: str = ""
    url: str = ""
    """Opens this address instead; nothing comes back."""
    asks_contact: bool = False
    """Under the input field: a tap shares the person's own number."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keyboard:
    """Rows of buttons under one message, or, with `is_field`, under the input field.

    There, one without rows takes the keyboard away.
    """

    rows: tuple[tuple[Button, ...], ...] = ()
    is_field: bool = False

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        rows = tuple(tuple(Button(**button) for button in row) for row in value["rows"])
        return cls(rows=rows, is_field=value["is_field"])


@dataclass(frozen=True, kw_only=True, slots=True)
class CopyOf:
    """A message that stands in some chat, with its photo, voice or file, to be shown again elsewhere."""

    chat_id: str
    message_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FileRef:
    """A file that waits under `key` until it is sent (`Outbox.keep_file`)."""

    key: str
    name: str


class Purpose(StrEnum):
    """Whose business it is when it cannot be delivered."""

    SCREEN = "screen"
    RELAY = "relay"
    """The words of an operator for a customer, or of a customer for an operator."""
    CARD = "card"
    """For staff; the ids of its messages are kept, so that it can be changed."""
    CARD_CHANGE = "card_change"
    """No message: the card's copies in this chat are to read as the card does now."""
    REMINDER = "reminder"
    EXPORT = "export"
    """A file with somebody's data, whose bytes are forgotten once it is sent."""
    REVIEWED = "reviewed"
    """An answer that a person has confirmed; it gets its words only when it is sent."""
    ASIDE = "aside"
    """The assistant's own remark, which nobody was promised: a rating asked for, an answer that is late."""

    @property
    def yields(self) -> bool:
        """Whether it is left out while a person of the staff holds the chat."""
        return self in (Purpose.REVIEWED, Purpose.ASIDE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One message to be sent exactly once. Of `text`, `copy_of` and `file` one at least is there, when it is
    sent: cards get their words only then.

    `text` is Markdown; with a file it is the caption.
    """

    text: str = ""
    keyboard: Keyboard | None = None
    thread_id: int | None = None
    """The forum topic."""
    copy_of: CopyOf | None = None
    file: FileRef | None = None
    purpose: Purpose = Purpose.SCREEN
    subject: str = ""
    """What it is about, ``callback:12``: under this name the ids of a card's messages are kept."""
    held_by: str = ""
    """Send it only while this handoff holds the chat (or, for a customer's words, the customer's chat)."""
    words: str = ""
    """Words of a person of the staff in the dialogue: for the log and the memory, masked there."""

    @classmethod
    def from_value(cls, value: Mapping[str, Any]) -> Self:
        return cls(
            **{
                **value,
                "keyboard": Keyboard.from_value(value["keyboard"]) if value["keyboard"] else None,
                "copy_of": CopyOf(**value["copy_of"]) if value["copy_of"] else None,
                "file": FileRef(**value["file"]) if value["file"] else None,
                "purpose": Purpose(value["purpose"]),
            }
        )
