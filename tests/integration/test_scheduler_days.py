"""What is done once a day, through nights on which clocks change, moves of the tenant and days of silence."""

import shutil
import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.store.clock_marks import ClockMarkStore
from tests.assistants import BAKERY
from tests.integration.scheduler_kit import Schedulers

MORNING = datetime(2027, 3, 10, 1, 59, 58, tzinfo=UTC)
"""A moment before nine in the tenant's morning."""


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def schedulers(
    tmp_path: Path, database_url: str, engine: Engine, redis_url: str, redis: object
) -> Iterator[Schedulers]:
    tenant = tmp_path / "bakery"
    shutil.copytree(BAKERY, tenant)
    running = Schedulers(folder=tmp_path, url=database_url, redis_url=redis_url, engine=engine, tenant=tenant)
    yield running
    running.stop()
    running.redis.close()


def move(schedulers: Schedulers, zone: str) -> None:
    """The tenant moves; the schedulers are started anew with its folder."""
    path = schedulers.tenant / "tenant.yaml"
    lines = path.read_text().splitlines()
    path.write_text(
        "\n".join(f"time_zone: {zone}" if line.startswith("time_zone:") else line for line in lines)
    )


async def begin(schedulers: Schedulers, at: datetime, *jobs: str, how_many: int = 1) -> None:
    """All is planned some time before, and then it is just that late."""
    schedulers.turn_to(at - timedelta(minutes=20))
    for _ in range(how_many):
        schedulers.start("often=0.5", *jobs)
    await schedulers.until_it_goes_on()
    schedulers.turn_to(at)


async def pass_to(schedulers: Schedulers, at: datetime) -> None:
    """Time passes, as the admins know, so that nobody takes it for a leap."""
    schedulers.turn_to(at)
    await schedulers.until_it_goes_on()
    ClockMarkStore(schedulers.engine, "bakery").trust()
    await schedulers.until_it_goes_on(times=4)


@pytest.mark.parametrize(
    ("begins", "goes_on"),
    [
        (datetime(2027, 3, 28, 0, 59, 57, tzinfo=UTC), datetime(2027, 3, 28, 1, 29, 58, tzinfo=UTC)),
        (datetime(2027, 10, 31, 0, 29, 58, tzinfo=UTC), datetime(2027, 10, 31, 1, 29, 58, tzinfo=UTC)),
    ],
    ids=["the hour is skipped", "the hour comes twice"],
)
async def test_a_night_on_which_clocks_change_has_its_job_once(
    schedulers: Schedulers, begins: datetime, goes_on: datetime
) -> None:
    move(schedulers, "Europe/Berlin")
    await begin(schedulers, begins, "daily=02:30")
    await schedulers.until_it_goes_on(times=8)  # through the moment that is there, or is not
    for at in (goes_on, goes_on + timedelta(minutes=45)):
        await pass_to(schedulers, at)
    await schedulers.until(lambda: schedulers.keys("daily") == [f"{begins:%Y-%m-%d}"])
    assert schedulers.nothing_twice()


async def test_a_move_to_another_zone_repeats_no_day_and_misses_none(schedulers: Schedulers) -> None:
    await begin(schedulers, MORNING, "daily=09:00")
    await schedulers.until(lambda: schedulers.keys("daily") == ["2027-03-10"])
    schedulers.stop()
    move(schedulers, "Europe/Kaliningrad")  # there it is four in the morning of the same day
    schedulers.start("often=0.5", "daily=09:00")
    await pass_to(schedulers, datetime(2027, 3, 10, 7, 0, 1, tzinfo=UTC))
    assert schedulers.keys("daily") == ["2027-03-10"]
    await pass_to(schedulers, datetime(2027, 3, 11, 7, 0, 1, tzinfo=UTC))
    await schedulers.until(lambda: schedulers.keys("daily") == ["2027-03-10", "2027-03-11"])
    schedulers.stop()
    move(schedulers, "Asia/Kamchatka")  # where the next morning is near
    schedulers.start("often=0.5", "daily=09:00")
    await pass_to(schedulers, datetime(2027, 3, 11, 21, 0, 1, tzinfo=UTC))
    await schedulers.until(lambda: len(schedulers.keys("daily")) == 3)
    assert schedulers.keys("daily")[-1] == "2027-03-12"
    assert schedulers.nothing_twice()


async def test_three_silent_days_are_made_good_once(schedulers: Schedulers) -> None:
    await begin(schedulers, MORNING, "hourly=3600", "daily=09:00")
    await schedulers.until(lambda: schedulers.keys("daily") == ["2027-03-10"])
    schedulers.stop()
    schedulers.turn_to(datetime(2027, 3, 13, 5, 0, tzinfo=UTC))
    ClockMarkStore(schedulers.engine, "bakery").trust()
    for _ in range(2):
        schedulers.start("often=0.5", "hourly=3600", "daily=09:00")
    await schedulers.until(lambda: schedulers.keys("daily") == ["2027-03-10", "2027-03-13"])
    await schedulers.until_it_goes_on(times=4)
    assert schedulers.keys("daily") == ["2027-03-10", "2027-03-13"]
    assert len(schedulers.keys("hourly")) == 2
    assert schedulers.nothing_twice()


async def test_a_year_ahead_and_back_costs_nothing(schedulers: Schedulers) -> None:
    await begin(schedulers, MORNING, "daily=09:00", how_many=2)
    await schedulers.until(lambda: schedulers.keys("daily") == ["2027-03-10"])
    schedulers.turn_to(datetime(2028, 3, 10, 4, 0, tzinfo=UTC))
    await schedulers.until_it_goes_on(times=4)
    assert schedulers.keys("daily") == ["2027-03-10"]
    schedulers.turn_to(datetime(2027, 3, 10, 3, 0, tzinfo=UTC))
    await schedulers.until_it_goes_on()
    await pass_to(schedulers, datetime(2027, 3, 11, 2, 0, 1, tzinfo=UTC))
    await schedulers.until(lambda: schedulers.keys("daily") == ["2027-03-10", "2027-03-11"])
    assert schedulers.nothing_twice()


async def test_a_leader_that_slept_through_a_day_does_nothing_again(schedulers: Schedulers) -> None:
    await begin(schedulers, MORNING, "daily=09:00", how_many=2)
    await schedulers.until(lambda: schedulers.keys("daily") == ["2027-03-10"])
    frozen = schedulers.leader()
    frozen.send_signal(signal.SIGSTOP)
    await schedulers.until(lambda: schedulers.leader() is not frozen)
    await pass_to(schedulers, datetime(2027, 3, 11, 2, 0, 1, tzinfo=UTC))
    await schedulers.until(lambda: len(schedulers.keys("daily")) == 2)
    frozen.send_signal(signal.SIGCONT)
    await schedulers.until_it_goes_on(times=8)
    assert schedulers.leader() is not frozen
    assert schedulers.keys("daily") == ["2027-03-10", "2027-03-11"]
    assert schedulers.nothing_twice()
