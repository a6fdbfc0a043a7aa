from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName
from bot.domain.staff import Member, Role
from bot.errors import StoreError
from bot.people.tuning import Knob, Tuning
from bot.store.engine import open_engine
from bot.store.staff import CONSOLE, Act, StaffStore
from bot.store.tunings import TuningStore


@pytest.fixture
def process(engine: Engine, redis: Redis, prefix: str) -> Callable[[], Tuning]:
    """Each call is another process."""
    return lambda: Tuning(TuningStore(engine, "bakery"), redis, "bakery", prefix=prefix)


async def test_a_change_is_in_force_in_every_process_at_once(process: Callable[[], Tuning]) -> None:
    one, other = process(), process()
    assert await other.get(Knob.RETENTION_DAYS) is None
    assert await one.change(Knob.RETENTION_DAYS, 60, seen=0, changed_by="telegram:1")
    assert await other.get(Knob.RETENTION_DAYS) == 60


async def test_a_change_outlives_redis(process: Callable[[], Tuning], redis: Redis) -> None:
    one = process()
    await one.change(Knob.REVIEW_MODE, "adviser", seen=0, changed_by="telegram:1")
    await redis.flushall()
    assert await process().get(Knob.REVIEW_MODE) == "adviser"
    assert await one.get(Knob.REVIEW_MODE) == "adviser"


async def test_of_two_who_change_one_thing_the_second_is_told(process: Callable[[], Tuning]) -> None:
    one, other = process(), process()
    assert await one.change(Knob.RETENTION_DAYS, 60, seen=0, changed_by="telegram:1")
    assert not await other.change(Knob.RETENTION_DAYS, 30, seen=0, changed_by="telegram:2")
    tuned = await other.tuned(Knob.RETENTION_DAYS)
    assert tuned is not None
    assert (tuned.value, tuned.version, tuned.changed_by) == (60, 1, "telegram:1")
    assert tuned.changed_at <= datetime.now(UTC)
    assert await other.change(Knob.RETENTION_DAYS, 30, seen=1, changed_by="telegram:2")


async def test_a_reset_lets_the_files_hold_again(process: Callable[[], Tuning]) -> None:
    one, other = process(), process()
    await one.change(Knob.MODEL, {"provider": "off"}, seen=0, changed_by="telegram:1")
    assert await other.get(Knob.MODEL) == {"provider": "off"}
    await one.reset(Knob.MODEL)
    assert await other.get(Knob.MODEL) is None


async def test_tenants_do_not_share_their_changes(
    engine: Engine, redis: Redis, prefix: str, process: Callable[[], Tuning]
) -> None:
    await process().change(Knob.RETENTION_DAYS, 60, seen=0, changed_by="telegram:1")
    foreign = Tuning(TuningStore(engine, "library"), redis, "library", prefix=prefix)
    assert await foreign.get(Knob.RETENTION_DAYS) is None


async def test_while_the_database_is_away_what_was_known_last_holds(
    process: Callable[[], Tuning], redis: Redis, prefix: str, tmp_path: Path
) -> None:
    await process().change(Knob.REVIEW_MODE, "adviser", seen=0, changed_by="telegram:1")
    assert await process().get(Knob.REVIEW_MODE) == "adviser"
    empty = TuningStore(open_engine(f"sqlite:///{tmp_path}/empty.db"), "bakery")
    blind = Tuning(empty, redis, "bakery", prefix=prefix)
    assert await blind.get(Knob.REVIEW_MODE) == "adviser"
    with pytest.raises(StoreError):
        await blind.change(Knob.REVIEW_MODE, "partial", seen=1, changed_by="telegram:1")
    assert await process().get(Knob.REVIEW_MODE) == "adviser"


def test_who_is_no_admin_any_more_changes_nothing(engine: Engine) -> None:
    staff, store, now = StaffStore(engine, "bakery"), TuningStore(engine, "bakery"), datetime.now(UTC)
    olga = Member(channel=ChannelName.TELEGRAM, external_id="1", name="Ольга", role=Role.ADMIN)
    act = Act(by=olga.key, name="model_set", subject="model")
    staff.grant(olga, CONSOLE)
    assert store.put("model", {"provider": "off"}, seen=0, changed_by=olga.key, at=now, act=act)
    staff.revoke(olga.channel, olga.external_id, CONSOLE)
    assert not store.put("model", {"provider": "local"}, seen=1, changed_by=olga.key, at=now, act=act)
    assert store.all()["model"].value == {"provider": "off"}
