"""Whose rows outlive the window, because the law or a dispute needs them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, Select, and_, exists, or_, select, update

from bot.domain import ChannelName
from bot.store.admin_tables import RetentionHoldRow
from bot.store.aged import BOOKINGS, CALLBACKS, HANDOFFS
from bot.store.engine import translated
from bot.store.rows import DIALOGUES, PEOPLE, TURNS, clean, table_of
from bot.store.staff import Act

HOLDS = table_of(RetentionHoldRow)
_MOST_FOUND = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownPerson:
    """Somebody of whom there are rows."""

    row_id: int
    channel: ChannelName
    external_id: str
    name: str = field(repr=False)
    last_seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Hold:
    """It stands until it is lifted."""

    hold_id: int
    person: KnownPerson
    reason: str = field(repr=False)
    placed_by: str
    placed_at: datetime


class HoldStore:
    """One tenant's holds. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def find(self, who: str) -> list[KnownPerson]:
        """People of that id, or of just that name; a few at most, who was here last first."""
        named = and_(PEOPLE.c.name == clean(who), PEOPLE.c.name != "")
        is_ours = or_(
            *(
                exists().where(table.c.person_id == PEOPLE.c.id, table.c.tenant == self._tenant)
                for table in (DIALOGUES, TURNS, CALLBACKS, HANDOFFS, BOOKINGS)
            )
        )
        found = (
            select(PEOPLE)
            .where(or_(PEOPLE.c.external_id == clean(who), named), is_ours)
            .order_by(PEOPLE.c.last_seen_at.desc())
            .limit(_MOST_FOUND)
        )
        with translated(), self._engine.connect() as connection:
            return [_person(row) for row in connection.execute(found)]

    def person(self, row_id: int) -> KnownPerson | None:
        with translated(), self._engine.connect() as connection:
            row = connection.execute(select(PEOPLE).where(PEOPLE.c.id == row_id)).one_or_none()
        return None if row is None else _person(row)

    def place(self, row_id: int, reason: str, *, by: str, at: datetime) -> bool:
        """False: nobody of this number is there any more, or their rows are held already.

        It is noted as an act of theirs; so is `lift`.
        """
        values = {"tenant": self._tenant, "person_id": row_id, "reason": clean(reason)}
        with translated(), self._engine.begin() as connection:
            # a write first: of two at once one waits for the other here, and sees its row
            if not connection.execute(update(PEOPLE).where(PEOPLE.c.id == row_id).values(id=row_id)).rowcount:
                return False
            if connection.execute(self._standing().where(PEOPLE.c.id == row_id)).first() is not None:
                return False
            connection.execute(HOLDS.insert().values(**values, placed_by=by, placed_at=at))
            Act(by=by, name="hold_placed", subject=f"person:{row_id}").note(connection, self._tenant)
        return True

    def lift(self, hold_id: int, *, by: str, at: datetime) -> bool:
        """False: it does not stand any more."""
        stands = and_(HOLDS.c.id == hold_id, HOLDS.c.tenant == self._tenant, HOLDS.c.lifted_at.is_(None))
        with translated(), self._engine.begin() as connection:
            lift = update(HOLDS).where(stands).values(lifted_at=at).returning(HOLDS.c.person_id)
            person_id = connection.execute(lift).scalar_one_or_none()
            if person_id is not None:
                Act(by=by, name="hold_lifted", subject=f"person:{person_id}").note(connection, self._tenant)
        return person_id is not None

    def standing(self) -> Sequence[Hold]:
        """All that stand, in the order in which they were placed."""
        with translated(), self._engine.connect() as connection:
            return [_hold(row) for row in connection.execute(self._standing().order_by(HOLDS.c.id))]

    def of(self, channel: ChannelName, external_id: str) -> Hold | None:
        """The one that holds this person's rows."""
        who = and_(PEOPLE.c.channel == channel.value, PEOPLE.c.external_id == clean(external_id))
        with translated(), self._engine.connect() as connection:
            row = connection.execute(self._standing().where(who)).first()
        return None if row is None else _hold(row)

    def _standing(self) -> Select[Any]:
        held = HOLDS.c
        return (
            select(PEOPLE, held.id.label("hold_id"), held.reason, held.placed_by, held.placed_at)
            .join(HOLDS, held.person_id == PEOPLE.c.id)
            .where(held.tenant == self._tenant, held.lifted_at.is_(None))
        )


def _person(row: Row[Any]) -> KnownPerson:
    return KnownPerson(
        row_id=row.id,
        channel=ChannelName(row.channel),
        external_id=row.external_id,
        name=row.name,
        last_seen_at=row.last_seen_at,
    )


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        hold_id=row.hold_id,
        person=_person(row),
        reason=row.reason,
        placed_by=row.placed_by,
        placed_at=row.placed_at,
    )
