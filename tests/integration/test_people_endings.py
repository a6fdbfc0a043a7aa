"""Dialogues end once, for one reason, with a clean line between what was and what comes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine, update

from bot.domain import Recollection
from bot.memory.boundaries import Boundaries, Ending, EndReason
from bot.memory.dialogue import DialogueMemory
from bot.store.consents import ConsentStore
from bot.store.dialogues import DialogueStore
from bot.store.rows import DIALOGUES
from tests.fakes.telegram import FakeTelegram
from tests.integration.people_rating_kit import (
    BYE,
    QUESTION,
    consent,
    endings,
    rows,
    show_thumbs,
    talk,
    turn_clock,
)
from tests.integration.town_kit import Town, open_town

CHAT = "telegram:7"


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        telegram.inject.open_chat(7)
        yield telegram


@pytest.fixture
async def town(telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine) -> AsyncIterator[Town]:
    async with open_town(telegram, redis, prefix, engine) as town:
        yield town


async def recalled(town: Town) -> Recollection:
    return await DialogueMemory(town.redis, 800, 3600, prefix=town.prefix).recall(CHAT)


async def test_a_goodbye_ends_the_dialogue_and_its_memory(town: Town) -> None:
    await talk(town)
    assert endings(town) == ["goodbye"]
    assert (await recalled(town)).remarks == ()


async def test_a_goodbye_with_a_question_ends_nothing(town: Town) -> None:
    await town.say(7, QUESTION)
    await town.say(7, "до свидания... а сколько стоит?")
    assert endings(town) == [None]


@pytest.mark.parametrize(("command", "reason"), [("/end", "button"), ("/new", "new")])
async def test_a_command_ends_the_dialogue(town: Town, command: str, reason: str) -> None:
    await town.say(7, QUESTION)
    await town.say(7, command)
    await town.say(7, QUESTION)
    assert endings(town) == [reason, None]


async def test_the_button_ends_the_dialogue_once(town: Town) -> None:
    await town.say(7, QUESTION)
    await show_thumbs(town)
    assert "Разговор завершён" in await town.tap(7, "Завершить")
    await town.say(7, QUESTION)
    town.telegram.inject.press_text(7, "Завершить")
    await town.settle()
    assert town.telegram.toasts(7)[-1].text == "Этот разговор уже завершён."
    assert endings(town) == ["button", None]


async def test_silence_ends_the_dialogue_at_its_very_minute(town: Town) -> None:
    await town.say(7, QUESTION)
    ((last_at,),) = rows(town, DIALOGUES.c.last_at)
    town.now = lambda: last_at + timedelta(minutes=30, microseconds=-1)
    await town.do_duty("close_silent")
    assert endings(town) == [None]
    town.now = lambda: last_at + timedelta(minutes=30)
    await town.do_duty("close_silent")
    assert rows(town, DIALOGUES.c.end_reason, DIALOGUES.c.ended_at) == [
        ("silence", last_at + timedelta(minutes=30))
    ]


@pytest.mark.parametrize("reason", ["in hand", "held"])
async def test_silence_ends_nothing_that_somebody_works_on(town: Town, reason: str) -> None:
    await town.say(7, QUESTION)
    if reason == "held":
        await town.redis.hset(f"{town.prefix}:hold:{CHAT}", "handoff", "1")
    boundaries = Boundaries(town.redis, prefix=town.prefix)
    turn_clock(town, minutes=31)
    if reason == "in hand":
        await town.redis.zadd(f"{town.prefix}:busy", {CHAT: 1})
    await town.people.closing.endings.close_silent()
    await town.redis.zrem(f"{town.prefix}:busy", CHAT)
    assert (endings(town), await boundaries.waiting()) == ([None], [])


async def test_a_late_log_ends_no_dialogue_that_goes_on(town: Town) -> None:
    await town.say(7, QUESTION)
    with town.engine.begin() as connection:
        connection.execute(update(DIALOGUES).values(last_at=datetime.now(UTC) - timedelta(hours=1)))
    await town.do_duty("close_silent")
    assert endings(town) == [None]
    assert (await recalled(town)).remarks


async def test_words_after_the_silence_begin_a_new_dialogue_before_the_clock_comes_by(town: Town) -> None:
    await town.say(7, QUESTION)
    long_ago = round((datetime.now(UTC) - timedelta(minutes=30)).timestamp() * 1000)
    await town.redis.hset(f"{town.prefix}:memory:{CHAT}", "at", str(long_ago))
    await town.say(7, QUESTION)
    assert endings(town) == ["silence", None]
    assert len((await recalled(town)).remarks) == 2


async def test_two_ends_at_once_are_one(town: Town) -> None:
    await town.say(7, QUESTION)
    turn_clock(town, minutes=31)
    closing = town.people.closing.endings
    await asyncio.gather(*(closing.close_silent() for _ in range(5)))
    await town.settle()
    asked = [message for message in town.telegram.messages(7) if "Оцените" in message.text]
    assert (endings(town), len(asked)) == (["silence"], 1)


async def test_an_end_that_the_log_was_too_late_for_is_made_good(town: Town) -> None:
    for text in (QUESTION, BYE):  # nobody has moved the log to the database in between
        town.telegram.inject.message(7, text)
    await town.settle()
    await town.do_duty("close_silent")
    assert endings(town)[-1] == "goodbye"
    assert "Оцените" in await town.screen(7)


async def test_an_answer_that_the_log_was_too_late_for_is_rated_all_the_same(town: Town) -> None:
    await town.say(7, "Привет")
    for text in (QUESTION, BYE):
        town.telegram.inject.message(7, text)
    assert "Оцените" not in await town.screen(7)
    await town.do_duty("close_silent")
    assert (await town.screen(7)).count("Оцените") == 1


async def test_an_end_that_a_kill_cut_short_is_gone_on_with(town: Town, engine: Engine) -> None:
    await town.say(7, QUESTION)
    ((dialogue_id,),) = rows(town, DIALOGUES.c.id)
    now = datetime.now(UTC)
    ending = Ending(dialogue_id=dialogue_id, chat_key=CHAT, reason=EndReason.GOODBYE, at=now)
    await Boundaries(town.redis, prefix=town.prefix).end(ending)
    await asyncio.to_thread(DialogueStore(engine, "bakery").end, dialogue_id, "goodbye", now)
    for _ in range(2):
        await town.do_duty("close_silent")
    assert (await town.screen(7)).count("Оцените") == 1


async def test_an_end_of_what_was_erased_waits_for_a_day_and_no_longer(town: Town) -> None:
    boundaries = Boundaries(town.redis, prefix=town.prefix)
    now = datetime.now(UTC)
    await boundaries.end(Ending(dialogue_id="gone", chat_key=CHAT, reason=EndReason.GOODBYE, at=now))
    await town.do_duty("close_silent")
    assert len(await boundaries.waiting()) == 1
    turn_clock(town, hours=25)
    await town.do_duty("close_silent")
    assert await boundaries.waiting() == []


async def test_a_summary_is_kept_for_the_next_visit_of_who_agreed(town: Town) -> None:
    await consent(town)
    await town.say(7, "Есть ли ржаной? Мой номер +7 916 123-45-67")
    await town.say(7, BYE)
    await town.say(7, "Мне как в прошлый раз")
    summary = (await recalled(town)).summary
    assert summary.startswith("Из прошлого разговора (")
    assert "Есть ли ржаной? Мой номер [телефон]" in summary
    assert "свидания" not in summary


@pytest.mark.parametrize("agreed", [None, False])
async def test_without_a_yes_nothing_is_kept(town: Town, agreed: bool | None) -> None:
    if agreed is not None:
        await consent(town, keeps_summary=agreed)
    await talk(town)
    await town.say(7, QUESTION)
    assert rows(town, DIALOGUES.c.summary) == [(None,), (None,)]
    assert (await recalled(town)).summary == ""


async def test_a_yes_taken_back_hides_what_was_kept(town: Town) -> None:
    person = await consent(town)
    await talk(town)
    store = ConsentStore(town.engine, town.people.tenant.name)
    await asyncio.to_thread(store.keep_summary, person, keeps=False)
    await town.say(7, QUESTION)
    assert (await recalled(town)).summary == ""


async def test_a_clean_sheet_knows_nothing(town: Town) -> None:
    await consent(town)
    await talk(town)
    await town.say(7, QUESTION)
    await town.say(7, "/new")
    await town.say(7, QUESTION)
    assert (await recalled(town)).summary == ""


async def test_the_first_reason_counts(engine: Engine, town: Town) -> None:
    await talk(town)
    ((dialogue_id,),) = rows(town, DIALOGUES.c.id)
    store = DialogueStore(engine, town.people.tenant.name)
    ended = await asyncio.to_thread(store.end, dialogue_id, "silence", datetime.now(UTC))
    assert ended is not None
    assert (ended.reason, ended.is_served, endings(town)) == ("goodbye", True, ["goodbye"])
