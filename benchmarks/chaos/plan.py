"""Which scenarios run on which stages."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from benchmarks.chaos.points import bot_at_points, workers_at_points
from benchmarks.chaos.stage import Setup, Stage, open_stage, report
from benchmarks.chaos.storm import (
    Load,
    Results,
    database_gone,
    redis_gone,
    sigterm,
    storm,
    unlogged,
)
from benchmarks.chaos.trouble import limits, model_down, poison, redelivered, slow_model
from benchmarks.chaos.verdict import Ledger
from bot.tenant import load_tenant

_PATIENT_BREAKER = {"LLM_BREAKER_FAILURES": "1000000"}
"""So that each way of failing is met by the model that fails, and not by a pause after it."""
_NOTICE_SOON = {"NOTICE_AFTER_S": "3"}
_FAST = {"TELEGRAM_MESSAGES_PER_SECOND": "100"}
"""A thousand conversations would take minutes at Telegram's 30 a second."""


def _phone() -> str:
    return load_tenant(Path("tenants/mercedes")).contacts.phone


async def run_short(ledger: Ledger, seed: int, logs: Path | None = None) -> None:
    """Two installations side by side: most of the time goes by in waiting for leases."""
    async with asyncio.TaskGroup() as group:
        group.create_task(_short_hosts(ledger, seed, logs))
        group.create_task(_short_machine(ledger, logs))


async def _short_hosts(ledger: Ledger, seed: int, logs: Path | None) -> None:
    async with open_stage(_two_hosts(logs, _NOTICE_SOON)) as stage:
        points = workers_at_points(stage, chats_each=1, notice_after_s=3)
        slow = slow_model(stage, chats=3, think_s=5.5, kill_at_s=None)
        ledger.add(await _both(points, slow))
        load = Load(chats=40, questions=3, per_s=20)
        ledger.add(await storm(stage, load, kill_every_s=(1.5, 2.5), seed=seed, last_of_both=False))
        ledger.add(await database_gone(stage, 8, 1))
        ledger.add(await redis_gone(stage, 10, 3))
        await _close(ledger, stage)


async def _short_machine(ledger: Ledger, logs: Path | None) -> None:
    async with open_stage(Setup(name="one machine", environment=_PATIENT_BREAKER, logs=logs)) as stage:
        ledger.add(await model_down(stage, _phone()))
        ledger.add(await _both(poison(stage, 8), redelivered(stage)))
        ledger.add(await sigterm(stage, Load(chats=20, questions=1, per_s=15)))
        ledger.add(await limits(stage, chats=45, in_one_chat=4))
        await _close(ledger, stage)


def _two_hosts(logs: Path | None, environment: Mapping[str, str] | None = None) -> Setup:
    return Setup(name="two hosts", bots=2, postgres=True, environment=environment or {}, logs=logs)


async def _both(one: Awaitable[Results], other: Awaitable[Results]) -> Results:
    first, second = await asyncio.gather(one, other)
    return first | second


async def run_long(ledger: Ledger, seed: int, logs: Path | None = None, only: str | None = None) -> None:
    stages: Mapping[str, Callable[[], Awaitable[None]]] = {
        "storm": lambda: _long_storm(ledger, seed, logs),
        "hosts": lambda: _long_hosts(ledger, seed, logs),
        "machine": lambda: _long_machine(ledger, logs),
        "alone": lambda: _long_alone(ledger, logs),
    }
    for name, run in stages.items():
        if only in (None, name):
            await run()


async def _long_storm(ledger: Ledger, seed: int, logs: Path | None) -> None:
    async with open_stage(Setup(name="storm", environment=_FAST, logs=logs)) as stage:
        load = Load(chats=1_000, questions=3, per_s=40)
        ledger.add(await storm(stage, load, kill_every_s=(3, 8), seed=seed, last_of_both=True))
        await _close(ledger, stage)


async def _long_hosts(ledger: Ledger, seed: int, logs: Path | None) -> None:
    async with open_stage(_two_hosts(logs)) as stage:
        load = Load(chats=200, questions=2, per_s=10)
        ledger.add(await storm(stage, load, kill_every_s=(3, 8), seed=seed + 1, last_of_both=True))
        ledger.add(await redis_gone(stage, 50, 10))
        ledger.add(await database_gone(stage, 20, 10))
        ledger.add(await poison(stage, 50))
        ledger.add(await sigterm(stage, Load(chats=50, questions=3, per_s=15)))
        await _close(ledger, stage)


async def _long_machine(ledger: Ledger, logs: Path | None) -> None:
    async with open_stage(Setup(name="one machine", environment=_PATIENT_BREAKER, logs=logs)) as stage:
        ledger.add(await workers_at_points(stage, chats_each=3, notice_after_s=10))
        ledger.add(await bot_at_points(stage))
        ledger.add(await slow_model(stage, chats=10, think_s=12, kill_at_s=11))
        ledger.add(await redelivered(stage))
        ledger.add(await redis_gone(stage, 50, 10))
        ledger.add(await poison(stage, 50))
        ledger.add(await sigterm(stage, Load(chats=50, questions=3, per_s=15)))
        ledger.add(await model_down(stage, _phone()))
        ledger.add(await limits(stage, chats=120, in_one_chat=10))
        await _close(ledger, stage)


async def _long_alone(ledger: Ledger, logs: Path | None) -> None:
    """A model without a spare."""
    setup = Setup(name="no spare", environment=_PATIENT_BREAKER | {"LLM_FALLBACK": ""}, logs=logs)
    async with open_stage(setup) as stage:
        ledger.add(await model_down(stage, _phone(), has_spare=False))
        await _close(ledger, stage)


async def _close(ledger: Ledger, stage: Stage) -> None:
    ledger.add(await unlogged(stage))
    await ledger.close(stage)
    report(f"{stage.name}: done")
