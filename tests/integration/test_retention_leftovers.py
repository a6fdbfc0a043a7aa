"""What is old outside of SQL."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.people.retention.leftovers import Leftovers

BEFORE = datetime(2026, 8, 24, 17, 0, tzinfo=UTC)
OLD, NEW = BEFORE - timedelta(seconds=1), BEFORE
NOW = BEFORE + timedelta(days=90)


@pytest.fixture
def leftovers(redis: Redis, tmp_path: Path, prefix: str) -> Leftovers:
    return Leftovers(redis, tmp_path, prefix=prefix)


async def test_turns_that_were_set_aside_go_by_their_time(
    leftovers: Leftovers, redis: Redis, prefix: str
) -> None:
    for at in (OLD, NEW):
        await redis.rpush(f"{prefix}:set_aside", json.dumps({"set_aside_at": at.timestamp()}))
    await redis.rpush(f"{prefix}:set_aside", "what nobody can read")
    assert await leftovers.purge(BEFORE, now=NOW) == {"set_aside": 2}
    assert await redis.llen(f"{prefix}:set_aside") == 1


async def test_records_that_sql_never_took_go_by_their_time(
    leftovers: Leftovers, redis: Redis, prefix: str
) -> None:
    for at in (OLD, NEW):
        number = f"{int(at.timestamp() * 1000)}-0"
        await redis.xadd(f"{prefix}:turnlog:rejected", {"record": "..."}, id=number)
    assert await leftovers.purge(BEFORE, now=NOW) == {"turnlog": 1}
    assert await redis.xlen(f"{prefix}:turnlog:rejected") == 1


async def test_old_files_go_and_those_in_use_stay(leftovers: Leftovers, tmp_path: Path) -> None:
    files = {
        "log/supervisor.log": OLD,
        "log/supervisor.log.1": OLD,
        "log/supervisor.log.2": NEW,
        "backups/a.db": OLD,
        "backups/b.db": NEW,
        "dezhurny.db": OLD,
    }
    for name, at in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("")
        os.utime(path, (at.timestamp(), at.timestamp()))
    assert await leftovers.purge(BEFORE, now=NOW) == {"files": 2}
    gone = [name for name in files if not os.path.exists(tmp_path / name)]  # noqa: ASYNC240
    assert gone == [
        "log/supervisor.log.1",
        "backups/a.db",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "backups/replaced-20261122T043000Z.db",
        "backups/replaced-20261122T043000Z.db-wal",
        "backups/replaced-20261122T043000Z.key",
        "backups/dezhurny-20261122T043000Z.db.4711.tmp",
        "dezhurny.db.restored.tmp",
    ],
)
async def test_what_was_not_made_to_last_goes_after_a_week(
    leftovers: Leftovers, tmp_path: Path, name: str
) -> None:
    path, week_old = tmp_path / name, NOW.timestamp() - 7 * 86_400
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    os.utime(path, (week_old, week_old))
    assert await leftovers.purge(BEFORE, now=NOW) == {}
    assert await leftovers.purge(BEFORE, now=NOW + timedelta(seconds=1)) == {"files": 1}
    assert not path.exists()


async def test_without_anything_old_nothing_is_told(redis: Redis, prefix: str) -> None:
    assert await Leftovers(redis, None, prefix=prefix).purge(BEFORE, now=NOW) == {}
