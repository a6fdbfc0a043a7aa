"""``worker.py --queue voice``: hears recordings. Any number may run, on any number of hosts."""

import asyncio
import os
from collections.abc import Sequence

import structlog

from bot import jobs
from bot.cli.process import call_at_stop, keep_what_is_there
from bot.queue.inbox import VOICE, VOICE_LONG
from bot.queue.worker import AsyncWorker
from bot.settings import Settings
from bot.wiring import open_blocking_redis, open_redis
from bot.wiring.hearing import open_note_server
from bot.wiring.recordings import check_packages, hears

log = structlog.get_logger()

_NICENESS = 10
"""Typed chats go first, whichever process answers them. The children inherit it."""
_GRACE_S = 1.0
"""A recording takes longer than any grace; it is given back, and heard again from its beginning."""


async def work(settings: Settings) -> None:
    """Short recordings and long ones, each one at a time, in one event loop: their jobs share one model.

    Idles where recordings are not listened to. Raises SettingsError where they are to be, and cannot.
    """
    if not hears(settings):
        log.info("voice_is_off")
        stopped = asyncio.Event()
        call_at_stop(stopped.set)
        await stopped.wait()
        return
    check_packages(settings)
    os.nice(_NICENESS)
    async with open_note_server(settings) as server:
        jobs.note_server.set(server)
        workers = [_worker(settings, queue) for queue in (VOICE, VOICE_LONG)]
        call_at_stop(lambda: _stop(workers))
        keep_what_is_there()
        async with asyncio.TaskGroup() as running:
            for worker in workers:
                running.create_task(worker.run())


def _stop(workers: Sequence[AsyncWorker]) -> None:
    for worker in workers:
        worker.stop()


def _worker(settings: Settings, queue: str) -> AsyncWorker:
    return AsyncWorker(
        [queue],
        connection=open_blocking_redis(settings),
        redis=open_redis(settings, connections=8),
        concurrency=1,
        shutdown_grace_s=_GRACE_S,
        handles_signals=False,
    )
