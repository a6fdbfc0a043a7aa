"""Bookings in SQL. The unique index decides who gets a slot; nothing is looked up before it is taken."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    func,
    select,
    update,
)

from bot.domain import ChatRef
from bot.domain.bookings import Booker, Booking, Refusal, Wish
from bot.store.engine import translated
from bot.store.people_tables import BookingRow
from bot.store.persons import person_row
from bot.store.rows import PEOPLE, Values, clean, insert_into, table_of

BOOKINGS = table_of(BookingRow)


class _Refused(Exception):
    """Rolls back what a request has written so far."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal)
        self.refusal = refusal


class BookingStore:
    """One tenant's bookings. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def book(self, booker: Booker, wish: Wish, *, at_most: int, now: datetime) -> Booking | Refusal:
        """Take the slot, unless it or something in its time is taken. The same request gets the same booking.

        `at_most`: how many that are not over yet one person may have of one action.
        """
        return self._decided(booker, wish, at_most, now, moved_from=None)

    def move(
        self, booking_id: int, booker: Booker, wish: Wish, *, at_most: int, now: datetime
    ) -> Booking | Refusal:
        """Give the old slot back and take the new one, both or neither."""
        return self._decided(booker, wish, at_most, now, moved_from=booking_id)

    def _decided(
        self, booker: Booker, wish: Wish, at_most: int, now: datetime, *, moved_from: int | None
    ) -> Booking | Refusal:
        try:
            with translated(), self._engine.begin() as connection:
                person = _held_person(connection, booker, now)
                done = _one(connection, self._where(BOOKINGS.c.request_key == clean(wish.request_key)))
                if done is not None:
                    return done
                if moved_from is not None:
                    self._free(connection, moved_from, person, now)
                booking_id = self._taken(connection, person, booker, wish, now, moved_from)
                self._check(connection, booking_id, person, wish, at_most, now)
                booked = _one(connection, self._where(BOOKINGS.c.id == booking_id))
        except _Refused as refused:
            return refused.refusal
        return booked if booked is not None else Refusal.GONE

    def _free(self, connection: Connection, booking_id: int, person: int, now: datetime) -> None:
        """Cancel the person's booking that is to be moved. Raises _Refused when there is none such."""
        mine = and_(BOOKINGS.c.id == booking_id, BOOKINGS.c.person_id == person, BOOKINGS.c.starts_at > now)
        freed = update(BOOKINGS).where(self._active(), mine).values(cancelled_at=now)
        if connection.execute(freed).rowcount == 0:
            raise _Refused(Refusal.GONE)

    def _taken(
        self,
        connection: Connection,
        person: int,
        booker: Booker,
        wish: Wish,
        now: datetime,
        moved_from: int | None,
    ) -> int:
        """The id of the new row. Raises _Refused when somebody has the slot."""
        row: Values = {
            "tenant": self._tenant,
            "person_id": person,
            "chat_key": clean(booker.chat.key),
            "action": clean(wish.action),
            "resource": clean(wish.resource),
            "starts_at": wish.starts_at,
            "ends_at": wish.ends_at,
            "name": clean(wish.name),
            "phone_sealed": wish.phone_sealed,
            "request_key": clean(wish.request_key),
            "reminded": [],
            "created_at": now,
            "moved_from": moved_from,
        }
        free = insert_into(connection, BOOKINGS).values(row).on_conflict_do_nothing()
        booking_id = connection.execute(free.returning(BOOKINGS.c.id)).scalar_one_or_none()
        if booking_id is None:
            raise _Refused(Refusal.TAKEN)
        return int(booking_id)

    def _check(
        self, connection: Connection, booking_id: int, person: int, wish: Wish, at_most: int, now: datetime
    ) -> None:
        """Raise _Refused for what the index cannot see: other beginnings in the same time, too many."""
        others = and_(self._active(), BOOKINGS.c.id != booking_id, BOOKINGS.c.action == clean(wish.action))
        at_once = and_(others, BOOKINGS.c.starts_at < wish.ends_at, BOOKINGS.c.ends_at > wish.starts_at)
        same = and_(at_once, BOOKINGS.c.resource == clean(wish.resource))
        own = BOOKINGS.c.person_id == person
        ahead = and_(others, own, BOOKINGS.c.ends_at > now)
        if _number(connection, same):
            raise _Refused(Refusal.TAKEN)
        if _number(connection, and_(at_once, own)):
            raise _Refused(Refusal.OWN_OVERLAP)
        if _number(connection, ahead) >= at_most:
            raise _Refused(Refusal.TOO_MANY)

    def cancel(self, booking_id: int, booker: Booker, now: datetime) -> Booking | None:
        """The booking once it is cancelled, also if it was before; None: it is over, moved, or not theirs."""
        mine = and_(self._where(), BOOKINGS.c.id == booking_id, _is(booker))
        cancelled = update(BOOKINGS).where(BOOKINGS.c.id == booking_id, self._active())
        cancelled = cancelled.where(BOOKINGS.c.person_id.in_(_ids(booker)), BOOKINGS.c.starts_at > now)
        with translated(), self._engine.begin() as connection:
            connection.execute(cancelled.values(cancelled_at=now))
            booking = _one(connection, mine)
            is_moved = _number(connection, self._where(BOOKINGS.c.moved_from == booking_id)) > 0
        return booking if booking is not None and not booking.is_active and not is_moved else None

    def withdraw(self, booking_id: int, now: datetime) -> bool:
        """Cancel it for the business. False: it was not active."""
        withdrawn = update(BOOKINGS).where(BOOKINGS.c.id == booking_id, self._active())
        with translated(), self._engine.begin() as connection:
            return connection.execute(withdrawn.values(cancelled_at=now)).rowcount > 0

    def find(self, booking_id: int, booker: Booker) -> Booking | None:
        """Theirs, also if it is cancelled or over."""
        return self._only(BOOKINGS.c.id == booking_id, _is(booker))

    def known(self, booking_id: int) -> Booking | None:
        """Anybody's, also if it is cancelled or over."""
        return self._only(BOOKINGS.c.id == booking_id)

    def active(self, booking_id: int) -> Booking | None:
        return self._only(BOOKINGS.c.id == booking_id, self._active())

    def of_request(self, request_key: str, booker: Booker) -> Booking | None:
        return self._only(BOOKINGS.c.request_key == clean(request_key), _is(booker))

    def ahead(self, booker: Booker, now: datetime) -> list[Booking]:
        """Theirs that are not over yet, the next first."""
        return self._all(self._active(), _is(booker), BOOKINGS.c.ends_at > now)

    def between(self, action: str, since: datetime, until: datetime) -> list[tuple[str, datetime, datetime]]:
        """What is taken in that time: resource, beginning, end."""
        columns = select(BOOKINGS.c.resource, BOOKINGS.c.starts_at, BOOKINGS.c.ends_at)
        taken = columns.where(
            self._active(),
            BOOKINGS.c.action == clean(action),
            BOOKINGS.c.starts_at < until,
            BOOKINGS.c.ends_at > since,
        )
        with translated(), self._engine.connect() as connection:
            return [(row.resource, row.starts_at, row.ends_at) for row in connection.execute(taken)]

    def upcoming(self, since: datetime, until: datetime) -> list[Booking]:
        """Whatever begins in that time, the next first."""
        return self._all(self._active(), BOOKINGS.c.starts_at > since, BOOKINGS.c.starts_at <= until)

    def unannounced(self, before: datetime) -> list[Booking]:
        """Made before that moment, and nobody has been told as far as is known."""
        untold = (BOOKINGS.c.announced_at.is_(None), BOOKINGS.c.created_at < before)
        return self._all(self._active(), *untold)

    def mark_announced(self, booking_id: int, now: datetime) -> None:
        self._set(booking_id, announced_at=now)

    def mark_reminded(self, booking: Booking, minutes: Sequence[int]) -> None:
        self._set(booking.id, reminded=sorted({*booking.reminded, *minutes}))

    def first_of(self, booking: Booking) -> tuple[int, int]:
        """The id that the booking had before it was ever moved, and how often it was."""
        first, moves = booking.id, 0
        with translated(), self._engine.connect() as connection:
            before = booking.moved_from
            while before is not None:
                first, moves = before, moves + 1
                earlier = select(BOOKINGS.c.moved_from).where(BOOKINGS.c.id == before)
                before = connection.execute(earlier).scalar_one_or_none()
        return first, moves

    def _set(self, booking_id: int, **values: object) -> None:
        with translated(), self._engine.begin() as connection:
            connection.execute(update(BOOKINGS).where(BOOKINGS.c.id == booking_id).values(**values))

    def _only(self, *conditions: ColumnElement[bool]) -> Booking | None:
        with translated(), self._engine.connect() as connection:
            return _one(connection, self._where(*conditions))

    def _all(self, *conditions: ColumnElement[bool]) -> list[Booking]:
        rows = _rows(self._where(*conditions)).order_by(BOOKINGS.c.starts_at, BOOKINGS.c.id)
        with translated(), self._engine.connect() as connection:
            return [_booking(row) for row in connection.execute(rows)]

    def _where(self, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(BOOKINGS.c.tenant == self._tenant, *conditions)

    def _active(self) -> ColumnElement[bool]:
        return self._where(BOOKINGS.c.cancelled_at.is_(None))


def _held_person(connection: Connection, booker: Booker, now: datetime) -> int:
    """The person's row, held until the end: their requests are decided one by one."""
    who = (booker.chat.channel, booker.person_id, booker.name, booker.language)
    return person_row(connection, *who, at=now)


def _is(booker: Booker) -> ColumnElement[bool]:
    return BOOKINGS.c.person_id.in_(_ids(booker))


def _ids(booker: Booker) -> Select[tuple[int]]:
    who = (PEOPLE.c.channel == booker.chat.channel.value, PEOPLE.c.external_id == clean(booker.person_id))
    return select(PEOPLE.c.id).where(*who)


def _number(connection: Connection, condition: ColumnElement[bool]) -> int:
    return int(connection.execute(select(func.count()).select_from(BOOKINGS).where(condition)).scalar_one())


def _rows(condition: ColumnElement[bool]) -> Select[Any]:
    person = (PEOPLE.c.external_id, PEOPLE.c.name.label("person_name"), PEOPLE.c.language)
    joined = BOOKINGS.join(PEOPLE, BOOKINGS.c.person_id == PEOPLE.c.id)
    return select(BOOKINGS, *person).select_from(joined).where(condition)


def _one(connection: Connection, condition: ColumnElement[bool]) -> Booking | None:
    row = connection.execute(_rows(condition)).one_or_none()
    return None if row is None else _booking(row)


def _booking(row: Row[Any]) -> Booking:
    return Booking(
        id=row.id,
        booker=Booker(
            chat=ChatRef.of_key(row.chat_key),
            person_id=row.external_id,
            name=row.person_name,
            language=row.language,
        ),
        action=row.action,
        resource=row.resource,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        name=row.name,
        phone_sealed=row.phone_sealed,
        reminded=tuple(row.reminded),
        created_at=row.created_at,
        moved_from=row.moved_from,
        announced_at=row.announced_at,
        cancelled_at=row.cancelled_at,
    )
