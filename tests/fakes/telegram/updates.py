"""The queue of updates, with the offsets of getUpdates: what is not confirmed comes again."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram.wire import ApiError

FIRST_UPDATE_ID = 700_000_001
LONGEST_POLL_S = 50
NOT_BY_DEFAULT = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

Json = dict[str, Any]


@dataclass(kw_only=True, slots=True)
class Pending:
    """An update that is not confirmed. One that comes `again` ignores an offset that is already past it."""

    update: Json
    again: bool = False
    served: bool = False


class UpdateQueue:
    """Updates in order of their ids, for either one long poll or the webhook."""

    def __init__(self) -> None:
        self.allowed: frozenset[str] = frozenset()
        """Kinds asked for by the last getUpdates or setWebhook; empty: all but `NOT_BY_DEFAULT`."""
        self.pending: dict[int, Pending] = {}
        self.made: dict[int, Json] = {}
        """Every update ever made, for `redeliver`."""
        self.listener: Callable[[Json], None] | None = None
        """Told of every update that is queued; the webhook."""
        self.emptied = asyncio.Event()
        """Set while nothing is pending."""
        self.emptied.set()
        self.polled = asyncio.Event()
        """Set while a long poll waits."""
        self._arrived = asyncio.Event()
        self._last_id = FIRST_UPDATE_ID - 1
        self._poll: asyncio.Future[None] | None = None

    def add(self, content: Json) -> int:
        """Queues an update; one of a kind that the bot did not ask for gets an id and goes nowhere."""
        self._last_id += 1
        update = self.made[self._last_id] = {"update_id": self._last_id, **content}
        if not any(self._refused(kind) for kind in content):
            self._put(Pending(update=update))
        return self._last_id

    def redeliver(self, update_id: int) -> None:
        """Sends an update that was made before once more under the same id."""
        self._put(Pending(update=self.made[update_id], again=True))

    def _put(self, pending: Pending) -> None:
        self.pending[pending.update["update_id"]] = pending
        self._arrived.set()
        self.emptied.clear()
        if self.listener is not None:
            self.listener(pending.update)

    def _refused(self, kind: str) -> bool:
        known = kind in NOT_BY_DEFAULT or kind in _ALWAYS
        return known and (kind not in self.allowed if self.allowed else kind in NOT_BY_DEFAULT)

    def allow(self, kinds: Iterable[str] | None) -> None:
        """None leaves the kinds as they were, as a call without `allowed_updates` does."""
        if kinds is not None:
            self.allowed = frozenset(kinds)

    def confirm(self, offset: int) -> None:
        """Forgets the updates below `offset`; a negative one keeps that many from the end."""
        if offset < 0:
            self._forget(sorted(self.pending)[:offset])
        else:
            items = self.pending.items()
            self._forget([key for key, item in items if key < offset and (item.served or not item.again)])

    def confirm_one(self, update_id: int) -> None:
        self._forget([update_id])

    def drop_all(self) -> None:
        self._forget(list(self.pending))

    def _forget(self, update_ids: list[int]) -> None:
        for update_id in update_ids:
            self.pending.pop(update_id, None)
        if not self.pending:
            self.emptied.set()

    def _ready(self, limit: int) -> list[Json]:
        chosen = sorted(self.pending)[:limit]
        for key in chosen:
            self.pending[key].served = True
        return [self.pending[key].update for key in chosen]

    async def poll(self, *, offset: int, limit: int, timeout_s: float) -> list[Json]:
        """One getUpdates call. A poll that waits is ended with 409 by a newer one, as Telegram does."""
        self.end_poll(
            "terminated by other getUpdates request; make sure that only one bot instance is running"
        )
        self.confirm(offset)
        if self.pending or timeout_s <= 0:
            return self._ready(limit)
        self._arrived.clear()
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poll = ended
        self.polled.set()
        waiting = asyncio.create_task(self._arrived.wait())
        try:
            await asyncio.wait((waiting, ended), timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
            if ended.done():
                ended.result()
            return self._ready(limit)
        finally:
            waiting.cancel()
            if self._poll is ended:
                self._poll = None
                self.polled.clear()

    def end_poll(self, why: str) -> None:
        """Answers the poll that waits, if any, with 409."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(ApiError(409, f"Conflict: {why}"))
        self._poll = None


_ALWAYS = frozenset(
    {
        "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
        "business_message", "edited_business_message", "deleted_business_messages", "inline_query",
        "chosen_inline_result", "callback_query", "shipping_query", "pre_checkout_query", "poll",
        "poll_answer",
        "my_chat_member", "chat_join_request", "chat_boost", "removed_chat_boost", "purchased_paid_media",
    }
)  # fmt: skip
