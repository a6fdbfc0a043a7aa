"""Deletes what is older than the window, in small transactions between which everybody else gets in."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Engine, Select, and_, delete, exists, func, or_, select, update

from bot.domain import ChannelName
from bot.store.admin_tables import PurgeRow
from bot.store.aged import Step, steps
from bot.store.engine import translated
from bot.store.people_tables import StaffActRow, StaffRow
from bot.store.rows import PEOPLE, table_of

_BATCH_S = 0.1
"""About how long one transaction lasts: a turn that is being logged waits no longer for it."""
_SHARE_OF_OTHERS = 0.25
"""Of the time of a batch, how long the database is left to others after it."""
_FIRST_BATCH = 500
_FEWEST_AT_ONCE = 50
_MOST_AT_ONCE = 10_000
_NOBODY = "erased"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)

ACTS, STAFF, PURGES = table_of(StaffActRow), table_of(StaffRow), table_of(PurgeRow)


@dataclass(kw_only=True, slots=True)
class Purged:
    """How many rows went, by table. `is_whole`: nothing that is old enough is left."""

    deleted: dict[str, int] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def rows(self) -> int:
        return sum(self.deleted.values())


class PurgeStore:
    """One tenant's. Every call blocks and raises StoreError and nothing else."""

    def __init__(self, engine: Engine, tenant: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._engine = engine
        self._tenant = tenant
        self._pause = pause

    def purge(self, before: datetime, *, may_go_on: Callable[[], bool] = lambda: True) -> Purged:
        """Delete what came to its end before the aware moment, children first; what is held stays.

        Cut short, by `may_go_on` or by a kill, it is gone on with by calling it again.
        """
        purged = Purged()
        for step in steps(self._tenant, before):
            for count in self._delete(step, before):
                if count:
                    purged.deleted[step.table.name] = purged.deleted.get(step.table.name, 0) + count
                if not may_go_on():
                    return purged
        self._leave_acts_to_nobody(before)
        purged.is_whole = True
        return purged

    def count(self, before: datetime) -> dict[str, int]:
        """How many rows a purge would delete now, by table; a table of which none is old is left out."""
        counts: dict[str, int] = {}
        with translated(), self._engine.connect() as connection:
            for step in steps(self._tenant, before, is_forecast=True):
                found = connection.scalar(select(func.count()).select_from(step.table).where(step.old)) or 0
                if found:
                    counts[step.table.name] = found
        return counts

    def begin_report(self, before: datetime, at: datetime) -> int:
        """Note that it begins; returns the report's number."""
        row = {"tenant": self._tenant, "before": before, "started_at": at, "deleted": {}}
        with translated(), self._engine.begin() as connection:
            number = connection.execute(PURGES.insert().values(row).returning(PURGES.c.id)).scalar_one()
        return int(number)

    def end_report(self, number: int, purged: Purged, at: datetime) -> None:
        values = {"deleted": purged.deleted, "finished_at": at}
        with translated(), self._engine.begin() as connection:
            connection.execute(update(PURGES).where(PURGES.c.id == number).values(values))

    def _delete(self, step: Step, before: datetime) -> Iterator[int]:
        """The size of each batch once it is gone."""
        size, after = _FIRST_BATCH, _BEGINNING
        while True:
            began = time.perf_counter()
            with translated(), self._engine.begin() as connection:
                if step.at is None:
                    count = connection.execute(_some(step, size)).rowcount
                    is_last = count < size
                else:
                    upto = connection.scalar(_place(step.at, after, before, size))
                    part = and_(step.at > after, step.at < before if upto is None else step.at <= upto)
                    count = connection.execute(delete(step.table).where(part, step.old)).rowcount
                    is_last, after = upto is None, upto or before
            took_s = time.perf_counter() - began
            yield count
            if is_last:
                return
            self._pause(took_s * _SHARE_OF_OTHERS)
            wanted = int(size * _BATCH_S / max(took_s, 1e-4))
            size = max(_FEWEST_AT_ONCE, min(_MOST_AT_ONCE, wanted, size * 2))

    def _leave_acts_to_nobody(self, before: datetime) -> None:
        """What staff did stays on record, but not with whom, once the customer is gone."""
        is_somebody = or_(*(ACTS.c.subject.like(f"{channel}:%") for channel in ChannelName))
        known = [
            exists().where(table.c.channel + ":" + table.c.external_id == ACTS.c.subject)
            for table in (PEOPLE, STAFF)
        ]
        old = and_(ACTS.c.tenant == self._tenant, ACTS.c.at < before, is_somebody)
        with translated(), self._engine.begin() as connection:
            connection.execute(update(ACTS).where(old, ~or_(*known)).values(subject=_NOBODY))


def _some(step: Step, size: int) -> Any:
    """Delete so many at once of a table that is small."""
    keys = list(step.table.primary_key.columns)
    chosen: Select[Any] = select(*keys).where(step.old).limit(size)
    if len(keys) == 1:
        return delete(step.table).where(keys[0].in_(chosen))
    picked = chosen.subquery()
    return delete(step.table).where(exists().where(*(picked.c[key.name] == key for key in keys)))


def _place(at: Column[datetime], after: datetime, before: datetime, size: int) -> Select[datetime]:
    """Where so many rows end, by the index alone; what is held among them is gone past only once."""
    return select(at).where(at > after, at < before).order_by(at).limit(1).offset(size - 1)
