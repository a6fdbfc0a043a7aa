"""Calls that were promised stand when an admin changes the hours; whoever changes them is told how many."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName, ChatRef
from bot.domain.callbacks import Request, Requester
from tests.fakes.telegram import FakeTelegram
from tests.integration.changes_kit import last, open_bakery
from tests.integration.oversight_kit import ADMIN, CUSTOMER, OPEN
from tests.integration.town_kit import Town


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with FakeTelegram() as telegram, open_bakery(telegram, redis, prefix, engine) as town:
        yield town


async def promise(town: Town, minutes: int) -> None:
    """A call within so many minutes of now, an hour at which the bakery is open."""
    chat = ChatRef(channel=ChannelName.TELEGRAM, chat_id=str(CUSTOMER))
    now = town.now()
    assert now == OPEN
    request = Request(
        requester=Requester(chat=chat, external_id=str(CUSTOMER), name="Вера"),
        request_key="key",
        phone="+79161234567",
        reason="торт",
        call_from=now,
        due_at=now + timedelta(minutes=minutes),
        created_at=now,
    )
    await town.people.callbacks.open(request)


def today(town: Town) -> str:
    return f"{OPEN.astimezone(town.people.tenant.zone):%d.%m.%Y}"


async def test_a_call_whose_time_would_be_outside_the_hours_is_told_of(town: Town) -> None:
    await promise(town, 60)
    asked = await town.say(ADMIN, f"/hours {today(town)} выходной")
    assert "время которых станет нерабочим: 1. Обещания остаются в силе" in asked
    await town.tap(ADMIN, "Да, изменить")
    assert len(await town.people.callbacks.list_open()) == 1


async def test_a_call_that_stays_within_them_is_not(town: Town) -> None:
    await promise(town, 60)
    asked = await last(town, ADMIN, f"/hours {today(town)} 0:00-24:00")
    assert "Точно?" in asked
    assert "нерабочим" not in asked
