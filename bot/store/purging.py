"""Deletes what is older than the window, in small transactions between which everybody else gets in."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Engine, Select, Table, and_, delete, exists, select

from bot.store.admin_tables import RetentionHoldRow
from bot.store.engine import translated
from bot.store.people_tables import (
    ActionRunRow,
    BookingRow,
    CallbackRow,
    ConsentRow,
    HandoffRow,
    MarkRow,
    ProposalRow,
    RatingRow,
    ReviewRow,
)
from bot.store.rows import DIALOGUES, PEOPLE, TURNS, table_of
from bot.store.tables import StockRefreshRow

_BATCH_S = 0.25
"""About how long one transaction lasts: a turn that is being logged waits no longer for it."""
_SHARE_OF_OTHERS = 0.25
"""Of the time of a batch, how long the database is left to others after it."""
_FIRST_BATCH = 1_000
_MOST_AT_ONCE = 10_000

HOLDS = table_of(RetentionHoldRow)
RATINGS, CALLBACKS, HANDOFFS = table_of(RatingRow), table_of(CallbackRow), table_of(HandoffRow)
BOOKINGS, RUNS, REVIEWS = table_of(BookingRow), table_of(ActionRunRow), table_of(ReviewRow)
PROPOSALS, MARKS, CONSENTS = table_of(ProposalRow), table_of(MarkRow), table_of(ConsentRow)
REFRESHES = table_of(StockRefreshRow)
_OF_PEOPLE = (TURNS, RATINGS, CALLBACKS, HANDOFFS, BOOKINGS, RUNS, REVIEWS)


@dataclass(kw_only=True, slots=True)
class Purged:
    """How many rows went, by table. `is_whole`: nothing that is old enough is left."""

    deleted: dict[str, int] = field(default_factory=dict)
    is_whole: bool = False

    @property
    def rows(self) -> int:
        return sum(self.deleted.values())


class PurgeStore:
    """Every call blocks and raises StoreError and nothing else."""

    def __init__(self, engine: Engine, *, pause: Callable[[float], None] = time.sleep) -> None:
        self._engine = engine
        self._pause = pause

    def purge(self, before: datetime, *, may_go_on: Callable[[], bool] = lambda: True) -> Purged:
        """Delete what came to its end before the aware moment, children first; what is held stays.

        Cut short, by `may_go_on` or by a kill, it is gone on with by calling it again.
        """
        purged = Purged()
        for table, old in _steps(before):
            for count in self._delete(table, old):
                purged.deleted[table.name] = purged.deleted.get(table.name, 0) + count
                if not may_go_on():
                    return purged
        purged.is_whole = True
        return purged

    def count(self, before: datetime) -> dict[str, int]:
        """How many rows a purge would delete now, by table; a table of which none is old is left out."""
        from sqlalchemy import func

        counts = {}
        with translated(), self._engine.connect() as connection:
            for table, old in _steps(before):
                found = connection.scalar(select(func.count()).select_from(table).where(old)) or 0
                if found:
                    counts[table.name] = found
        return counts

    def _delete(self, table: Table, old: ColumnElement[bool]) -> Iterator[int]:
        """The size of each batch once it is gone."""
        key = table.primary_key.columns[0]
        size = _FIRST_BATCH
        while True:
            ids: Select[Any] = select(key).where(old).limit(size)
            began = time.perf_counter()
            with translated(), self._engine.begin() as connection:
                count = connection.execute(delete(table).where(key.in_(ids))).rowcount
            took_s = time.perf_counter() - began
            yield count
            if count < size:
                return
            self._pause(took_s * _SHARE_OF_OTHERS)
            size = max(50, min(_MOST_AT_ONCE, int(size * _BATCH_S / max(took_s, 1e-4)), size * 2))


def _steps(before: datetime) -> Iterator[tuple[Table, ColumnElement[bool]]]:
    """What is old of each table, children before those that they belong to."""
    yield TURNS, _free(TURNS, TURNS.c.answered_at < before)
    yield RATINGS, _free(RATINGS, RATINGS.c.created_at < before)
    yield CALLBACKS, _free(CALLBACKS, CALLBACKS.c.closed_at < before)
    yield HANDOFFS, _free(HANDOFFS, HANDOFFS.c.released_at < before)
    yield BOOKINGS, _free(BOOKINGS, and_(BOOKINGS.c.ends_at < before, BOOKINGS.c.created_at < before))
    yield RUNS, _free(RUNS, RUNS.c.created_at < before)
    yield REVIEWS, _free(REVIEWS, REVIEWS.c.created_at < before)
    yield CONSENTS, _free(CONSENTS, CONSENTS.c.withdrawn_at < before)
    yield PROPOSALS, PROPOSALS.c.decided_at < before
    yield MARKS, MARKS.c.created_at < before
    yield REFRESHES, REFRESHES.c.at < before
    yield (
        DIALOGUES,
        and_(
            _free(DIALOGUES, DIALOGUES.c.last_at < before),
            ~exists().where(TURNS.c.dialogue_id == DIALOGUES.c.id),
        ),
    )
    gone = and_(
        PEOPLE.c.last_seen_at < before,
        ~exists().where(DIALOGUES.c.person_id == PEOPLE.c.id),
        ~exists().where(HOLDS.c.person_id == PEOPLE.c.id),
        *(~exists().where(table.c.person_id == PEOPLE.c.id) for table in _OF_PEOPLE),
    )
    # A consent is of somebody; it goes when nothing else of them is left.
    yield CONSENTS, exists().where(PEOPLE.c.id == CONSENTS.c.person_id, gone)
    yield PEOPLE, and_(gone, ~exists().where(CONSENTS.c.person_id == PEOPLE.c.id))


def _free(table: Table, old: ColumnElement[bool]) -> ColumnElement[bool]:
    """Old, and of nobody whose rows are held."""
    held = exists().where(HOLDS.c.person_id == table.c.person_id, HOLDS.c.lifted_at.is_(None))
    return and_(old, ~held)
