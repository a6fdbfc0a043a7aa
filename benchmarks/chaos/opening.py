"""Starts and stops what a stage consists of."""

import asyncio
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError

from benchmarks.chaos.model import obedient_model
from benchmarks.chaos.programs import Program, procfile_command
from benchmarks.chaos.stage import Stage, report
from bot.embedded.redis import EmbeddedRedis, embedded_redis_url
from bot.store.sealing import new_key
from tests.consenting import agree, agree_lately
from tests.fakes.model import ScriptedModel
from tests.fakes.model.server import DEFAULT_CREDENTIALS
from tests.fakes.telegram import FakeTelegram, WebhookRules
from tests.postgres import PostgresServer

SECRET = "chaos-secret"
WORKERS = 2
_CUSTOMERS = range(1, 5_000)
"""They all have agreed to the terms."""
FIRST_ANSWER_S = 120.0
"""A dozen processes that start at once on a machine with other work take their time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setup:
    """What a stage consists of. `environment` is laid over the usual settings."""

    name: str
    bots: int = 1
    """More than one: behind a webhook, in turns."""
    postgres: bool = False
    scheduler: bool = True
    """Without it the workers look alone after what was left behind."""
    environment: Mapping[str, str] = field(default_factory=dict)
    logs: Path | None = None
    """Where to leave the processes' logs."""


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
        url = environment.get("DATABASE_URL", f"sqlite:///{home / 'dezhurny.db'}")
        await asyncio.to_thread(agree, url, _CUSTOMERS)
        for program in (stage.redis_server, stage.model, *stage.workers, *stage.bots):
            program.start()
        await asyncio.to_thread(agree_lately, embedded_redis_url(home), _CUSTOMERS)
        await _first_answer(stage)
        if setup.scheduler:
            stage.scheduler.start()
        yield stage


def _keep_logs(home: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for log in home.glob("*.log"):
        shutil.copy(log, folder)


async def _first_answer(stage: Stage) -> None:
    stage.ask(stage.new_chat())
    if await stage.drained(timeout_s=FIRST_ANSWER_S) is None:
        raise RuntimeError(f"{stage.name}: no first answer; {_last_words(stage.home)}")
    if stage.webhooks:
        # Each bot registers the webhook at its own address; a balancer before them takes turns.
        stage.telegram.webhook.receivers = stage.webhooks
    report(f"{stage.name}: up")


def _last_words(home: Path) -> str:
    lines = [log.read_text(errors="replace").splitlines()[-1:] for log in sorted(home.glob("*.log"))]
    return " | ".join(line for last in lines for line in last)[-2000:]


async def _stop(stage: Stage) -> None:
    programs = (*stage.bots, *stage.workers, stage.scheduler, stage.model)
    await asyncio.gather(*(program.stop() for program in programs))
    await stage.redis_server.stop()
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
        "ANSWER_CACHE_TTL_S": "0",
        "EMBEDDINGS": "false",
        "TURNS_PER_MINUTE": "100000",
    }
    if postgres is not None:
        settings |= {"DATABASE_URL": postgres.create("dezhurny"), "DATA_KEYS": new_key()}
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
