"""``python -m bot run``: the whole product on one machine, with whatever it needs that is not there."""

import asyncio
import logging
import os
import sys
from collections.abc import Awaitable, Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from bot.embedded.local_model import locate_model
from bot.embedded.model_server import is_healthy, read_running_model
from bot.embedded.progress import Report, shown_progress
from bot.embedded.redis import embedded_redis_url
from bot.embedded.speech_model import locate_speech_model
from bot.embedded.supervisor import AlreadyRunning, Service, Supervisor, sole_supervisor
from bot.errors import ServiceError, SettingsError
from bot.settings import Settings
from bot.texts.catalogue import DEFAULT_LANGUAGE, Text, load_texts
from bot.wiring.recordings import check_packages, hears

Chat = Callable[[Settings], Awaitable[int]]

_ROOT = Path(__file__).parents[2]


def run(
    settings: Settings,
    *,
    chat: Chat | None = None,
    always_chat: bool = False,
) -> int:
    """Start everything and stay until Ctrl-C or SIGTERM, or until the console chat ends.

    `chat` is opened when there is a terminal and no Telegram token, or whenever `always_chat` says so.
    Exit status 2 if it runs already; other reasons why it cannot start are raised as AssistantError with
    a sentence.
    """
    try:
        with sole_supervisor(settings.data_dir):
            if settings.needs_local_model:
                with shown_progress() as report:
                    locate_model(settings.local, report)
            in_telegram = settings.telegram.bot_token is not None
            if in_telegram:
                settings = with_voice_or_without(settings)
            in_terminal = sys.stdin is not None and sys.stdin.isatty()
            talks_here = always_chat or (in_terminal and not in_telegram)
            return asyncio.run(_supervise(settings, chat if talks_here else None))
    except AlreadyRunning as error:
        print(_text(Text.RUN_SECOND, pid=error.pid), file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # while the model was being fetched; what was fetched is kept
        return 130


def with_voice_or_without(settings: Settings) -> Settings:
    """The settings with voice off if it was not asked for and cannot be had; a sentence says so.

    Raises SettingsError and ServiceError if it was asked for.
    """
    if settings.voice.enabled is False:
        return settings
    try:
        check_packages(settings)
        with shown_progress() as report:
            fetch_speech_model(settings, report)
    except (SettingsError, ServiceError) as error:
        if settings.voice.enabled:
            raise
        print(_text(Text.RUN_NO_VOICE, reason=error), file=sys.stderr)
        os.environ["VOICE_ENABLED"] = "false"  # for the programs that are started now
        return settings.model_copy(update={"voice": settings.voice.model_copy(update={"enabled": False})})
    return settings


def fetch_speech_model(settings: Settings, report: Report) -> None:
    """Have the model's files here, if the model is to run on this machine."""
    if settings.voice.transcriber == "faster-whisper":
        locate_speech_model(settings, report)


async def _supervise(settings: Settings, chat: Chat | None) -> int:
    talking = False

    def say(line: str) -> None:
        if not talking:
            print(line, file=sys.stderr, flush=True)

    async def stay() -> int:
        nonlocal talking
        if settings.telegram.bot_token is None:
            say(_text(Text.RUN_NO_TOKEN))
        if chat is None:
            say(_text(Text.RUN_TALK))
            return await asyncio.Event().wait()  # until it is cancelled
        talking = True
        return await chat(settings)

    supervisor = Supervisor(
        services(settings), data_dir=settings.data_dir, say=say, logger=_log_beside_the_data(settings)
    )
    return await supervisor.run(stay)


def services(settings: Settings) -> list[Service]:
    """What the settings call for, in the order of the start."""
    python = sys.executable
    redis_url = settings.redis_url or embedded_redis_url(settings.data_dir)

    async def redis_answers(_pid: int) -> bool:
        return await _ping(redis_url)

    async def model_answers(pid: int) -> bool:
        model = read_running_model(settings.data_dir)
        return model is not None and model.pid == pid and await is_healthy(model.url)

    async def worker_is_registered(pid: int) -> bool:
        return await _has_worker(redis_url, pid)

    wanted = []
    if settings.redis_url is None:
        command = (python, "-m", "bot", "redis")
        wanted.append(Service(name="redis", command=command, ready=redis_answers, stop_within_s=2.5))
    if settings.needs_local_model:
        command = (python, "-m", "bot", "model")
        wanted.append(Service(name="model", command=command, ready=model_answers, stop_within_s=1.0))
    if settings.telegram.bot_token is not None:
        wanted.append(Service(name="bot", command=(python, "-m", "bot")))
    worker, scheduler = ((python, str(_ROOT / program)) for program in ("worker.py", "scheduler.py"))
    wanted.append(Service(name="worker", command=worker, ready=worker_is_registered, stop_within_s=4.0))
    wanted.append(Service(name="scheduler", command=scheduler, stop_within_s=1.0))
    if settings.telegram.bot_token is not None and hears(settings):
        command = (*worker, "--queue", "voice")
        wanted.append(Service(name="voice", command=command, ready=worker_is_registered, stop_within_s=3.0))
    return wanted


async def _ping(redis_url: str) -> bool:
    try:
        async with _client(redis_url) as client:
            return bool(await client.ping())
    except RedisError:
        return False


async def _has_worker(redis_url: str, pid: int) -> bool:
    """Whether a worker of this process has registered, as RQ's own workers do."""
    try:
        async with _client(redis_url) as client:
            keys = await client.smembers("rq:workers")
            pids = [await client.hget(key, "pid") for key in keys]
    except RedisError:
        return False
    return str(pid).encode() in pids


def _client(redis_url: str) -> Redis:
    return Redis.from_url(redis_url, socket_timeout=2, retry=Retry(NoBackoff(), 0))


def _log_beside_the_data(settings: Settings) -> structlog.typing.WrappedLogger:
    """A file: the terminal may hold a conversation."""
    path = settings.data_dir / "log" / "supervisor.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    target = logging.Logger("supervisor")
    target.addHandler(RotatingFileHandler(path, maxBytes=10_000_000, backupCount=3, encoding="utf-8"))
    processors: list[structlog.typing.Processor] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.JSONRenderer(),
    ]
    return structlog.wrap_logger(target, processors=processors)


def _text(text: Text, **values: object) -> str:
    return load_texts().say(text, DEFAULT_LANGUAGE, **values)
