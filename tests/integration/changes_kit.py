"""A bakery whose admins change it, and another process that answers beside it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from redis.asyncio import Redis
from sqlalchemy import Engine, select

from bot.delivery.delivery import Delivery
from bot.dialogue.answering import Question
from bot.domain import Answer
from bot.domain.staff import Role
from bot.store.staff import ACTS
from tests.fakes.telegram import FakeTelegram
from tests.integration.oversight_kit import CUSTOMER, ROLES, Clock, member
from tests.integration.town_kit import Town, open_town

SECOND_ADMIN = 599


@asynccontextmanager
async def open_bakery(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, **options: object
) -> AsyncIterator[Town]:
    """With the staff of `oversight_kit`. `options` are fields of `Town`."""
    for person in (CUSTOMER, *ROLES, SECOND_ADMIN):
        telegram.inject.open_chat(person)
    async with open_town(telegram, redis, prefix, engine, **{"now": Clock(), **options}) as town:
        for number, role in ROLES.items():
            await town.people.staff.grant(member(number, role))
        yield town


async def second_admin(town: Town) -> int:
    await town.people.staff.grant(member(SECOND_ADMIN, Role.ADMIN))
    return SECOND_ADMIN


def process_beside(town: Town) -> Town:
    """Another process: a graph of its own over the same Redis and database."""
    other = Town(
        telegram=town.telegram,
        redis=town.redis,
        prefix=town.prefix,
        engine=town.engine,
        folder=town.folder,
        model=town.model,
        models=town.models,
        others=town.others,
        cache=town.cache,
        now=town.now,
    )
    other.build(Delivery(town.redis, {}, prefix=town.prefix))
    return other


@asynccontextmanager
async def worker_beside(town: Town) -> AsyncIterator[Callable[[str], Awaitable[Answer]]]:
    """What another process's worker answers."""
    other = process_beside(town)

    async def answer(text: str) -> Answer:
        return await other.assistant.answer(Question(text=text, asked_at=town.now()))

    yield answer
    await other.suggesting.close()


async def last(town: Town, chat_id: int, text: str) -> str:
    """What came after these words of theirs."""
    return (await town.say(chat_id, text)).rpartition(text)[2]


def acts(engine: Engine) -> Sequence[Any]:
    with engine.connect() as connection:
        return connection.execute(select(ACTS).order_by(ACTS.c.id)).all()
