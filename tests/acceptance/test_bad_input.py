"""What must not hurt: floods, odd models, and Redis, the database or the disk gone for a while."""

import asyncio
import os
import resource
import signal
from collections.abc import AsyncIterator

import psycopg
import pytest
import pytest_asyncio

from bot.store.sealing import new_key
from tests.fakes.model import Reply, Rule, ScriptedModel
from tests.fakes.model.script import Kind
from tests.fakes.telegram import FakeTelegram
from tests.postgres import PostgresServer
from tests.stack import UNHURRIED, Stack, telegram_and_model

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "Есть ли у вас тест-драйв?"
FLOOD = 1_000
UNLIMITED_RATES = {"TELEGRAM_MESSAGES_PER_SECOND": "1000", "LLM_BREAKER_FAILURES": "1000"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def model() -> AsyncIterator[ScriptedModel]:
    async with ScriptedModel(answer=lambda _: "Да, приезжайте!") as model:
        yield model


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(
    telegram: FakeTelegram, model: ScriptedModel, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Stack]:
    settings = telegram_and_model(telegram, model) | UNHURRIED | UNLIMITED_RATES
    async with Stack.open(tmp_path_factory.mktemp("stack"), **settings) as stack:
        await stack.start("bot", "worker")
        yield stack


async def logged_questions(stack: Stack, chat_key: str) -> list[str]:
    """Everything the chat has said, line by line, as the store has it."""
    turns = await stack.logged_turns()
    return [line for chat, question, _ in turns if chat == chat_key for line in question.split("\n")]


def stuck(stack: Stack) -> int:
    """How often the log of turns has stopped."""
    return stack.log("worker").count("turn_log_stuck")


def log_goes_on(stack: Stack) -> bool:
    return stack.log("worker").count("turn_log_recovered") == stuck(stack)


async def test_a_thousand_messages_of_one_person_are_all_taken_and_others_do_not_wait(
    stack: Stack, telegram: FakeTelegram
) -> None:
    for number in range(FLOOD):
        telegram.inject.message(1, f"Сообщение {number}")
    telegram.inject.message(2, QUESTION)
    await telegram.wait_for_reply(2, timeout_s=60)
    sent = [f"Сообщение {number}" for number in range(FLOOD)]

    async def all_are_logged() -> bool:
        return len(await logged_questions(stack, "telegram:1")) >= FLOOD

    await stack.until(all_are_logged, "all messages are in the store", within_s=60)
    assert await logged_questions(stack, "telegram:1") == sent
    turns = [turn for turn in await stack.logged_turns() if turn[0] == "telegram:1"]
    assert FLOOD / 20 <= len(turns) < FLOOD
    assert len(telegram.sent(1)) == len(turns)


@pytest.mark.parametrize(
    ("chat", "kind"), list(enumerate(("empty", "huge", "markdown", "foreign", "nonsense"), start=10))
)
async def test_whatever_the_model_says_the_customer_gets_an_honest_answer(
    stack: Stack, telegram: FakeTelegram, model: ScriptedModel, chat: int, kind: Kind
) -> None:
    model.script.add(Rule(contains=QUESTION, reply=Reply(kind=kind), times=2))
    telegram.inject.message(chat, QUESTION)
    (reply,) = await telegram.wait_for_reply(chat, timeout_s=30)
    assert "тест-драйв" in reply.text.lower() or "Жирный" in reply.text
    assert "非" not in reply.text
    assert len(telegram.sent(chat)) == 1
    model.script.replace([])


@pytest.mark.parametrize(
    ("chat", "text"),
    list(enumerate(("😀" * 2_048, "я" * 4_096, " \n ", "\u202e\u200f\u200b", "\u202eтсет"), start=20)),
)
async def test_whatever_a_customer_writes_is_answered_once(
    stack: Stack, telegram: FakeTelegram, chat: int, text: str
) -> None:
    telegram.inject.message(chat, text)
    (reply,) = await telegram.wait_for_reply(chat, timeout_s=30)
    assert reply.text
    assert len(telegram.sent(chat)) == 1


async def test_a_person_who_blocked_the_bot_costs_nobody_anything(
    stack: Stack, telegram: FakeTelegram
) -> None:
    telegram.inject.message(30, "/help")
    await telegram.wait_for_reply(30)
    telegram.inject.block(30)
    telegram.inject.message(30, QUESTION)
    telegram.inject.message(31, QUESTION)
    await telegram.wait_for_reply(31)
    await stack.until(lambda: "chat_unreachable" in stack.log("worker"), "it is logged")
    telegram.inject.unblock(30)
    telegram.inject.message(30, "Спасибо, я вернулась. Есть тест-драйв?")
    (welcome,) = await telegram.wait_for_reply(30)
    assert "приезжайте" in welcome.text
    assert [len(telegram.sent(chat)) for chat in (30, 31)] == [2, 1]


async def test_while_redis_is_gone_nothing_is_lost(stack: Stack, telegram: FakeTelegram) -> None:
    server = int((await stack.redis.info("server"))["process_id"])
    os.kill(server, signal.SIGKILL)
    await stack.until(lambda: not stack.redis_server.is_running(), "Redis is gone")
    for chat in range(70, 75):
        telegram.inject.message(chat, QUESTION)
    await asyncio.sleep(3)
    await asyncio.to_thread(stack.redis_server.start)
    for chat in range(70, 75):
        await telegram.wait_for_reply(chat, timeout_s=30)
    assert [len(telegram.sent(chat)) for chat in range(70, 75)] == [1] * 5
    assert "update_held_up" in stack.log("bot")
    assert stack.processes["worker"].poll() is None


async def test_a_full_disk_under_the_store_delays_the_log_alone(stack: Stack, telegram: FakeTelegram) -> None:
    await stack.until(lambda: log_goes_on(stack), "the log goes on")
    worker, stuck_before = stack.processes["worker"].pid, stuck(stack)
    full = (stack.data_dir / "dezhurny.db").stat().st_size
    before = resource.prlimit(worker, resource.RLIMIT_FSIZE, (full, resource.RLIM_INFINITY))
    try:
        for number in range(200):
            telegram.inject.message(50, f"Сообщение {number} " + "о жизни " * 50)
        telegram.inject.message(51, QUESTION)
        await telegram.wait_for_reply(51, timeout_s=30)
        await stack.until(lambda: stuck(stack) > stuck_before, "the log is stuck")
    finally:
        resource.prlimit(worker, resource.RLIMIT_FSIZE, before)

    async def is_logged() -> bool:
        return ("telegram:51", QUESTION, "answered") in await stack.logged_turns()

    await stack.until(is_logged, "the turn is in the store")
    await stack.until(lambda: log_goes_on(stack), "the log goes on")


async def test_while_the_database_is_gone_people_are_answered_and_the_log_is_made_up(
    stack: Stack, telegram: FakeTelegram
) -> None:
    with PostgresServer() as postgres:
        url = postgres.create("gone")
        stack.stop("worker")
        await stack.start("worker", DATABASE_URL=url, DATA_KEYS=new_key())
        stuck_before = stuck(stack)
        postgres.stop()
        telegram.inject.message(60, QUESTION)
        (reply,) = await telegram.wait_for_reply(60)
        await stack.until(lambda: stuck(stack) > stuck_before, "the log is stuck")
        postgres.start()
        await stack.until(lambda: log_goes_on(stack), "the log is made up")
        stack.stop("worker")
        with psycopg.connect(url) as store:
            logged = store.execute("SELECT question, outcome FROM turns WHERE chat_key = 'telegram:60'")
            assert (reply.text, logged.fetchall()) == ("Да, приезжайте!", [(QUESTION, "answered")])
