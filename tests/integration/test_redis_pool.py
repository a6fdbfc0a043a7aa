"""Many calls over few connections, through breaks."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as NoConnection

from bot.redis_pool import QuickPool


@pytest.fixture
async def client(redis_url: str, redis: Redis) -> AsyncIterator[Redis]:
    """With two connections."""
    async with Redis.from_pool(QuickPool.from_url(redis_url, max_connections=2, timeout=10)) as client:
        yield client


async def test_more_calls_than_connections_wait_their_turn(client: Redis) -> None:
    await asyncio.gather(*(client.incr("count") for _ in range(200)))
    assert await client.get("count") == b"200"


async def test_a_call_that_finds_no_connection_in_time_fails(redis_url: str) -> None:
    pool = QuickPool.from_url(redis_url, max_connections=1, timeout=0.1)
    async with Redis.from_pool(pool) as client:
        busy = asyncio.ensure_future(client.blpop(["nothing"], 10))
        await asyncio.sleep(0)
        with pytest.raises(NoConnection):
            await client.ping()
        busy.cancel()
        await asyncio.wait([busy])
        assert await client.ping()


async def test_a_connection_that_the_server_closed_is_opened_again(client: Redis, redis: Redis) -> None:
    await asyncio.gather(*(client.ping() for _ in range(10)))
    await redis.client_kill_filter(_type="normal", skipme=True)
    assert await asyncio.gather(*(client.ping() for _ in range(10))) == [True] * 10


async def test_a_cancelled_call_leaves_no_answer_behind(client: Redis) -> None:
    for _ in range(50):
        task = asyncio.ensure_future(client.echo("stale"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        assert await client.echo("fresh") == b"fresh"
