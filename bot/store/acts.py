"""The record of what staff did, as it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, select

from bot.store.engine import translated
from bot.store.staff import ACTS


@dataclass(frozen=True, kw_only=True, slots=True)
class ActRecord:
    """One privileged act. `actor`: a member's key, ``console``, or the channel that told it."""

    number: int
    actor: str
    act: str
    subject: str
    details: Mapping[str, str | int | bool]
    at: datetime


class ActStore:
    """One tenant's record. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def page(self, limit: int, *, before: int | None = None, actor: str = "") -> list[ActRecord]:
        """The newest first. `before`: older than that number; `actor`: of one alone."""
        wanted = select(ACTS).where(ACTS.c.tenant == self._tenant)
        if before is not None:
            wanted = wanted.where(ACTS.c.id < before)
        if actor:
            wanted = wanted.where(ACTS.c.actor == actor)
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(wanted.order_by(ACTS.c.id.desc()).limit(limit)).all()
        return [
            ActRecord(
                number=row.id,
                actor=row.actor,
                act=row.act,
                subject=row.subject,
                details=row.details,
                at=row.at,
            )
            for row in rows
        ]
