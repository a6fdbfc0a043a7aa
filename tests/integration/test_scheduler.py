"""Schedulers as real processes on both databases: killed, frozen, and with clocks that are turned."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.store.clock_marks import ClockMarkStore
from bot.store.job_runs import RunOutcome
from tests.integration.scheduler_kit import Schedulers


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest) -> str:
    """Of SQLite, unless a test asks for both."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def schedulers(
    tmp_path: Path, database_url: str, engine: Engine, redis_url: str, redis: object
) -> Iterator[Schedulers]:
    running = Schedulers(folder=tmp_path, url=database_url, redis_url=redis_url, engine=engine)
    yield running
    running.stop()
    running.redis.close()


@pytest.fixture
async def pair(schedulers: Schedulers) -> Schedulers:
    """Two at work, a moment before nine in the tenant's morning."""
    schedulers.turn_to(datetime(2027, 3, 10, 1, 30, tzinfo=UTC))
    for _ in range(2):
        schedulers.start("often=0.5", "daily=09:00")
    await schedulers.until_it_goes_on()
    schedulers.turn_to(datetime(2027, 3, 10, 1, 59, 58, tzinfo=UTC))
    return schedulers


@pytest.mark.parametrize("database_url", ["sqlite", "postgresql"], indirect=True)
async def test_of_two_the_other_goes_on_when_one_is_killed(pair: Schedulers) -> None:
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10"])
    first = pair.leader()
    first.kill()
    await pair.until_it_goes_on()
    assert pair.leader() is not first
    assert pair.keys("daily") == ["2027-03-10"]
    assert pair.nothing_twice()


async def test_who_was_frozen_does_nothing_again(pair: Schedulers) -> None:
    frozen = pair.leader()
    frozen.send_signal(signal.SIGSTOP)
    await pair.until(lambda: pair.leader() is not frozen)
    await pair.until_it_goes_on()
    frozen.send_signal(signal.SIGCONT)
    await pair.until_it_goes_on(times=6)
    assert pair.leader() is not frozen
    assert pair.nothing_twice()


async def test_a_clock_set_back_stops_nothing_and_repeats_nothing(pair: Schedulers) -> None:
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10"])
    pair.turn_to(datetime(2027, 3, 10, 1, 59, 55, tzinfo=UTC))
    await pair.until_it_goes_on(times=16)
    pair.turn_to(datetime(2027, 3, 9, 20, 0, tzinfo=UTC))
    await pair.until_it_goes_on()
    assert pair.keys("daily") == ["2027-03-10"]
    assert pair.nothing_twice()


async def test_after_a_leap_the_daily_jobs_wait_until_it_is_explained(pair: Schedulers) -> None:
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10"])
    pair.turn_to(datetime(2027, 3, 12, 4, 0, tzinfo=UTC))
    await pair.until_it_goes_on(times=4)
    assert pair.keys("daily") == ["2027-03-10"]
    ClockMarkStore(pair.engine, "bakery").trust()
    await pair.until(lambda: len(pair.keys("daily")) > 1)
    await pair.until_it_goes_on()
    assert pair.keys("daily") == ["2027-03-10", "2027-03-12"]  # what was missed is made good once
    assert pair.nothing_twice()


async def test_a_leap_that_is_taken_back_costs_no_day(pair: Schedulers) -> None:
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10"])
    pair.turn_to(datetime(2027, 3, 20, 4, 0, tzinfo=UTC))
    await pair.until_it_goes_on(times=4)
    pair.turn_to(datetime(2027, 3, 10, 2, 0, 30, tzinfo=UTC))
    await pair.until_it_goes_on()
    pair.turn_to(datetime(2027, 3, 11, 1, 59, 58, tzinfo=UTC))
    ClockMarkStore(pair.engine, "bakery").trust()
    await pair.until(lambda: pair.keys("daily") == ["2027-03-10", "2027-03-11"])
    assert pair.nothing_twice()


async def test_what_was_missed_while_all_were_off_is_made_good_once(schedulers: Schedulers) -> None:
    schedulers.turn_to(datetime(2027, 3, 10, 2, 0, 1, tzinfo=UTC))
    first = schedulers.start("often=0.5", "daily=09:00")
    await schedulers.until_it_goes_on()
    assert schedulers.runs.claim("daily", "2027-03-09", datetime(2027, 3, 9, 2, tzinfo=UTC))
    schedulers.runs.end(
        schedulers.runs.open()[-1].run_id, RunOutcome.DONE, started_at=None, at=datetime.now(UTC)
    )
    first.kill()
    first.wait()
    schedulers.start("often=0.5", "daily=09:00")
    await schedulers.until(lambda: schedulers.keys("daily") == ["2027-03-10"])
    await schedulers.until_it_goes_on()
    assert schedulers.keys("daily") == ["2027-03-10"]
    assert schedulers.nothing_twice()
