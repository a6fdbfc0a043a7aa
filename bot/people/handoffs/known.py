"""What the database knows of handoffs and of whose they are, for event loops."""

import asyncio

from bot.domain import ChatRef
from bot.domain.handoffs import Customer, Handoff, Place
from bot.store.handoffs import HandoffStore


class KnownHandoffs:
    """Methods raise StoreError."""

    def __init__(self, store: HandoffStore) -> None:
        self._store = store

    async def customer(self, chat: ChatRef) -> Customer | None:
        """Whose private chat it is; None: nobody is known there."""
        return await asyncio.to_thread(self._store.customer, chat) if chat.private else None

    async def by_id(self, handoff_id: int) -> Handoff | None:
        return await asyncio.to_thread(self._store.by_id, handoff_id)

    async def by_token(self, token: str) -> Handoff | None:
        """The handoff whose holding this is or was, if nobody has held it since."""
        return await asyncio.to_thread(self._store.by_token, token)

    async def open_of(self, chat_key: str) -> Handoff | None:
        """The chat's handoff that waits or is held."""
        return await asyncio.to_thread(self._store.open_of, chat_key)

    async def last_in(self, place: Place) -> Handoff | None:
        """The newest handoff that was talked over in a topic."""
        return await asyncio.to_thread(self._store.last_in, place)

    async def waiting(self) -> list[Handoff]:
        """The oldest first."""
        return await asyncio.to_thread(self._store.waiting)

    async def find(self, who: str) -> list[Customer]:
        """The customers whom staff may mean: see `HandoffStore.find`."""
        return await asyncio.to_thread(self._store.find, who)
