"""Which scenarios run on which stages."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
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
_LAST_ANSWERS_S = 15.0
"""What is unanswered so long after the time was up is counted as lost."""
_FAST = {"TELEGRAM_MESSAGES_PER_SECOND": "100"}
"""A thousand conversations would take minutes at Telegram's 30 a second."""


def _phone() -> str:
    return load_tenant(Path("tenants/mercedes")).contacts.phone


async def run_short(ledger: Ledger, seed: int, logs: Path | None = None) -> None:
    """Two installations side by side: most of the time goes by in waiting for leases."""
    await asyncio.gather(
        finding(ledger, "two hosts", _short_hosts(ledger, seed, logs)),
        finding(ledger, "one machine", _short_machine(ledger, logs)),
    )


async def finding(ledger: Ledger, name: str, stage: Awaitable[None]) -> None:
    """Run a stage. What goes wrong in it is a finding; the others have their turn."""
    try:
        await stage
    except Exception as error:  # the figures of the others are told in any case
        ledger.failed[name] = str(error) or repr(error)
        report(f"{name}: failed, {ledger.failed[name]}\n{''.join(format_exception(error)[-3:])}")


@asynccontextmanager
async def _stage(ledger: Ledger, setup: Setup, within_s: float) -> AsyncIterator[Stage]:
    """Open a stage, and take its counts when all is over there, be it because its time is up.

    Raises TimeoutError then. The time begins when the stage is up; to come up it has two minutes.
    """
    async with open_stage(setup) as stage:
        try:
            async with asyncio.timeout(within_s) as time:
                yield stage
                ledger.add(await unlogged(stage))
        except TimeoutError as error:
            await stage.drained(timeout_s=_LAST_ANSWERS_S)
            raise TimeoutError(f"not over after {within_s:g} s" if time.expired() else str(error)) from error
        finally:
            await ledger.close(stage)
            report(f"{stage.name}: done")


async def _short_hosts(ledger: Ledger, seed: int, logs: Path | None) -> None:
    async with _stage(ledger, _two_hosts(logs), 100) as stage:
        points = workers_at_points(stage, chats_each=1, notice_after_s=3)
        slow = slow_model(stage, chats=3, think_s=5.5, kill_at_s=None)
        ledger.add(await _both(points, slow))
        load = Load(chats=40, questions=3, per_s=24)
        ledger.add(await storm(stage, load, kill_every_s=(1.4, 2.2), seed=seed, last_of_both=False))
        ledger.add(await database_gone(stage, 8, 1))
        ledger.add(await redis_gone(stage, 10, 3))


async def _short_machine(ledger: Ledger, logs: Path | None) -> None:
    setup = Setup(name="one machine", environment=_PATIENT_BREAKER, scheduler=False, logs=logs)
    async with _stage(ledger, setup, 100) as stage:
        ledger.add(await model_down(stage, _phone()))
        ledger.add(await _both(poison(stage, 8), redelivered(stage)))
        ledger.add(await sigterm(stage, Load(chats=20, questions=1, per_s=15)))
        ledger.add(await limits(stage, chats=45, in_one_chat=4))


def _two_hosts(logs: Path | None) -> Setup:
    return Setup(name="two hosts", bots=2, postgres=True, environment=_NOTICE_SOON, logs=logs)


async def _both(one: Awaitable[Results], other: Awaitable[Results]) -> Results:
    first, second = await asyncio.gather(one, other)
    return first | second


async def run_long(ledger: Ledger, seed: int, logs: Path | None = None, only: str | None = None) -> None:
    """One after another, about five minutes in all; a stage that hangs costs no more than its own time."""
    stages: Mapping[str, Callable[[], Awaitable[None]]] = {
        "storm": lambda: _long_storm(ledger, seed, logs),
        "hosts": lambda: _long_hosts(ledger, seed, logs),
        "machine": lambda: _long_machine(ledger, logs),
        "alone": lambda: _long_alone(ledger, logs),
    }
    for name, run in stages.items():
        if only in (None, name):
            await finding(ledger, name, run())


async def _long_storm(ledger: Ledger, seed: int, logs: Path | None) -> None:
    async with _stage(ledger, Setup(name="storm", environment=_FAST, logs=logs), 110) as stage:
        load = Load(chats=1_000, questions=2, per_s=40)
        ledger.add(await storm(stage, load, kill_every_s=(3, 8), seed=seed, last_of_both=True))


async def _long_hosts(ledger: Ledger, seed: int, logs: Path | None) -> None:
    async with _stage(ledger, _two_hosts(logs), 100) as stage:
        load = Load(chats=150, questions=2, per_s=12)
        ledger.add(await storm(stage, load, kill_every_s=(3, 6), seed=seed + 1, last_of_both=True))
        ledger.add(await redis_gone(stage, 40, 8))
        ledger.add(await database_gone(stage, 20, 4))
        ledger.add(await sigterm(stage, Load(chats=50, questions=1, per_s=15)))


async def _long_machine(ledger: Ledger, logs: Path | None) -> None:
    setup = Setup(name="one machine", environment=_PATIENT_BREAKER | _NOTICE_SOON, logs=logs)
    async with _stage(ledger, setup, 130) as stage:
        ledger.add(await model_down(stage, _phone()))
        ledger.add(await workers_at_points(stage, chats_each=3, notice_after_s=3))
        ledger.add(await bot_at_points(stage))
        ledger.add(await slow_model(stage, chats=10, think_s=5.5, kill_at_s=4.5))
        ledger.add(await _both(poison(stage, 30), redelivered(stage)))
        ledger.add(await limits(stage, chats=120, in_one_chat=6))


async def _long_alone(ledger: Ledger, logs: Path | None) -> None:
    """A model without a spare."""
    setup = Setup(name="no spare", environment=_PATIENT_BREAKER | {"LLM_FALLBACK": ""}, logs=logs)
    async with _stage(ledger, setup, 40) as stage:
        ledger.add(await model_down(stage, _phone(), has_spare=False))
