"""A purge on whose way something changes: the days, the database, the worker."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.errors import StoreError
from bot.people.tuning import Knob
from bot.store import purging
from bot.store.aged import CONSENTS
from bot.store.purging import ACTS, PurgeStore
from bot.store.rows import TURNS
from bot.store.tunings import TuningStore
from tests.integration.oversight_kit import ADMIN, OPEN
from tests.integration.retention_kit import TENANT, count, plant, plant_person, plant_turn
from tests.integration.town_kit import Town

BY = f"telegram:{ADMIN}"


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    return town_with_staff


async def test_days_that_are_lengthened_meanwhile_save_what_is_still_there(
    town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("_FIRST_BATCH", "_FEWEST_AT_ONCE", "_MOST_AT_ONCE"):
        monkeypatch.setattr(purging, name, 1)
    monkeypatch.setattr(purging, "_SHARE_OF_OTHERS", 6.0)
    for days in range(100, 180):
        plant_turn(engine, OPEN - timedelta(days=days))
    purge = asyncio.create_task(town.do_duty("purge"))
    while count(engine, TURNS) == 80:  # noqa: ASYNC110  in a thread
        await asyncio.sleep(0.01)
    retention = town.people.upkeep.retention
    assert await retention.change(3_000, seen=0, changed_by=BY)
    await purge
    assert 0 < count(engine, TURNS) < 80
    assert await retention.change(90, seen=1, changed_by=BY)
    await town.do_duty("purge")
    assert count(engine, TURNS) == 0
    report = await retention.last_purge()
    assert report is not None
    assert report.deleted["turns"] == 80  # one report of all that went


async def test_where_the_days_cannot_be_read_nothing_is_purged_by_other_days(
    town: Town, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant_turn(engine, OPEN - timedelta(days=100))
    retention = town.people.upkeep.retention
    assert await retention.change(365, seen=0, changed_by=BY)

    def away(_: TuningStore) -> object:
        raise StoreError("away")

    with monkeypatch.context() as broken:
        broken.setattr(TuningStore, "all", away)
        with pytest.raises(StoreError, match="away"):
            await town.do_duty("purge")
    assert count(engine, TURNS) == 1
    assert (await retention.kept()).days == 365
    assert TuningStore(engine, TENANT).all()[Knob.RETENTION_DAYS].version == 1


def test_acts_are_left_to_nobody_in_parts(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purging, "_FIRST_BATCH", 3)
    known = plant_person(engine, OPEN)
    with engine.connect() as connection:
        number = connection.exec_driver_sql("SELECT external_id FROM people").scalar_one()
    for subject in [f"telegram:{number}", "console:9", *(f"telegram:{gone}" for gone in range(8))]:
        plant(engine, ACTS, OPEN - timedelta(days=100), subject=subject)
    PurgeStore(engine, TENANT, pause=lambda _: None).purge(OPEN - timedelta(days=90))
    with engine.connect() as connection:
        subjects = [row.subject for row in connection.execute(ACTS.select().order_by(ACTS.c.id))]
    assert known
    assert subjects[-10:] == [f"telegram:{number}", *["erased"] * 9]


def test_another_tenants_consent_is_not_taken_with_a_person(engine: Engine) -> None:
    person = plant_person(engine, OPEN - timedelta(days=100))
    for tenant in (TENANT, "library"):
        values = {"person_id": person, "tenant": tenant, "withdrawn_at": None}
        plant(engine, CONSENTS, OPEN - timedelta(days=100), **values)
    before = OPEN - timedelta(days=90)
    PurgeStore(engine, TENANT, pause=lambda _: None).purge(before)
    assert count(engine, CONSENTS) == 1
    PurgeStore(engine, "library", pause=lambda _: None).purge(before)
    assert count(engine, CONSENTS) == 0
