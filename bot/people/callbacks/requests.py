"""The life of a request to be called: asked, taken, tried again, done or cancelled."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import case, null

from bot.domain import ChannelName
from bot.domain.callbacks import AlreadyOpen, Callback, CallbackStatus, Move, Opened, Request
from bot.domain.moments import Now
from bot.domain.staff import Member
from bot.people.callbacks.promises import Window
from bot.people.changes.calendar import Opens
from bot.people.working_clock import WorkingClock
from bot.store.callbacks import CALLBACKS, CallbackStore
from bot.store.rows import Values
from bot.store.sealing import Sealer
from bot.tenant.service import Callbacks as CallbackSettings

log = structlog.get_logger()


class Callbacks:
    """One tenant's requests, for event loops. Every method raises StoreError.

    A step of staff is theirs alone: `Move.done` tells whether it is so, now or by the same hand before,
    and repeating a step is harmless. Nothing here tells anybody of it.
    """

    def __init__(
        self,
        store: CallbackStore,
        sealer: Sealer,
        clock: WorkingClock,
        settings: CallbackSettings,
        *,
        now: Now,
    ) -> None:
        self._store = store
        self._sealer = sealer
        self.clock = clock
        """The working time of who calls."""
        self._settings = settings
        self._now = now

    async def open(self, request: Request) -> Opened | AlreadyOpen:
        """Store what the person has confirmed."""
        sealed = self._sealer.seal(request.phone)
        opened = await asyncio.to_thread(self._store.open, request, sealed)
        log.info("callback_opened", callback=opened.callback.callback_id, kind=type(opened).__name__)
        return opened

    async def find(self, callback_id: int) -> Callback | None:
        """None: there is none of that number here, or it was erased."""
        return await asyncio.to_thread(self._store.callback, callback_id)

    async def by_key(self, request_key: str) -> Callback | None:
        return await asyncio.to_thread(self._store.by_key, request_key)

    async def open_of(self, channel: ChannelName, external_id: str) -> Callback | None:
        """What the person waits for."""
        return await asyncio.to_thread(self._store.open_of, channel, external_id)

    async def of_person(self, channel: ChannelName, external_id: str) -> list[Callback]:
        """All of a person, the newest first."""
        return await asyncio.to_thread(self._store.of_person, channel, external_id)

    async def list_open(self) -> list[Callback]:
        """What waits for a call, the most pressing first."""
        return await asyncio.to_thread(self._store.list_open)

    async def due(self, now: datetime) -> list[Callback]:
        """Open ones whose promised time is over."""
        return await asyncio.to_thread(self._store.list_open, due_before=now)

    async def outside(self, opens: Opens) -> int:
        """How many promised calls have working time left as it is now, and would have none by `opens`."""
        now, would_be, found = self._now(), self.clock.by(opens), 0
        for callback in await self.list_open():
            start, end = max(callback.call_from, now), callback.due_at
            found += self.clock.opens_within(start, end) and not would_be.opens_within(start, end)
        return found

    async def phone_of(self, callback_id: int) -> str | None:
        """The number in clear, +79161234567; None: there is no such request. Raises SealBroken."""
        sealed = await asyncio.to_thread(self._store.phone_sealed, callback_id)
        return None if sealed is None else self._sealer.open(sealed)

    async def last_phone_of(self, channel: ChannelName, external_id: str) -> str | None:
        """The number of the person's last request; None: there was none."""
        sealed = await asyncio.to_thread(self._store.last_phone_sealed, channel, external_id)
        return None if sealed is None else self._sealer.open(sealed)

    async def told(self, callback: Callback, window: Window) -> None:
        """Note that staff were told of it and what may be promised now; only the first time counts."""
        values: Values = {"told_at": self._now(), "call_from": window.call_from, "due_at": window.due_at}
        await asyncio.to_thread(
            self._store.change, callback.callback_id, values, CALLBACKS.c.told_at.is_(None)
        )

    async def describe(self, callback: Callback, card: Mapping[str, Any]) -> None:
        """Keep what staff are shown beside the request; only the first time counts."""
        if not callback.card:
            await asyncio.to_thread(self._store.change, callback.callback_id, {"card": dict(card)})

    async def take(self, callback_id: int, member: Member) -> Move:
        """One of all who try gets it: who calls. After a try without an answer anybody may take it."""
        now = self._now()
        still_in_time = case((CALLBACKS.c.due_at > now, null()), else_=CALLBACKS.c.escalated_at)
        # A promise that its taker breaks is one more cause to call for help.
        values: Values = {
            "status": CallbackStatus.TAKEN.value,
            "taken_by": member.key,
            "taken_at": now,
            "reminded_at": None,
            "escalated_at": still_in_time,
        }
        free = (CallbackStatus.NEW, CallbackStatus.NO_ANSWER)
        move = await asyncio.to_thread(self._store.move, callback_id, values, among=free)
        return self._moved(move, member, CallbackStatus.TAKEN)

    async def give_back(self, callback_id: int, member: Member) -> Move:
        """Whoever has it lets go of it."""
        values: Values = {"status": CallbackStatus.NEW.value, "taken_by": "", "taken_at": None}
        move = await self._own_move(callback_id, member, values)
        if move.callback is not None and move.callback.status is CallbackStatus.NEW:
            return Move(callback=move.callback, done=True)
        return move

    async def no_answer(self, callback_id: int, member: Member) -> Move:
        """Whoever has it did not reach the person: there is another try, or it is given up."""
        callback = await self.find(callback_id)
        if callback is None:
            return Move(callback=None, done=False)
        tries = callback.tries + 1
        status = CallbackStatus.NO_ANSWER
        values: Values = {"status": status.value, "tries": tries}
        next_try = self.clock.after(self._now(), self._settings.retry_after_min)
        if tries >= self._settings.most_tries or next_try is None:
            status = CallbackStatus.GIVEN_UP
            values |= {"status": status.value, "closed_at": self._now()}
        else:
            due = self.clock.after(next_try, self._settings.call_within_min) or next_try
            values |= {"next_try_at": next_try, "call_from": next_try, "due_at": due}
            values |= {"reminded_at": None, "escalated_at": None}
        move = await self._own_move(callback_id, member, values, tries=callback.tries)
        return self._moved(move, member, status)

    async def done(self, callback_id: int, member: Member, result: str) -> Move:
        """Whoever has it has talked to the person. `result`: the id of a label, or their own words."""
        values: Values = {"status": CallbackStatus.DONE.value, "result": result, "closed_at": self._now()}
        return self._moved(await self._own_move(callback_id, member, values), member, CallbackStatus.DONE)

    async def cancel(self, callback_id: int, channel: ChannelName, external_id: str) -> Move:
        """Only by the person who had asked; for others there is no such request."""
        callback = await self.find(callback_id)
        if callback is None or not callback.belongs_to(channel, external_id):
            return Move(callback=None, done=False)
        values: Values = {"status": CallbackStatus.CANCELLED.value, "closed_at": self._now()}
        move = await asyncio.to_thread(self._store.move, callback_id, values)
        is_so = move.callback is not None and move.callback.status is CallbackStatus.CANCELLED
        return Move(callback=move.callback, done=is_so)

    async def move_time(self, callback: Callback, wished: str, window: Window) -> Move:
        """The person would rather be called then."""
        values: Values = {"wished": wished, "call_from": window.call_from, "due_at": window.due_at}
        values |= {"reminded_at": None, "escalated_at": None}
        if callback.next_try_at is not None:
            values["next_try_at"] = window.call_from
        return await asyncio.to_thread(self._store.move, callback.callback_id, values)

    async def remind(self, callback: Callback) -> bool:
        """Whether it is for the caller to remind staff: true once, until its time changes."""
        return await self._once(callback, "reminded_at")

    async def escalate(self, callback: Callback) -> bool:
        """Whether it is for the caller to tell the admins: true once, until its time changes."""
        return await self._once(callback, "escalated_at")

    async def _once(self, callback: Callback, column: str) -> bool:
        conditions = (CALLBACKS.c[column].is_(None), CALLBACKS.c.status == callback.status.value)
        values: Values = {column: self._now()}
        return await asyncio.to_thread(self._store.change, callback.callback_id, values, *conditions)

    async def _own_move(
        self, callback_id: int, member: Member, values: Values, *, tries: int | None = None
    ) -> Move:
        conditions = [CALLBACKS.c.taken_by == member.key]
        if tries is not None:
            conditions.append(CALLBACKS.c.tries == tries)
        among = (CallbackStatus.TAKEN,)
        return await asyncio.to_thread(self._store.move, callback_id, values, *conditions, among=among)

    @staticmethod
    def _moved(move: Move, member: Member, status: CallbackStatus) -> Move:
        """A step that the same hand has taken before counts as taken."""
        callback = move.callback
        is_so = callback is not None and (callback.status, callback.taken_by) == (status, member.key)
        if callback is not None:
            log.info("callback_moved", callback=callback.callback_id, status=callback.status, done=is_so)
        return Move(callback=callback, done=is_so)
