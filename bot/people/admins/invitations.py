"""Inviting somebody to work here: a link that works once."""

import asyncio
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from redis.asyncio import Redis

from bot.domain.moments import Now
from bot.domain.staff import Member, Role
from bot.store.invitations import Invitation, InvitationStore, Redemption

START = "inv_"
"""A link's parameter begins so."""
LASTS = timedelta(hours=48)
MOST_OPEN = 20
LONGEST_NOTE = 100
ROLES = (Role.OPERATOR, Role.TESTER, Role.ADMIN)
_TOKEN_BYTES = 24
_ASKED_S = 3600
_SHOWN_FOR = timedelta(days=14)
_MOST_ENDED = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class InvitationWish:
    """What an admin is asked to confirm under `name`."""

    name: str
    role: Role
    note: str = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """`parameter`: what a link to the bot ends with."""

    invitation: Invitation
    parameter: str = field(repr=False)


class NotMade(StrEnum):
    FORGOTTEN = "forgotten"
    """It was asked too long ago, or by somebody else, or has led to a link that opens nothing any more."""
    TOO_MANY = "too_many"
    """As many as may wait at once do so."""


class Invitations:
    """One tenant's. Methods raise redis-py's errors and StoreError; repeating them is safe."""

    def __init__(self, store: InvitationStore, redis: Redis, now: Now, *, prefix: str = "dz") -> None:
        self._store = store
        self._redis = redis
        self._now = now
        self._prefix = prefix

    async def wish(self, role: Role, note: str, member: Member, name: str) -> InvitationWish:
        """Keep what is asked until it is confirmed, within the hour. The token is chosen here, once."""
        value = {"role": role, "note": note, "by": member.key, "token": secrets.token_hex(_TOKEN_BYTES)}
        await self._redis.set(self._key(name), json.dumps(value, ensure_ascii=False), ex=_ASKED_S, nx=True)
        return InvitationWish(name=name, role=role, note=note)

    async def make(self, name: str, member: Member) -> Made | NotMade:
        """The yes to a wish; said twice, it is the same invitation, while that can be used."""
        raw = await self._redis.get(self._key(name))
        asked: dict[str, Any] = json.loads(raw) if raw else {}
        if not asked or asked["by"] != member.key:
            return NotMade.FORGOTTEN
        token, now = asked["token"], self._now()
        known = await asyncio.to_thread(self._store.by_token, token)
        if known is None:
            if await asyncio.to_thread(self._store.open_count, now) >= MOST_OPEN:
                return NotMade.TOO_MANY
            await asyncio.to_thread(
                self._store.make,
                token,
                Role(asked["role"]),
                asked["note"],
                member.key,
                at=now,
                until=now + LASTS,
            )
            known = await asyncio.to_thread(self._store.by_token, token)
        made = cast(Invitation, known)
        if await self.one(made.number) is None:
            return NotMade.FORGOTTEN
        return Made(invitation=made, parameter=START + token)

    async def redeem(
        self, parameter: str, person: Member, update: str
    ) -> tuple[Redemption, Invitation | None]:
        """Somebody has opened a link; the role of `person` is not looked at.

        `update`: names their message. What is delivered again is accepted again, so that all learn of it.
        """
        key = f"{self._prefix}:joining:{update}"
        is_first = await self._redis.set(key, "1", nx=True, ex=_ASKED_S)
        token = parameter.removeprefix(START)
        redemption, found = await asyncio.to_thread(self._store.redeem, token, person, self._now())
        is_theirs = found is not None and found.used_by == person.key
        if not is_first and is_theirs and redemption is Redemption.ALREADY_STAFF:
            return Redemption.ACCEPTED, found
        return redemption, found

    async def open(self) -> Sequence[Invitation]:
        return await asyncio.to_thread(self._store.open, self._now())

    async def ended(self) -> Sequence[Invitation]:
        """A few that can be used no more, the newest first."""
        now = self._now()
        ended = await asyncio.to_thread(self._store.ended, now, since=now - _SHOWN_FOR, limit=_MOST_ENDED)
        return [_without_maker(found) if _waits(found, now) else found for found in ended]

    async def one(self, number: int) -> Invitation | None:
        """It, if it can still be used."""
        return next((found for found in await self.open() if found.number == number), None)

    async def revoke(self, number: int, member: Member) -> bool:
        """False: it opens nothing any more as it is."""
        return await asyncio.to_thread(self._store.revoke, number, member.key, self._now())

    def _key(self, name: str) -> str:
        return f"{self._prefix}:invite:{name}"


def _waits(found: Invitation, now: datetime) -> bool:
    return found.used_at is None and found.revoked_at is None and found.expires_at > now


def _without_maker(found: Invitation) -> Invitation:
    """Who made it may invite no more, which is as good as taking it back."""
    return replace(found, revoked_at=found.made_at)
