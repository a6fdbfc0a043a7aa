"""What the tests of endings and ratings stand on: a town whose clock can be turned, and its rows."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.domain import ChannelName
from bot.domain.consents import Person
from bot.store.consents import ConsentStore
from bot.store.ratings import RATINGS
from bot.store.rows import DIALOGUES
from tests.integration.town_kit import Town

QUESTION = "Когда хлеб свежий?"
BYE = "Спасибо, до свидания"


def rows(town: Town, *columns: Any, **values: Any) -> list[tuple[Any, ...]]:
    """The columns of all rows whose other columns have these values, in the order of their making."""
    table = columns[0].table
    wanted = select(*columns).filter_by(**values).order_by(table.c[0])
    with town.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(wanted)]


def ratings(town: Town, kind: str) -> list[tuple[Any, ...]]:
    return rows(town, RATINGS.c.score, RATINGS.c.reasons, RATINGS.c.words, kind=kind)


def endings(town: Town) -> list[Any]:
    wanted = select(DIALOGUES.c.end_reason).order_by(DIALOGUES.c.started_at)
    with town.engine.connect() as connection:
        return list(connection.scalars(wanted))


def turn_clock(town: Town, **forward: float) -> datetime:
    """Have it be so much later than now."""
    moment = datetime.now(UTC) + timedelta(**forward)
    town.now = lambda: moment
    return moment


async def talk(town: Town, chat_id: int = 7) -> str:
    """Ask, be answered, say goodbye; returns the screen."""
    await town.say(chat_id, QUESTION)
    return await town.say(chat_id, BYE)


async def show_thumbs(town: Town) -> None:
    turn_clock(town, seconds=2)
    await town.people.closing.thumbs.offer_due()
    await town.settle()


async def consent(town: Town, person_id: int = 7, *, keeps_summary: bool = True) -> Person:
    person = Person(channel=ChannelName.TELEGRAM, external_id=str(person_id), name="Анна")
    store = ConsentStore(town.engine, town.people.tenant.name)
    await asyncio.to_thread(store.give, person, "1", keeps_summary=keeps_summary, at=datetime.now(UTC))
    return person
