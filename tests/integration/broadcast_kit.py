"""A bakery of which five people take news."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.domain import ChannelName
from bot.domain.broadcasts import Audience, Broadcast, Message, Promo
from bot.domain.consents import Person
from bot.domain.staff import Role
from tests.fakes.telegram import FakeTelegram
from tests.integration.oversight_kit import Clock, member
from tests.integration.town_kit import Town, open_town

ADMIN, SECOND_ADMIN, OPERATOR, OUTSIDER = 501, 505, 502, 9
_FIRST, _COUNT = 100, 5
WORDS = "Новый хлеб"


def subscriber(number: int) -> int:
    """Of the first, 1, to the fifth, and of whoever joins them."""
    return _FIRST + number


def person(number: int) -> Person:
    return Person(channel=ChannelName.TELEGRAM, external_id=str(number))


@asynccontextmanager
async def open_people(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, clock: Clock | None = None
) -> AsyncIterator[Town]:
    for chat in (ADMIN, SECOND_ADMIN, OPERATOR):
        telegram.inject.open_chat(chat)
    async with open_town(telegram, redis, prefix, engine, now=clock or Clock()) as town:
        for number, role in ((ADMIN, Role.ADMIN), (SECOND_ADMIN, Role.ADMIN), (OPERATOR, Role.OPERATOR)):
            await town.people.staff.grant(member(number, role))
        await subscribe(town, first=1, last=_COUNT)
        yield town


async def subscribe(town: Town, *, first: int, last: int) -> None:
    """Have so many people take news."""
    for number in range(first, last + 1):
        town.telegram.inject.open_chat(subscriber(number))
        await town.people.consents.take_news(person(subscriber(number)), takes=True)


async def begin(
    town: Town, *, key: str = "first", by_night: bool = False, promo: Promo | None = None
) -> Broadcast:
    message = Message(
        text=f"**{WORDS}**" + (" {promo}" if promo else ""),
        button="Подробнее",
        url="https://example.ru",
        promo=promo or Promo(),
    )
    begun = await town.people.broadcasts.start(
        message, Audience(), member(ADMIN, Role.ADMIN), by_night=by_night, request_key=key
    )
    assert begun is not None
    return begun


def copies(town: Town, people: int = _COUNT) -> list[int]:
    """How many of its copies stand in the chat of each of the first so many."""
    return [
        sum(WORDS in message.text for message in town.telegram.sent(subscriber(number)))
        for number in range(1, people + 1)
    ]
