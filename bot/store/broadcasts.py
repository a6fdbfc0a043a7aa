"""Broadcasts in SQL: whom each is for, and what became of every copy."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
    update,
)

from bot.domain.broadcasts import (
    Addressee,
    Audience,
    Broadcast,
    BroadcastStatus,
    Fate,
    Message,
    Promo,
)
from bot.store.admin_tables import BroadcastPersonRow, BroadcastRow
from bot.store.audiences import audience_of, takes_news
from bot.store.engine import translated
from bot.store.rows import PEOPLE, clean, insert_into, table_of
from bot.store.staff import Act

BROADCASTS, ADDRESSED = table_of(BroadcastRow), table_of(BroadcastPersonRow)
_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class NewBroadcast:
    """`request_key`: the same however often it is asked for."""

    message: Message
    audience: Audience
    by_night: bool
    made_by: str
    request_key: str
    at: datetime


class BroadcastStore:
    """One tenant's. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    # Whom it is for.

    def count(self, audience: Audience, now: datetime) -> int:
        people = self._audience(audience, now, PEOPLE.c.id).subquery()
        with translated(), self._engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(people)) or 0

    def languages(self, now: datetime) -> Sequence[str]:
        """Of those who take news, the commonest first."""
        found = self._audience(Audience(), now, PEOPLE.c.language).subquery()
        counted = select(found.c.language).group_by(found.c.language).order_by(func.count().desc())
        with translated(), self._engine.connect() as connection:
            return [language for language in connection.scalars(counted) if language]

    # From the start to the end.

    def start(self, new: NewBroadcast, codes: Iterable[str]) -> Broadcast | None:
        """Begin it, for just those who are in its audience now; all of it or nothing. None: that is nobody.

        `codes`: everybody's own, as many as may be needed.
        """
        with translated(), self._engine.begin() as connection:
            row_id = self._insert(connection, new)
            if row_id is None:
                return self._by_key(connection, new.request_key)
            people = connection.scalars(self._audience(new.audience, new.at, PEOPLE.c.id)).all()
            if not people:
                connection.rollback()
                return None
            own = iter(codes)
            rows = [
                {
                    "broadcast_id": row_id,
                    "person_id": person,
                    "status": Fate.WAITING.value,
                    "promo": next(own) if new.message.promo.own else "",
                }
                for person in people
            ]
            for first in range(0, len(rows), _AT_ONCE):
                connection.execute(ADDRESSED.insert(), rows[first : first + _AT_ONCE])
            this = BROADCASTS.c.id == row_id
            connection.execute(update(BROADCASTS).where(this).values(people=len(rows)))
            act = Act(
                by=new.made_by,
                name="broadcast_start",
                subject=f"broadcast:{row_id}",
                details={"people": len(rows)},
            )
            act.note(connection, self._tenant)
            return self._by_key(connection, new.request_key)

    def one(self, broadcast_id: int) -> Broadcast | None:
        return next(iter(self._found(BROADCASTS.c.id == broadcast_id)), None)

    def latest(self, limit: int) -> Sequence[Broadcast]:
        return self._found(BROADCASTS.c.id > 0, newest=limit)

    def open(self) -> Sequence[Broadcast]:
        """Those whose end was not told yet, the oldest first."""
        return self._found(BROADCASTS.c.finished_at.is_(None))

    def change(self, broadcast_id: int, seen: BroadcastStatus, status: BroadcastStatus, by: str) -> bool:
        """Pause it, go on, stop it. False: it is not as `seen` any more."""
        this = and_(
            self._mine(BROADCASTS.c.id == broadcast_id),
            BROADCASTS.c.status == seen.value,
            BROADCASTS.c.finished_at.is_(None),
        )
        with translated(), self._engine.begin() as connection:
            changed = update(BROADCASTS).where(this).values(status=status.value, changed_by=by)
            if not connection.execute(changed).rowcount:
                return False
            act = Act(by=by, name=f"broadcast_{status}", subject=f"broadcast:{broadcast_id}")
            act.note(connection, self._tenant)
            return True

    def finish(self, broadcast: Broadcast, at: datetime) -> None:
        """Its end was told; what became of the copies stands from then on. What was not stopped is done."""
        this = and_(self._mine(BROADCASTS.c.id == broadcast.broadcast_id), BROADCASTS.c.finished_at.is_(None))
        whole = and_(this, BROADCASTS.c.status != BroadcastStatus.STOPPED.value)
        with translated(), self._engine.begin() as connection:
            connection.execute(update(BROADCASTS).where(whole).values(status=BroadcastStatus.DONE.value))
            fates = {
                fate.value: count for fate, count in _progress(connection, broadcast.broadcast_id).items()
            }
            connection.execute(update(BROADCASTS).where(this).values(finished_at=at, fates=fates))

    # Each person's copy.

    def claim(self, broadcast_id: int, limit: int, at: datetime) -> Sequence[Addressee]:
        """Take some of those who wait in hand; none: nobody waits, or it does not run."""
        some = (
            select(ADDRESSED.c.person_id)
            .where(self._of(broadcast_id, Fate.WAITING))
            .order_by(ADDRESSED.c.person_id)
            .limit(limit)
        )
        runs = exists().where(
            self._mine(BROADCASTS.c.id == broadcast_id), BROADCASTS.c.status == BroadcastStatus.RUNNING.value
        )
        taken = and_(self._of(broadcast_id, Fate.WAITING), ADDRESSED.c.person_id.in_(some), runs)
        begun = and_(BROADCASTS.c.id == broadcast_id, BROADCASTS.c.started_at.is_(None))
        with translated(), self._engine.begin() as connection:
            ids = connection.scalars(
                update(ADDRESSED)
                .where(taken)
                .values(status=Fate.POSTED.value, at=at)
                .returning(ADDRESSED.c.person_id)
            ).all()
            if ids:
                connection.execute(update(BROADCASTS).where(begun).values(started_at=at))
            return self._addressees(connection, broadcast_id, ADDRESSED.c.person_id.in_(ids))

    def in_hand(self, broadcast_id: int, limit: int) -> Sequence[Addressee]:
        """Whom somebody has taken in hand and not brought to an end."""
        with translated(), self._engine.connect() as connection:
            posted = ADDRESSED.c.status == Fate.POSTED.value
            return self._addressees(connection, broadcast_id, posted, limit)

    def note(self, broadcast_id: int, fates: Mapping[int, Fate], at: datetime) -> None:
        """What became of those in hand; who is out of reach is not written to again until they write."""
        if not fates:
            return
        this = and_(ADDRESSED.c.broadcast_id == broadcast_id, ADDRESSED.c.person_id == bindparam("person"))
        still = and_(this, ADDRESSED.c.status == Fate.POSTED.value)
        values = [{"person": person, "fate": fate.value} for person, fate in sorted(fates.items())]
        blocked = [person for person, fate in fates.items() if fate is Fate.BLOCKED]
        with translated(), self._engine.begin() as connection:
            connection.execute(update(ADDRESSED).where(still).values(status=bindparam("fate"), at=at), values)
            if blocked:
                connection.execute(update(PEOPLE).where(PEOPLE.c.id.in_(blocked)).values(blocked_at=at))

    def progress(self, broadcast_id: int) -> Mapping[Fate, int]:
        with translated(), self._engine.connect() as connection:
            return _progress(connection, broadcast_id)

    def _audience(self, audience: Audience, now: datetime, column: Any) -> Select[Any]:
        dialect = self._engine.dialect.name
        return audience_of(self._tenant, audience, now, column, dialect=dialect)

    def _insert(self, connection: Connection, new: NewBroadcast) -> int | None:
        """None: it is there already."""
        message = new.message
        row = insert_into(connection, BROADCASTS).values(
            tenant=self._tenant,
            text=clean(message.text),
            button={"text": message.button, "url": message.url} if message.button else {},
            promo=message.promo.as_text,
            audience=new.audience.to_value(),
            people=0,
            by_night=new.by_night,
            fates={},
            status=BroadcastStatus.RUNNING.value,
            request_key=new.request_key,
            made_by=new.made_by,
            changed_by=new.made_by,
            made_at=new.at,
        )
        inserted = row.on_conflict_do_nothing().returning(BROADCASTS.c.id)
        row_id: int | None = connection.execute(inserted).scalar_one_or_none()
        return row_id

    def _by_key(self, connection: Connection, request_key: str) -> Broadcast | None:
        this = self._mine(BROADCASTS.c.request_key == request_key)
        row = connection.execute(select(BROADCASTS).where(this)).one_or_none()
        return None if row is None else _broadcast(row)

    def _found(self, wanted: ColumnElement[bool], newest: int = 0) -> Sequence[Broadcast]:
        found = select(BROADCASTS).where(self._mine(wanted))
        if newest:
            found = found.order_by(BROADCASTS.c.id.desc()).limit(newest)
        else:
            found = found.order_by(BROADCASTS.c.id)
        with translated(), self._engine.connect() as connection:
            return [_broadcast(row) for row in connection.execute(found)]

    def _addressees(
        self, connection: Connection, broadcast_id: int, which: ColumnElement[bool], limit: int | None = None
    ) -> Sequence[Addressee]:
        found = (
            select(
                PEOPLE.c.id,
                PEOPLE.c.external_id,
                PEOPLE.c.language,
                ADDRESSED.c.promo,
                takes_news(self._tenant).label("takes_news"),
            )
            .join(ADDRESSED, ADDRESSED.c.person_id == PEOPLE.c.id)
            .where(ADDRESSED.c.broadcast_id == broadcast_id, which)
            .order_by(PEOPLE.c.id)
            .limit(limit)
        )
        return [
            Addressee(
                person_id=row.id,
                external_id=row.external_id,
                language=row.language or "ru",
                promo=row.promo,
                takes_news=bool(row.takes_news),
            )
            for row in connection.execute(found)
        ]

    def _of(self, broadcast_id: int, fate: Fate) -> ColumnElement[bool]:
        return and_(ADDRESSED.c.broadcast_id == broadcast_id, ADDRESSED.c.status == fate.value)

    def _mine(self, wanted: ColumnElement[bool]) -> ColumnElement[bool]:
        return and_(BROADCASTS.c.tenant == self._tenant, wanted)


def _broadcast(row: Row[Any]) -> Broadcast:
    return Broadcast(
        broadcast_id=row.id,
        message=Message(
            text=row.text,
            button=row.button.get("text", ""),
            url=row.button.get("url", ""),
            promo=Promo.from_text(row.promo),
        ),
        audience=Audience.from_value(row.audience),
        people=row.people,
        by_night=row.by_night,
        status=BroadcastStatus(row.status),
        made_by=row.made_by,
        changed_by=row.changed_by,
        made_at=row.made_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        fates={Fate(fate): count for fate, count in row.fates.items()},
    )


def _progress(connection: Connection, broadcast_id: int) -> Mapping[Fate, int]:
    counted = (
        select(ADDRESSED.c.status, func.count())
        .where(ADDRESSED.c.broadcast_id == broadcast_id)
        .group_by(ADDRESSED.c.status)
    )
    return {Fate(status): count for status, count in connection.execute(counted)}
