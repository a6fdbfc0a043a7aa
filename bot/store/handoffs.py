"""Handoffs in SQL, which decides who of several that want a dialogue has it."""

from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, and_, or_, select, update
from sqlalchemy.sql import Select

from bot.domain import ChannelName, ChatRef
from bot.domain.handoffs import Cause, Customer, Handoff, Place, Stage, read_token
from bot.store.engine import translated
from bot.store.people_tables import HandoffRow
from bot.store.persons import person_row
from bot.store.rows import DIALOGUES, PEOPLE, Values, clean, insert_into, table_of

HANDOFFS = table_of(HandoffRow)
_OPEN = HANDOFFS.c.released_at.is_(None)
_MOST_FOUND = 8
_SHORTEST_CODE = 4
"""Of a dialogue: fewer signs fit too many."""


class HandoffStore:
    """One tenant's handoffs. Every call blocks and raises StoreError; each begins with its one write."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def ask(self, customer: Customer, cause: Cause, at: datetime) -> tuple[Handoff, bool]:
        """The chat's open handoff, and whether it was opened by this call."""
        while True:
            with translated(), self._engine.begin() as connection:
                opened = self._open(connection, customer, {"status": Stage.WAITING.value}, cause, at)
                found = self._current(connection, customer.chat.key)
            if found is not None:  # else the one that was open ended between the two steps
                return found, opened

    def take(
        self, customer: Customer, operator: str, place: Place, at: datetime, cause: Cause = Cause.TAKEN
    ) -> Handoff:
        """The chat's handoff, held by `operator` from now on unless somebody holds it already.

        A topic where the customer was talked with before in the same room takes the place of `place`'s.
        """
        holding: Values = {"status": Stage.HELD.value, "operator": operator, "held_at": at}
        holding |= {"room_chat_id": place.chat_id, "thread_id": None}
        mine = (self._of(customer.chat.key), _OPEN)
        while True:
            with translated(), self._engine.begin() as connection:
                waiting = update(HANDOFFS).where(*mine, HANDOFFS.c.status == Stage.WAITING.value)
                is_taken = connection.execute(waiting.values(**holding)).rowcount > 0
                if is_taken or self._open(connection, customer, holding, cause, at):
                    thread_id = self._topic(connection, customer.chat.key, place.chat_id)
                    connection.execute(update(HANDOFFS).where(*mine).values(thread_id=thread_id))
                found = self._current(connection, customer.chat.key)
            if found is not None:  # else somebody's holding ended between the two steps
                return found

    def release(self, token: str, at: datetime) -> bool:
        """End this holding. False: it has ended before."""
        values: Values = {"status": Stage.RELEASED.value, "released_at": at}
        return self._change(token, HANDOFFS.c.status == Stage.HELD.value, values)

    def give_up(self, token: str, at: datetime) -> bool:
        """The operator is gone: it waits for another from `at` on. False: the holding has ended before."""
        values: Values = {"status": Stage.WAITING.value, "operator": "", "held_at": None, "asked_at": at}
        return self._change(token, HANDOFFS.c.status == Stage.HELD.value, values)

    def move(self, token: str, place: Place) -> bool:
        """It is talked over elsewhere from now on."""
        values: Values = {"room_chat_id": place.chat_id, "thread_id": place.thread_id}
        return self._change(token, _OPEN, values)

    def expire(self, handoff_id: int, asked_at: datetime, at: datetime) -> bool:
        """Nobody came: it waits no longer. False: somebody did, or it has ended before."""
        waiting = and_(HANDOFFS.c.id == handoff_id, HANDOFFS.c.status == Stage.WAITING.value)
        values: Values = {"status": Stage.RELEASED.value, "released_at": at}
        with translated(), self._engine.begin() as connection:
            ended = update(HANDOFFS).where(waiting, HANDOFFS.c.asked_at == asked_at, _OPEN).values(**values)
            return connection.execute(ended).rowcount > 0

    def by_id(self, handoff_id: int) -> Handoff | None:
        return self._one(HANDOFFS.c.id == handoff_id)

    def by_token(self, token: str) -> Handoff | None:
        """The handoff whose holding this is or was, if nobody has held it since."""
        named = read_token(token)
        return None if named is None else self._one(_is(named))

    def open_of(self, chat_key: str) -> Handoff | None:
        return self._one(and_(HANDOFFS.c.chat_key == chat_key, _OPEN))

    def last_in(self, place: Place) -> Handoff | None:
        """The newest handoff that was talked over in a topic."""
        here = (HANDOFFS.c.room_chat_id == place.chat_id, HANDOFFS.c.thread_id == place.thread_id)
        return self._one(and_(*here))

    def held(self) -> list[Handoff]:
        return self._all(_OPEN, HANDOFFS.c.status == Stage.HELD.value)

    def waiting(self) -> list[Handoff]:
        """Those for whom nobody has come, the oldest first."""
        return self._all(_OPEN, HANDOFFS.c.status == Stage.WAITING.value)

    def customer(self, chat: ChatRef) -> Customer | None:
        """Whoever has the private chat; None: nobody is known there."""
        is_theirs = and_(PEOPLE.c.channel == chat.channel.value, PEOPLE.c.external_id == chat.chat_id)
        with translated(), self._engine.connect() as connection:
            row = connection.execute(select(PEOPLE).where(is_theirs)).one_or_none()
        return None if row is None else _customer(row, row.id)

    def meet(self, chat: ChatRef, name: str, language: str, at: datetime) -> Customer:
        """Whoever has the private chat, noted now if nobody was known there."""
        with translated(), self._engine.begin() as connection:
            row_id = person_row(connection, chat.channel, chat.chat_id, name, language, at=at)
            row = connection.execute(select(PEOPLE).where(PEOPLE.c.id == row_id)).one()
        return _customer(row, row_id)

    def find(self, who: str) -> list[Customer]:
        """The customers whom staff may mean, the last seen first.

        `who`: their Telegram id, the beginning of a dialogue's id, or a part of a name.
        """
        name = clean(who).strip().lstrip("@")
        if not name:
            return []
        spoken = select(DIALOGUES.c.person_id).where(DIALOGUES.c.tenant == self._tenant)
        wanted = select(HANDOFFS.c.person_id).where(HANDOFFS.c.tenant == self._tenant)
        mine = or_(PEOPLE.c.id.in_(spoken), PEOPLE.c.id.in_(wanted))
        known = select(PEOPLE).where(mine).order_by(PEOPLE.c.last_seen_at.desc())
        begun = spoken.where(DIALOGUES.c.id.startswith(name, autoescape=True))
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(known.where(PEOPLE.c.external_id == name)).all()
            if not rows and len(name) >= _SHORTEST_CODE:
                rows = connection.execute(known.where(PEOPLE.c.id.in_(begun)).limit(_MOST_FOUND)).all()
            if not rows:
                part = name.casefold()  # SQLite's LIKE knows no letters but Latin
                everybody = connection.execution_options(yield_per=500).execute(known)
                rows = list(islice((row for row in everybody if part in row.name.casefold()), _MOST_FOUND))
        return [_customer(row, row.id) for row in rows]

    def _open(
        self, connection: Connection, customer: Customer, state: Values, cause: Cause, at: datetime
    ) -> bool:
        """Insert a handoff unless the chat has an open one."""
        newest = select(DIALOGUES.c.id).where(DIALOGUES.c.chat_key == customer.chat.key)
        row: Values = {
            "tenant": self._tenant,
            "person_id": customer.row_id,
            "chat_key": customer.chat.key,
            "cause": cause.value,
            "operator": "",
            "room_chat_id": "",
            "asked_at": at,
            **state,
        }
        insert = insert_into(connection, HANDOFFS).values(**row, dialogue_id="").on_conflict_do_nothing()
        opened = connection.execute(insert.returning(HANDOFFS.c.id)).one_or_none() is not None
        if opened:
            dialogue = connection.scalar(newest.order_by(DIALOGUES.c.started_at.desc()).limit(1))
            here = update(HANDOFFS).where(self._of(customer.chat.key), _OPEN)
            connection.execute(here.values(dialogue_id=dialogue or ""))
        return opened

    def _topic(self, connection: Connection, chat_key: str, room: str) -> int | None:
        known = select(HANDOFFS.c.thread_id).where(
            self._of(chat_key), HANDOFFS.c.room_chat_id == room, HANDOFFS.c.thread_id.is_not(None)
        )
        thread_id: int | None = connection.scalar(known.order_by(HANDOFFS.c.id.desc()).limit(1))
        return thread_id

    def _change(self, token: str, while_: ColumnElement[bool], values: Values) -> bool:
        named = read_token(token)
        if named is None:
            return False
        with translated(), self._engine.begin() as connection:
            return (
                connection.execute(update(HANDOFFS).where(_is(named), while_).values(**values)).rowcount > 0
            )

    def _of(self, chat_key: str) -> ColumnElement[bool]:
        return and_(HANDOFFS.c.tenant == self._tenant, HANDOFFS.c.chat_key == chat_key)

    def _current(self, connection: Connection, chat_key: str) -> Handoff | None:
        row = connection.execute(_joined().where(self._of(chat_key), _OPEN)).one_or_none()
        return None if row is None else _handoff(row)

    def _one(self, which: ColumnElement[bool]) -> Handoff | None:
        newest = _joined().where(HANDOFFS.c.tenant == self._tenant, which).order_by(HANDOFFS.c.id.desc())
        with translated(), self._engine.connect() as connection:
            row = connection.execute(newest.limit(1)).one_or_none()
        return None if row is None else _handoff(row)

    def _all(self, *which: ColumnElement[bool]) -> list[Handoff]:
        oldest = _joined().where(HANDOFFS.c.tenant == self._tenant, *which).order_by(HANDOFFS.c.asked_at)
        with translated(), self._engine.connect() as connection:
            return [_handoff(row) for row in connection.execute(oldest)]


def _is(named: tuple[int, datetime]) -> ColumnElement[bool]:
    return and_(HANDOFFS.c.id == named[0], HANDOFFS.c.held_at == named[1])


def _joined() -> Select[Any]:
    person = (PEOPLE.c.channel, PEOPLE.c.external_id, PEOPLE.c.name, PEOPLE.c.language)
    return select(HANDOFFS, *person).join(PEOPLE, PEOPLE.c.id == HANDOFFS.c.person_id)


def _customer(row: Row[Any], row_id: int) -> Customer:
    return Customer(
        row_id=row_id,
        chat=ChatRef(channel=ChannelName(row.channel), chat_id=row.external_id),
        name=row.name,
        language=row.language,
    )


def _handoff(row: Row[Any]) -> Handoff:
    return Handoff(
        handoff_id=row.id,
        customer=_customer(row, row.person_id),
        cause=Cause(row.cause),
        stage=Stage(row.status),
        operator=row.operator,
        place=Place(chat_id=row.room_chat_id, thread_id=row.thread_id),
        asked_at=row.asked_at,
        held_at=row.held_at,
        released_at=row.released_at,
    )
