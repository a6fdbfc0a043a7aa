"""Runs of actions that send something, in SQL: each request is done once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, and_, select, update

from bot.domain.bookings import Booker
from bot.store.engine import translated
from bot.store.people_tables import ActionRunRow
from bot.store.persons import person_row
from bot.store.rows import Values, clean, insert_into, table_of

RUNS = table_of(ActionRunRow)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """`details`: what is needed to do it, without personal data."""

    id: int
    action: str
    request_key: str
    details: Mapping[str, Any]
    done_at: datetime | None


class ActionRuns:
    """One tenant's runs. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def begin(
        self, who: Booker, action: str, request_key: str, details: Mapping[str, Any], now: datetime
    ) -> Run:
        """Note that it is asked for; the same request is the same run, as it was asked for first."""
        of_request = and_(RUNS.c.tenant == self._tenant, RUNS.c.request_key == clean(request_key))
        with translated(), self._engine.begin() as connection:
            person = (who.chat.channel, who.person_id, who.name, who.language)
            row: Values = {
                "tenant": self._tenant,
                "person_id": person_row(connection, *person, at=now),
                "action": clean(action),
                "request_key": clean(request_key),
                "details": dict(details),
                "created_at": now,
            }
            connection.execute(insert_into(connection, RUNS).values(row).on_conflict_do_nothing())
            found = connection.execute(select(RUNS).where(of_request)).one()
        return Run(
            id=found.id,
            action=found.action,
            request_key=found.request_key,
            details=found.details,
            done_at=found.done_at,
        )

    def mark_done(self, run_id: int, now: datetime) -> None:
        with translated(), self._engine.begin() as connection:
            connection.execute(
                update(RUNS).where(RUNS.c.id == run_id, RUNS.c.done_at.is_(None)).values(done_at=now)
            )
