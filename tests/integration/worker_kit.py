"""Workers on a test's own event loop, and jobs that note what they do."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from redis.asyncio import Redis
from rq import Queue, Retry
from rq.job import Job

from bot.errors import LeaseLost
from bot.queue.running import running_job_id
from bot.queue.worker import AsyncWorker

ran: list[str] = []
"""What the jobs of this module did, in the order in which they did it."""


async def note(word: str, pause_s: float = 0) -> None:
    await asyncio.sleep(pause_s)
    ran.append(word)


async def name_the_job() -> str | None:
    return running_job_id()


def note_plainly(word: str) -> str:
    ran.append(word)
    return word.upper()


async def end_elsewhere(process: int) -> str:
    ran.append("begun")
    if os.getpid() == process:
        await asyncio.sleep(30)
    return "ended"


async def fail(word: str) -> None:
    ran.append(word)
    raise ValueError(word)


async def try_again() -> Retry:
    ran.append("again")
    return Retry(max=2)


async def lose_the_lease() -> None:
    raise LeaseLost


def on_end(job: Job, *_: object) -> None:
    ran.append(f"ended {job.args[0]}")


def raise_on_end(*_: object) -> None:
    ran.append("callback")
    raise ValueError("callback")


def make_worker(queue: Queue, redis: Redis, **options: object) -> AsyncWorker:
    return AsyncWorker([queue], connection=queue.connection, redis=redis, **options)  # type: ignore[arg-type]


async def work_off(queue: Queue, redis: Redis) -> None:
    await make_worker(queue, redis).run(burst=True)


@asynccontextmanager
async def working(queue: Queue, redis: Redis, **options: object) -> AsyncIterator[AsyncWorker]:
    worker = make_worker(queue, redis, **options)
    task = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        worker.stop()
        await task


async def until(condition: Callable[[], object], timeout_s: float = 15) -> None:
    async with asyncio.timeout(timeout_s):
        while not condition():  # noqa: ASYNC110 - it comes about in Redis, where no event tells of it
            await asyncio.sleep(0.02)


async def rq(*arguments: str) -> str:
    """What RQ's command line prints."""
    command = [str(Path(sys.executable).with_name("rq")), *arguments]
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    out, _ = await asyncio.wait_for(process.communicate(), 20)
    return out.decode()
