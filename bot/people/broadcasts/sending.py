"""Sends what was begun, as far as it can go now; whoever comes after a kill goes on where it stopped."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final

import structlog
from redis.asyncio import Redis

from bot.delivery.delivery import Delivery
from bot.delivery.many import copy_turn, tries_of
from bot.domain import ChannelName, ChatRef
from bot.domain.broadcasts import Addressee, Broadcast, BroadcastStatus, Fate
from bot.domain.moments import Now
from bot.errors import (
    ChatUnreachable,
    DeliveryError,
    HeldByPerson,
    LeaseLost,
    StoreFull,
)
from bot.people.broadcasts.copies import copy_of
from bot.people.broadcasts.halting import Halts
from bot.people.broadcasts.quiet import is_quiet
from bot.store.broadcasts import BroadcastStore
from bot.tenant import Tenant
from bot.texts.catalogue import Texts

log = structlog.get_logger()

AT_ONCE: Final = 8
"""Copies on their way: as many as a network that takes a third of a second needs for the whole limit."""
_CHUNK: Final = 128
_TRIES: Final = 4
"""So often somebody whose chat answers with failures is tried."""
_FRESH_S: Final = 30.0
"""Half of what `Halts` remembers: a pause that Telegram asks for may last longer."""
_BUSY_S, _LOOK_S = 5.0, 0.25
"""How long a copy waits for the turn that the person has in hand."""


class _Halted(Exception):
    """The broadcast does not go on now."""


class _Outdated(Exception):
    """It is too long ago that the database was asked; the copy waits to be taken in hand anew."""


class _Unwanted(Exception):
    """The person takes no news any more."""


Told = Callable[[Broadcast], Awaitable[None]]


@dataclass(kw_only=True, slots=True)
class _Chunk:
    """Some copies of one broadcast, while they are sent."""

    broadcast: Broadcast
    looked_at: float
    """When the database said whose news these are and that they may go, by the loop's clock."""
    waiting: list[tuple[Addressee, Mapping[str, str]]]
    """Each with what is known of the copy."""
    fates: dict[int, Fate] = field(default_factory=dict)
    is_halted: bool = False
    failing: DeliveryError | None = None
    """Why the last copy of which nothing is known did not go."""


class Sending:
    """One tenant's. `tell_end` and `tell_full` may be called again for the same; they tell once."""

    def __init__(
        self,
        *,
        store: BroadcastStore,
        delivery: Delivery,
        redis: Redis,
        halts: Halts,
        tenant: Tenant,
        texts: Texts,
        tell_end: Told,
        tell_full: Told,
        prefix: str = "dz",
        now: Now,
    ) -> None:
        self._store = store
        self._delivery = delivery
        self._copies = delivery.copies
        self._redis = redis
        self._halts = halts
        self._tenant = tenant
        self._texts = texts
        self._tell_end = tell_end
        self._tell_full = tell_full
        self._owner = f"{prefix}:broadcasts:{tenant.name}"
        self._now = now

    async def look_after(self) -> None:
        """Send until all is sent, or may not be. Raises redis-py's errors, StoreError and DeliveryError."""
        lease = secrets.token_hex(8)
        await self._redis.set(self._owner, lease)
        for broadcast in await asyncio.to_thread(self._store.open):
            try:
                await self._go_on(broadcast, lease)
            except StoreFull:
                await self._tell_full(broadcast)
                raise
            except LeaseLost:
                log.info("broadcast_taken_over", broadcast=broadcast.broadcast_id)
                return

    async def _go_on(self, broadcast: Broadcast, lease: str) -> None:
        broadcast = await self._as_it_is(broadcast)  # those before it took their time
        if broadcast.finished_at is not None:
            return
        left = await asyncio.to_thread(self._store.in_hand, broadcast.broadcast_id, _CHUNK)
        # Looking for copies whose fate is unknown takes seconds, and nobody else needs to wait for it.
        finding = asyncio.create_task(self._send(broadcast, left, lease))
        try:
            await self._send_all(broadcast, lease)
        except BaseException:
            finding.cancel()
            await asyncio.wait([finding])
            raise
        await finding
        await self._settle(broadcast, lease)
        broadcast = await self._as_it_is(broadcast)
        if broadcast.status is BroadcastStatus.STOPPED or await self._is_over(broadcast):
            await self._tell_end(broadcast)
            await asyncio.to_thread(self._store.finish, broadcast, self._now())
            log.info("broadcast_over", broadcast=broadcast.broadcast_id)

    async def _send_all(self, broadcast: Broadcast, lease: str) -> None:
        """To all who wait, as long as it may go on."""
        while self._may_go_on(broadcast):
            some = await asyncio.to_thread(self._store.claim, broadcast.broadcast_id, _CHUNK, self._now())
            if not some or not await self._send(broadcast, some, lease):
                return

    async def _as_it_is(self, broadcast: Broadcast) -> Broadcast:
        return await asyncio.to_thread(self._store.one, broadcast.broadcast_id) or broadcast

    def _may_go_on(self, broadcast: Broadcast) -> bool:
        is_running = broadcast.status is BroadcastStatus.RUNNING
        return is_running and (broadcast.by_night or not is_quiet(self._now(), self._tenant.zone))

    async def _is_over(self, broadcast: Broadcast) -> bool:
        progress = await asyncio.to_thread(self._store.progress, broadcast.broadcast_id)
        is_open = any(progress.get(fate) for fate in (Fate.WAITING, Fate.POSTED))
        return broadcast.status is BroadcastStatus.RUNNING and not is_open

    async def _settle(self, broadcast: Broadcast, lease: str) -> None:
        """Find out of those whom a killed worker had in hand, and send to them what was not sent."""
        before: set[int] = set()
        while left := await asyncio.to_thread(self._store.in_hand, broadcast.broadcast_id, _CHUNK):
            if {addressee.person_id for addressee in left} == before:
                return  # they fail again and again; the next run tries them
            before = {addressee.person_id for addressee in left}
            await self._send(broadcast, left, lease)

    async def _send(self, broadcast: Broadcast, some: Sequence[Addressee], lease: str) -> bool:
        """Send these. False: it was halted. Raises LeaseLost if somebody else sends now, DeliveryError if
        nothing goes at all."""
        if not some:
            return True
        looked_at = asyncio.get_running_loop().time()
        broadcast = await self._as_it_is(broadcast)
        if await self._redis.get(self._owner) != lease.encode():
            raise LeaseLost
        known = await self._copies.take([_name(broadcast, one) for one in some], lease)
        waiting = list(zip(some, known, strict=True))
        chunk = _Chunk(broadcast=broadcast, looked_at=looked_at, waiting=waiting)
        chunk.waiting.reverse()
        try:
            ended = await asyncio.gather(
                *(self._send_from(chunk, lease) for _ in range(AT_ONCE)), return_exceptions=True
            )
        finally:
            await asyncio.to_thread(self._store.note, broadcast.broadcast_id, chunk.fates, self._now())
        await self._copies.forget([_name(broadcast, one) for one in some if one.person_id in chunk.fates])
        for error in ended:
            if isinstance(error, BaseException):
                raise error
        if chunk.failing is not None and not chunk.fates:
            raise chunk.failing
        return not chunk.is_halted

    async def _send_from(self, chunk: _Chunk, lease: str) -> None:
        while chunk.waiting:
            addressee, known = chunk.waiting.pop()
            try:
                fate = await self._send_one(chunk, addressee, known, lease)
            except BaseException:
                chunk.waiting.clear()
                raise
            if fate is not None:
                chunk.fates[addressee.person_id] = fate

    async def _send_one(
        self, chunk: _Chunk, addressee: Addressee, known: Mapping[str, str], lease: str
    ) -> Fate | None:
        """None: it is not known, or somebody else's."""
        broadcast = chunk.broadcast
        chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=addressee.external_id)
        if not addressee.takes_news:
            return Fate.LEFT_OUT
        body, keyboard = copy_of(broadcast, addressee, self._texts)
        copy = self._delivery.for_many(copy_turn(_name(broadcast, addressee), chat, lease))
        await self._let_turn_end(chat)
        try:
            await copy.send(body, keyboard, partial(self._check, chunk, chat.key), known=known)
        except _Halted:
            chunk.is_halted = True
            return Fate.WAITING
        except _Outdated:
            return Fate.WAITING
        except (_Unwanted, HeldByPerson):
            return Fate.LEFT_OUT
        except ChatUnreachable:
            return Fate.BLOCKED
        except LeaseLost:
            return None
        except DeliveryError as error:
            if error.permanent or tries_of(known) >= _TRIES:
                log.warning("copy_not_taken", broadcast=broadcast.broadcast_id, error=type(error).__name__)
                return Fate.FAILED
            chunk.failing = error
            return None
        return Fate.SENT

    async def _check(self, chunk: _Chunk, person_key: str) -> None:
        """Right before a copy leaves: after the wait for the limits, so it must not take long."""
        broadcast = chunk.broadcast
        if asyncio.get_running_loop().time() > chunk.looked_at + _FRESH_S:
            raise _Outdated
        is_halted, is_unwanted = await self._halts.found(broadcast, person_key)
        if is_halted or not self._may_go_on(broadcast):
            raise _Halted
        if is_unwanted:
            raise _Unwanted

    async def _let_turn_end(self, chat: ChatRef) -> None:
        """What the person is asking goes first; somebody who never stops gets it in between."""
        loop = asyncio.get_running_loop()
        ends_at = loop.time() + _BUSY_S
        while await self._copies.is_busy(chat) and loop.time() < ends_at:  # noqa: ASYNC110  another process
            await asyncio.sleep(_LOOK_S)


def _name(broadcast: Broadcast, addressee: Addressee) -> str:
    return f"broadcast:{broadcast.broadcast_id}:{addressee.person_id}"
