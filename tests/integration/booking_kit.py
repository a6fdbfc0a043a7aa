"""A bakery that takes bookings, and what its tests do there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio import Redis
from sqlalchemy import Engine, text

from bot.domain import ChannelName
from bot.domain.staff import Member, Role
from tests.fakes.telegram import FakeTelegram
from tests.integration.town_kit import Town, open_town

MONDAY = datetime(2026, 7, 6, 2, 0, tzinfo=UTC)
"""9:00 in the bakery; on Tuesdays it opens at 9 with an hour of lunch at 13."""
OAK_AT_10 = "book:w:class:oak:260707:1000"


@asynccontextmanager
async def open_class(redis: Redis, prefix: str, engine: Engine, folder: Path) -> AsyncIterator[Town]:
    """Two customers, 7 and 8, and an operator, 100."""
    async with FakeTelegram() as telegram:
        for person in (7, 8):
            telegram.inject.open_chat(person, name="Анна")
        telegram.inject.open_chat(100, name="Олег")
        async with open_town(telegram, redis, prefix, engine, folder=folder) as town:
            town.now = lambda: MONDAY
            await town.people.staff.grant(
                Member(channel=ChannelName.TELEGRAM, external_id="100", name="Олег", role=Role.OPERATOR)
            )
            yield town


async def forge(town: Town, data: str, person: int = 7) -> str:
    """A tap with data that no button has, on whatever message there is."""
    if not town.telegram.messages(person):
        await town.say(person, "/book")
    town.telegram.inject.press_forged(person, data)
    return await town.screen(person)


async def book(town: Town, person: int = 7, data: str = OAK_AT_10) -> str:
    await forge(town, data, person)
    return await town.tap(person, "Записаться")


def turn_clock(town: Town, at: datetime) -> None:
    town.now = lambda: at


def rows(engine: Engine) -> list[tuple[str, bool]]:
    with engine.connect() as connection:
        found = connection.execute(text("SELECT resource, cancelled_at IS NULL FROM bookings ORDER BY id"))
        return [(row[0], bool(row[1])) for row in found]
