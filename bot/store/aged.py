"""What of each table is old enough to go, and in which order it goes: children first."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, exists, func, or_, select

from bot.domain.broadcasts import BroadcastStatus
from bot.domain.ratings import RatingKind
from bot.store.admin_tables import BroadcastPersonRow, BroadcastRow, RetentionHoldRow
from bot.store.marks import key_of_logged
from bot.store.people_tables import ActionRunRow, BookingRow, CallbackRow, ConsentRow, HandoffRow, RatingRow
from bot.store.review_tables import MarkItemRow, MarkRow, ProposalRow, ReviewRow
from bot.store.rows import DIALOGUES, PEOPLE, TURNS, table_of
from bot.store.tables import StockRefreshRow

HOLDS = table_of(RetentionHoldRow)
RATINGS, CALLBACKS, HANDOFFS = table_of(RatingRow), table_of(CallbackRow), table_of(HandoffRow)
BOOKINGS, RUNS, REVIEWS = table_of(BookingRow), table_of(ActionRunRow), table_of(ReviewRow)
PROPOSALS, MARKS, MARK_ITEMS = table_of(ProposalRow), table_of(MarkRow), table_of(MarkItemRow)
CONSENTS, REFRESHES = table_of(ConsentRow), table_of(StockRefreshRow)
BROADCASTS, ADDRESSED = table_of(BroadcastRow), table_of(BroadcastPersonRow)

STAYS = {
    "alembic_version": "of the schema",
    "broadcasts": "the business's own words, and how many got them",
    "clock_marks": "of clocks",
    "daily_figures": "nobody can be found in them",
    "erasures": "they go by themselves, within minutes",
    "invitations": "of the staff",
    "job_runs": "the last few hundred of each job",
    "purges": "the reports of this",
    "scheduler_jobs": "of the clock",
    "scheduler_leases": "of the clock",
    "staff": "acts refer to them",
    "staff_acts": "the record of what was done; customers' names in it go with the customers",
    "staff_rooms": "of the staff",
    "stock_rows": "of the stock",
    "stock_states": "of the stock",
    "stock_versions": "of the stock",
    "tunings": "of the service",
}
"""Tables that no purge empties, and why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """Rows of one table that go. They are gone through in the order of `by`, an indexed column.

    `until`: no row from this value on is old, so that the index alone tells where to look.
    """

    table: Table
    old: ColumnElement[bool]
    by: Column[Any]
    until: datetime | None = None


def steps(
    tenant: str, before: datetime, *, nps_before: datetime | None = None, is_forecast: bool = False
) -> Iterator[Step]:
    """What is old of the tenant's, in the order in which it can be deleted.

    `nps_before`: whoever was asked for the NPS since then must not be asked again, so that stays known.
    `is_forecast`: as if the steps before were done already.
    """
    aged = list(_aged(tenant, before, nps_before or before))
    yield from aged
    left = {} if not is_forecast else {step.table.name: step.old.is_not(True) for step in aged}
    dialogues = and_(
        _free(DIALOGUES, tenant, DIALOGUES.c.last_at < before),
        ~_any(TURNS, TURNS.c.dialogue_id == DIALOGUES.c.id, left),
    )
    yield Step(table=DIALOGUES, old=dialogues, by=DIALOGUES.c.last_at, until=before)
    left |= {DIALOGUES.name: dialogues.is_not(True)} if is_forecast else {}
    # A consent, and the wish not to be asked, are of somebody: they go when nothing else of them is left.
    wish = and_(RATINGS.c.kind == RatingKind.OFF.value, RATINGS.c.person_id == PEOPLE.c.id)
    gone = and_(
        PEOPLE.c.last_seen_at < before,
        ~_any(
            RATINGS, and_(RATINGS.c.person_id == PEOPLE.c.id, RATINGS.c.kind != RatingKind.OFF.value), left
        ),
        *(~_any(table, table.c.person_id == PEOPLE.c.id, left) for table in _HAD),
    )
    if not is_forecast:
        for table in (CONSENTS, RATINGS):
            theirs = exists().where(PEOPLE.c.id == table.c.person_id, gone)
            yield Step(table=table, old=and_(table.c.tenant == tenant, theirs), by=table.c.id)
        gone = and_(gone, ~exists().where(CONSENTS.c.person_id == PEOPLE.c.id), ~exists().where(wish))
    yield Step(table=PEOPLE, old=gone, by=PEOPLE.c.last_seen_at, until=before)


_HAD = (DIALOGUES, TURNS, CALLBACKS, HANDOFFS, BOOKINGS, RUNS, REVIEWS, HOLDS, ADDRESSED)
"""While somebody has any of these, their own row stays."""


def _aged(tenant: str, before: datetime, nps_before: datetime) -> Iterator[Step]:
    """What is old by its own time. What somebody never brought to an end is old by its last promise."""
    aged = _free(TURNS, tenant, TURNS.c.answered_at < before)
    yield Step(table=TURNS, old=aged, by=TURNS.c.answered_at, until=before)
    # not to be asked is a wish for good
    rated = and_(
        RATINGS.c.created_at < before,
        RATINGS.c.kind != RatingKind.OFF.value,
        or_(RATINGS.c.kind != RatingKind.NPS.value, RATINGS.c.created_at < nps_before),
    )
    yield Step(table=RATINGS, old=_free(RATINGS, tenant, rated), by=RATINGS.c.id)
    due = and_(CALLBACKS.c.closed_at.is_(None), CALLBACKS.c.due_at < before, CALLBACKS.c.created_at < before)
    yield Step(
        table=CALLBACKS,
        old=_free(CALLBACKS, tenant, or_(CALLBACKS.c.closed_at < before, due)),
        by=CALLBACKS.c.id,
    )
    left_open = and_(
        HANDOFFS.c.released_at.is_(None),
        func.coalesce(HANDOFFS.c.held_at, HANDOFFS.c.asked_at) < before,
        ~exists().where(TURNS.c.dialogue_id == HANDOFFS.c.dialogue_id, TURNS.c.answered_at >= before),
    )
    yield Step(
        table=HANDOFFS,
        old=_free(HANDOFFS, tenant, or_(HANDOFFS.c.released_at < before, left_open)),
        by=HANDOFFS.c.id,
    )
    over = and_(BOOKINGS.c.ends_at < before, BOOKINGS.c.created_at < before)
    yield Step(table=BOOKINGS, old=_free(BOOKINGS, tenant, over), by=BOOKINGS.c.id)
    yield Step(table=RUNS, old=_free(RUNS, tenant, RUNS.c.created_at < before), by=RUNS.c.id)
    yield Step(table=REVIEWS, old=_free(REVIEWS, tenant, REVIEWS.c.created_at < before), by=REVIEWS.c.id)
    yield Step(
        table=CONSENTS, old=_free(CONSENTS, tenant, CONSENTS.c.withdrawn_at < before), by=CONSENTS.c.id
    )
    yield from _told_of_turns(tenant, before)
    yield Step(
        table=REFRESHES, old=and_(REFRESHES.c.tenant == tenant, REFRESHES.c.at < before), by=REFRESHES.c.id
    )
    rests = or_(BROADCASTS.c.finished_at.is_not(None), BROADCASTS.c.status == BroadcastStatus.PAUSED.value)
    begun = select(BROADCASTS.c.id).where(BROADCASTS.c.tenant == tenant, BROADCASTS.c.made_at < before, rests)
    addressed = and_(
        ADDRESSED.c.broadcast_id.in_(begun),
        or_(ADDRESSED.c.at.is_(None), ADDRESSED.c.at < before),
        ~_is_held(ADDRESSED.c.person_id),
    )
    yield Step(table=ADDRESSED, old=addressed, by=ADDRESSED.c.person_id)
    yield Step(table=HOLDS, old=and_(HOLDS.c.tenant == tenant, HOLDS.c.lifted_at < before), by=HOLDS.c.id)


def _told_of_turns(tenant: str, before: datetime) -> Iterator[Step]:
    """What staff and testers said of answers: it is of whoever got the answer, and held with their rows."""
    standing = and_(HOLDS.c.person_id == TURNS.c.person_id, HOLDS.c.lifted_at.is_(None))
    turn_ids, keys = (
        select(what).join(HOLDS, standing).select_from(TURNS) for what in (TURNS.c.turn_id, key_of_logged())
    )
    for table, at, answers, held in (
        (
            PROPOSALS,
            func.coalesce(PROPOSALS.c.decided_at, PROPOSALS.c.proposed_at),
            PROPOSALS.c.turn_id,
            turn_ids,
        ),
        (MARKS, MARKS.c.created_at, MARKS.c.answer_key, keys),
        (MARK_ITEMS, MARK_ITEMS.c.created_at, MARK_ITEMS.c.answer_key, keys),
    ):
        old = and_(table.c.tenant == tenant, at < before, answers.not_in(held))
        yield Step(table=table, old=old, by=table.c.id)


def _free(table: Table, tenant: str, old: ColumnElement[bool]) -> ColumnElement[bool]:
    """Old, the tenant's, and of nobody whose rows are held."""
    return and_(old, table.c.tenant == tenant, ~_is_held(table.c.person_id))


def _is_held(person: Column[Any]) -> ColumnElement[bool]:
    return exists().where(HOLDS.c.person_id == person, HOLDS.c.lifted_at.is_(None))


def _any(table: Table, theirs: ColumnElement[bool], left: dict[str, Any]) -> ColumnElement[bool]:
    """Whether there is such a row, of those that are left."""
    return exists().where(theirs, left.get(table.name, True))
