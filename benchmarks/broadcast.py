"""A message to 5,000 people beside real turns: `python -m benchmarks.broadcast`, or for longer with REAL=1.

The real bot, two workers and the scheduler over a fake Telegram that counts, with the bot's limit four times
Telegram's, so that it fits a minute; REAL=1 keeps Telegram's own 30 a second. In the first part turns are
measured beside it, and before it without it. In the second part workers are killed, Telegram says 429, and
some people have blocked the bot. Then every chat is read.
"""

import argparse
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
from benchmarks.measuring import percentile, report, say
from bot.domain.broadcasts import Audience, Broadcast, Fate, Message, Promo
from bot.embedded.redis import EmbeddedRedis, embedded_redis_url
from bot.people.broadcasts.codes import own_codes
from bot.store.broadcasts import BroadcastStore, NewBroadcast
from bot.store.consents import CONSENTS
from bot.store.engine import database_url, open_engine
from bot.store.job_runs import JobRunStore
from bot.store.migrate import migrate
from bot.store.rows import PEOPLE
from tests.fakes.telegram import FakeTelegram, Fault, FaultKind

ROOT = Path(__file__).parents[1]
TENANT = ROOT / "tests" / "fixtures" / "tenants" / "bakery"
NAME = "bakery"
FIRST, FIRST_ASKER = 100_001, 900_001
REAL_LIMIT, SCALED_LIMIT = 30, 120
MODEL_S = 0.2
CALM_SHARE = 0.6
"""Of the people, how many have it before anything goes wrong."""
BLOCKED_SHARE = 0.04
_WAIT_S = 900.0
_WORDS = "Рассылка: новый хлеб"
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
async def _opened(people: int, limit: int, seed: int) -> AsyncIterator[Scene]:
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


async def measure(people: int, limit: int, every_s: float, alone_s: float, seed: int) -> dict[str, object]:
    async with _opened(people, limit, seed) as scene:
        await _ask_for(scene, 3.0, every_s)  # until all is warm
        alone = await _ask_for(scene, alone_s, every_s)
        began, over = time.monotonic(), asyncio.Event()
        scene.telegram.audit.clear()
        broadcast = await asyncio.to_thread(_begin, scene)
        asking = asyncio.create_task(scene.ask_steadily(every_s, over))
        calm = round(people * CALM_SHARE)
        await _until(scene, broadcast, calm)
        over.set()
        calm_s = time.monotonic() - began
        beside = scene.waits_s(await asking)
        over = asyncio.Event()
        asking = asyncio.create_task(scene.ask_steadily(every_s, over))
        kills = await _disturb(scene, broadcast, people)
        await _until(scene, broadcast, people)
        took_s = time.monotonic() - began
        over.set()
        await asking
        await _until_told(scene)
        say(
            f"{people} people, {limit} a second: {calm} in {calm_s:.0f} s, all in {took_s:.0f} s with {kills}"
            f" kills; turns: {len(alone)} alone, {len(beside)} beside"
        )
        return {
            "people": people,
            **_verdict(scene),
            "turn_p99_ratio": percentile(beside, 0.99) / percentile(alone, 0.99),
            "turn_p99_alone_s": percentile(alone, 0.99),
            "turn_p99_beside_s": percentile(beside, 0.99),
            "turn_p50_ratio": percentile(beside, 0.5) / percentile(alone, 0.5),
            "limit": limit,
            "per_second": calm / calm_s,
            "kills": kills,
            "turns": len(scene.asked),
            "seconds": took_s,
        }


async def _ask_for(scene: Scene, seconds: float, every_s: float) -> list[float]:
    over = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds, over.set)
    return scene.waits_s(await scene.ask_steadily(every_s, over))


def _begin(scene: Scene) -> Broadcast:
    message = Message(
        text=f"**{_WORDS}**, скидка по коду {{promo}}",
        button="Подробнее",
        url="https://example.ru/bread",
        promo=Promo(own=True),
    )
    new = NewBroadcast(
        message=message,
        audience=Audience(),
        by_night=True,
        made_by="telegram:1",
        request_key="bench",
        at=datetime.now(UTC),
    )
    begun = scene.store.start(new, own_codes(message.promo))
    assert begun is not None, "nobody takes news"
    JobRunStore(scene.engine, NAME).claim("broadcasts", "bench", datetime.now(UTC), asked_by="bench")
    return begun


async def _until(scene: Scene, broadcast: Broadcast, ended: int) -> None:
    async with asyncio.timeout(_WAIT_S):
        while await scene.ended(broadcast) < ended:  # noqa: ASYNC110  other processes
            await asyncio.sleep(0.2)


async def _until_told(scene: Scene) -> None:
    """Until the report is on its way."""
    async with asyncio.timeout(_WAIT_S):
        while await asyncio.to_thread(scene.store.open):  # noqa: ASYNC110  other processes
            await asyncio.sleep(0.2)


async def _disturb(scene: Scene, broadcast: Broadcast, people: int) -> int:
    """Kill workers in turn, and have Telegram ask for a pause, while the rest goes out."""
    kills = 0
    for step in (1, 2, 3):
        await _until(scene, broadcast, round(people * (CALM_SHARE + step * (1 - CALM_SHARE) / 5)))
        scene.telegram.faults.add(
            Fault(kind=FaultKind.TOO_MANY, methods=("sendMessage",), times=1, retry_after_s=2)
        )
        await asyncio.sleep(2.5)
        kills += scene.workers[step % 2].kill()
        await asyncio.sleep(1.0)
        kills += scene.workers[(step + 1) % 2].kill()
    return kills


def _verdict(scene: Scene) -> dict[str, object]:
    telegram = scene.telegram
    copies = {
        number: sum(_WORDS in message.text for message in telegram.sent(number)) for number in scene.people
    }
    unreached = {
        call.chat_id for call in telegram.audit.calls("sendMessage", ok=False) if call.error_code == 403
    }
    codes = [
        message.text.rpartition(" ")[2]
        for number in scene.people
        for message in telegram.sent(number)
        if _WORDS in message.text
    ]
    return {
        "missed": sum(count == 0 and number not in unreached for number, count in copies.items()),
        "doubled": sum(count - 1 for count in copies.values() if count > 1),
        "worst_second": telegram.audit.worst_second(),
        "sends_during_pause": len(telegram.audit.sends_during_pause()),
        "blocked": len(unreached),
        "codes_alike": len(codes) - len(set(codes)),
        "unanswered": sum(not telegram.sent(asker) for asker in scene.asked),
    }


def main() -> None:
    is_real = os.environ.get("REAL", "") not in ("", "0")
    parser = argparse.ArgumentParser(prog="python -m benchmarks.broadcast", description=__doc__)
    parser.add_argument("--people", type=int, default=int(os.environ.get("PEOPLE", 5_000)))
    parser.add_argument("--limit", type=int, default=REAL_LIMIT if is_real else SCALED_LIMIT, help="a second")
    parser.add_argument("--every", type=float, default=0.25 if is_real else 0.1, help="s between two turns")
    parser.add_argument("--alone", type=float, default=60.0 if is_real else 20.0, help="s of turns alone")
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    report(asyncio.run(measure(options.people, options.limit, options.every, options.alone, options.seed)))


if __name__ == "__main__":
    main()
