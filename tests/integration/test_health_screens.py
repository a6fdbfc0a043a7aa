"""/health: each part of the service well and unwell."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine

from bot.delivery.limiter import Limiter
from bot.domain import ChannelName, ChatRef, Utterance
from bot.people.admins.health import Health
from bot.people.admins.model_reach import ModelReach, Place
from bot.people.admins.signs import Check, Sign, worst
from bot.people.changes.models import ModelOption, ModelOptions
from bot.people.tuning import Knob, Tuning
from bot.queue.worker import WORKER_TTL_S
from bot.settings import TelegramSettings
from bot.store.job_runs import JobRunStore, RunOutcome
from bot.store.model_asks import ModelAskStore
from bot.store.tunings import TuningStore
from bot.texts.health import HealthText
from tests.fakes.telegram import FakeTelegram
from tests.integration.oversight_kit import ADMIN, OPEN, Clock, open_bakery
from tests.integration.retention_kit import plant_turn
from tests.integration.town_kit import Town

MODELS = ModelOptions(
    options=(
        ModelOption(provider="local", model="small", is_configured=True),
        ModelOption(provider="openai", model="large", is_configured=True),
    ),
    default="local",
    fallback=("openai",),
)


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    return sqlite_url


@pytest.fixture
def town(town_with_staff: Town) -> Town:
    return town_with_staff


async def check(town: Town, name: HealthText) -> Check:
    return next(found for found in await town.people.admins.health.checks() if found.name is name)


async def test_the_screen_names_the_worst_first_and_looks_again(town: Town, redis: Redis) -> None:
    screen = (await town.say(ADMIN, "/health")).rpartition("/health")[2].splitlines()
    assert "🔴 Есть неполадки" in screen[1]
    assert "🔴 Исполнители: ни один не работает" in screen[3]
    await redis.sadd("rq:workers:turns", "rq:worker:one")
    await redis.set("rq:worker:one", "here", ex=WORKER_TTL_S)
    again = await town.tap(ADMIN, "Обновить")
    assert "🟢 Исполнители: работают: 1" in again


async def test_messages_that_wait_long_are_red(town: Town, redis: Redis, prefix: str) -> None:
    assert (await check(town, HealthText.NAME_QUEUE)).sign is Sign.GREEN
    for age_s, sign in ((5, Sign.GREEN), (60, Sign.YELLOW), (600, Sign.RED)):
        waiting = Utterance(
            update_id="1",
            chat=ChatRef(channel=ChannelName.TELEGRAM, chat_id="4"),
            person_id="4",
            text="?",
            received_at=OPEN - timedelta(seconds=age_s),
        )
        await redis.delete(f"{prefix}:inbox:telegram:4")
        await redis.rpush(f"{prefix}:inbox:telegram:4", waiting.to_json())
        await redis.zadd(f"{prefix}:waiting", {"telegram:4": 1})
        found = await check(town, HealthText.NAME_QUEUE)
        assert (found.sign, found.values["oldest"], found.values["count"]) == (sign, age_s, 1)


async def test_turns_that_sql_has_not_taken_are_told(town: Town, redis: Redis, prefix: str) -> None:
    assert (await check(town, HealthText.NAME_TURN_LOG)).text is HealthText.TURN_LOG
    at_ms = int((datetime.now(UTC) - timedelta(minutes=1)).timestamp() * 1000)
    await redis.delete(f"{prefix}:turnlog")
    await redis.xadd(f"{prefix}:turnlog", {"record": "{}"}, id=f"{at_ms}-0")
    found = await check(town, HealthText.NAME_TURN_LOG)
    assert (found.sign, found.values["count"]) == (Sign.YELLOW, 1)
    await redis.xadd(f"{prefix}:turnlog:rejected", {"record": "{}"})
    assert (await check(town, HealthText.NAME_TURN_LOG)).text is HealthText.TURN_LOG_REJECTED


async def test_jobs_that_failed_or_are_late_are_named(town: Town, engine: Engine) -> None:
    assert (await check(town, HealthText.NAME_JOBS)).text is HealthText.JOBS_NEVER
    runs = JobRunStore(engine, "bakery")
    for name, outcome in (("digest", RunOutcome.DONE), ("backup", RunOutcome.FAILED)):
        run = runs.claim(name, "today", OPEN, asked_by="clock")
        assert run is not None
        runs.end(run, outcome, started_at=OPEN, at=OPEN)
    found = await check(town, HealthText.NAME_JOBS)
    assert (found.sign, found.text, found.jobs) == (Sign.YELLOW, HealthText.JOBS_FAILED, ("backup",))
    assert "не получилось: Резервная копия" in await town.say(ADMIN, "/health")


async def test_pauses_that_telegram_asked_for_are_counted(town: Town, redis: Redis, prefix: str) -> None:
    assert (await check(town, HealthText.NAME_TELEGRAM)).sign is Sign.GREEN
    settings = TelegramSettings.model_validate({})
    await Limiter(redis, settings, prefix=prefix).pause(0.001)
    found = await check(town, HealthText.NAME_TELEGRAM)
    assert (found.values["count"], found.text) == (1, HealthText.TELEGRAM_FLOODS)


async def test_a_disk_that_is_nowhere_is_red(town: Town, redis: Redis, engine: Engine) -> None:
    health = Health(
        redis=redis,
        engine=engine,
        jobs=town.people.upkeep.jobs,
        models=ModelReach(town.people.changes, {}),
        data_dir=Path("/nonexistent"),
        now=lambda: OPEN,
        prefix=town.prefix,
    )
    found = {one.name: one.sign for one in await health.checks()}
    assert found[HealthText.NAME_DISK] is Sign.RED


async def test_the_model_in_force_is_looked_for_and_then_its_spare(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with (
        serve(answer) as address,
        serve(hang) as silent,
        open_bakery(telegram, redis, prefix, engine, tmp_path, clock=Clock()) as town,
    ):
        town.people.changes.models = MODELS
        for places, text in (
            ({"local": address, "openai": None}, HealthText.MODEL_ANSWERS),
            ({"local": None, "openai": address}, HealthText.MODEL_FALLBACK),
            ({"local": silent, "openai": address}, HealthText.MODEL_FALLBACK),
            ({"local": silent, "openai": None}, HealthText.MODEL_SILENT),
            ({"local": "http://127.0.0.1:9/v1", "openai": None}, HealthText.MODEL_SILENT),
        ):
            reach = ModelReach(town.people.changes, {name: _at(place) for name, place in places.items()})
            assert (await reach.look()).text is text
        await _tuning(town).change(Knob.MODEL, {"provider": "off"}, seen=0, changed_by="x")
        assert (await reach.look()).text is HealthText.MODEL_OFF


@pytest.mark.parametrize(
    ("attempts", "sign", "failed"),
    [
        ([[""], ["ModelUnavailable", ""]], Sign.GREEN, None),
        ([["ModelUnavailable", "Paused"], [""], []], Sign.YELLOW, 1),
        ([["ModelUnavailable"]], Sign.YELLOW, 1),
        ([["ModelUnavailable"], ["Paused"]], Sign.RED, 2),
        ([["ModelRefused"], ["Cancelled"]], Sign.GREEN, None),
    ],
)
async def test_a_model_that_leaves_questions_unanswered_is_not_well(
    town: Town, engine: Engine, attempts: list[list[str]], sign: Sign, failed: int | None
) -> None:
    for minute, errors in enumerate(attempts, start=1):
        trace = {"attempts": [{"model": "small", "error": error, "ms": 1.0} for error in errors]}
        plant_turn(engine, OPEN - timedelta(minutes=minute), trace=trace)
    plant_turn(engine, OPEN - timedelta(hours=1), outcome="model_down", trace={})  # long over
    town.people.changes.models = MODELS
    asks = ModelAskStore(engine, "bakery").latest
    async with serve(answer) as address:
        reach = ModelReach(town.people.changes, {"local": _at(address)}, asks, lambda: OPEN)
        found = await reach.look()
    assert (found.sign, found.values.get("failed")) == (sign, failed)


async def test_a_worker_that_does_not_stir_is_told_before_redis_forgets_it(town: Town, redis: Redis) -> None:
    for name, left_s in (("one", WORKER_TTL_S), ("two", WORKER_TTL_S - 20)):
        await redis.sadd("rq:workers:turns", f"rq:worker:{name}")
        await redis.set(f"rq:worker:{name}", "here", ex=left_s)
    found = await check(town, HealthText.NAME_WORKERS)
    assert (found.sign, found.values) == (Sign.YELLOW, {"count": 1, "silent": 1})
    await redis.delete("rq:worker:one")
    assert (await check(town, HealthText.NAME_WORKERS)).text is HealthText.NO_WORKERS


async def test_a_redis_that_is_away_is_red_and_the_rest_is_told(town: Town, engine: Engine) -> None:
    gone: Redis = Redis(host="127.0.0.1", port=1)
    health = Health(
        redis=gone,
        engine=engine,
        jobs=town.people.upkeep.jobs,
        models=ModelReach(town.people.changes, {}),
        data_dir=None,
        now=lambda: OPEN,
    )
    checks = {one.name: one.sign for one in await health.checks()}
    assert checks[HealthText.NAME_REDIS] is checks[HealthText.NAME_QUEUE] is Sign.RED
    assert checks[HealthText.NAME_SQL] is not Sign.RED
    assert worst(await health.checks()) is Sign.RED
    with pytest.raises(RedisError):
        await gone.ping()
    await gone.aclose()


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    writer.close()


async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """As a server that was stopped: it listens, and says nothing."""
    await reader.read()
    writer.close()


@asynccontextmanager
async def serve(
    talk: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]],
) -> AsyncIterator[str]:
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    server.close()


def _at(place: str | None) -> Place:
    return lambda: place


def _tuning(town: Town) -> Tuning:
    return Tuning(TuningStore(town.engine, "bakery"), town.redis, "bakery", prefix=town.prefix)
