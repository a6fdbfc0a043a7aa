"""The product as it really runs (bot, worker and scheduler, each its own process) against the loopback."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Self

from aiohttp import ClientSession, ClientTimeout, TCPConnector
from redis.asyncio import Redis

from benchmarks.measuring import Started
from bot.embedded.redis import EmbeddedRedis
from bot.redis_pool import QuickPool
from tests.consenting import agree, agree_lately

ROOT = Path(__file__).resolve().parent.parent
TOKEN = "42:PRODUCT"
_MOST_CUSTOMERS = 20_000
"""They all have agreed to the terms."""
QUESTION = "Расскажите, пожалуйста, есть ли у вас тест-драйв?"
UNLIMITED = {
    "TELEGRAM_MESSAGES_PER_SECOND": "1000000",
    "TELEGRAM_CHAT_INTERVAL_S": "0",
    "TURNS_PER_MINUTE": "1000000",
    "BURST_WINDOW_S": "0",
    "ANSWER_CACHE_TTL_S": "0",
    "EMBEDDINGS": "false",
}
"""Without the limits of the outer world, so that our own show."""


class Telegram:
    """The controls of the loopback's Telegram, for one bot."""

    def __init__(self, session: ClientSession, token: str) -> None:
        self._session = session
        self.token = token

    async def control(self, operation: str, **arguments: Any) -> Any:
        async with self._session.post(f"/control/{operation}", json=arguments) as response:
            response.raise_for_status()
            return await response.json()

    async def ask(self, chats: Sequence[int], *texts: str, timeout_s: float = 120) -> dict[str, Any]:
        """A message from each chat at once, the texts in turn; when all are answered, the latencies."""
        await self.control("load", token=self.token, chats=list(chats), texts=texts or [QUESTION])
        answered: dict[str, Any] = await self.control("wait", token=self.token, timeout_s=timeout_s)
        return answered

    async def last_prompt(self) -> dict[str, Any]:
        """The body of the last request to the model, whoever sent it."""
        async with self._session.get("/control/prompt") as response:
            prompt: dict[str, Any] = await response.json()
            return prompt

    async def wait_for_bot(self) -> None:
        async with asyncio.timeout(30):
            await self.control("wait_for_poll", token=self.token)


class Stack:
    """An embedded Redis and a loopback, and whatever a benchmark starts beside them. Open it with `open`."""

    def __init__(self, folder: Path, redis_server: EmbeddedRedis) -> None:
        self.folder = folder
        self.redis_url = redis_server.url
        self.redis = Redis.from_pool(QuickPool.from_url(redis_server.url, max_connections=32))
        self.processes: dict[str, Started] = {}
        self.url = ""
        self.session: ClientSession

    @classmethod
    @asynccontextmanager
    async def open(cls, *, latency_s: float = 0.0) -> AsyncIterator[Self]:
        async with AsyncExitStack() as opened:
            folder = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="dz-bench-")))
            server = EmbeddedRedis(folder)
            server.start()
            opened.callback(server.stop)
            stack = cls(folder, server)
            opened.push_async_callback(stack.redis.aclose)
            opened.callback(stack.stop)
            info = await stack.redis.info("server")
            stack.processes["redis"] = Started("redis", info["process_id"])
            stack.url = stack.start("loopback", "-m", "benchmarks.loopback", "--latency", str(latency_s))
            stack.session = await opened.enter_async_context(
                ClientSession(stack.url, connector=TCPConnector(limit=0), timeout=ClientTimeout(total=None))
            )
            yield stack

    def stop(self) -> None:
        for process in reversed(self.processes.values()):
            process.stop()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def start(self, name: str, *command: str, settings: Mapping[str, str] | None = None) -> str:
        """Start a Python program. For the loopback, wait for its address and return it."""
        announces = name == "loopback"
        with self.log(name).open("ab") as log:
            popen = subprocess.Popen(
                [sys.executable, *command],
                cwd=ROOT,
                env=inherited() | dict(settings or {}),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if announces else log,
                stderr=log,
            )
        self.processes[name] = Started(name, popen.pid, popen)
        return popen.stdout.readline().decode().strip() if announces and popen.stdout else ""

    def settings(self, **changed: str) -> dict[str, str]:
        """The product's settings: nothing but the environment, as in production."""
        return {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_BASE_URL": self.url,
            "REDIS_URL": self.redis_url,
            "DATA_DIR": str(self.folder),
            "LLM_PROVIDER": "openai",
            "OPENAI_BASE_URL": f"{self.url}/v1",
            "OPENAI_API_KEY": "bench",
            **changed,
        }

    async def start_product(self, settings: Mapping[str, str], *names: str) -> Telegram:
        """Start the processes (by default bot and worker) and wait until they take work."""
        commands = {"bot": ("-m", "bot"), "worker": ("worker.py",), "scheduler": ("scheduler.py",)}
        if "bot" in (names or ("bot",)):
            customers = range(1, _MOST_CUSTOMERS)
            await asyncio.to_thread(agree, f"sqlite:///{self.folder / 'dezhurny.db'}", customers)
            await asyncio.to_thread(agree_lately, self.redis_url, customers)
        for name in names or ("bot", "worker"):
            self.start(name, *commands[name], settings=settings)
        await self._until_worker_is_born()
        telegram = Telegram(self.session, TOKEN)
        if "bot" in self.processes:
            try:
                await telegram.wait_for_bot()
            except TimeoutError:
                self.check()
                raise
        return telegram

    async def _until_worker_is_born(self) -> None:
        async with asyncio.timeout(60):
            while not await self.redis.scard("rq:workers"):
                self.check()
                await asyncio.sleep(0.05)

    def check(self) -> None:
        for name, process in self.processes.items():
            process.check(self.log(name))

    async def until_logged(self) -> None:
        """Return when every finished turn has moved from Redis to SQL, so that its cost is counted."""
        async with asyncio.timeout(60):
            while await self.redis.xlen("dz:turnlog"):  # noqa: ASYNC110  in another process
                await asyncio.sleep(0.05)


def inherited() -> dict[str, str]:
    """The environment without this machine's own settings of the product."""
    ours = (
        "TELEGRAM_",
        "OPENAI_",
        "GIGACHAT_",
        "LLM_",
        "LOCAL_",
        "VOICE_",
        "REDIS_URL",
        "DATABASE_URL",
        "DATA_KEYS",
        "TENANT",
    )
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
