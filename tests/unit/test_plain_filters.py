"""Plain filters decide as ever, and no thread is asked for it."""

import asyncio
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from aiogram import F, Router
from aiogram.dispatcher.event.handler import HandlerObject
from aiogram.types import Chat, Message

from bot.handlers.plain_filters import call_plain_filters_at_once


class NoThreads(ThreadPoolExecutor):
    def submit(self, *_: Any, **__: Any) -> "Future[Any]":
        raise AssertionError("a thread was asked for")


def is_short(message: Message) -> dict[str, int] | bool:
    return {"length": len(message.text or "")} if len(message.text or "") < 4 else False


async def handler(message: Message) -> None: ...


@pytest.fixture
def registered() -> HandlerObject:
    root, router = Router(), Router()
    root.include_router(router)
    router.message.register(handler, F.chat.type == "private", is_short)
    call_plain_filters_at_once(root)
    return router.message.handlers[0]


@pytest.mark.parametrize(("text", "kind", "passes"), [("да", "private", True), ("нет!", "private", False)])
async def test_filters_decide_in_the_loop(
    registered: HandlerObject, text: str, kind: str, passes: bool
) -> None:
    asyncio.get_running_loop().set_default_executor(NoThreads())
    message = Message(message_id=1, date=datetime.now(UTC), chat=Chat(id=1, type=kind), text=text)
    found, values = await registered.check(message)
    assert (found, values) == (passes, {"length": len(text)} if passes else {})


async def test_what_a_magic_filter_refuses_stays_refused(registered: HandlerObject) -> None:
    message = Message(message_id=1, date=datetime.now(UTC), chat=Chat(id=-1, type="group"), text="да")
    assert not (await registered.check(message))[0]
