"""The tables. Their rows never leave `bot/store`; migrations/ must bring a database to just this shape."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Index, Integer, Text, TypeDecorator, text
from sqlmodel import Field, SQLModel, UniqueConstraint

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
SQLModel.metadata.naming_convention = NAMING

RowId = BigInteger().with_variant(Integer, "sqlite")
"""64 bits on both: only INTEGER counts by itself in SQLite."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC on the way in and out; SQLite itself stores naive text. Naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class PersonRow(SQLModel, table=True):
    """Somebody in one channel. `external_id` is the channel's own id of the person."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("channel", "external_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    channel: str = Field(sa_type=Text)
    external_id: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    language: str = Field(sa_type=Text)
    first_seen_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime = Field(sa_type=UtcDateTime, index=True)
    blocked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Since when this person takes no messages; cleared by the next one that comes in."""


class DialogueRow(SQLModel, table=True):
    """Turns of one chat between two silences or /new. `ended_at` is set once a later one has begun."""

    __tablename__ = "dialogues"
    __table_args__ = (
        Index(
            "ix_dialogues_open_chat_key",
            "chat_key",
            "started_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: str = Field(primary_key=True, sa_type=Text)
    """`TurnRecord.dialogue_id`."""
    person_id: int = Field(foreign_key="people.id", index=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    chat_key: str = Field(sa_type=Text)
    started_at: datetime = Field(sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    end_reason: str | None = Field(default=None, sa_type=Text)
    """goodbye, button, silence, new; None while it goes on, or when a later one has begun."""
    summary: str | None = Field(default=None, sa_type=Text)
    """For the person's next visit, if they agreed to that; masked."""


class TurnRow(SQLModel, table=True):
    """One logged turn."""

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("turn_id"),
        Index(None, "chat_key", "answered_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    turn_id: str = Field(sa_type=Text)
    dialogue_id: str = Field(foreign_key="dialogues.id", index=True, sa_type=Text)
    person_id: int = Field(foreign_key="people.id", index=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    chat_key: str = Field(sa_type=Text)
    private: bool
    question: str = Field(sa_type=Text)
    answer: str = Field(sa_type=Text)
    outcome: str = Field(sa_type=Text)
    light: str = Field(sa_type=Text)
    model: str = Field(sa_type=Text)
    prompt_tokens: int
    completion_tokens: int
    cost: float
    attempt: int
    received_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime = Field(sa_type=UtcDateTime, index=True)
    sources: list[str] = Field(sa_type=JSON)
    verdicts: list[dict[str, Any]] = Field(sa_type=JSON)
    timings_ms: dict[str, float] = Field(sa_type=JSON)
    trace: dict[str, Any] = Field(sa_type=JSON)


class StockVersionRow(SQLModel, table=True):
    """One state of a tenant's stock table. Its rows are never changed, only dropped with it."""

    __tablename__ = "stock_versions"
    __table_args__ = (Index(None, "tenant", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    fingerprint: str = Field(sa_type=Text)
    columns: list[str] = Field(sa_type=JSON)
    row_count: int
    created_at: datetime = Field(sa_type=UtcDateTime)


class StockRow(SQLModel, table=True):
    """One row of a version, its values in the order of the version's columns."""

    __tablename__ = "stock_rows"

    version_id: int = Field(foreign_key="stock_versions.id", primary_key=True, sa_type=RowId)
    position: int = Field(primary_key=True)
    values: list[Any] = Field(sa_type=JSON)


class StockStateRow(SQLModel, table=True):
    """Which version of a tenant's table is in service, as of when, and how the last refresh went."""

    __tablename__ = "stock_states"

    tenant: str = Field(primary_key=True, sa_type=Text)
    version_id: int | None = Field(default=None, foreign_key="stock_versions.id", sa_type=RowId)
    as_of: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    failing_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Set by the first refresh that fails, cleared by the next one that does not."""


class StockRefreshRow(SQLModel, table=True):
    """One refresh of a tenant's table: what came of it."""

    __tablename__ = "stock_refreshes"
    __table_args__ = (Index(None, "tenant", "at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    tenant: str = Field(sa_type=Text)
    at: datetime = Field(sa_type=UtcDateTime)
    succeeded: bool
    version_id: int | None = Field(default=None, sa_type=RowId)
    row_count: int
    faults: list[str] = Field(sa_type=JSON)
    """Why it failed, or the rows that were left out, each by file and line."""
