"""Daily figures on both databases: counted by the tenant's days, kept once, and left by the purge."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine

from bot.people.retention.clock import TrustedClock
from bot.people.retention.days import midnight
from bot.people.retention.figures import DailyFigures
from bot.store.aged import CALLBACKS, RATINGS
from bot.store.clock_marks import ClockMarkStore
from bot.store.figures import FigureStore
from bot.store.purging import PurgeStore
from tests.integration.oversight_kit import Clock
from tests.integration.retention_kit import TENANT, plant, plant_turn

ZONE = ZoneInfo("Asia/Novosibirsk")
DAY = date(2026, 11, 20)
START, END = midnight(DAY, ZONE), midnight(DAY + timedelta(days=1), ZONE)
MOMENT = timedelta(microseconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock(END + timedelta(days=9))


@pytest.fixture
def figures(engine: Engine, clock: Clock) -> DailyFigures:
    trusted = TrustedClock(ClockMarkStore(engine, TENANT), now=clock)
    return DailyFigures(FigureStore(engine, TENANT), ZONE, trusted)


def took(engine: Engine, seconds: float, **values: Any) -> int:
    at = START + timedelta(hours=3)
    return plant_turn(engine, at, received_at=at - timedelta(seconds=seconds), **values)


async def test_a_day_is_the_tenants_own(figures: DailyFigures, engine: Engine) -> None:
    for at in (START - MOMENT, START, END - MOMENT, END):
        plant_turn(engine, at)
    plant_turn(engine, START, tenant="library")
    assert (await figures.of(DAY))["turns"] == 2


async def test_turns_are_told_by_outcome_light_cost_and_time(figures: DailyFigures, engine: Engine) -> None:
    for second in range(1, 21):
        took(engine, second, cost=0.5)
    took(engine, 99, outcome="scripted", light="yellow", cost=0.0)
    of_day = await figures.of(DAY)
    assert of_day["turns"] == of_day["dialogues"] == of_day["people"] == 21
    assert (of_day["outcome_answered"], of_day["outcome_scripted"]) == (20, 1)
    assert of_day["light_green"] == 20
    assert "light_yellow" not in of_day  # of what was no question
    assert of_day["cost"] == 10.0
    assert of_day["answer_ms_p50"] == pytest.approx(10_000, abs=1)
    assert of_day["answer_ms_p95"] == pytest.approx(19_000, abs=1)


async def test_ratings_and_calls_are_told_by_what_became_of_them(
    figures: DailyFigures, engine: Engine
) -> None:
    at = START + timedelta(hours=3)
    person = plant_turn(engine, at)
    for kind, score in (("csat", 9), ("csat", 6), ("nps", 10), ("nps", 3), ("nps", 8), ("thumb", -1)):
        plant(engine, RATINGS, at, person_id=person, kind=kind, score=score)
    plant(engine, RATINGS, at, person_id=person, kind="csat", score=None)
    plant(engine, CALLBACKS, at, person_id=person, status="done", taken_at=at, due_at=at)
    late = {"taken_at": at + timedelta(hours=1), "closed_at": at + timedelta(days=2), "status": "done"}
    plant(engine, CALLBACKS, at, person_id=person, due_at=at, **late)
    of_day = await figures.of(DAY)
    assert (of_day["csat_n"], of_day["csat_mean"]) == (2, 7.5)
    assert (of_day["nps_n"], of_day.get("nps", 0)) == (3, 0)
    assert of_day["thumbs_down"] == 1
    assert (of_day["callbacks"], of_day["callbacks_due"], of_day["callbacks_in_time"]) == (2, 2, 1)
    assert of_day["callbacks_done"] == 1


async def test_figures_outlive_their_rows_and_are_never_counted_anew(
    figures: DailyFigures, engine: Engine
) -> None:
    took(engine, 2)
    await figures.keep_until(DAY)
    PurgeStore(engine, TENANT, pause=lambda _: None).purge(END)
    took(engine, 2)
    await figures.keep_until(DAY)
    assert (await figures.of(DAY))["turns"] == 1


async def test_every_day_with_rows_is_kept(figures: DailyFigures, engine: Engine) -> None:
    plant_turn(engine, START)
    plant_turn(engine, START + timedelta(days=3))
    await figures.keep_until(DAY + timedelta(days=2))
    kept = FigureStore(engine, TENANT).between(DAY, DAY + timedelta(days=9))
    assert {day.day: of_day["turns"] for day, of_day in kept.items()} == {20: 1, 21: 0, 22: 0}


async def test_a_silent_day_has_no_turns_and_nothing_else(figures: DailyFigures) -> None:
    assert await figures.of(DAY) == {"turns": 0}


async def test_what_a_clock_that_has_leapt_takes_for_over_is_counted_and_not_kept(
    figures: DailyFigures, engine: Engine, clock: Clock
) -> None:
    clock.at = END - timedelta(hours=2)
    took(engine, 2)
    assert await figures.last_over() == DAY - timedelta(days=1)
    clock.turn(days=10)
    assert await figures.keep_until(DAY + timedelta(days=9)) == DAY - timedelta(days=1)
    assert (await figures.of(DAY))["turns"] == 1
    took(engine, 2)
    assert (await figures.of(DAY))["turns"] == 2
    assert FigureStore(engine, TENANT).between(DAY, DAY + timedelta(days=30)) == {}
