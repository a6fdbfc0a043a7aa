"""Deletes what is older than the window, in small transactions between which everybody else gets in."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Engine,
    Row,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
    true,
    update,
)

from bot.domain import ChannelName
from bot.domain.moments import Now, utc_now
from bot.store.admin_tables import PurgeRow
from bot.store.aged import Step, steps
from bot.store.engine import translated
from bot.store.people_tables import StaffActRow, StaffRow
from bot.store.rows import PEOPLE, table_of

_BATCH_S = 0.15
"""About how long one transaction lasts: a turn that is being logged waits no longer for it."""
_SHARE_OF_OTHERS = 0.25
"""Of the time of a batch, how long the database is left to others after it."""
_FIRST_BATCH = 500
_FEWEST_AT_ONCE = 50
_MOST_AT_ONCE = 10_000
_NOBODY = "erased"

ACTS, STAFF, PURGES = table_of(StaffActRow), table_of(StaffRow), table_of(PurgeRow)


@dataclass(kw_only=True, slots=True)
class Purged:
    """How many rows went, by table. `is_whole`: nothing that is old enough is left."""

    deleted: dict[str, int] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def rows(self) -> int:
        return sum(self.deleted.values())


@dataclass(frozen=True, kw_only=True, slots=True)
class PurgeReport:
    """One purge: all that ended before `before`, rows by table. `finished_at` None: it was cut short."""

    number: int
    before: datetime
    started_at: datetime
    finished_at: datetime | None
    deleted: Mapping[str, int]


class PurgeStore:
    """One tenant's. Every call blocks and raises StoreError and nothing else.

    `nps_every`: so long it stays known who was asked for the NPS, however soon all else goes.
    """

    def __init__(
        self,
        engine: Engine,
        tenant: str,
        *,
        nps_every: timedelta = timedelta(0),
        now: Now = utc_now,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._engine = engine
        self._tenant = tenant
        self._nps_every = nps_every
        self._now = now
        self._pause = pause

    def purge(
        self,
        before: datetime,
        *,
        may_go_on: Callable[[Purged], bool] = lambda _: True,
        also: Purged | None = None,
    ) -> Purged:
        """Delete what came to its end before the aware moment, children first; what is held stays.

        `may_go_on` is asked after each batch. Cut short, by it or by a kill, it is gone on with by calling
        it again. `also`: what went before, to be counted with it.
        """
        purged = also or Purged()
        for step in self._steps(before):
            for count in self._delete(step):
                if count:
                    purged.deleted[step.table.name] = purged.deleted.get(step.table.name, 0) + count
                if not may_go_on(purged):
                    return purged
        self._leave_acts_to_nobody(before)
        purged.is_whole = True
        return purged

    def count(self, before: datetime) -> dict[str, int]:
        """How many rows a purge would delete now, by table; a table of which none is old is left out."""
        counts: dict[str, int] = {}
        with translated(), self._engine.connect() as connection:
            for step in self._steps(before, is_forecast=True):
                found = connection.scalar(select(func.count()).select_from(step.table).where(step.old)) or 0
                if found:
                    counts[step.table.name] = found
        return counts

    def has_old(self, before: datetime) -> bool:
        """Whether a purge would delete anything now."""
        with translated(), self._engine.connect() as connection:
            return any(
                connection.execute(select(step.by).where(_bound(step), step.old).limit(1)).first() is not None
                for step in self._steps(before)
            )

    def _steps(self, before: datetime, *, is_forecast: bool = False) -> Iterator[Step]:
        nps_before = self._now() - self._nps_every
        return steps(self._tenant, before, nps_before=nps_before, is_forecast=is_forecast)

    def begin_report(self, before: datetime, at: datetime) -> PurgeReport:
        """Note that it begins; what was begun and cut short is gone on with under its own number."""
        unfinished = and_(PURGES.c.tenant == self._tenant, PURGES.c.finished_at.is_(None))
        row = {"tenant": self._tenant, "before": before, "started_at": at, "deleted": {}}
        with translated(), self._engine.begin() as connection:
            resumed = update(PURGES).where(unfinished).values(before=before).returning(PURGES)
            known = connection.execute(resumed).first()
            if known is None:
                known = connection.execute(PURGES.insert().values(row).returning(PURGES)).one()
        return _report(known)

    def note_report(self, report: PurgeReport) -> None:
        values = {"deleted": dict(report.deleted), "finished_at": report.finished_at}
        with translated(), self._engine.begin() as connection:
            connection.execute(update(PURGES).where(PURGES.c.id == report.number).values(values))

    def reports(self, *, since: datetime) -> list[PurgeReport]:
        """Those finished since then, in their order."""
        mine = and_(PURGES.c.tenant == self._tenant, PURGES.c.finished_at >= since)
        with translated(), self._engine.connect() as connection:
            return [
                _report(row) for row in connection.execute(select(PURGES).where(mine).order_by(PURGES.c.id))
            ]

    def last_report(self) -> PurgeReport | None:
        """The newest that is finished."""
        return next(iter(self.last_reports(1)), None)

    def last_reports(self, most: int) -> list[PurgeReport]:
        """Those that are finished, the newest first."""
        mine = and_(PURGES.c.tenant == self._tenant, PURGES.c.finished_at.is_not(None))
        newest = select(PURGES).where(mine).order_by(PURGES.c.id.desc()).limit(most)
        with translated(), self._engine.connect() as connection:
            return [_report(row) for row in connection.execute(newest)]

    def _delete(self, step: Step) -> Iterator[int]:
        """The size of each batch once it is gone."""
        size, after, is_last = _FIRST_BATCH, None, False
        while not is_last:
            began = time.perf_counter()
            upto = self._place(step, after, size)
            is_last = upto is None
            part = _bound(step) if is_last else step.by <= upto
            if after is not None:
                part = and_(part, step.by > after)
            with translated(), self._engine.begin() as connection:
                count = connection.execute(delete(step.table).where(part, step.old)).rowcount
            after = upto
            took_s = time.perf_counter() - began
            yield count
            if not is_last:
                self._pause(took_s * _SHARE_OF_OTHERS)
            wanted = int(size * _BATCH_S / max(took_s, 1e-4))
            size = max(_FEWEST_AT_ONCE, min(_MOST_AT_ONCE, wanted, size * 2))

    def _place(self, step: Step, after: Any, size: int) -> Any:
        """Where so many rows end that go, or by the index alone so many that may; None: there are fewer.

        It is asked in a transaction of its own: SQLite refuses to write after it has read while others wrote.
        """
        what = step.old if step.until is None else _bound(step)
        if after is not None:
            what = and_(what, step.by > after)
        nth = select(step.by).where(what).order_by(step.by).limit(1).offset(size - 1)
        with translated(), self._engine.connect() as connection:
            return connection.scalar(nth)

    def _leave_acts_to_nobody(self, before: datetime) -> None:
        """What staff did stays on record, but not with whom, once the customer is gone."""
        for channel in ChannelName:
            number = func.substr(ACTS.c.subject, len(channel) + 2)
            known = [
                exists().where(table.c.channel == channel.value, table.c.external_id == number)
                for table in (PEOPLE, STAFF)
            ]
            about = and_(
                ACTS.c.tenant == self._tenant,
                ACTS.c.at < before,
                ACTS.c.subject.like(f"{channel}:%"),
                ACTS.c.subject.not_like(f"{channel}:-%"),  # a group
            )
            after = 0
            while ids := self._next_acts(and_(about, ACTS.c.id > after)):
                part = ACTS.c.id.between(ids[0], ids[-1])
                with translated(), self._engine.begin() as connection:
                    connection.execute(update(ACTS).where(about, part, ~or_(*known)).values(subject=_NOBODY))
                after = ids[-1]

    def _next_acts(self, which: ColumnElement[bool]) -> Sequence[int]:
        few = select(ACTS.c.id).where(which).order_by(ACTS.c.id).limit(_FIRST_BATCH)
        with translated(), self._engine.connect() as connection:
            return connection.execute(few).scalars().all()


def _bound(step: Step) -> ColumnElement[bool]:
    return true() if step.until is None else step.by < step.until


def _report(row: Row[Any]) -> PurgeReport:
    return PurgeReport(
        number=row.id,
        before=row.before,
        started_at=row.started_at,
        finished_at=row.finished_at,
        deleted=row.deleted,
    )
