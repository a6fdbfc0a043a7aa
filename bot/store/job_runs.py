"""The runs of the scheduler's jobs, and which scheduler works: what makes two of them do nothing twice."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Engine, Row, and_, delete, func, select, update

from bot.store.admin_tables import JobRunRow, SchedulerJobRow, SchedulerLeaseRow
from bot.store.engine import translated
from bot.store.rows import insert_into, table_of
from bot.store.staff import Act

RUNS, LEASES, PLANNED = table_of(JobRunRow), table_of(SchedulerLeaseRow), table_of(SchedulerJobRow)
CLOCK = "clock"
"""Who asks for a run that is due."""
_KEPT = 400
"""Runs of one job that are remembered. By number and not by age, so that no clock can make them forgotten."""


class RunOutcome(StrEnum):
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"
    """Nobody ended it: its worker died with it again and again, or the queue was lost."""


@dataclass(frozen=True, kw_only=True, slots=True)
class JobRun:
    """One run; see the table."""

    run_id: int
    job: str
    key: str
    asked_by: str
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    tries: int
    outcome: RunOutcome | None
    error: str

    @property
    def is_open(self) -> bool:
        return self.ended_at is None


class JobRunStore:
    """One tenant's runs. Every call blocks and raises StoreError; the schema must be at head."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def claim(
        self,
        job: str,
        key: str,
        due_at: datetime,
        *,
        asked_by: str = CLOCK,
        tries: int = 0,
        act: Act | None = None,
    ) -> int | None:
        """Decide on a run: its number. None: there was one for this key, or one of the job is not over.

        `act` is noted with the decision or not at all.
        """
        row = {"tenant": self._tenant, "job": job, "key": key, "due_at": due_at, "asked_by": asked_by}
        with translated(), self._engine.begin() as connection:
            new = insert_into(connection, RUNS).values(**row, tries=tries, outcome="", error="")
            claimed = connection.execute(new.on_conflict_do_nothing().returning(RUNS.c.id)).first()
            if claimed is not None:
                of_job = and_(RUNS.c.tenant == self._tenant, RUNS.c.job == job)
                kept = select(RUNS.c.id).where(of_job).order_by(RUNS.c.id.desc()).limit(1).offset(_KEPT)
                old = RUNS.c.id <= kept.scalar_subquery()
                connection.execute(delete(RUNS).where(of_job, RUNS.c.ended_at.is_not(None), old))
                if act is not None:
                    act.note(connection, self._tenant)
        return None if claimed is None else int(claimed.id)

    def open(self) -> list[JobRun]:
        """The runs that are not over, in the order in which they were decided on."""
        mine = and_(RUNS.c.tenant == self._tenant, RUNS.c.ended_at.is_(None))
        with translated(), self._engine.connect() as connection:
            return [_run(row) for row in connection.execute(select(RUNS).where(mine).order_by(RUNS.c.id))]

    def claim_try(self, run_id: int, *, seen: int) -> bool:
        """Decide to queue it once more. False: it is over, or was queued more often than `seen`."""
        unfinished = and_(RUNS.c.id == run_id, RUNS.c.tries == seen, RUNS.c.ended_at.is_(None))
        with translated(), self._engine.begin() as connection:
            return bool(connection.execute(update(RUNS).where(unfinished).values(tries=seen + 1)).rowcount)

    def note_error(self, run_id: int, error: str) -> None:
        """Why the last try failed."""
        with translated(), self._engine.begin() as connection:
            connection.execute(update(RUNS).where(RUNS.c.id == run_id).values(error=error[:200]))

    def is_open(self, run_id: int) -> bool:
        unfinished = and_(RUNS.c.id == run_id, RUNS.c.ended_at.is_(None))
        with translated(), self._engine.connect() as connection:
            return connection.execute(select(RUNS.c.id).where(unfinished)).first() is not None

    def end(
        self, run_id: int, outcome: RunOutcome, *, started_at: datetime | None, at: datetime, error: str = ""
    ) -> bool:
        """False: somebody has ended it."""
        unfinished = and_(RUNS.c.id == run_id, RUNS.c.ended_at.is_(None))
        values = {"started_at": started_at, "ended_at": at, "outcome": outcome.value, "error": error[:200]}
        with translated(), self._engine.begin() as connection:
            return bool(connection.execute(update(RUNS).where(unfinished).values(values)).rowcount)

    def last(self) -> dict[str, JobRun]:
        """The newest run of each job."""
        mine = RUNS.c.tenant == self._tenant
        newest = select(func.max(RUNS.c.id)).where(mine).group_by(RUNS.c.job)
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(select(RUNS).where(RUNS.c.id.in_(newest)))
            return {row.job: _run(row) for row in rows}

    def last_due(self, job: str, until: datetime) -> datetime | None:
        """The last moment up to `until` for which the clock has had the job run."""
        mine = and_(RUNS.c.tenant == self._tenant, RUNS.c.job == job, RUNS.c.asked_by == CLOCK)
        with translated(), self._engine.connect() as connection:
            found = select(RUNS.c.due_at).where(mine, RUNS.c.due_at <= until)
            moment: datetime | None = connection.scalar(found.order_by(RUNS.c.due_at.desc()).limit(1))
        return moment

    def run(self, job: str, key: str) -> JobRun | None:
        this = and_(RUNS.c.tenant == self._tenant, RUNS.c.job == job, RUNS.c.key == key)
        with translated(), self._engine.connect() as connection:
            row = connection.execute(select(RUNS).where(this)).one_or_none()
        return None if row is None else _run(row)

    def planned(self) -> dict[str, datetime]:
        """When each job is due next."""
        with translated(), self._engine.connect() as connection:
            rows = connection.execute(
                select(PLANNED.c.id, PLANNED.c.next_run_time).where(PLANNED.c.next_run_time.is_not(None))
            ).all()
        start = f"{self._tenant}:"
        return {
            row.id.removeprefix(start): datetime.fromtimestamp(row.next_run_time, UTC)
            for row in rows
            if row.id.startswith(start)
        }


class LeaseStore:
    """Which scheduler works for the tenant. Every call blocks and raises StoreError."""

    def __init__(self, engine: Engine, tenant: str) -> None:
        self._engine = engine
        self._tenant = tenant

    def look(self) -> tuple[str, int]:
        """Who holds it, and how often they have said so. ("", 0): nobody ever did."""
        held = select(LEASES.c.holder, LEASES.c.beats).where(LEASES.c.tenant == self._tenant)
        with translated(), self._engine.connect() as connection:
            row = connection.execute(held).one_or_none()
        return ("", 0) if row is None else (row.holder, row.beats)

    def beat(self, holder: str) -> bool:
        """Say that it is held on to. False: somebody else has taken it."""
        with translated(), self._engine.begin() as connection:
            mine = and_(LEASES.c.tenant == self._tenant, LEASES.c.holder == holder)
            beaten = update(LEASES).where(mine).values(beats=LEASES.c.beats + 1)
            return bool(connection.execute(beaten).rowcount)

    def take(self, holder: str, beats: int) -> bool:
        """Take it from whoever had said `beats` times that it is theirs. False: somebody was quicker."""
        with translated(), self._engine.begin() as connection:
            first = insert_into(connection, LEASES).values(tenant=self._tenant, holder=holder, beats=1)
            if beats == 0:
                taken = first.on_conflict_do_nothing(index_elements=["tenant"]).returning(LEASES.c.beats)
                return connection.execute(taken).first() is not None
            as_seen = and_(LEASES.c.tenant == self._tenant, LEASES.c.beats == beats)
            mine = update(LEASES).where(as_seen).values(holder=holder, beats=beats + 1)
            return bool(connection.execute(mine).rowcount)

    def give_back(self, holder: str) -> None:
        with translated(), self._engine.begin() as connection:
            mine = and_(LEASES.c.tenant == self._tenant, LEASES.c.holder == holder)
            connection.execute(update(LEASES).where(mine).values(holder="", beats=LEASES.c.beats + 1))


def _run(row: Row[Any]) -> JobRun:
    return JobRun(
        run_id=row.id,
        job=row.job,
        key=row.key,
        asked_by=row.asked_by,
        due_at=row.due_at,
        started_at=row.started_at,
        ended_at=row.ended_at,
        tries=row.tries,
        outcome=RunOutcome(row.outcome) if row.outcome else None,
        error=row.error,
    )
