"""What a place where people talk looks like to the rest of the project."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from bot.delivery.formatted import Formatted
from bot.delivery.limiter import Priority
from bot.domain import ChatRef, CopyOf, Keyboard
from bot.errors import DeliveryError
from bot.recordings import SpokenNote


class MaybeSent(DeliveryError):
    """The connection broke after the request had left: the message may be there or not."""


class MessageGone(DeliveryError):
    """The message to edit is not there any more."""


class Unclear(DeliveryError):
    """Something answered a probe, but not in words that mean anything."""


class NoSlot(DeliveryError):
    """No moment was free for a call that can be left out."""


class Probe(StrEnum):
    """What stands under a message id."""

    OURS = "ours"
    """A message of this bot, in this chat."""
    NOT_OURS = "not_ours"
    CANNOT_TELL = "cannot_tell"
    """Probing does not work here; nothing follows for the message."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Post:
    """One message to put into a chat. `nonce` is the same each time this very message is tried."""

    body: Formatted
    nonce: str = ""
    reply_to: int | None = None
    is_notice: bool = False
    is_final: bool = False
    """The last message of an answer."""
    keyboard: Keyboard | None = None
    thread_id: int | None = None
    """The forum topic, where the chat has such."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Admission:
    """How a call gets past the limiter. `before` runs last of all, and stops the call by raising."""

    priority: Priority = Priority.TURN
    optional: bool = False
    """True: raise NoSlot rather than wait."""
    before: Callable[[], Awaitable[None]] | None = None


AT_ONCE = Admission()


class Channel(Protocol):
    """A place where people talk. Calls raise the `DeliveryError`s of this module and `bot/errors.py`."""

    @property
    def is_idempotent(self) -> bool:
        """Whether a message sent again under the same nonce appears once."""
        ...

    @property
    def has_voice(self) -> bool:
        """Whether there are voice notes here."""
        ...

    @property
    def growth_interval_s(self) -> float:
        """The least time between two states of a growing answer."""
        ...

    async def send(self, chat: ChatRef, post: Post, admission: Admission = AT_ONCE) -> int:
        """Put a message into the chat and return its id. Raises MaybeSent if that is not known."""
        ...

    async def edit(self, chat: ChatRef, message_id: int, post: Post, admission: Admission = AT_ONCE) -> None:
        """Make a message read like this. Raises MessageGone; may be repeated without harm."""
        ...

    async def offer(
        self, chat: ChatRef, message_id: int, keyboard: Keyboard, admission: Admission = AT_ONCE
    ) -> None:
        """Put buttons under a message that has none; nothing where there are none. Repeatable."""
        ...

    async def voice(self, chat: ChatRef, note: SpokenNote, admission: Admission = AT_ONCE) -> int:
        """Put a voice note into the chat and return its id. Raises MaybeSent."""
        ...

    async def copy(self, chat: ChatRef, source: CopyOf, post: Post, admission: Admission = AT_ONCE) -> int:
        """Show a message of another chat here, under `post`'s keyboard and in its topic; its body is not
        used. Returns the id. Raises MaybeSent, and MessageGone if there is nothing to copy."""
        ...

    async def file(
        self, chat: ChatRef, content: bytes, name: str, post: Post, admission: Admission = AT_ONCE
    ) -> int:
        """Put a file into the chat with `post` as its caption; returns the id. Raises MaybeSent."""
        ...

    async def draft(
        self, chat: ChatRef, draft_id: int, body: Formatted, admission: Admission = AT_ONCE
    ) -> bool:
        """Show an answer that is still growing. False: there are no drafts here."""
        ...

    async def withdraw(self, chat: ChatRef, message_id: int, admission: Admission = AT_ONCE) -> None:
        """Take a message away, where that is possible. Repeatable."""
        ...

    async def open_topic(self, chat: ChatRef, name: str) -> int:
        """Make a forum topic and return its id."""
        ...

    async def erase_topic(self, chat: ChatRef, thread_id: int, name: str) -> None:
        """Delete a forum topic with all that stands in it; where that is refused, close it under this name.
        Repeatable."""
        ...

    async def typing(self, chat: ChatRef, *, speaking: bool = False) -> None:
        """Show that somebody is writing, or recording a voice note, if a moment is free."""
        ...

    async def probe(self, chat: ChatRef, message_id: int, keyboard: Keyboard | None = None) -> Probe:
        """Find out whether a message of ours with this keyboard stands under an id, without a trace.

        Raises Unclear, which may pass."""
        ...

    async def close(self) -> None: ...
