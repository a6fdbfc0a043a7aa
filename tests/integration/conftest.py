"""Databases for the tests, a fresh SQLite file or one of a real PostgreSQL; queues, servers and towns."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from rq import Queue
from sqlalchemy import Engine

from bot.domain.reviews import ReviewMode
from bot.queue.inbox import Inbox
from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.stock import StockStore
from bot.store.turns import TurnStore
from tests.fakes.model import ScriptedModel
from tests.fakes.telegram import FakeTelegram
from tests.integration.broadcast_kit import open_people
from tests.integration.consent_kit import bakery_with_terms, strangers
from tests.integration.oversight_kit import Clock, open_bakery
from tests.integration.town_kit import Town, open_town
from tests.postgres import PostgresServer
from tests.stocks import copy_of_books

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of an empty PostgreSQL database."""
    name = f"test{next(_numbers)}"
    yield postgres_server.create(name)
    postgres_server.drop(name)


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    """The address of a SQLite file that is not there yet."""
    return f"sqlite:///{tmp_path / 'dezhurny.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of an empty database of each kind in turn."""
    url: str = request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    return url


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An engine for a migrated database of each kind in turn."""
    migrate(database_url)
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    """An engine for a migrated SQLite file."""
    migrate(sqlite_url)
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def store(engine: Engine) -> TurnStore:
    return TurnStore(engine)


@pytest.fixture
def stock(engine: Engine) -> StockStore:
    return StockStore(engine, "books")


@pytest.fixture
def bookshop(tmp_path: Path) -> Path:
    """The folder of a bookshop's stock table, to be written to."""
    return copy_of_books(tmp_path)


@pytest.fixture
def queue(redis_url: str, redis: Redis) -> Iterator[Queue]:
    """RQ's queue of turns, on an empty server."""
    connection = SyncRedis.from_url(redis_url)
    yield Queue("turns", connection=connection)
    connection.close()


@pytest.fixture
def inbox(redis: Redis, prefix: str) -> Inbox:
    """Its `sweep` looks after a chat however short a time it has been busy."""
    return Inbox(redis, prefix=prefix, check_s=0)


@pytest.fixture
async def server() -> AsyncIterator[ScriptedModel]:
    """A language model's server, with both protocols."""
    async with ScriptedModel() as server:
        yield server


@pytest.fixture
def clock() -> Clock:
    """Stands within working hours until a test turns it."""
    return Clock()


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """With the private chats of two people."""
    async with FakeTelegram() as telegram:
        for user_id in (7, 77):
            telegram.inject.open_chat(user_id)
        yield telegram


@pytest.fixture
async def town_with_terms(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> AsyncIterator[Town]:
    """Whoever says something has agreed to the terms."""
    folder = bakery_with_terms(tmp_path)
    async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
        yield town


@pytest.fixture
async def town_of_strangers(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> AsyncIterator[Town]:
    """Nobody has agreed to the terms."""
    async with strangers(telegram, redis, prefix, engine, bakery_with_terms(tmp_path)) as town:
        yield town


@pytest.fixture
async def town_with_staff(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path, clock: Clock
) -> AsyncIterator[Town]:
    """With an admin, two operators and a tester."""
    async with open_bakery(telegram, redis, prefix, engine, tmp_path, clock=clock) as town:
        yield town


@pytest.fixture
async def town_with_reviews(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path, clock: Clock
) -> AsyncIterator[Town]:
    """Every answer waits for one of the staff."""
    mode = ReviewMode.ADVISER
    async with open_bakery(telegram, redis, prefix, engine, tmp_path, mode=mode, clock=clock) as town:
        yield town


@pytest.fixture
async def town_with_news(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, clock: Clock
) -> AsyncIterator[Town]:
    """With two admins and five people who take news."""
    async with open_people(telegram, redis, prefix, engine, clock) as town:
        yield town
