"""An erasure that is killed anywhere is finished, and is done before anything new is kept."""

import asyncio
import inspect
import itertools
from copy import copy
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis
from sqlalchemy import Engine

from bot.embedded.redis import EmbeddedRedis
from bot.people.privacy.erasing import Erasing
from bot.people.privacy.erasing_redis import RedisEraser
from bot.store.erasing import Traces
from tests.fakes.telegram import FakeTelegram
from tests.integration.consent_kit import QUESTION, bakery_with_terms, strangers
from tests.integration.forget_kit import (
    MARFA,
    MARKS,
    NAME,
    WORD,
    erasure,
    everything,
    files,
    live,
    places,
)
from tests.integration.town_kit import Town


@pytest.fixture
def town(town_with_terms: Town) -> Town:
    return town_with_terms


async def test_an_erasure_that_was_killed_anywhere_is_finished_by_the_clock(
    town: Town, tmp_path: Path
) -> None:
    steps = 0
    for survives in itertools.count():
        await live(town)
        await town.people.privacy.erasing.ask(erasure(town, survives))
        mortal = Mortal(survives)
        try:
            await mortal.version_of(town.people.privacy.erasing).finish(MARFA)
        except Killed:
            steps += 1
        await town.do_duty("erasures")
        assert places(await everything(town, tmp_path), *MARKS) == [], survives
        if mortal.survives > 0:
            break
    assert steps >= 10


class Killed(BaseException):
    """As if the process was gone."""


class Mortal:
    """Carries out so many steps of an erasure, and dies after the next."""

    def __init__(self, survives: int) -> None:
        self.survives = survives + 1

    def version_of(self, erasing: Erasing) -> Erasing:
        mortal = copy(erasing)
        for part in ("_store", "_redis", "_inbox", "_consents", "_posts", "_files"):
            setattr(mortal, part, _Counted(getattr(erasing, part), self))
        return mortal

    def step(self) -> None:
        self.survives -= 1
        if not self.survives:
            raise Killed


class _Counted:
    def __init__(self, whole: Any, life: Mortal) -> None:
        self._whole = whole
        self._life = life

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._whole, name)

        async def later(*args: Any, **options: Any) -> Any:
            result = await method(*args, **options)
            self._life.step()
            return result

        def now(*args: Any, **options: Any) -> Any:
            result = method(*args, **options)
            self._life.step()
            return result

        return later if inspect.iscoroutinefunction(method) else now


async def test_consent_is_given_only_after_the_erasure_is_done(
    telegram: FakeTelegram, redis: Redis, prefix: str, engine: Engine, tmp_path: Path
) -> None:
    async with strangers(telegram, redis, prefix, engine, bakery_with_terms(tmp_path)) as town:
        await town.say(7, QUESTION, name=NAME)
        await town.people.privacy.erasing.ask(erasure(town, 1))
        await town.tap(7, "Согласен")
        await town.do_duty("erasures")
        assert await town.people.consents.of(MARFA) is not None


async def test_what_was_erased_is_not_in_the_servers_file_either(prefix: str, tmp_path: Path) -> None:
    server = EmbeddedRedis(tmp_path)
    await asyncio.to_thread(server.start)
    redis = Redis.from_url(server.url)
    try:
        await redis.set(f"{prefix}:draft:telegram:7", WORD)
        assert places(files(tmp_path), WORD)
        eraser = RedisEraser(redis, prefix=prefix)
        await eraser.erase(MARFA, Traces())
        await eraser.rewrite_log()
        async with asyncio.timeout(20):
            while places(await asyncio.to_thread(files, tmp_path), WORD):  # noqa: ASYNC110  another process writes it
                await asyncio.sleep(0.05)
    finally:
        await redis.aclose()
        await asyncio.to_thread(server.stop)
