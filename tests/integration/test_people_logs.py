"""A lively day, with every line that anybody logs searched for what people said and are called."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, text

from bot.domain import ChannelName
from bot.domain.staff import Member, Role
from bot.errors import ModelError
from tests.assistants import SpokenModel
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind
from tests.integration.consent_kit import QUESTION, bakery_with_terms
from tests.integration.forget_kit import MARKS, NAME, PHONE, WORD
from tests.integration.town_kit import Town, open_town

OPERATOR = 500


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
async def town(redis: Redis, prefix: str, engine: Engine, tmp_path: Path) -> AsyncIterator[Town]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        telegram.inject.open_chat(OPERATOR)
        folder = bakery_with_terms(tmp_path)
        model = SpokenModel(ModelError("away"), f"Хлеб, {WORD}.", composes=True)
        async with open_town(
            telegram, redis, prefix, engine, folder=folder, model=model, asks_consent=True
        ) as town:
            operator = Member(
                channel=ChannelName.TELEGRAM, external_id=str(OPERATOR), name="Иван", role=Role.OPERATOR
            )
            await town.people.staff.grant(operator)
            yield town


async def lively_day(town: Town) -> None:
    """Consent, questions, a call, a person, faults of every kind, a file, and being forgotten."""
    telegram = town.telegram
    await town.say(7, f"{QUESTION} {WORD}", name=NAME)
    await town.tap(7, "Согласен")
    await town.say(7, f"Мой номер {PHONE}, {WORD}, меня зовут {NAME}", name=NAME)
    telegram.inject.voice(7)
    telegram.inject.photo(7, caption=WORD)
    telegram.inject.contact(7, PHONE)
    await town.settle()
    await town.say(7, "/callback")
    for words in (PHONE, f"{WORD} после обеда", NAME):
        await town.say(7, words, name=NAME)
    await town.say(7, "Позвать человека")
    await town.say(7, f"/take {WORD}")
    telegram.inject.press_forged(7, f"own:erase:7:{WORD}")
    telegram.inject.press_forged(7, f"consent:yes:{WORD}")
    telegram.inject.raw({"strange": {"text": WORD, "from": {"first_name": NAME}}})
    telegram.inject.raw({"message": {"text": WORD, "date": "yesterday"}})
    telegram.faults.add(Fault(kind=FaultKind.DROP_AFTER, methods=("sendMessage",), times=1))
    await town.say(7, f"{QUESTION} {WORD}?", name=NAME)
    with town.engine.begin() as connection:
        connection.execute(text("ALTER TABLE consents RENAME TO gone"))
    telegram.inject.message(7, "/privacy")
    await asyncio.sleep(0.3)
    with town.engine.begin() as connection:
        connection.execute(text("ALTER TABLE gone RENAME TO consents"))
    await town.say(7, "/mydata")
    await town.say(7, "забудь меня")
    await town.tap(7, "Да, стереть всё")


async def test_no_line_holds_what_people_say_or_are_called(
    town: Town, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    await lively_day(town)
    printed = "".join(capsys.readouterr())
    logged = "\n".join(f"{record.getMessage()} {record.exc_text or ''}" for record in caplog.records)
    lines = (printed + logged).splitlines()
    assert len(lines) > 50
    assert [line[:200] for line in lines if any(mark in line for mark in (*MARKS, NAME))] == []
