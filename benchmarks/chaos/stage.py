"""A stage: the product's real processes between a fake Telegram, a model server and its spare."""

import asyncio
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from benchmarks.chaos.marks import Conversations, Counts, marks_in
from benchmarks.chaos.model import obedient_model
from benchmarks.chaos.programs import Program, procfile_command
from bot.embedded.redis import EmbeddedRedis, embedded_redis_url
from tests.fakes.model import ScriptedModel
from tests.fakes.model.server import DEFAULT_CREDENTIALS
from tests.fakes.telegram import FakeTelegram, Injected, WebhookRules
from tests.postgres import PostgresServer

SECRET = "chaos-secret"
WORKERS = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """What a stage consists of. `environment` is laid over the usual settings."""

    name: str
    bots: int = 1
    """More than one: behind a webhook, in turns."""
    postgres: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    logs: Path | None = None
    """Where to leave the processes' logs."""


@dataclass(kw_only=True)
class Stage:
    """One running installation, and what is asked in it."""

    name: str
    home: Path
    telegram: FakeTelegram
    redis: Redis
    redis_server: Program
    model: Program
    bots: list[Program]
    workers: list[Program]
    scheduler: Program
    postgres: PostgresServer | None
    poisoned: list[str]
    """The marks of the poisonous questions that a model got, once per request."""
    webhooks: tuple[str, ...] = ()
    conversations: Conversations = field(default_factory=Conversations)
    kills: int = 0
    last_kill_at: float = 0.0
    _open: dict[int, set[str]] = field(default_factory=dict)
    _last_chat: int = 1_000
    """The bot itself has a small id."""

    def new_chats(self, count: int) -> list[int]:
        first = self._last_chat + 1
        self._last_chat += count
        return list(range(first, first + count))

    def new_chat(self) -> int:
        return self.new_chats(1)[0]

    def ask(self, chat_id: int, orders: str = "") -> Injected:
        """A question that is counted; `orders` are the model's (see `model.py`)."""
        mark = self.conversations.ask(chat_id)
        self._open.setdefault(chat_id, set()).add(mark)
        return self.telegram.inject.message(chat_id, f"Скажите, пожалуйста, {mark} {orders}?")

    def say(self, chat_id: int, orders: str) -> Injected:
        """A question whose answer need not carry its mark."""
        return self.telegram.inject.message(chat_id, f"Скажите, пожалуйста, q{chat_id}m0 {orders}?")

    def unanswered(self, of: Collection[int] | None = None) -> int:
        """How many counted questions, of some chats or of all, have no visible answer yet."""
        chats = list(self._open) if of is None else [chat for chat in of if chat in self._open]
        return sum(self._unanswered_in(chat_id) for chat_id in chats)

    def _unanswered_in(self, chat_id: int) -> int:
        marks = self._open[chat_id]
        for message in self.telegram.messages(chat_id):
            if message.from_bot:
                marks.difference_update(marks_in(message.text))
        if not marks:
            del self._open[chat_id]
        return len(marks)

    async def drained(self, of: Collection[int] | None = None, timeout_s: float = 60.0) -> float | None:
        """Wait until all is answered in some chats, or in all. The moment (monotonic) it was, or None if it
        never was; then these questions are waited for no more."""
        if await until(lambda: not self.unanswered(of), timeout_s, every_s=0.2):
            return time.monotonic()
        left = {chat: sorted(self._open[chat]) for chat in list(self._open) if of is None or chat in of}
        report(f"{self.name}: unanswered after {timeout_s:.0f} s: {left}")
        for chat in left:
            del self._open[chat]
        return None

    def count(self, chats: Collection[int] | None = None) -> Counts:
        """Of some chats, or of all."""
        asked = self.conversations.asked
        some = Conversations(asked={chat: asked[chat] for chat in asked if chats is None or chat in chats})
        return some.count({chat_id: self.telegram.messages(chat_id) for chat_id in some.asked})

    def killed(self, *programs: Program) -> None:
        for program in programs:
            self.kills += program.kill()
        self.last_kill_at = time.monotonic()

    async def kill_redis(self) -> None:
        """The server, not its watcher."""
        os.kill(int((await self.redis.info("server"))["process_id"]), signal.SIGKILL)
        self.kills += 1
        self.last_kill_at = time.monotonic()

    async def statistic(self, name: str) -> int:
        return int(await self.redis.get(f"dz:stats:{name}") or 0)

    async def workers_up(self) -> None:
        """Return when every worker has registered with RQ."""
        while not {worker.pid for worker in self.workers} <= await self._registered_pids():  # noqa: ASYNC110
            await asyncio.sleep(0.1)

    async def _registered_pids(self) -> set[int | None]:
        keys = await self.redis.smembers("rq:workers")
        pids = [await self.redis.hget(key, "pid") for key in keys]
        return {int(pid) for pid in pids if pid}

    async def accepted(self, asked: Injected) -> None:
        """Return when the inbox has taken the update."""
        seen = f"dz:seen:telegram:{asked.update_id}"
        while not await self.redis.exists(seen):  # noqa: ASYNC110  another process does it
            await asyncio.sleep(0.01)

    def tell_faults(self) -> None:
        """Report what is visible in each chat whose count is bad."""
        for chat_id in self.conversations.asked:
            counts = self.count([chat_id])
            if counts.lost or counts.doubled or counts.repeated or counts.out_of_order:
                seen = [(m.message_id, m.history) for m in self.telegram.messages(chat_id)]
                report(f"{self.name}: {counts}: {seen}")


async def until(is_so: Callable[[], bool], timeout_s: float, every_s: float = 0.05) -> bool:
    deadline = time.monotonic() + timeout_s
    while not is_so():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(every_s)
    return True


def report(line: str) -> None:
    print(f"[{time.monotonic() - _STARTED_AT:6.1f} s] {line}", file=sys.stderr, flush=True)


_STARTED_AT = time.monotonic()


@asynccontextmanager
async def open_stage(setup: Setup) -> AsyncIterator[Stage]:
    """Start everything, and return when the first question is answered. Stops everything in the end."""
    async with AsyncExitStack() as stack:
        home = Path(tempfile.mkdtemp(prefix="dz-chaos-", dir="/tmp"))
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        if setup.logs is not None:
            stack.callback(_keep_logs, home, setup.logs / setup.name.replace(" ", "-"))
        telegram = await stack.enter_async_context(FakeTelegram(webhook_rules=WebhookRules(timeout_s=20)))
        poisoned: list[str] = []
        spare = await stack.enter_async_context(obedient_model(spare=True, on_poison=poisoned.append))
        postgres = await asyncio.to_thread(stack.enter_context, PostgresServer()) if setup.postgres else None
        model_port = _free_port()
        environment = _environment(setup, home, telegram, model_port, spare, postgres)
        redis = Redis.from_url(
            embedded_redis_url(home),
            retry=Retry(ConstantBackoff(0.1), 300),
            retry_on_error=[RedisConnectionError],
        )
        stack.push_async_callback(redis.aclose)
        stage = _stage(setup, home, telegram, redis, environment, model_port, postgres, poisoned)
        stack.push_async_callback(_stop, stage)
        programs = (stage.redis_server, stage.model, *stage.workers, *stage.bots, stage.scheduler)
        for program in programs:
            program.start()
        await _first_answer(stage)
        yield stage


def _keep_logs(home: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for log in home.glob("*.log"):
        shutil.copy(log, folder)


async def _first_answer(stage: Stage) -> None:
    stage.ask(stage.new_chat())
    if await stage.drained() is None:
        raise RuntimeError(f"{stage.name}: no first answer; {_last_words(stage.home)}")
    if stage.webhooks:
        # Each bot registers the webhook at its own address; a balancer before them takes turns.
        stage.telegram.webhook.receivers = stage.webhooks
    report(f"{stage.name}: up")


def _last_words(home: Path) -> str:
    lines = [log.read_text(errors="replace").splitlines()[-1:] for log in sorted(home.glob("*.log"))]
    return " | ".join(line for last in lines for line in last)[-2000:]


async def _stop(stage: Stage) -> None:
    for program in (*stage.bots, *stage.workers, stage.scheduler, stage.model, stage.redis_server):
        await program.stop()
    # The server outlives a watcher that was killed.
    await asyncio.to_thread(EmbeddedRedis(stage.home).stop)


def _stage(
    setup: Setup,
    home: Path,
    telegram: FakeTelegram,
    redis: Redis,
    environment: Mapping[str, str],
    model_port: int,
    postgres: PostgresServer | None,
    poisoned: list[str],
) -> Stage:
    def program(process: str, name: str, more: Mapping[str, str] | None = None) -> Program:
        return Program(name, procfile_command(process), {**environment, **(more or {})}, home / f"{name}.log")

    ports = [_free_port() for _ in range(setup.bots)] if setup.bots > 1 else []
    bots = [program("bot", "bot")]
    if ports:
        bots = [program("bot", f"bot{number}", _webhook(port)) for number, port in enumerate(ports, 1)]
    model = Program(
        "model",
        [sys.executable, "-m", "benchmarks.chaos.model", "--port", str(model_port)],
        dict(os.environ),
        home / "model.log",
        on_line=poisoned.append,
    )
    return Stage(
        name=setup.name,
        home=home,
        telegram=telegram,
        redis=redis,
        redis_server=program("redis", "redis"),
        model=model,
        bots=bots,
        workers=[program("worker", f"worker{number}") for number in range(1, WORKERS + 1)],
        scheduler=program("scheduler", "scheduler"),
        postgres=postgres,
        poisoned=poisoned,
        webhooks=tuple(map(_webhook_url, ports)),
    )


def _environment(
    setup: Setup,
    home: Path,
    telegram: FakeTelegram,
    model_port: int,
    spare: ScriptedModel,
    postgres: PostgresServer | None,
) -> dict[str, str]:
    settings = {
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_BASE_URL": telegram.base_url,
        "LLM_PROVIDER": "openai",
        "LLM_FALLBACK": "gigachat",
        "OPENAI_BASE_URL": f"http://127.0.0.1:{model_port}/v1",
        "OPENAI_API_KEY": "chaos",
        "GIGACHAT_AUTH_URL": spare.gigachat_auth_url,
        "GIGACHAT_BASE_URL": spare.gigachat_url,
        "GIGACHAT_CREDENTIALS": DEFAULT_CREDENTIALS,
        "GIGACHAT_MAX_STREAMS": "1000",
        "DATA_DIR": str(home),
        "BURST_WINDOW_S": "0",
        "TURNS_PER_MINUTE": "100000",
    }
    if postgres is not None:
        settings["DATABASE_URL"] = postgres.create("dezhurny")
    return {**os.environ, **settings, **setup.environment}


def _webhook(port: int) -> dict[str, str]:
    return {
        "TELEGRAM_WEBHOOK_URL": _webhook_url(port),
        "TELEGRAM_WEBHOOK_SECRET": SECRET,
        "TELEGRAM_WEBHOOK_PORT": str(port),
    }


def _webhook_url(port: int) -> str:
    return f"http://127.0.0.1:{port}/telegram/webhook"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
