"""The processes as the Procfile starts them, with nothing but `.venv` and the environment."""

import asyncio
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.model import ScriptedModel
from tests.fakes.telegram import FakeTelegram
from tests.stack import ROOT, UNHURRIED, Stack, procfile, telegram_and_model

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stack(telegram: FakeTelegram, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    async with ScriptedModel(answer=lambda _: "Да, приезжайте!") as model:
        settings = telegram_and_model(telegram, model) | UNHURRIED
        async with Stack.open(tmp_path_factory.mktemp("stack"), **settings) as stack:
            await stack.start("bot", "worker", "scheduler")
            yield stack


async def test_the_procfile_asks_for_nothing_but_the_environment_of_the_project() -> None:
    assert set(procfile()) == {"redis", "model", "bot", "worker", "voice", "scheduler"}
    assert {command[0] for command in procfile().values()} == {".venv/bin/python"}


async def test_a_customer_is_answered(stack: Stack, telegram: FakeTelegram) -> None:
    telegram.inject.message(1, "Есть ли у вас тест-драйв?")
    (reply,) = await telegram.wait_for_reply(1)
    assert reply.text == "Да, приезжайте!"


async def test_start_says_who_and_what_is_stored_and_that_it_is_a_program(
    stack: Stack, telegram: FakeTelegram
) -> None:
    telegram.inject.message(2, "/start")
    (reply,) = await telegram.wait_for_reply(2)
    for words in ("программа, а не человек", "хранится", "90 дней", "/new"):
        assert words in reply.text


async def test_every_kind_of_message_is_answered(stack: Stack, telegram: FakeTelegram) -> None:
    for action in ("photo", "voice", "sticker"):
        getattr(telegram.inject, action)(3)
    telegram.inject.location(3, 55.7, 37.6)
    replies = await telegram.wait_for_reply(3, 1)
    await telegram.wait_for_text(3, "Карту")
    assert replies


async def test_a_turn_is_in_the_store(stack: Stack, telegram: FakeTelegram) -> None:
    telegram.inject.message(4, "Мой номер +7 913 555-44-33, есть ли тест-драйв?")
    await telegram.wait_for_reply(4)

    async def is_logged() -> bool:
        turns = await stack.logged_turns()
        return ("telegram:4", "Мой номер [PHONE_1], есть ли тест-драйв?", "answered") in turns

    await stack.until(is_logged, "the turn is in the store")
    assert "555-44-33" not in stack.log("bot") + stack.log("worker")


async def test_what_is_asked_while_nobody_works_is_answered_afterwards(
    stack: Stack, telegram: FakeTelegram
) -> None:
    assert stack.stop("worker") == 0
    telegram.inject.message(5, "Есть ли у вас тест-драйв?")
    await stack.start("worker")
    await telegram.wait_for_reply(5)
    assert len(telegram.sent(5)) == 1


async def test_a_killed_bot_hears_later_what_it_has_missed(stack: Stack, telegram: FakeTelegram) -> None:
    stack.stop("bot", signal.SIGKILL)
    update = telegram.inject.message(6, "Есть ли у вас тест-драйв?")
    await stack.start("bot")
    await telegram.wait_for_reply(6)
    telegram.inject.redeliver(update.update_id)
    telegram.inject.message(7, "/help")
    await telegram.wait_for_reply(7)
    assert len(telegram.sent(6)) == 1


async def test_every_process_leaves_when_it_is_told_to(stack: Stack) -> None:
    assert {name: stack.stop(name) for name in ("bot", "scheduler")} == {"bot": 0, "scheduler": 0}


async def refusals(stack: Stack, *names: str, **settings: str) -> list[str]:
    """What the processes say as they refuse to start, all with exit status 2 and none with a traceback."""
    ends = await asyncio.gather(*(stack.refusal(name, **settings) for name in names))
    assert [status for status, _ in ends] == [2] * len(names), ends
    assert not any("Traceback" in said for _, said in ends)
    return [said for _, said in ends]


async def test_a_setting_of_a_wrong_type_is_one_sentence(stack: Stack) -> None:
    for said in await refusals(stack, "bot", "worker", "scheduler", "redis", BURST_WINDOW_S="soon"):
        assert said.startswith("dezhurny: BURST_WINDOW_S: ")
        assert len(said.splitlines()) == 1


async def test_a_broken_tenant_folder_is_told_by_file_and_line(stack: Stack, tmp_path: Path) -> None:
    folder = tmp_path / "bakery"
    shutil.copytree(ROOT / "tests" / "fixtures" / "tenants" / "bakery", folder)
    (folder / "faq.md").unlink()
    settings = (folder / "tenant.yaml").read_text()
    (folder / "tenant.yaml").write_text(settings.replace("tuesday: 09:00-13:00", "tuesday: 19:00-13:00"))
    for said in await refusals(stack, "bot", "worker", TENANT=str(folder)):
        assert f"{folder}/tenant.yaml:8: " in said
        assert f"{folder}/faq.md" in said


async def test_without_a_token_the_bot_says_where_to_get_one(stack: Stack) -> None:
    (said,) = await refusals(stack, "bot", TELEGRAM_BOT_TOKEN="")
    assert len(said.splitlines()) == 1
    assert "@BotFather" in said


async def test_secrets_that_cannot_be_right_are_not_repeated(stack: Stack) -> None:
    (said,) = await refusals(stack, "worker", DATABASE_URL="mysql://root:hush@host/db")
    assert "DATABASE_URL" in said
    assert "hush" not in said
