"""Calls that travel together, and come back each to its own caller."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NoConnection
from redis.exceptions import ResponseError

from bot.joined_redis import JOINED, JoinedRedis
from bot.redis_pool import QuickPool

MANY = range(300)


@pytest.fixture
async def client(redis_url: str, redis: Redis) -> AsyncIterator[Redis]:
    async with JoinedRedis.from_pool(QuickPool.from_url(redis_url, max_connections=4, timeout=10)) as client:
        yield client


async def test_each_caller_gets_its_own_answer(client: Redis) -> None:
    echo = client.register_script("return ARGV[1]")
    answers = await asyncio.gather(*(echo(args=[number]) for number in MANY))
    assert answers == [str(number).encode() for number in MANY]


async def test_a_server_that_has_lost_its_scripts_gets_them_again(client: Redis) -> None:
    echo = client.register_script("return ARGV[1]")
    await echo(args=["once"])
    await client.script_flush()
    assert await asyncio.gather(*(echo(args=["again"]) for _ in MANY)) == [b"again"] * len(MANY)


async def test_an_error_is_raised_where_it_belongs(client: Redis) -> None:
    await client.set("text", "no hash")
    calls = [client.hget("hash" if number % 2 else "text", "field") for number in MANY]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert all(answer is None for answer in answers[1::2])
    assert all(isinstance(answer, ResponseError) for answer in answers[::2])


async def test_callers_that_go_away_disturb_nobody(client: Redis) -> None:
    echo = client.register_script("return ARGV[1]")
    tasks = [asyncio.create_task(echo(args=[number])) for number in MANY]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks[2::2])
    assert [task.result() for task in tasks[1::2]] == [str(number).encode() for number in MANY[1::2]]


async def test_calls_go_on_after_the_server_has_closed_its_connections(client: Redis, redis: Redis) -> None:
    count = client.register_script("return redis.call('INCR', 'count')")
    await asyncio.gather(*(count() for _ in MANY))
    await redis.client_kill_filter(_type="normal", skipme=True)
    await asyncio.gather(*(count() for _ in MANY))
    assert await client.get("count") == str(2 * len(MANY)).encode()


async def test_without_a_server_every_caller_is_told() -> None:
    pool = QuickPool.from_url("redis://127.0.0.1:1", max_connections=4, timeout=1)
    async with JoinedRedis.from_pool(pool) as client:
        answers = await asyncio.gather(
            *(client.hget("hash", "field") for _ in range(10)),
            return_exceptions=True,
        )
    assert all(isinstance(answer, NoConnection) for answer in answers)
    assert len({id(answer) for answer in answers}) == 10


async def test_a_call_that_blocks_keeps_nobody_waiting(client: Redis) -> None:
    blocking = asyncio.ensure_future(client.blpop(["nothing"], 10))
    async with asyncio.timeout(5):
        await asyncio.gather(*(client.hget("hash", "field") for _ in MANY))
    assert not blocking.done()
    blocking.cancel()
    await asyncio.wait([blocking])


async def test_a_call_does_not_wait_for_calls_that_hang(
    client: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.joined_redis.JOINED", JOINED | {"BLPOP"})
    hanging = [asyncio.ensure_future(client.blpop(["nothing"], 10)) for _ in range(2)]
    await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await asyncio.gather(*(client.hget("hash", "field") for _ in MANY)) == [None] * len(MANY)
    for call in hanging:
        assert not call.done()
        call.cancel()
    await asyncio.wait(hanging)
