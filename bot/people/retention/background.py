"""Long work beside the turns: in a thread of its own, which gets a processor when nobody else wants one."""

import asyncio
import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

_NICE = 10
_Result = TypeVar("_Result")


async def in_background(work: Callable[[], _Result]) -> _Result:
    """What the work returns or raises. Cancelled, nobody waits for it any more; it ends when it likes."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="background", initializer=_step_back)
    try:
        return await asyncio.get_running_loop().run_in_executor(thread, work)
    finally:
        thread.shutdown(wait=False)


def _step_back() -> None:
    """Linux counts the politeness of each thread by itself; elsewhere it would be the whole process's."""
    if os.uname().sysname == "Linux":
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)
