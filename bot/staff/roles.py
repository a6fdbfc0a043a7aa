"""Who of the staff may do what, where they work, and the record of what they did."""

import asyncio
from collections.abc import Mapping

from bot.domain import ChannelName
from bot.domain.staff import Member, Role, Room
from bot.store.staff import CONSOLE, StaffStore


class Staff:
    """One tenant's staff, for event loops.

    Every question goes to the database, by a thread, so that whoever is revoked has lost the role at once
    in every process; put cheap conditions before it. Every method raises StoreError.
    """

    def __init__(self, store: StaffStore) -> None:
        self._store = store

    async def role_of(self, channel: ChannelName, external_id: str) -> Role:
        member = await self.member(channel, external_id)
        return Role.CUSTOMER if member is None else member.role

    async def member(self, channel: ChannelName, external_id: str) -> Member | None:
        return await asyncio.to_thread(self._store.member, channel, external_id)

    async def by_key(self, key: str) -> Member | None:
        """None: nobody who works here, or the command line. Raises ValueError for an unknown channel."""
        channel, _, external_id = key.partition(":")
        return await self.member(ChannelName(channel), external_id) if external_id else None

    async def name_of(self, key: str) -> str:
        """Of whoever works or worked here; who has no name is called by their number."""
        return (await self.names()).get(key) or key.partition(":")[2] or key

    async def names(self) -> Mapping[str, str]:
        """What everybody who ever worked here is called, by their key."""
        return await asyncio.to_thread(self._store.names)

    async def members(self) -> list[Member]:
        """All who work here, those too whom no message reaches."""
        return await asyncio.to_thread(self._store.members)

    async def on_duty(self) -> list[Member]:
        """Who may be told of requests and take them: operators and admins whom messages reach."""
        return [
            member
            for member in await self.members()
            if member.is_reachable and member.role.may_act_as(Role.OPERATOR)
        ]

    async def grant(self, member: Member, by: Member | None = None) -> None:
        """`by`, here and below: None is the command line."""
        await asyncio.to_thread(self._store.grant, member, _name(by))

    async def revoke(self, channel: ChannelName, external_id: str, by: Member | None = None) -> bool:
        """False: there was no role to take."""
        return await asyncio.to_thread(self._store.revoke, channel, external_id, _name(by))

    async def mark_reachable(self, member: Member, *, reachable: bool) -> None:
        """Note that the member blocked the bot, or takes messages again."""
        if member.is_reachable is not reachable:
            await asyncio.to_thread(
                self._store.mark_reachable, member.channel, member.external_id, reachable=reachable
            )

    async def room(self) -> Room | None:
        return await asyncio.to_thread(self._store.room)

    async def bind_room(self, room: Room, by: Member | None = None) -> bool:
        """False: it was the room already, just so."""
        return await asyncio.to_thread(self._store.bind_room, room, _name(by))

    async def move_room(
        self, channel: ChannelName, old_id: str, new_id: str, *, has_topics: bool | None = None
    ) -> bool:
        """The group has a new id (`ChatMoved`). False: it is not the room, or all of this is known."""
        return await asyncio.to_thread(self._store.move_room, channel, old_id, new_id, has_topics=has_topics)

    async def note_act(
        self, member: Member | None, act: str, subject: str, **details: str | int | bool
    ) -> None:
        """Add to the record; `details` never hold what people said or are called."""
        await asyncio.to_thread(self._store.note, _name(member), act, subject, details)


def _name(by: Member | None) -> str:
    return CONSOLE if by is None else by.key
