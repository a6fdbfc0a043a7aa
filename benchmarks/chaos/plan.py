"""Which scenarios run on which stages."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from traceback import format_exception

from benchmarks.chaos.opening import Setup, open_stage
from benchmarks.chaos.points import bot_at_points, workers_at_points
from benchmarks.chaos.stage import Stage, report
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
    await asyncio.gather(
        _bounded(ledger, "two hosts", 120, _short_hosts(ledger, seed, logs)),
        _bounded(ledger, "one machine", 120, _short_machine(ledger, logs)),
    )


async def _bounded(ledger: Ledger, name: str, within_s: float, stage: Awaitable[None]) -> None:
    """Run a stage, but not for longer. What goes wrong in it is a finding; the others have their turn."""
    try:
        async with asyncio.timeout(within_s):
            await stage
    except Exception as error:  # the figures of the others are told in any case
        is_late = isinstance(error, TimeoutError) and not str(error)
        ledger.failed[name] = f"not over after {within_s:g} s" if is_late else repr(error)
        report(f"{name}: failed, {ledger.failed[name]}\n{''.join(format_exception(error)[-3:])}")


async def _short_hosts(ledger: Ledger, seed: int, logs: Path | None) -> None:
    async with open_stage(_two_hosts(logs)) as stage:
        points = workers_at_points(stage, chats_each=1, notice_after_s=3)
        slow = slow_model(stage, chats=3, think_s=5.5, kill_at_s=None)
        ledger.add(await _both(points, slow))
        load = Load(chats=40, questions=3, per_s=24)
        ledger.add(await storm(stage, load, kill_every_s=(1.4, 2.2), seed=seed, last_of_both=False))
        ledger.add(await database_gone(stage, 8, 1))
        ledger.add(await redis_gone(stage, 10, 3))
        await _close(ledger, stage)


async def _short_machine(ledger: Ledger, logs: Path | None) -> None:
    setup = Setup(name="one machine", environment=_PATIENT_BREAKER, scheduler=False, logs=logs)
    async with open_stage(setup) as stage:
        ledger.add(await model_down(stage, _phone()))
        ledger.add(await _both(poison(stage, 8), redelivered(stage)))
        ledger.add(await sigterm(stage, Load(chats=20, questions=1, per_s=15)))
        ledger.add(await limits(stage, chats=45, in_one_chat=4))
        await _close(ledger, stage)


def _two_hosts(logs: Path | None) -> Setup:
    return Setup(name="two hosts", bots=2, postgres=True, environment=_NOTICE_SOON, logs=logs)


async def _both(one: Awaitable[Results], other: Awaitable[Results]) -> Results:
    first, second = await asyncio.gather(one, other)
    return first | second


async def run_long(ledger: Ledger, seed: int, logs: Path | None = None, only: str | None = None) -> None:
    """One after another, about five minutes in all; a stage that hangs costs no more than its own time."""
    stages: Mapping[str, tuple[float, Callable[[], Awaitable[None]]]] = {
        "storm": (110, lambda: _long_storm(ledger, seed, logs)),
        "hosts": (100, lambda: _long_hosts(ledger, seed, logs)),
        "machine": (130, lambda: _long_machine(ledger, logs)),
        "alone": (40, lambda: _long_alone(ledger, logs)),
    }
    for name, (within_s, run) in stages.items():
        if only in (None, name):
            await _bounded(ledger, name, within_s, run())


async def _long_storm(ledger: Ledger, seed: int, logs: Path | None) -> None:
    async with open_stage(Setup(name="storm", environment=_FAST, logs=logs)) as stage:
        load = Load(chats=1_000, questions=2, per_s=40)
        ledger.add(await storm(stage, load, kill_every_s=(3, 8), seed=seed, last_of_both=True))
        await _close(ledger, stage)


async def _long_hosts(ledger: Ledger, seed: int, logs: Path | None) -> None:
    async with open_stage(_two_hosts(logs)) as stage:
        load = Load(chats=150, questions=2, per_s=12)
        ledger.add(await storm(stage, load, kill_every_s=(3, 6), seed=seed + 1, last_of_both=True))
        ledger.add(await redis_gone(stage, 40, 8))
        ledger.add(await database_gone(stage, 20, 4))
        ledger.add(await sigterm(stage, Load(chats=50, questions=1, per_s=15)))
        await _close(ledger, stage)


async def _long_machine(ledger: Ledger, logs: Path | None) -> None:
    environment = _PATIENT_BREAKER | _NOTICE_SOON
    async with open_stage(Setup(name="one machine", environment=environment, logs=logs)) as stage:
        ledger.add(await model_down(stage, _phone()))
        ledger.add(await workers_at_points(stage, chats_each=3, notice_after_s=3))
        ledger.add(await bot_at_points(stage))
        ledger.add(await slow_model(stage, chats=10, think_s=5.5, kill_at_s=4.5))
        ledger.add(await _both(poison(stage, 30), redelivered(stage)))
        ledger.add(await limits(stage, chats=120, in_one_chat=6))
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
