"""Holding somebody's data back from the purge, for a reason and by name of an admin."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from redis.asyncio import Redis

from bot.domain.moments import Now
from bot.domain.staff import Member
from bot.store.holds import Hold, HoldStore, KnownPerson

MOST_CHARACTERS = 300
_ASKED_S = 3600
_LONGEST_NAME = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """Somebody to be held, and why: what an admin is asked to confirm under `token`."""

    token: str
    person: KnownPerson
    reason: str = field(repr=False)


class Placed(StrEnum):
    DONE = "done"
    ALREADY = "already"
    FORGOTTEN = "forgotten"
    """It was asked too long ago, or by somebody else."""


class Holding:
    """One tenant's. Methods raise redis-py's errors and StoreError."""

    def __init__(self, store: HoldStore, redis: Redis, now: Now, *, prefix: str = "dz") -> None:
        self._store = store
        self._redis = redis
        self._now = now
        self._prefix = prefix

    async def read(self, said: str) -> tuple[Sequence[KnownPerson], str]:
        """Who is meant, and the reason: the first words are a number or a name, the others the reason."""
        words = said.split()
        for length in range(min(_LONGEST_NAME, len(words)), 0, -1):
            who = " ".join(words[:length])
            found = await asyncio.to_thread(self._store.find, who.removeprefix("telegram:"))
            if found:
                return found, " ".join(words[length:])
        return (), ""

    async def wish(self, person: KnownPerson, reason: str, member: Member, token: str) -> Wish:
        """Keep what is asked until it is confirmed, within the hour."""
        value = {"person": person.row_id, "reason": reason, "by": member.key}
        await self._redis.set(self._key(token), json.dumps(value, ensure_ascii=False), ex=_ASKED_S)
        return Wish(token=token, person=person, reason=reason)

    async def place(self, token: str, member: Member) -> tuple[Placed, Wish | None]:
        """The yes to a wish. Said twice, it is done once."""
        raw = await self._redis.get(self._key(token))
        asked = json.loads(raw) if raw else {}
        person = await asyncio.to_thread(self._store.person, asked["person"]) if asked else None
        if person is None or asked["by"] != member.key:
            return Placed.FORGOTTEN, None
        wish = Wish(token=token, person=person, reason=asked["reason"])
        placed = await asyncio.to_thread(
            self._store.place, person.row_id, wish.reason, by=member.key, at=self._now()
        )
        if placed:
            return Placed.DONE, wish
        held = await self.of(person)
        is_this = held is not None and (held.placed_by, held.reason) == (member.key, wish.reason)
        return (Placed.DONE if is_this else Placed.ALREADY), wish

    async def standing(self) -> Sequence[Hold]:
        return await asyncio.to_thread(self._store.standing)

    async def of(self, person: KnownPerson) -> Hold | None:
        return await asyncio.to_thread(self._store.of, person.channel, person.external_id)

    async def one(self, hold_id: int) -> Hold | None:
        """It, if it stands."""
        return next((hold for hold in await self.standing() if hold.hold_id == hold_id), None)

    async def lift(self, hold: Hold, member: Member) -> bool:
        """False: it is lifted already."""
        return await asyncio.to_thread(self._store.lift, hold.hold_id, by=member.key, at=self._now())

    def _key(self, token: str) -> str:
        return f"{self._prefix}:hold:{token}"
