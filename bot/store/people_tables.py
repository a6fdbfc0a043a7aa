"""The tables of consent, staff, callbacks, handoffs, bookings and ratings.

What a person said stands in them masked; columns named `*_sealed` are encrypted (`bot/store/sealing.py`).
Rows of a person carry `person_id`, by which they are erased.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, Text, text
from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.store.tables import RowId, UtcDateTime


def unique_while(name: str, *columns: str, where: str) -> Index:
    """No two rows agree in the columns while the condition holds."""
    condition = text(where)
    return Index(name, *columns, unique=True, sqlite_where=condition, postgresql_where=condition)


class ConsentRow(SQLModel, table=True):
    """A person's yes to one version of the terms. Withdrawn, it stays as the proof of both."""

    __tablename__ = "consents"
    __table_args__ = (
        unique_while("uq_consents_standing", "tenant", "person_id", "version", where="withdrawn_at IS NULL"),
        Index(None, "person_id", "tenant"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    person_id: int = Field(foreign_key="people.id", sa_type=RowId)
    version: str = Field(sa_type=Text)
    keeps_summary: bool
    """Whether what was talked about may be remembered for the next visit."""
    takes_news: bool = False
    """Whether news and offers may be sent."""
    news_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the person said so last."""
    given_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ErasureRow(SQLModel, table=True):
    """Somebody whose data is erased, or was a moment ago: nothing said before `asked_at` is stored again.

    It holds the ids alone, and is deleted itself when nothing of before can be on its way any more.
    """

    __tablename__ = "erasures"
    __table_args__ = (UniqueConstraint("tenant", "channel", "external_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    external_id: str = Field(sa_type=Text)
    chat_id: str = Field(sa_type=Text)
    """Where it was asked for, and is to be told."""
    message_id: int = Field(sa_type=RowId)
    """The message with the question whether to erase, which is to say that it is done."""
    language: str = Field(sa_type=Text)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when the person knows that all is erased."""


class StaffRow(SQLModel, table=True):
    """Somebody who works here. Nobody is deleted: acts refer to them."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("tenant", "channel", "external_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    channel: str = Field(sa_type=Text)
    external_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    granted_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unreachable_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when this person takes no messages from the bot."""


class StaffRoomRow(SQLModel, table=True):
    """The group in which a tenant's staff work."""

    __tablename__ = "staff_rooms"

    tenant: str = Field(primary_key=True, sa_type=Text)
    channel: str = Field(sa_type=Text)
    chat_id: str = Field(sa_type=Text)
    has_topics: bool
    bound_at: datetime = Field(sa_type=UtcDateTime)


class StaffActRow(SQLModel, table=True):
    """One privileged act. Rows are only ever added."""

    __tablename__ = "staff_acts"
    __table_args__ = (Index(None, "tenant", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    actor: str = Field(sa_type=Text)
    """``telegram:42``, or ``console`` for the command line."""
    act: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    details: dict[str, Any] = Field(sa_type=JSON)
    """Never personal data of a customer."""
    at: datetime = Field(sa_type=UtcDateTime)


class CallbackRow(SQLModel, table=True):
    """A request to be called. A person has one open at most."""

    __tablename__ = "callbacks"
    __table_args__ = (
        unique_while("uq_callbacks_open_person", "tenant", "person_id", where="closed_at IS NULL"),
        UniqueConstraint("request_key"),
        Index(None, "tenant", "status", "due_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    person_id: int = Field(foreign_key="people.id", index=True, sa_type=RowId)
    chat_key: str = Field(sa_type=Text)
    dialogue_id: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """new, taken, no_answer, done, cancelled, given_up"""
    name: str = Field(sa_type=Text)
    phone_sealed: str = Field(sa_type=Text)
    reason: str = Field(sa_type=Text)
    wished: str = Field(sa_type=Text)
    """When it suits the person, in their own words."""
    card: dict[str, Any] = Field(sa_type=JSON)
    """What staff are shown: summary, products with probabilities, mood."""
    request_key: str = Field(sa_type=Text)
    """The same for the same form, however often its last tap is delivered."""
    call_from: datetime = Field(sa_type=UtcDateTime)
    """When the call was promised at the earliest."""
    due_at: datetime = Field(sa_type=UtcDateTime)
    """When the call was promised at the latest."""
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When staff were told; None: nobody could be yet, and nothing was promised."""
    taken_by: str = Field(default="", sa_type=Text)
    """``telegram:42``"""
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    next_try_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    escalated_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    result: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class HandoffRow(SQLModel, table=True):
    """A dialogue that a person of the staff was asked into, or has taken over."""

    __tablename__ = "handoffs"
    __table_args__ = (
        unique_while("uq_handoffs_open_chat_key", "chat_key", where="released_at IS NULL"),
        Index(None, "tenant", "status"),
        Index(None, "room_chat_id", "thread_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    person_id: int = Field(foreign_key="people.id", index=True, sa_type=RowId)
    chat_key: str = Field(sa_type=Text)
    dialogue_id: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """waiting, held, released"""
    cause: str = Field(sa_type=Text)
    """asked, red_light, taken, callback"""
    operator: str = Field(default="", sa_type=Text)
    """``telegram:42``"""
    room_chat_id: str = Field(default="", sa_type=Text)
    """Where it is talked over: the staff's group, or the operator's own chat."""
    thread_id: int | None = Field(default=None, sa_type=RowId)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    held_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RatingRow(SQLModel, table=True):
    """What a person thinks: of a dialogue (csat), of the business (nps), of one answer (thumb, error).

    One of kind off, without a subject, says that this person does not want to be asked.
    """

    __tablename__ = "ratings"
    __table_args__ = (
        UniqueConstraint("tenant", "kind", "subject", "person_id"),
        Index(None, "tenant", "kind", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    person_id: int = Field(foreign_key="people.id", index=True, sa_type=RowId)
    kind: str = Field(sa_type=Text)
    subject: str = Field(sa_type=Text)
    """The dialogue's id, the turn's id, or for nps the day on which it was asked."""
    score: int | None = None
    """csat 1-10, nps 0-10, thumb 1 or -1; None while it was asked but not answered."""
    reasons: list[str] = Field(sa_type=JSON)
    words: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the score that counts was given."""


class BookingRow(SQLModel, table=True):
    """A slot that is somebody's. Two people never have one slot of one thing."""

    __tablename__ = "bookings"
    __table_args__ = (
        unique_while(
            "uq_bookings_slot", "tenant", "action", "resource", "starts_at", where="cancelled_at IS NULL"
        ),
        UniqueConstraint("request_key"),
        Index(None, "tenant", "starts_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    person_id: int = Field(foreign_key="people.id", index=True, sa_type=RowId)
    chat_key: str = Field(sa_type=Text)
    action: str = Field(sa_type=Text)
    resource: str = Field(sa_type=Text)
    """Which car, room or desk."""
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    name: str = Field(sa_type=Text)
    phone_sealed: str = Field(sa_type=Text)
    request_key: str = Field(sa_type=Text)
    """The same for the same tap, however often it is delivered."""
    reminded: list[int] = Field(sa_type=JSON)
    """The reminders that were sent, by their minutes before."""
    created_at: datetime = Field(sa_type=UtcDateTime)
    moved_from: int | None = Field(default=None, sa_type=RowId)
    announced_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the person was promised it and staff were told: queued both."""
    cancelled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ActionRunRow(SQLModel, table=True):
    """An action that sends something, done once for one request."""

    __tablename__ = "action_runs"
    __table_args__ = (UniqueConstraint("request_key"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    person_id: int = Field(foreign_key="people.id", index=True, sa_type=RowId)
    action: str = Field(sa_type=Text)
    request_key: str = Field(sa_type=Text)
    details: dict[str, Any] = Field(sa_type=JSON)
    created_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
