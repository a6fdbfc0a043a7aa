"""For `benchmarks.broadcast`: the real processes, people who take news, and people who ask."""

import asyncio
import os
import random
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import ConstantBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from sqlalchemy import Engine

from benchmarks.chaos.programs import Program, procfile_command
from bot.domain.broadcasts import Broadcast, Fate
from bot.embedded.redis import EmbeddedRedis, embedded_redis_url
from bot.store.broadcasts import BroadcastStore
from bot.store.consents import CONSENTS
from bot.store.engine import database_url, open_engine
from bot.store.migrate import migrate
from bot.store.rows import PEOPLE
from tests.fakes.telegram import FakeTelegram

ROOT = Path(__file__).parents[1]
TENANT = ROOT / "tests" / "fixtures" / "tenants" / "bakery"
NAME = "bakery"
FIRST, FIRST_ASKER = 100_001, 900_001
MODEL_S = 0.2
BLOCKED_SHARE = 0.04
QUESTION = "Когда хлеб свежий?"


@dataclass(kw_only=True)
class Scene:
    """One installation with its people."""

    telegram: FakeTelegram
    engine: Engine
    redis: Redis
    workers: Sequence[Program]
    people: Sequence[int]
    limit: int
    asked: dict[int, float] = field(default_factory=dict)
    """When each asker asked; each asks once."""

    @property
    def store(self) -> BroadcastStore:
        return BroadcastStore(self.engine, NAME)

    async def ask_steadily(self, every_s: float, over: asyncio.Event) -> list[int]:
        """One asker after another until it is over; returns them once all are answered."""
        askers: list[int] = []
        began = time.monotonic()
        while not over.is_set():
            asker = FIRST_ASKER + len(self.asked)
            self.asked[asker] = time.monotonic()
            askers.append(asker)
            self.telegram.inject.message(asker, QUESTION)
            rest_s = began + len(askers) * every_s - time.monotonic()
            await asyncio.sleep(max(0.0, rest_s))
        async with asyncio.timeout(120):
            while any(not self.telegram.sent(asker) for asker in askers):  # noqa: ASYNC110  other processes
                await asyncio.sleep(0.2)
        return askers

    def waits_s(self, askers: Sequence[int]) -> list[float]:
        """From the question to the whole answer."""
        wanted = set(askers)
        answered = {
            call.chat_id: call.done_at
            for call in self.telegram.audit.calls("sendMessage", ok=True)
            if call.chat_id in wanted
        }
        return [answered[asker] - self.asked[asker] for asker in askers]

    async def ended(self, broadcast: Broadcast) -> int:
        """How many copies are at their end."""
        progress = await asyncio.to_thread(self.store.progress, broadcast.broadcast_id)
        return sum(count for fate, count in progress.items() if fate not in (Fate.WAITING, Fate.POSTED))


@asynccontextmanager
async def opened(people: int, limit: int, seed: int) -> AsyncIterator[Scene]:
    home = Path(tempfile.mkdtemp(prefix="dz-broadcast-"))
    chance = random.Random(seed)
    url = database_url(None, home)
    async with FakeTelegram() as telegram:
        model_url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        model = Program(
            "model",
            [str(ROOT / ".venv/bin/python"), "-m", "benchmarks.loopback", "--latency", str(MODEL_S)],
            dict(os.environ),
            home / "model.log",
            on_line=lambda line: None if model_url.done() else model_url.set_result(line),
        )
        model.start()
        environment = {
            **os.environ,
            "TENANT": str(TENANT),
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "TELEGRAM_API_BASE_URL": telegram.base_url,
            "TELEGRAM_MESSAGES_PER_SECOND": str(limit),
            "LLM_PROVIDER": "openai",
            "OPENAI_BASE_URL": f"{await model_url}/v1",
            "OPENAI_API_KEY": "none",
            "DATA_DIR": str(home),
            "BURST_WINDOW_S": "0",
            "ANSWER_CACHE_TTL_S": "0",
            "EMBEDDINGS": "false",
            "TURNS_PER_MINUTE": "100000",
        }

        def program(process: str, name: str) -> Program:
            return Program(name, procfile_command(process), environment, home / f"{name}.log")

        await asyncio.to_thread(_agree, url, range(FIRST, FIRST + people))
        engine = open_engine(url)
        redis = Redis.from_url(
            embedded_redis_url(home),
            retry=Retry(ConstantBackoff(0.1), 300),
            retry_on_error=[RedisConnectionError],
        )
        scene = Scene(
            telegram=telegram,
            engine=engine,
            redis=redis,
            workers=[program("worker", f"worker{number}") for number in (1, 2)],
            people=range(FIRST, FIRST + people),
            limit=limit,
        )
        for number in scene.people:
            telegram.inject.open_chat(number)
        for number in chance.sample(scene.people, round(people * BLOCKED_SHARE)):
            telegram.inject.block(number)
        server = program("redis", "redis")
        programs = [*scene.workers, program("bot", "bot"), program("scheduler", "scheduler")]
        for one in (server, *programs):
            one.start()
        try:
            yield scene
        finally:
            await asyncio.gather(*(one.stop() for one in (*programs, model)))
            await redis.aclose()
            await server.stop()
            await asyncio.to_thread(EmbeddedRedis(home).stop)
            engine.dispose()
            shutil.rmtree(home, ignore_errors=True)


def _agree(url: str, people: Sequence[int]) -> None:
    """They all take news, as `Consents.take_news` would have noted it."""
    migrate(url)
    engine, now = open_engine(url), datetime.now(UTC)
    seen = {"channel": "telegram", "name": "", "language": "ru", "first_seen_at": now, "last_seen_at": now}
    given = {"tenant": NAME, "version": "", "keeps_summary": False, "takes_news": True, "given_at": now}
    with engine.begin() as connection:
        connection.execute(PEOPLE.insert(), [{**seen, "external_id": str(number)} for number in people])
        rows = connection.execute(PEOPLE.select()).all()
        connection.execute(CONSENTS.insert(), [{**given, "person_id": row.id} for row in rows])
    engine.dispose()
