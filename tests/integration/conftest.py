"""Databases for the tests, a fresh SQLite file or one of a real PostgreSQL, and towns with terms."""

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.store.engine import open_engine
from bot.store.migrate import migrate
from bot.store.turns import TurnStore
from tests.fakes.telegram import FakeTelegram
from tests.integration.consent_kit import bakery_with_terms, strangers
from tests.integration.town_kit import Town, open_town
from tests.postgres import PostgresServer

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
def store(engine: Engine) -> TurnStore:
    return TurnStore(engine)


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
