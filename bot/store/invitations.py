"""Invitations to work here: each makes one person a member, once, while who made it may invite."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, exists, func, select, update

from bot.domain.staff import Member, Role
from bot.store.admin_tables import InvitationRow
from bot.store.engine import translated
from bot.store.rows import clean, insert_into, table_of
from bot.store.staff import STAFF, Act, staff_key

INVITATIONS = table_of(InvitationRow)


class Redemption(StrEnum):
    """What became of somebody's opening a link. Only the first changes anything."""

    ACCEPTED = "accepted"
    UNKNOWN = "unknown"
    USED = "used"
    EXPIRED = "expired"
    REVOKED = "revoked"
    OWN = "own"
    ALREADY_STAFF = "already_staff"


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """`used_by`: a member's key, empty while nobody has used it."""

    number: int
    role: Role
    note: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_by: str
    used_at: datetime | None
    revoked_at: datetime | None


class InvitationStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head.

    Tokens come in clear and are kept as hashes alone: nobody who reads the database can use one.
    """

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def make(self, token: str, role: Role, note: str, by: str, *, at: datetime, until: datetime) -> None:
        """Let the token invite; made again it stays as it was."""
        row = {
            "tenant": self._tenant,
            "token_hash": _hash(token),
            "role": role.value,
            "note": clean(note),
            "made_by": by,
            "made_at": at,
            "expires_at": until,
            "used_by": "",
        }
        with translated(), self._engine.begin() as connection:
            new = insert_into(connection, INVITATIONS).values(row)
            number = connection.scalar(
                new.on_conflict_do_nothing(index_elements=["token_hash"]).returning(INVITATIONS.c.id)
            )
            if number is not None:
                self._note(connection, by, "invited", number, role)

    def redeem(self, token: str, person: Member, at: datetime) -> tuple[Redemption, Invitation | None]:
        """Make the person a member with the invitation's role; theirs is not looked at."""
        mine = and_(INVITATIONS.c.tenant == self._tenant, INVITATIONS.c.token_hash == _hash(token))
        used = {"used_by": person.key, "used_at": at}
        fits = and_(mine, self._open(at), INVITATIONS.c.made_by != person.key)
        with translated(), self._engine.connect() as connection, connection.begin() as transaction:
            row = connection.execute(update(INVITATIONS).where(fits).values(used).returning(INVITATIONS))
            taken = row.one_or_none()
            if taken is not None:
                found = _invitation(taken)
                if self._grant(connection, person, found):
                    self._note(connection, person.key, "invitation_used", found.number, found.role)
                    return Redemption.ACCEPTED, found
                transaction.rollback()
                return Redemption.ALREADY_STAFF, replace(found, used_by="", used_at=None)
            known = connection.execute(select(INVITATIONS).where(mine)).one_or_none()
        if known is None:
            return Redemption.UNKNOWN, None
        return self._refusal(_invitation(known), person, at), _invitation(known)

    def revoke(self, number: int, by: str, at: datetime) -> bool:
        """False: it opens nothing any more as it is."""
        mine = and_(INVITATIONS.c.tenant == self._tenant, INVITATIONS.c.id == number)
        with translated(), self._engine.begin() as connection:
            gone = update(INVITATIONS).where(mine, self._open(at)).values(revoked_at=at)
            role = connection.scalar(gone.returning(INVITATIONS.c.role))
            if role is not None:
                self._note(connection, by, "invitation_revoked", number, Role(role))
        return role is not None

    def by_token(self, token: str) -> Invitation | None:
        mine = and_(INVITATIONS.c.tenant == self._tenant, INVITATIONS.c.token_hash == _hash(token))
        with translated(), self._engine.connect() as connection:
            row = connection.execute(select(INVITATIONS).where(mine)).one_or_none()
        return None if row is None else _invitation(row)

    def open(self, at: datetime) -> list[Invitation]:
        """Those that can be used, the oldest first."""
        mine = and_(INVITATIONS.c.tenant == self._tenant, self._open(at))
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(select(INVITATIONS).where(mine).order_by(INVITATIONS.c.id)).all()
        return [_invitation(row) for row in rows]

    def ended(self, at: datetime, *, since: datetime, limit: int) -> list[Invitation]:
        """Those made since then that can be used no more, the newest first."""
        mine = and_(INVITATIONS.c.tenant == self._tenant, INVITATIONS.c.made_at >= since, ~self._open(at))
        newest = select(INVITATIONS).where(mine).order_by(INVITATIONS.c.id.desc()).limit(limit)
        with translated(), self._engine.connect() as connection:
            return [_invitation(row) for row in connection.execute(newest).all()]

    def open_count(self, at: datetime) -> int:
        mine = and_(INVITATIONS.c.tenant == self._tenant, self._open(at))
        with translated(), self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(INVITATIONS).where(mine)) or 0

    def _refusal(self, known: Invitation, person: Member, at: datetime) -> Redemption:
        if known.used_at is not None:
            return Redemption.ALREADY_STAFF if known.used_by == person.key else Redemption.USED
        if known.revoked_at is not None:
            return Redemption.REVOKED
        if at >= known.expires_at:
            return Redemption.EXPIRED
        return Redemption.OWN if known.made_by == person.key else Redemption.REVOKED

    def _grant(self, connection: Connection, person: Member, found: Invitation) -> bool:
        """False: the person has got a role meanwhile."""
        granted = {"role": found.role.value, "name": clean(person.name), "granted_at": found.used_at}
        who = {"tenant": self._tenant, "channel": person.channel.value, "external_id": person.external_id}
        new = insert_into(connection, STAFF).values(**who, **granted)
        done = connection.scalar(
            new.on_conflict_do_update(
                index_elements=list(who),
                set_={**granted, "revoked_at": None, "unreachable_at": None},
                where=STAFF.c.revoked_at.is_not(None),
            ).returning(STAFF.c.id)
        )
        if done is not None:
            details = {"role": found.role.value}
            Act(by=found.made_by, name="granted", subject=person.key, details=details).note(
                connection, self._tenant
            )
        return done is not None

    def _open(self, at: datetime) -> ColumnElement[bool]:
        """Who made it may still invite: from one who lost the role nobody comes in."""
        maker = exists().where(
            STAFF.c.tenant == self._tenant,
            staff_key() == INVITATIONS.c.made_by,
            STAFF.c.role == Role.ADMIN.value,
            STAFF.c.revoked_at.is_(None),
        )
        return and_(
            INVITATIONS.c.used_at.is_(None),
            INVITATIONS.c.revoked_at.is_(None),
            INVITATIONS.c.expires_at > at,
            maker,
        )

    def _note(self, connection: Connection, by: str, act: str, number: int, role: Role) -> None:
        noted = Act(by=by, name=act, subject=f"invitation:{number}", details={"role": role.value})
        noted.note(connection, self._tenant)


def _hash(token: str) -> str:
    """Tokens have 192 random bits: no salt is needed."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _invitation(row: Row[Any]) -> Invitation:
    return Invitation(
        number=row.id,
        role=Role(row.role),
        note=row.note,
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        used_by=row.used_by,
        used_at=row.used_at,
        revoked_at=row.revoked_at,
    )
