"""Who of the staff has which role since when, and changes of it that leave at least one admin."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Engine, and_, exists, func, select, update

from bot.domain import ChannelName
from bot.domain.staff import Member, Role
from bot.store.engine import translated
from bot.store.rows import Values
from bot.store.staff import ACTS, STAFF, Act, is_admin, staff_key


class RoleChange(StrEnum):
    """What became of an admin's wish to change somebody's role."""

    DONE = "done"
    LAST_ADMIN = "last_admin"
    """Nothing has changed: nobody would be left who may change anything."""
    CHANGED = "changed"
    """Nothing has changed: the role is no longer what the wish went by."""
    DISMISSED = "dismissed"
    """Nothing has changed: whoever wished it is no admin any more."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RosterEntry:
    """A member, since when they have the role, and when they last did something that is on record."""

    number: int
    member: Member
    since: datetime
    last_act_at: datetime | None


class MemberStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def roster(self) -> list[RosterEntry]:
        """All who work here, in the order in which they came."""
        acted = (
            select(ACTS.c.actor, func.max(ACTS.c.at).label("last_act_at"))
            .where(ACTS.c.tenant == self._tenant)
            .group_by(ACTS.c.actor)
            .subquery()
        )
        theirs = STAFF.outerjoin(acted, acted.c.actor == staff_key())
        working = and_(STAFF.c.tenant == self._tenant, STAFF.c.revoked_at.is_(None))
        statement = select(STAFF, acted.c.last_act_at).select_from(theirs).where(working)
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(statement.order_by(STAFF.c.granted_at, STAFF.c.id)).all()
        return [
            RosterEntry(
                number=row.id,
                member=Member(
                    channel=ChannelName(row.channel),
                    external_id=row.external_id,
                    name=row.name,
                    role=Role(row.role),
                    is_reachable=row.unreachable_at is None,
                ),
                since=row.granted_at,
                last_act_at=row.last_act_at,
            )
            for row in rows
        ]

    def change_role(self, member: Member, to: Role | None, by: str) -> RoleChange:
        """From the role that `member` shows to another one, or to none; the last admin stays one."""
        now = datetime.now(UTC)
        working = and_(STAFF.c.tenant == self._tenant, STAFF.c.revoked_at.is_(None))
        theirs = and_(
            working, STAFF.c.channel == member.channel.value, STAFF.c.external_id == member.external_id
        )
        asked = and_(theirs, STAFF.c.role == member.role.value)
        if member.role is Role.ADMIN:
            asked = and_(asked, self._has_another_admin())
        changed: Values = {"revoked_at": now} if to is None else {"role": to.value, "granted_at": now}
        admins = and_(working, STAFF.c.role == Role.ADMIN.value)
        with translated(), self._engine.begin() as connection:
            # touches every admin first, so that of two who go at once the second sees the first gone
            connection.execute(update(STAFF).where(admins).values(tenant=self._tenant))
            if not is_admin(connection, self._tenant, by):
                return RoleChange.DISMISSED
            if not connection.execute(update(STAFF).where(asked).values(changed)).rowcount:
                role = connection.scalar(select(STAFF.c.role).where(theirs))
                return RoleChange.LAST_ADMIN if role == member.role.value else RoleChange.CHANGED
            name, details = ("revoked", {}) if to is None else ("granted", {"role": to.value})
            Act(by=by, name=name, subject=member.key, details=details).note(connection, self._tenant)
        return RoleChange.DONE

    def _has_another_admin(self) -> ColumnElement[bool]:
        other = STAFF.alias()
        return exists().where(
            other.c.tenant == self._tenant,
            other.c.role == Role.ADMIN.value,
            other.c.revoked_at.is_(None),
            other.c.id != STAFF.c.id,
        )
