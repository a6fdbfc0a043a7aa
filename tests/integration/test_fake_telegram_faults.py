"""Limits, faults to order, the audit, and the handle from another process."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiogram.exceptions import TelegramRetryAfter
from aiohttp import ClientSession
from telegram.error import NetworkError, RetryAfter

from tests.fakes.telegram import FakeTelegram, Fault, FaultKind, Limits, RemoteTelegram
from tests.fakes.telegram.audit import busiest_window
from tests.fakes.telegram.clients import BareClient, aiogram_bot, bare_client, ext_bot

CHAT = 1001
GROUP = -1_001_234_567_890


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        fake.inject.open_chat(CHAT)
        yield fake


@pytest.fixture
async def client(telegram: FakeTelegram) -> AsyncIterator[BareClient]:
    async with bare_client(telegram) as bare:
        yield bare


async def test_both_clients_read_the_pause_of_a_429(
    telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    telegram.faults.add(Fault(kind=FaultKind.TOO_MANY, methods=("sends",), times=2, retry_after_s=7))
    async with aiogram_bot(telegram) as bot:
        with pytest.raises(TelegramRetryAfter) as caught:
            await bot.send_message(CHAT, "текст")
    assert caught.value.retry_after == 7
    async with ext_bot(telegram) as ptb:
        with pytest.raises(RetryAfter):
            await ptb.send_message(CHAT, "текст")
        await ptb.send_message(CHAT, "текст")
    assert len(telegram.messages(CHAT)) == 1
    assert len(telegram.audit.sends_during_pause(grace_s=0.0)) == 2


async def test_a_connection_dropped_after_the_effect_leaves_the_message(telegram: FakeTelegram) -> None:
    telegram.faults.add(Fault(kind=FaultKind.DROP_AFTER, methods=("sendMessage",), times=1))
    async with ext_bot(telegram) as bot:
        with pytest.raises(NetworkError):
            await bot.send_message(CHAT, "текст")
    assert [seen.text for seen in telegram.messages(CHAT)] == ["текст"]
    (call,) = telegram.audit.calls("sendMessage")
    assert (call.ok, call.delivered, call.fault) == (True, False, "drop_after")


@pytest.mark.parametrize("kind", [FaultKind.DROP_BEFORE, FaultKind.ERROR, FaultKind.BAD_GATEWAY])
async def test_a_fault_before_the_effect_leaves_nothing(telegram: FakeTelegram, kind: FaultKind) -> None:
    telegram.faults.add(Fault(kind=kind, methods=("sends",), times=1, status=502))
    async with ext_bot(telegram) as bot:
        with pytest.raises(NetworkError):
            await bot.send_message(CHAT, "текст")
    assert telegram.messages(CHAT) == []


async def test_malformed_json_comes_after_the_effect(telegram: FakeTelegram, client: BareClient) -> None:
    telegram.faults.add(Fault(kind=FaultKind.MALFORMED, times=1))
    with pytest.raises(json.JSONDecodeError):
        await client.call("sendMessage", chat_id=CHAT, text="текст")
    assert len(telegram.messages(CHAT)) == 1


async def test_a_fault_strikes_its_chat_its_method_its_turn(
    telegram: FakeTelegram, client: BareClient
) -> None:
    telegram.inject.open_chat(GROUP)
    telegram.faults.add(Fault(kind=FaultKind.ERROR, methods=("sends",), chat_id=CHAT, skip=1, times=1))
    results = [
        (await client.call(method, chat_id=chat, text="а", action="typing"))["ok"]
        for method, chat in [
            ("sendMessage", CHAT),
            ("sendMessage", GROUP),
            ("sendChatAction", CHAT),
            ("sendMessage", CHAT),
            ("sendMessage", CHAT),
        ]
    ]
    assert results == [True, True, True, False, True]


async def test_chance_is_repeatable_from_its_seed() -> None:
    async def errors(seed: int) -> list[bool]:
        async with FakeTelegram(seed=seed) as telegram, bare_client(telegram) as client:
            telegram.faults.add(Fault(kind=FaultKind.ERROR, probability=0.5))
            return [(await client.call("getMe"))["ok"] for _ in range(20)]

    assert await errors(1) == await errors(1)
    assert set(await errors(1)) == {True, False}


async def test_a_fault_of_some_seconds_ends_by_the_clock() -> None:
    clock = [0.0]
    async with FakeTelegram(now=lambda: clock[0]) as telegram, bare_client(telegram) as client:
        telegram.faults.add(Fault(kind=FaultKind.TOO_MANY, for_s=5.0))
        assert not (await client.call("getMe"))["ok"]
        clock[0] = 5.0
        assert (await client.call("getMe"))["ok"]


@pytest.mark.parametrize(("kind", "seen"), [(FaultKind.HOLD_BEFORE, 0), (FaultKind.HOLD_AFTER, 1)])
async def test_a_held_call_goes_on_when_released(
    telegram: FakeTelegram, client: BareClient, kind: FaultKind, seen: int
) -> None:
    hold = telegram.faults.add(Fault(kind=kind, methods=("sendMessage",)))
    call = asyncio.create_task(client.call("sendMessage", chat_id=CHAT, text="текст"))
    await telegram.faults.wait_held(hold)
    assert (len(telegram.messages(CHAT)), call.done()) == (seen, False)
    telegram.faults.remove(hold)
    assert (await call)["ok"]
    assert len(telegram.messages(CHAT)) == 1


async def test_a_slow_answer_takes_its_time(telegram: FakeTelegram, client: BareClient) -> None:
    telegram.faults.add(Fault(kind=FaultKind.LATENCY_AFTER, delay_s=0.05))
    await client.call("sendMessage", chat_id=CHAT, text="текст")
    (call,) = telegram.audit.calls()
    assert call.done_at - call.at >= 0.05


async def test_the_limits_of_telegram_are_enforced() -> None:
    clock = [0.0]
    async with (
        FakeTelegram(limits=Limits(), now=lambda: clock[0]) as telegram,
        bare_client(telegram) as client,
    ):

        async def accepted(*chats: int) -> int:
            answers = [await client.call("sendMessage", chat_id=chat, text="а") for chat in chats]
            return sum(answer["ok"] for answer in answers)

        for chat in (CHAT, GROUP, *range(1, 41)):
            telegram.inject.open_chat(chat)
        assert await accepted(*[CHAT] * 10) == 3
        clock[0] = 1.0
        assert await accepted(*[CHAT] * 3) == 1
        clock[0] = 2.0
        assert await accepted(*range(1, 41)) == 30
        clock[0] = 10.0
        assert await accepted(*[GROUP] * 25) == 20
        assert telegram.audit.calls(chat_id=GROUP, ok=False)[0].retry_after_s == 60


def test_the_busiest_second_slides() -> None:
    assert busiest_window([0.0, 0.9, 1.0, 1.5, 1.89]) == 4
    assert busiest_window([]) == 0


async def test_the_audit_counts_the_worst_second_of_the_bot_and_of_a_chat(
    telegram: FakeTelegram, client: BareClient
) -> None:
    telegram.inject.open_chat(GROUP)
    for chat in (CHAT, CHAT, GROUP):
        await client.call("sendMessage", chat_id=chat, text="а")
    assert telegram.audit.worst_second(window_s=60) == 3
    assert telegram.audit.worst_second(CHAT, window_s=60) == 2
    assert telegram.audit.worst_second_of_any_chat(window_s=60) == 2


async def test_the_fake_in_its_own_process_is_held_from_here(tmp_path: Path) -> None:
    audit = tmp_path / "audit.jsonl"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.fakes.telegram", "--audit", str(audit), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    about = json.loads(await process.stdout.readline())
    async with RemoteTelegram(about["base_url"]) as telegram:
        injected = await telegram.inject("message", CHAT, text="привет")
        await telegram.add_fault(Fault(kind=FaultKind.TOO_MANY, methods=("edits",)))
        await answer_by_http(about["base_url"], about["token"])
        (reply,) = await telegram.wait_for_reply(CHAT)
        assert (reply.text, reply.message_id > (injected.message_id or 0)) == ("здравствуйте", True)
        assert [call.method for call in await telegram.calls(["sendMessage"])] == ["sendMessage"]
        with pytest.raises(TimeoutError):
            await telegram.wait_for_text(CHAT, "нет такого", timeout_s=0.01)
        with pytest.raises(ValueError, match="no operation"):
            await telegram.do("dance")
    process.terminate()
    assert await process.wait() == 0
    assert [json.loads(line)["text"] for line in audit.read_text().splitlines()] == ["здравствуйте"]


async def answer_by_http(base_url: str, token: str) -> None:
    arguments = {"chat_id": CHAT, "text": "здравствуйте"}
    async with (
        ClientSession(base_url) as session,
        session.post(f"/bot{token}/sendMessage", data=arguments) as response,
    ):
        assert response.status == 200
