"""The tables of answers that people confirm, correct and mark; what was said stands in them masked."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.store.tables import RowId, UtcDateTime


class ReviewRow(SQLModel, table=True):
    """An answer that a person of the staff confirms before it leaves."""

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("turn_id"), Index(None, "tenant", "created_at"))

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    person_id: int = Field(foreign_key="people.id", index=True, sa_type=RowId)
    chat_key: str = Field(sa_type=Text)
    turn_id: str = Field(sa_type=Text)
    mode: str = Field(sa_type=Text)
    question: str = Field(sa_type=Text)
    answer: str = Field(sa_type=Text)
    light: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """pending, approved, edited, declined, expired"""
    final: str = Field(default="", sa_type=Text)
    decided_by: str = Field(default="", sa_type=Text)
    language: str = Field(sa_type=Text)
    private: bool
    held_sealed: str = Field(default="", sa_type=Text)
    """The answer as it was written, with what belongs under it; empty once it was declined or sent."""
    due_at: datetime = Field(sa_type=UtcDateTime)
    """When the customer is told at the latest that nobody has confirmed it."""
    remind_at: datetime = Field(sa_type=UtcDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ProposalRow(SQLModel, table=True):
    """A right answer that staff wrote, to be reviewed before it becomes an entry of the FAQ."""

    __tablename__ = "proposals"
    __table_args__ = (Index(None, "tenant", "status"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    turn_id: str = Field(sa_type=Text)
    question: str = Field(sa_type=Text)
    answer: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    """proposed, accepted, rejected"""
    proposed_by: str = Field(sa_type=Text)
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: str = Field(default="", sa_type=Text)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MarkRow(SQLModel, table=True):
    """A tester's mark of one answer, on the owner's scale from 0 to 5."""

    __tablename__ = "marks"
    __table_args__ = (
        UniqueConstraint("tenant", "tester", "answer_key"),
        Index(None, "tenant", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    tester: str = Field(sa_type=Text)
    answer_key: str = Field(sa_type=Text)
    """The number of the turn's row, or the name of a question with the version that answered it."""
    kind: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    version: str = Field(sa_type=Text)
    score: int | None = None
    """None while it was shown but not marked, and where it was passed over."""
    words: str = Field(default="", sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was marked or passed over."""


class MarkItemRow(SQLModel, table=True):
    """An answer that testers are shown. Of a logged turn the words stay in the log, and go with it."""

    __tablename__ = "mark_items"
    __table_args__ = (UniqueConstraint("tenant", "answer_key"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    answer_key: str = Field(sa_type=Text)
    turn_row: int | None = Field(default=None, sa_type=RowId)
    question: str = Field(default="", sa_type=Text)
    answer: str = Field(default="", sa_type=Text)
    kind: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    version: str = Field(sa_type=Text)
    created_at: datetime = Field(sa_type=UtcDateTime)
