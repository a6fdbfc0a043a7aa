import asyncio
import os
import threading

import pytest

from bot.errors import StoreError
from bot.people.retention.background import in_background


async def test_what_it_returns_or_raises_comes_back() -> None:
    assert await in_background(lambda: 2 + 2) == 4

    def fail() -> None:
        raise StoreError("full")

    with pytest.raises(StoreError, match="full"):
        await in_background(fail)


async def test_only_its_own_thread_steps_back() -> None:
    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    polite = await in_background(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert polite == 10 or before > 10
    assert os.getpriority(os.PRIO_PROCESS, threading.get_native_id()) == before


async def test_nobody_waits_for_it_once_it_is_cancelled() -> None:
    may_end = threading.Event()
    task = asyncio.create_task(in_background(may_end.wait))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    may_end.set()
