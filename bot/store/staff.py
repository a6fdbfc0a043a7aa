"""Staff in SQL: their roles, their room, and what they did."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    and_,
    exists,
    insert,
    literal,
    or_,
    select,
    update,
)

from bot.domain import ChannelName, ChatRef
from bot.domain.staff import Member, Role, Room
from bot.store.engine import translated
from bot.store.people_tables import StaffActRow, StaffRoomRow, StaffRow
from bot.store.rows import Values, clean, insert_into, table_of

STAFF = table_of(StaffRow)
ROOMS = table_of(StaffRoomRow)
ACTS = table_of(StaffActRow)
CONSOLE = "console"
"""Who acts at the command line."""
Details = Mapping[str, str | int | bool]
"""What is noted of an act: ids, roles and counts, never what people said or are called."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """What somebody is about to do, to be noted in the transaction in which it is done."""

    by: str
    name: str
    subject: str
    details: Details = field(default_factory=dict)

    def note(self, connection: Connection, tenant: str) -> None:
        row = {"actor": self.by, "act": self.name, "subject": self.subject, "details": dict(self.details)}
        connection.execute(insert(ACTS).values(tenant=tenant, at=datetime.now(UTC), **row))


class StaffStore:
    """One tenant's staff. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def member(self, channel: ChannelName, external_id: str) -> Member | None:
        """None: nobody of that id works here, or no longer."""
        working = and_(self._is(channel, external_id), STAFF.c.revoked_at.is_(None))
        with translated(), self._engine.connect() as connection:
            row = connection.execute(select(STAFF).where(working)).one_or_none()
        return None if row is None else _member(row)

    def members(self) -> list[Member]:
        """All who work here, in the order in which they came."""
        working = and_(STAFF.c.tenant == self._tenant, STAFF.c.revoked_at.is_(None))
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(select(STAFF).where(working).order_by(STAFF.c.granted_at, STAFF.c.id))
            return [_member(row) for row in rows]

    def names(self) -> dict[str, str]:
        """What everybody who ever worked here is called, by their key."""
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(select(STAFF).where(STAFF.c.tenant == self._tenant))
            return {f"{row.channel}:{row.external_id}": row.name for row in rows}

    def grant(self, member: Member, by: str) -> None:
        """Give the role, instead of any other. The name stays as it was where none is given."""
        row: Values = {
            "tenant": self._tenant,
            "channel": member.channel.value,
            "external_id": member.external_id,
            "name": clean(member.name),
            "role": member.role.value,
            "granted_at": datetime.now(UTC),
        }
        changed: Values = {"role": member.role.value, "granted_at": row["granted_at"]}
        changed |= {"revoked_at": None, "unreachable_at": None}
        if member.name:
            changed["name"] = row["name"]
        with translated(), self._engine.begin() as connection:
            known = insert_into(connection, STAFF).values(row)
            who = ["tenant", "channel", "external_id"]
            connection.execute(known.on_conflict_do_update(index_elements=who, set_=changed))
            self._note(connection, by, "granted", member.key, {"role": member.role.value})

    def revoke(self, channel: ChannelName, external_id: str, by: str) -> bool:
        """Take any role away. False: there was none."""
        working = and_(self._is(channel, external_id), STAFF.c.revoked_at.is_(None))
        statement = update(STAFF).where(working).values(revoked_at=datetime.now(UTC))
        with translated(), self._engine.begin() as connection:
            had_one = connection.execute(statement).rowcount > 0
            if had_one:
                self._note(connection, by, "revoked", f"{channel}:{external_id}", {})
        return had_one

    def mark_reachable(self, channel: ChannelName, external_id: str, *, reachable: bool) -> None:
        at = None if reachable else datetime.now(UTC)
        with translated(), self._engine.begin() as connection:
            who = self._is(channel, external_id)
            connection.execute(update(STAFF).where(who).values(unreachable_at=at))

    def room(self) -> Room | None:
        bound = select(ROOMS).where(ROOMS.c.tenant == self._tenant)
        with translated(), self._engine.connect() as connection:
            row = connection.execute(bound).one_or_none()
        return None if row is None else _room(row)

    def bind_room(self, room: Room, by: str) -> bool:
        """Make it the room, instead of any other. False: it was, just so."""
        if self.room() == room:
            return False
        bound = {
            "channel": room.chat.channel.value,
            "chat_id": room.chat.chat_id,
            "has_topics": room.has_topics,
        }
        row: Values = {"tenant": self._tenant, **bound, "bound_at": datetime.now(UTC)}
        with translated(), self._engine.begin() as connection:
            known = insert_into(connection, ROOMS).values(row)
            connection.execute(known.on_conflict_do_update(index_elements=["tenant"], set_=row))
            self._note(connection, by, "room_bound", room.chat.key, {"topics": room.has_topics})
        return True

    def move_room(self, channel: ChannelName, old_id: str, new_id: str, *, has_topics: bool | None) -> bool:
        """The group goes on under another id. `has_topics` None: as before. False: nothing changes."""
        topics = ROOMS.c.has_topics if has_topics is None else literal(has_topics)
        is_old = ROOMS.c.chat_id == old_id
        is_new = and_(ROOMS.c.chat_id == new_id, ROOMS.c.has_topics != topics)
        mine = and_(ROOMS.c.tenant == self._tenant, ROOMS.c.channel == channel.value)
        statement = update(ROOMS).where(mine, or_(is_old, is_new))
        with translated(), self._engine.begin() as connection:
            done = connection.execute(statement.values(chat_id=new_id, has_topics=topics))
            moved = done.rowcount > 0
            if moved:
                self._note(connection, channel.value, "room_moved", f"{channel}:{new_id}", {"from": old_id})
        return moved

    def note(self, by: str, act: str, subject: str, details: Details) -> None:
        with translated(), self._engine.begin() as connection:
            self._note(connection, by, act, subject, details)

    def _note(
        self,
        connection: Connection,
        by: str,
        act: str,
        subject: str,
        details: Details,
    ) -> None:
        Act(by=by, name=act, subject=subject, details=details).note(connection, self._tenant)

    def _is(self, channel: ChannelName, external_id: str) -> ColumnElement[bool]:
        who = (STAFF.c.channel == channel.value, STAFF.c.external_id == clean(external_id))
        return and_(STAFF.c.tenant == self._tenant, *who)


def _member(row: Row[Any]) -> Member:
    return Member(
        channel=ChannelName(row.channel),
        external_id=row.external_id,
        name=row.name,
        role=Role(row.role),
        is_reachable=row.unreachable_at is None,
    )


def _room(row: Row[Any]) -> Room:
    chat = ChatRef(channel=ChannelName(row.channel), chat_id=row.chat_id, private=False)
    return Room(chat=chat, has_topics=row.has_topics)


def staff_key() -> ColumnElement[str]:
    """As `Member.key`."""
    return STAFF.c.channel + ":" + STAFF.c.external_id


def is_admin(connection: Connection, tenant: str, key: str) -> bool:
    """Whether the member of this key may change things now."""
    working = and_(STAFF.c.tenant == tenant, STAFF.c.role == Role.ADMIN.value, STAFF.c.revoked_at.is_(None))
    return bool(connection.scalar(select(exists().where(working, staff_key() == key))))
