"""Broadcasts as admins deal with them: begun for those who agreed, watched, paused, stopped, reported."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from bot.domain.broadcasts import Audience, Broadcast, BroadcastStatus, Fate, Message
from bot.domain.moments import Now
from bot.domain.staff import Member, Role
from bot.people.broadcasts.codes import own_codes
from bot.people.broadcasts.halting import Halts
from bot.people.broadcasts.quiet import is_quiet
from bot.people.broadcasts.telling import BroadcastNews
from bot.staff.roles import Staff
from bot.store.broadcasts import BroadcastStore, NewBroadcast
from bot.store.job_runs import CLOCK
from bot.tenant import Tenant

log = structlog.get_logger()

_LISTED = 10


class Broadcasts:
    """One tenant's. Methods raise StoreError; repeating a call is safe."""

    def __init__(
        self,
        store: BroadcastStore,
        *,
        tenant: Tenant,
        products: Sequence[str],
        staff: Staff,
        news: BroadcastNews,
        halts: Halts,
        now: Now,
    ) -> None:
        """`products`: labels by which people can be chosen."""
        self._store = store
        self._tenant = tenant
        self.products = tuple(products)
        self._staff = staff
        self._news = news
        self._halts = halts
        self._now = now

    @property
    def is_quiet(self) -> bool:
        """Whether people are let alone now."""
        return is_quiet(self._now(), self._tenant.zone)

    async def count(self, audience: Audience) -> int:
        return await asyncio.to_thread(self._store.count, audience, self._now())

    async def languages(self) -> Sequence[str]:
        """Of those who take news, the commonest first."""
        return await asyncio.to_thread(self._store.languages, self._now())

    async def start(
        self, message: Message, audience: Audience, by: Member, *, by_night: bool, request_key: str
    ) -> Broadcast | None:
        """Begin it, once for this key. None: it is for nobody, and nothing was begun."""
        new = NewBroadcast(
            message=message,
            audience=audience,
            by_night=by_night,
            made_by=by.key,
            request_key=request_key,
            at=self._now(),
        )
        begun = await asyncio.to_thread(self._store.start, new, own_codes(message.promo))
        if begun is not None:
            log.info("broadcast_begun", broadcast=begun.broadcast_id, people=begun.people)
        return begun

    async def change(
        self, broadcast: Broadcast, seen: BroadcastStatus, status: BroadcastStatus, by: Member
    ) -> bool:
        """Pause it, go on or stop it. False: somebody has changed it since, or it is over."""
        changed = await asyncio.to_thread(self._store.change, broadcast.broadcast_id, seen, status, by.key)
        if changed and status is not BroadcastStatus.RUNNING:
            await self._halts.halt(broadcast)
        elif changed:
            await self._halts.lift(broadcast)
        return changed

    async def one(self, broadcast_id: int) -> Broadcast | None:
        return await asyncio.to_thread(self._store.one, broadcast_id)

    async def latest(self) -> Sequence[tuple[Broadcast, Mapping[Fate, int]]]:
        """The newest first, each with what became of its copies."""
        found = await asyncio.to_thread(self._store.latest, _LISTED)
        return [(broadcast, await self.progress(broadcast)) for broadcast in found]

    async def under_way(self) -> Sequence[Broadcast]:
        """Those after which a new one begins; what is paused or waits for the morning holds up none."""
        found = await asyncio.to_thread(self._store.open)
        running = [broadcast for broadcast in found if broadcast.status is BroadcastStatus.RUNNING]
        return [broadcast for broadcast in running if broadcast.by_night or not self.is_quiet]

    async def progress(self, broadcast: Broadcast) -> Mapping[Fate, int]:
        """What became of its copies: as they stand, or, once it is finished, as they stood then."""
        if broadcast.finished_at is not None:
            return broadcast.fates
        return await asyncio.to_thread(self._store.progress, broadcast.broadcast_id)

    async def stop_those_that_rest(self, before: datetime) -> None:
        """Nobody goes on with what began before and is paused: whom it is for may be kept no longer."""
        for broadcast in await asyncio.to_thread(self._store.open):
            is_paused = broadcast.status is BroadcastStatus.PAUSED
            if is_paused and broadcast.made_at < before and await self._stop(broadcast):
                progress, maker = await self.progress(broadcast), await self._maker(broadcast)
                await self._news.tell_rested(broadcast, progress, maker)
                await asyncio.to_thread(self._store.finish, broadcast, self._now())
                log.info("broadcast_rested", broadcast=broadcast.broadcast_id)

    async def _stop(self, broadcast: Broadcast) -> bool:
        stop = self._store.change
        return await asyncio.to_thread(
            stop, broadcast.broadcast_id, broadcast.status, BroadcastStatus.STOPPED, CLOCK
        )

    async def tell_end(self, broadcast: Broadcast) -> None:
        """To whoever began it, or, if they are no admin any more, to the admins; once."""
        progress = await self.progress(broadcast)
        await self._news.tell_end(broadcast, progress, await self._maker(broadcast), self._now())

    async def tell_full(self, broadcast: Broadcast) -> None:
        """That nothing can be noted down, so that nothing is sent; once a day."""
        await self._news.tell_full(broadcast, await self._maker(broadcast), self._now())

    async def _maker(self, broadcast: Broadcast) -> Member | None:
        member = await self._staff.by_key(broadcast.made_by)
        return member if member is not None and member.role is Role.ADMIN else None
