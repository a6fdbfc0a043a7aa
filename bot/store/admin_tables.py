"""The tables of what admins change, hold, send to many, and of what stays after a purge."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, Float, Index, LargeBinary, Text, Unicode
from sqlmodel import Field, SQLModel, UniqueConstraint

from bot.store.people_tables import unique_while
from bot.store.tables import RowId, UtcDateTime


class TuningRow(SQLModel, table=True):
    """A setting as an admin has changed it; without a row the files and the environment hold."""

    __tablename__ = "tunings"

    tenant: str = Field(primary_key=True, sa_type=Text)
    name: str = Field(primary_key=True, sa_type=Text)
    value: Any = Field(sa_type=JSON)
    version: int
    """Counts the changes: who changes what somebody else has changed meanwhile is told so."""
    changed_by: str = Field(sa_type=Text)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class RetentionHoldRow(SQLModel, table=True):
    """A person whose rows outlive the window, because the law or a dispute needs them."""

    __tablename__ = "retention_holds"
    __table_args__ = (Index(None, "tenant", "person_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    person_id: int = Field(foreign_key="people.id", sa_type=RowId)
    reason: str = Field(sa_type=Text)
    placed_by: str = Field(sa_type=Text)
    placed_at: datetime = Field(sa_type=UtcDateTime)
    lifted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DailyFigureRow(SQLModel, table=True):
    """A number of one local day of a tenant, in which nobody can be found again."""

    __tablename__ = "daily_figures"

    tenant: str = Field(primary_key=True, sa_type=Text)
    day: date = Field(primary_key=True, sa_type=Date)
    name: str = Field(primary_key=True, sa_type=Text)
    value: float


class PurgeRow(SQLModel, table=True):
    """One purge: what was to go, and what went."""

    __tablename__ = "purges"
    __table_args__ = (Index(None, "tenant", "started_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    before: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    deleted: dict[str, int] = Field(sa_type=JSON)
    """Rows, by table."""


class SchedulerJobRow(SQLModel, table=True):
    """What APScheduler keeps of a job: just the table that its job store would make."""

    __tablename__ = "scheduler_jobs"

    id: str = Field(primary_key=True, sa_type=Unicode(191))
    next_run_time: float | None = Field(default=None, index=True, sa_type=Float(25))
    job_state: bytes = Field(sa_type=LargeBinary)


class SchedulerLeaseRow(SQLModel, table=True):
    """Which scheduler works for a tenant. Whose `beats` stand still is dead: no clock is asked."""

    __tablename__ = "scheduler_leases"

    tenant: str = Field(primary_key=True, sa_type=Text)
    holder: str = Field(sa_type=Text)
    """Empty: it was given back."""
    beats: int = Field(sa_type=RowId)


class JobRunRow(SQLModel, table=True):
    """One run of a job, from the moment it was decided on."""

    __tablename__ = "job_runs"
    __table_args__ = (
        UniqueConstraint("tenant", "job", "key"),
        unique_while("uq_job_runs_open", "tenant", "job", where="ended_at IS NULL"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    job: str = Field(sa_type=Text)
    key: str = Field(sa_type=Text)
    """What there is one run for: the moment or the day for which it was due, or an admin's tap."""
    asked_by: str = Field(sa_type=Text)
    """``clock``, or ``telegram:42``"""
    due_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    tries: int = 0
    outcome: str = Field(default="", sa_type=Text)
    """done, failed, lost; empty while it is open"""
    error: str = Field(default="", sa_type=Text)


class ClockMarkRow(SQLModel, table=True):
    """What one machine's clock showed, and what it may show at most, since the machine was started."""

    __tablename__ = "clock_marks"

    tenant: str = Field(primary_key=True, sa_type=Text)
    boot: str = Field(primary_key=True, sa_type=Text)
    shown: datetime = Field(sa_type=UtcDateTime)
    elapsed_s: float
    """By the machine's steady clock, when it showed that."""
    ceiling: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """What it could show at most then, had nobody set it; None: it is right as it is."""
    off_since_s: float
    """Since when, by the steady clock, the two are just so far apart."""
    off_s: float


class InvitationRow(SQLModel, table=True):
    """A link that makes one person a member of the staff, once."""

    __tablename__ = "invitations"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    token_hash: str = Field(sa_type=Text)
    role: str = Field(sa_type=Text)
    note: str = Field(sa_type=Text)
    made_by: str = Field(sa_type=Text)
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_by: str = Field(default="", sa_type=Text)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BroadcastRow(SQLModel, table=True):
    """A message to many. `status`: running, paused, stopped, done."""

    __tablename__ = "broadcasts"
    __table_args__ = (Index(None, "tenant", "status"), UniqueConstraint("request_key"))

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    text: str = Field(sa_type=Text)
    button: dict[str, str] = Field(sa_type=JSON)
    promo: str = Field(default="", sa_type=Text)
    """One for all; with a star at its end, the beginning of everybody's own."""
    audience: dict[str, Any] = Field(sa_type=JSON)
    people: int
    """How many it was for when it began; whoever is erased since is in no row."""
    by_night: bool
    """Whether it goes on in the quiet hours."""
    fates: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    """How many copies came to which end, when the end of it all was told; outlives the rows of people."""
    status: str = Field(sa_type=Text)
    request_key: str = Field(sa_type=Text)
    """The same for the same tap, however often it is delivered."""
    made_by: str = Field(sa_type=Text)
    changed_by: str = Field(sa_type=Text)
    """Who started, paused or stopped it last."""
    made_at: datetime = Field(sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the first one was sent."""
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when its end is told."""


class BroadcastPersonRow(SQLModel, table=True):
    """One person of a broadcast's audience, which stands from its start on."""

    __tablename__ = "broadcast_people"
    __table_args__ = (Index(None, "broadcast_id", "status"),)

    broadcast_id: int = Field(foreign_key="broadcasts.id", primary_key=True, sa_type=RowId)
    person_id: int = Field(foreign_key="people.id", primary_key=True, index=True, sa_type=RowId)
    status: str = Field(sa_type=Text)
    """waiting, posted, sent, blocked, failed, left_out"""
    promo: str = Field(default="", sa_type=Text)
    """The person's own code."""
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
