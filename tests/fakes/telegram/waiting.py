"""Waiting for what the bot does, woken by the change itself."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from tests.fakes.telegram.state import ChatBook, SeenMessage

T = TypeVar("T")


class Waiting:
    """Tests that wait for something to be seen in a chat."""

    def __init__(self, book: ChatBook) -> None:
        self._book = book
        self._events: dict[int, set[asyncio.Event]] = {}

    def changed(self, chat_id: int) -> None:
        """Wakes those who watch the chat."""
        for event in self._events.get(chat_id, ()):
            event.set()

    async def until(self, chat_id: int, look: Callable[[], T | None], timeout_s: float) -> T:
        """What `look` finds, called anew after each change in the chat; raises TimeoutError."""
        event = asyncio.Event()
        self._events.setdefault(chat_id, set()).add(event)
        try:
            async with asyncio.timeout(timeout_s):
                while (found := look()) is None:
                    event.clear()
                    await event.wait()
                return found
        except TimeoutError:
            seen = [f"{message.message_id}: {message.text[:80]!r}" for message in self._book.seen(chat_id)]
            raise TimeoutError(
                f"chat {chat_id} did not show it within {timeout_s} s; it shows {seen}"
            ) from None
        finally:
            self._events[chat_id].discard(event)

    async def for_reply(
        self, chat_id: int, count: int, timeout_s: float, *, after: int | None
    ) -> list[SeenMessage]:
        def look() -> list[SeenMessage] | None:
            replies = self._book.replies(chat_id, after)
            return replies if len(replies) >= count else None

        return await self.until(chat_id, look, timeout_s)

    async def for_text(self, chat_id: int, fragment: str, timeout_s: float) -> SeenMessage:
        def look() -> SeenMessage | None:
            replies = [message for message in self._book.seen(chat_id) if message.from_bot]
            return next((message for message in reversed(replies) if fragment in message.text), None)

        return await self.until(chat_id, look, timeout_s)

    async def for_toasts(
        self, person_id: int, toasts: Callable[[], list[T]], count: int, timeout_s: float
    ) -> list[T]:
        def look() -> list[T] | None:
            found = toasts()
            return found if len(found) >= count else None

        return await self.until(person_id, look, timeout_s)
