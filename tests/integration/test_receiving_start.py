"""How the receiving process begins: what it waits for, and what makes it say a sentence and leave."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from tests.fakes.telegram import FakeTelegram, Fault, FaultKind

ROOT = Path(__file__).parents[2]
WEBHOOK = {
    "TELEGRAM_WEBHOOK_URL": "https://bot.example/hook",
    "TELEGRAM_WEBHOOK_SECRET": "opensesame",
    "TELEGRAM_WEBHOOK_PORT": "0",
}


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as telegram:
        yield telegram


@asynccontextmanager
async def receiving(telegram: FakeTelegram, folder: Path, **settings: str) -> AsyncIterator[Process]:
    """`python -m bot` with a Redis that is away."""
    environment = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "PYTHONPATH": str(ROOT),
        "TENANT": str(ROOT / "tests" / "fixtures" / "tenants" / "bakery"),
        "DATA_DIR": str(folder / "var"),
        "REDIS_URL": "redis://127.0.0.1:9/0",
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_BASE_URL": telegram.base_url,
        **settings,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", cwd=folder, env=environment, stdin=DEVNULL, stdout=DEVNULL, stderr=PIPE
    )
    try:
        async with asyncio.timeout(60):
            yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def until_logged(process: Process, event: str) -> None:
    assert process.stderr is not None
    seen = []
    async for line in process.stderr:
        seen.append(line.decode())
        if line.startswith(b"{") and json.loads(line)["event"] == event:
            return
    raise AssertionError(f"it ended without {event}: {seen}")


async def sentence(process: Process) -> str:
    _, errors = await process.communicate()
    *logged, last = errors.decode().splitlines()
    assert process.returncode == 2, errors
    assert all(line.startswith("{") for line in logged), errors
    return last.removeprefix("dezhurny: ")


@pytest.mark.parametrize("status", [404])
async def test_a_server_that_knows_no_webhooks_is_polled_all_the_same(
    telegram: FakeTelegram, tmp_path: Path, status: int
) -> None:
    telegram.faults.add(Fault(kind=FaultKind.ERROR, methods=("deleteWebhook",), status=status))
    telegram.inject.message(7, "Здравствуйте")
    async with receiving(telegram, tmp_path) as process:
        await until_logged(process, "update_held_up")
        assert process.returncode is None


@pytest.mark.parametrize("kind", [FaultKind.BAD_GATEWAY, FaultKind.DROP_BEFORE])
async def test_a_server_that_is_away_is_waited_for(
    telegram: FakeTelegram, tmp_path: Path, kind: FaultKind
) -> None:
    telegram.faults.add(Fault(kind=kind, methods=("deleteWebhook",), times=1, status=502))
    telegram.inject.message(7, "Здравствуйте")
    async with receiving(telegram, tmp_path) as process:
        await until_logged(process, "telegram_unreachable")
        await until_logged(process, "update_held_up")
        assert process.returncode is None


@pytest.mark.parametrize("settings", [{}, WEBHOOK])
async def test_a_refused_token_is_one_sentence(
    telegram: FakeTelegram, tmp_path: Path, settings: dict[str, str]
) -> None:
    async with receiving(telegram, tmp_path, TELEGRAM_BOT_TOKEN="42:OTHER", **settings) as process:
        said = await sentence(process)
    assert said.startswith("TELEGRAM_BOT_TOKEN: ")
    assert "OTHER" not in said


async def test_a_server_that_is_no_telegram_is_one_sentence(telegram: FakeTelegram, tmp_path: Path) -> None:
    telegram.faults.add(Fault(kind=FaultKind.MALFORMED, methods=("getMe",)))
    async with receiving(telegram, tmp_path) as process:
        assert (await sentence(process)).startswith("TELEGRAM_API_BASE_URL: ")


async def test_a_refused_webhook_is_told_in_telegrams_words(telegram: FakeTelegram, tmp_path: Path) -> None:
    telegram.faults.add(Fault(kind=FaultKind.ERROR, methods=("setWebhook",), status=400))
    async with receiving(telegram, tmp_path, **WEBHOOK) as process:
        said = await sentence(process)
    assert said.startswith("TELEGRAM_WEBHOOK_URL: Telegram says: Error")


@pytest.mark.parametrize("host", ["203.0.113.9", "nowhere.invalid"])
async def test_a_place_where_it_cannot_listen_is_one_sentence(
    telegram: FakeTelegram, tmp_path: Path, host: str
) -> None:
    async with receiving(telegram, tmp_path, **WEBHOOK, TELEGRAM_WEBHOOK_HOST=host) as process:
        assert (await sentence(process)).startswith("TELEGRAM_WEBHOOK_HOST and TELEGRAM_WEBHOOK_PORT: ")


async def test_whoever_writes_more_than_the_inbox_holds_is_told_so(
    telegram: FakeTelegram, tmp_path: Path, redis: Redis, redis_url: str
) -> None:
    for chat_id in (1, 1, 2, 2):
        telegram.inject.message(chat_id, "Есть ли у вас пироги?")
    async with receiving(telegram, tmp_path, REDIS_URL=redis_url, INBOX_LIMIT="1"):
        for chat_id in (1, 2):
            (told,) = await telegram.wait_for_reply(chat_id, timeout_s=30)
            assert "новые пока не принимаю" in told.text
    await redis.flushall()
