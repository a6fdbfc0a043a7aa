"""The purge on both databases: all that is older goes, nothing else, and whoever is held stays."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlmodel import SQLModel

from bot.errors import StoreError
from bot.store.aged import (
    ADDRESSED,
    BROADCASTS,
    CALLBACKS,
    CONSENTS,
    HANDOFFS,
    HOLDS,
    MARK_ITEMS,
    MARKS,
    PROPOSALS,
    RATINGS,
    STAYS,
    steps,
)
from bot.store.holds import HoldStore
from bot.store.marks import key_of_turn
from bot.store.purging import ACTS, Purged, PurgeStore
from bot.store.rows import DIALOGUES, PEOPLE, TURNS
from tests.integration.retention_kit import TENANT, count, plant, plant_person, plant_turn

BEFORE = datetime(2026, 8, 24, 17, 0, tzinfo=UTC)
OLD, NEW = BEFORE - timedelta(microseconds=1), BEFORE


@pytest.fixture
def store(engine: Engine) -> PurgeStore:
    return PurgeStore(engine, TENANT, pause=lambda _: None)


def test_every_table_is_purged_or_named_as_one_that_stays() -> None:
    purged = {step.table.name for step in steps(TENANT, BEFORE)}
    assert set(SQLModel.metadata.tables) | {"alembic_version"} == purged | set(STAYS)


def test_what_ended_a_moment_before_goes_and_what_ended_then_stays(store: PurgeStore, engine: Engine) -> None:
    plant_turn(engine, OLD)
    plant_turn(engine, NEW)
    forecast = store.count(BEFORE)
    purged = store.purge(BEFORE)
    assert purged.is_whole
    assert forecast == purged.deleted == {"turns": 1, "dialogues": 1, "people": 1}
    assert [count(engine, table) for table in (TURNS, DIALOGUES, PEOPLE)] == [1, 1, 1]
    assert not store.has_old(BEFORE)


@pytest.mark.parametrize("is_old", [True, False])
def test_everything_of_a_person_goes_by_its_own_time(store: PurgeStore, engine: Engine, is_old: bool) -> None:
    at = OLD if is_old else NEW
    person = plant_turn(engine, at)
    broadcast = plant(engine, BROADCASTS, at, finished_at=at)
    tables = [step.table for step in steps(TENANT, BEFORE)]
    for table in {table.name: table for table in tables}.values():
        if table not in (TURNS, DIALOGUES, PEOPLE):
            mine = {"person_id": person, "broadcast_id": broadcast, "kind": "csat"}
            plant(engine, table, at, **{name: value for name, value in mine.items() if name in table.c})
    forecast, purged = store.count(BEFORE), store.purge(BEFORE)
    left = sum(count(engine, table) for table in set(tables))
    assert (left == 0) is is_old
    assert (purged.rows > 0) is is_old
    assert forecast == purged.deleted


def test_who_was_asked_for_the_nps_stays_known_until_it_is_time_again(engine: Engine) -> None:
    person = plant_person(engine, OLD)
    for kind in ("nps", "csat"):
        plant(engine, RATINGS, OLD, kind=kind, person_id=person)
    every = timedelta(days=90)

    def purging_at(moment: datetime) -> PurgeStore:
        return PurgeStore(engine, TENANT, nps_every=every, now=lambda: moment, pause=lambda _: None)

    early, late = purging_at(OLD + every), purging_at(BEFORE + every)
    assert early.count(BEFORE) == early.purge(BEFORE).deleted == {"ratings": 1}
    assert not early.has_old(BEFORE)
    assert late.count(BEFORE) == late.purge(BEFORE).deleted == {"ratings": 1, "people": 1}


def test_who_is_held_keeps_everything_until_the_hold_is_lifted(store: PurgeStore, engine: Engine) -> None:
    person = plant_turn(engine, OLD)
    plant(engine, CALLBACKS, OLD, person_id=person)
    plant_turn(engine, OLD)
    holds = HoldStore(engine, TENANT)
    assert holds.place(person, "спор", by="telegram:1", at=NEW)
    assert store.purge(BEFORE).deleted == {"turns": 1, "dialogues": 1, "people": 1}
    assert [count(engine, table) for table in (TURNS, CALLBACKS, PEOPLE)] == [1, 1, 1]
    assert holds.lift(holds.standing()[0].hold_id, by="telegram:1", at=NEW)
    store.purge(BEFORE)
    assert [count(engine, table) for table in (TURNS, CALLBACKS, DIALOGUES)] == [0, 0, 0]
    store.purge(NEW + timedelta(seconds=1))
    assert [count(engine, table) for table in (HOLDS, PEOPLE)] == [0, 0]


def test_who_is_held_keeps_what_was_sent_to_them_and_what_was_said_of_their_answers(
    store: PurgeStore, engine: Engine
) -> None:
    beside = (ADDRESSED, PROPOSALS, MARKS, MARK_ITEMS)
    broadcast = plant(engine, BROADCASTS, OLD, finished_at=OLD)
    people = [plant_turn(engine, OLD, turn_id=turn_id) for turn_id in ("held", "free")]
    for person, turn_id in zip(people, ("held", "free"), strict=True):
        plant(engine, ADDRESSED, OLD, person_id=person, broadcast_id=broadcast)
        plant(engine, PROPOSALS, OLD, turn_id=turn_id)
        with engine.connect() as connection:
            row = connection.execute(select(TURNS.c.id).where(TURNS.c.turn_id == turn_id)).scalar_one()
        plant(engine, MARKS, OLD, answer_key=key_of_turn(row))
        plant(engine, MARK_ITEMS, OLD, answer_key=key_of_turn(row), turn_row=row)
    holds = HoldStore(engine, TENANT)
    assert holds.place(people[0], "спор", by="telegram:1", at=NEW)
    forecast = store.count(BEFORE)
    assert forecast == store.purge(BEFORE).deleted
    assert [forecast[table.name] for table in beside] == [1, 1, 1, 1]
    assert [count(engine, table) for table in (*beside, TURNS, PEOPLE)] == [1, 1, 1, 1, 1, 1]
    assert not store.has_old(BEFORE)
    holds.lift(holds.standing()[0].hold_id, by="telegram:1", at=NEW)
    store.purge(BEFORE)
    assert [count(engine, table) for table in (*beside, TURNS)] == [0, 0, 0, 0, 0]


def test_another_tenants_rows_are_not_touched(store: PurgeStore, engine: Engine) -> None:
    plant_turn(engine, OLD, tenant="library")
    assert store.purge(BEFORE).rows == 0
    assert count(engine, TURNS) == 1


def test_a_request_that_nobody_closed_goes_by_its_promise(store: PurgeStore, engine: Engine) -> None:
    person = plant_turn(engine, NEW)
    plant(engine, CALLBACKS, OLD, person_id=person, closed_at=None, due_at=NEW)
    assert store.count(BEFORE) == {}
    assert store.purge(NEW + timedelta(seconds=1)).deleted["callbacks"] == 1


def test_a_handoff_that_is_still_talked_in_stays(store: PurgeStore, engine: Engine) -> None:
    person = plant_person(engine, NEW)
    dialogue = plant(engine, DIALOGUES, NEW, person_id=person)
    plant(engine, TURNS, NEW, person_id=person, dialogue_id=dialogue)
    plant(engine, HANDOFFS, OLD, person_id=person, dialogue_id=dialogue, released_at=None)
    assert store.purge(BEFORE).rows == 0


def test_a_standing_consent_and_the_wish_for_peace_go_with_the_person(
    store: PurgeStore, engine: Engine
) -> None:
    person = plant_turn(engine, OLD)
    plant(engine, CONSENTS, OLD, person_id=person, withdrawn_at=None)
    plant(engine, RATINGS, OLD, person_id=person, kind="off")
    still_here = plant_turn(engine, NEW)
    plant(engine, CONSENTS, OLD, person_id=still_here, withdrawn_at=None)
    plant(engine, RATINGS, OLD, person_id=still_here, kind="off")
    store.purge(BEFORE)
    assert [count(engine, table) for table in (CONSENTS, RATINGS, PEOPLE)] == [1, 1, 1]


def test_somebody_who_is_being_written_to_stays(store: PurgeStore, engine: Engine) -> None:
    person = plant_person(engine, OLD)
    broadcast = plant(engine, BROADCASTS, OLD, finished_at=None)
    plant(engine, ADDRESSED, OLD, person_id=person, broadcast_id=broadcast)
    assert store.purge(BEFORE).rows == 0


def test_whom_a_paused_broadcast_was_for_goes_each_by_their_own_time(
    store: PurgeStore, engine: Engine
) -> None:
    def plant_paused(begun: datetime, *sent: datetime | None) -> None:
        broadcast = plant(engine, BROADCASTS, begun, finished_at=None, status="paused")
        for at in sent:
            person = plant_person(engine, NEW)
            plant(engine, ADDRESSED, at or NEW, person_id=person, broadcast_id=broadcast)
            if at is None:
                with engine.begin() as connection:
                    connection.execute(
                        ADDRESSED.update().where(ADDRESSED.c.person_id == person).values(at=None)
                    )

    plant_paused(OLD, OLD, NEW, None)
    plant_paused(NEW, NEW, None)
    forecast = store.count(BEFORE)
    assert forecast == store.purge(BEFORE).deleted == {"broadcast_people": 2}
    store.purge(NEW + timedelta(seconds=1))
    assert [count(engine, table) for table in (ADDRESSED, PEOPLE, BROADCASTS)] == [0, 0, 2]


def test_acts_stay_but_not_with_whom(store: PurgeStore, engine: Engine) -> None:
    for subject in ("telegram:404", "callback:12", "telegram:-1001"):
        plant(engine, ACTS, OLD, subject=subject)
    plant(engine, ACTS, NEW, subject="telegram:404")
    store.purge(BEFORE)
    with engine.connect() as connection:
        acts = connection.execute(ACTS.select().order_by(ACTS.c.id)).all()
    assert [act.subject for act in acts] == ["erased", "callback:12", "telegram:-1001", "telegram:404"]


def test_a_purge_that_was_cut_short_is_gone_on_with(store: PurgeStore, engine: Engine) -> None:
    for minute in range(700):
        plant_turn(engine, OLD - timedelta(minutes=minute))
    cut = store.purge(BEFORE, may_go_on=lambda _: False)
    assert not cut.is_whole
    assert cut.deleted == {"turns": 500}
    whole = store.purge(BEFORE, also=cut)
    assert whole.is_whole
    assert whole.deleted == {"turns": 700, "dialogues": 700, "people": 700}


def test_the_report_of_a_purge_that_was_killed_goes_on(store: PurgeStore) -> None:
    first = store.begin_report(BEFORE, NEW)
    store.note_report(first)
    assert store.last_report() is None
    again = store.begin_report(BEFORE + timedelta(days=1), NEW)
    assert again.number == first.number
    assert again.before == BEFORE + timedelta(days=1)


def test_a_report_tells_what_went(store: PurgeStore, engine: Engine) -> None:
    plant_turn(engine, OLD)
    report = store.begin_report(BEFORE, NEW)
    purged: Purged = store.purge(BEFORE)
    store.note_report(replace(report, deleted=purged.deleted, finished_at=NEW))
    last = store.last_report()
    assert last is not None
    assert last.deleted == {"turns": 1, "dialogues": 1, "people": 1}
    assert store.reports(since=NEW) == [last]


def test_naive_moments_are_refused(store: PurgeStore) -> None:
    with pytest.raises(StoreError, match="cannot be stored"):
        store.purge(datetime(2026, 1, 1))  # noqa: DTZ001
