"""Requests to be called, in SQL. Races are decided by conditional updates alone."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Select, and_, func, select, update

from bot.domain import ChannelName, ChatRef
from bot.domain.callbacks import AlreadyOpen, Callback, CallbackStatus, Move, Opened, Request, Requester
from bot.store.engine import translated
from bot.store.people_tables import CallbackRow
from bot.store.persons import person_row
from bot.store.rows import DIALOGUES, PEOPLE, Values, clean, insert_into, table_of

CALLBACKS = table_of(CallbackRow)
OPEN = tuple(status.value for status in CallbackStatus if status.is_open)


class CallbackStore:
    """One tenant's requests. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def open(self, request: Request, phone_sealed: str) -> Opened | AlreadyOpen:
        """Store it, unless the same form has stored it already, or the person has another one open."""
        who = request.requester
        with translated(), self._engine.begin() as connection:
            person_id = person_row(
                connection, who.chat.channel, who.external_id, who.name, who.language, at=request.created_at
            )
            row = self._row(request, person_id) | {"phone_sealed": phone_sealed}
            made = insert_into(connection, CALLBACKS).values(row).on_conflict_do_nothing()
            connection.execute(made)
            mine = self._found(connection, CALLBACKS.c.request_key == request.request_key)
            if mine is not None:
                return Opened(callback=mine)
            other = and_(CALLBACKS.c.person_id == person_id, CALLBACKS.c.closed_at.is_(None))
            return AlreadyOpen(callback=self._the(connection, other))

    def callback(self, callback_id: int) -> Callback | None:
        with translated(), self._engine.connect() as connection:
            return self._found(connection, CALLBACKS.c.id == callback_id)

    def by_key(self, request_key: str) -> Callback | None:
        with translated(), self._engine.connect() as connection:
            return self._found(connection, CALLBACKS.c.request_key == request_key)

    def open_of(self, channel: ChannelName, external_id: str) -> Callback | None:
        """The one that the person waits for."""
        with translated(), self._engine.connect() as connection:
            return self._found(connection, _of(channel, external_id), CALLBACKS.c.closed_at.is_(None))

    def of_person(self, channel: ChannelName, external_id: str) -> list[Callback]:
        """All of a person, the newest first."""
        with translated(), self._engine.connect() as connection:
            found = self._all(_of(channel, external_id)).order_by(CALLBACKS.c.id.desc())
            return [_callback(row) for row in connection.execute(found)]

    def list_open(self, *, due_before: datetime | None = None) -> list[Callback]:
        """What waits for a call, the most pressing first."""
        conditions: list[ColumnElement[bool]] = [CALLBACKS.c.closed_at.is_(None)]
        if due_before is not None:
            conditions.append(CALLBACKS.c.due_at <= due_before)
        with translated(), self._engine.connect() as connection:
            found = self._all(*conditions).order_by(CALLBACKS.c.due_at, CALLBACKS.c.id)
            return [_callback(row) for row in connection.execute(found)]

    def phone_sealed(self, callback_id: int) -> str | None:
        mine = and_(CALLBACKS.c.tenant == self._tenant, CALLBACKS.c.id == callback_id)
        with translated(), self._engine.connect() as connection:
            phone: str | None = connection.scalar(select(CALLBACKS.c.phone_sealed).where(mine))
        return phone

    def last_phone_sealed(self, channel: ChannelName, external_id: str) -> str | None:
        """Of the person's last request."""
        phones = select(CALLBACKS.c.phone_sealed).join(PEOPLE, PEOPLE.c.id == CALLBACKS.c.person_id)
        mine = and_(CALLBACKS.c.tenant == self._tenant, _of(channel, external_id))
        newest = phones.where(mine).order_by(CALLBACKS.c.id.desc()).limit(1)
        with translated(), self._engine.connect() as connection:
            phone: str | None = connection.scalar(newest)
        return phone

    def change(
        self,
        callback_id: int,
        values: Values,
        *conditions: ColumnElement[bool],
        among: Collection[str] = OPEN,
    ) -> bool:
        """Set the values if it is in one of these states and all conditions hold. False: nothing changes."""
        mine = and_(CALLBACKS.c.tenant == self._tenant, CALLBACKS.c.id == callback_id)
        statement = update(CALLBACKS).where(mine, CALLBACKS.c.status.in_(among), *conditions).values(values)
        with translated(), self._engine.begin() as connection:
            return connection.execute(statement).rowcount > 0

    def move(
        self,
        callback_id: int,
        values: Values,
        *conditions: ColumnElement[bool],
        among: Collection[str] = OPEN,
    ) -> Move:
        """As `change`, and how it stands then."""
        done = self.change(callback_id, values, *conditions, among=among)
        return Move(callback=self.callback(callback_id), done=done)

    def _row(self, request: Request, person_id: int) -> Values:
        """Of the chat's newest dialogue, unless the request names another."""
        chat_key = request.requester.chat.key
        here = and_(DIALOGUES.c.tenant == self._tenant, DIALOGUES.c.chat_key == chat_key)
        dialogues = select(DIALOGUES.c.id).where(here)
        newest = dialogues.order_by(DIALOGUES.c.started_at.desc()).limit(1).scalar_subquery()
        return {
            "tenant": self._tenant,
            "person_id": person_id,
            "chat_key": chat_key,
            "dialogue_id": clean(request.dialogue_id) or func.coalesce(newest, ""),
            "status": CallbackStatus.NEW.value,
            "name": clean(request.requester.name),
            "reason": clean(request.reason),
            "wished": clean(request.wished),
            "card": dict(request.card),
            "request_key": request.request_key,
            "call_from": request.call_from,
            "due_at": request.due_at,
            "tries": 0,
            "taken_by": "",
            "result": "",
            "created_at": request.created_at,
        }

    def _all(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        person = (PEOPLE.c.channel, PEOPLE.c.external_id, PEOPLE.c.language)
        joined = select(CALLBACKS, *person).join(PEOPLE, PEOPLE.c.id == CALLBACKS.c.person_id)
        return joined.where(CALLBACKS.c.tenant == self._tenant, *conditions)

    def _found(self, connection: Connection, *conditions: ColumnElement[bool]) -> Callback | None:
        row = connection.execute(self._all(*conditions)).one_or_none()
        return None if row is None else _callback(row)

    def _the(self, connection: Connection, *conditions: ColumnElement[bool]) -> Callback:
        return _callback(connection.execute(self._all(*conditions)).one())


def _of(channel: ChannelName, external_id: str) -> ColumnElement[bool]:
    return and_(PEOPLE.c.channel == channel.value, PEOPLE.c.external_id == clean(external_id))


def _callback(row: Row[Any]) -> Callback:
    requester = Requester(
        chat=ChatRef.of_key(row.chat_key),
        external_id=row.external_id,
        name=row.name,
        language=row.language,
    )
    return Callback(
        callback_id=row.id,
        tenant=row.tenant,
        person_id=row.person_id,
        requester=requester,
        dialogue_id=row.dialogue_id,
        status=CallbackStatus(row.status),
        reason=row.reason,
        wished=row.wished,
        card=row.card,
        call_from=row.call_from,
        due_at=row.due_at,
        told_at=row.told_at,
        taken_by=row.taken_by,
        taken_at=row.taken_at,
        tries=row.tries,
        next_try_at=row.next_try_at,
        reminded_at=row.reminded_at,
        escalated_at=row.escalated_at,
        result=row.result,
        created_at=row.created_at,
        closed_at=row.closed_at,
    )
