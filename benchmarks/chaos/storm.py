"""Load under kills: at random, of Redis, of the database, by SIGTERM."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import text

from benchmarks.chaos.marks import marks_in
from benchmarks.chaos.model import SLOW
from benchmarks.chaos.stage import Stage, report, until
from bot.store.engine import database_url, open_engine
from tests.fakes.telegram import Fault, FaultKind

Results = dict[str, float]
_LOOK_EVERY = 20

_LOG_LOOKS = 15


@dataclass(frozen=True, kw_only=True, slots=True)
class Load:
    """`questions` numbered ones in each of `chats`, so many a second in all, but no more while `most_open`
    wait for their answers: what is measured is the product after a kill, not a machine that is too small."""

    chats: int
    questions: int
    per_s: float
    most_open: int = 400


async def storm(
    stage: Stage, load: Load, *, kill_every_s: tuple[float, float], seed: int, last_of_both: bool
) -> Results:
    """Kill processes in a random order, one every few seconds, for as long as people ask, while Telegram
    hangs up on one send in a hundred after it took effect. The recovery is timed from the last kill; with
    `last_of_both` that is one of both workers with turns in flight, the slowest to recover from."""
    random, chats = Random(seed), stage.new_chats(load.chats)
    hang_up = Fault(kind=FaultKind.DROP_AFTER, methods=("sends",), probability=0.01)
    fault = stage.telegram.faults.add(hang_up)
    asking = asyncio.create_task(ask_all(stage, chats, load))
    victims = _victims(stage)
    names: list[str] = []
    try:
        while not asking.done():
            await asyncio.wait([asking], timeout=random.uniform(*kill_every_s))
            names = names or random.sample(list(victims), k=len(victims))
            name = names.pop()
            await victims[name]()
            report(f"{stage.name}: killed {name}, {stage.unanswered()} questions open")
        await asking
    finally:
        asking.cancel()
    if last_of_both:
        last = chats[:50]
        await ask_all(stage, last, Load(chats=len(last), questions=1, per_s=100), SLOW.format(seconds=1))
        await victims["both workers"]()
        report(f"{stage.name}: killed both workers with {stage.unanswered()} questions open")
    drained_at = await stage.drained(chats, 90)
    stage.telegram.faults.remove(fault)
    recovery_s = drained_at - stage.last_kill_at if drained_at is not None else float("inf")
    report(f"{stage.name}: all answered {recovery_s:.1f} s after the last kill")
    return {"recovery_s": recovery_s}


def _victims(stage: Stage) -> dict[str, Callable[[], Awaitable[None]]]:
    async def kill(*names: str) -> None:
        programs = (*stage.bots, *stage.workers, stage.model, stage.scheduler, stage.redis_server)
        stage.killed(*(program for program in programs if program.name in names))

    async def redis_and_worker() -> None:
        await stage.kill_redis()
        await kill("worker1")

    names = [program.name for program in (*stage.bots, *stage.workers, stage.model)]
    victims: dict[str, Callable[[], Awaitable[None]]] = {
        name: (lambda name=name: kill(name))  # type: ignore[misc]
        for name in names
    }
    return victims | {
        "the Redis server": stage.kill_redis,
        "the Redis server and worker1": redis_and_worker,
        "both workers": lambda: kill("worker1", "worker2"),
        "the watcher of Redis and the scheduler": lambda: kill("redis", "scheduler"),
    }


async def ask_all(stage: Stage, chats: Sequence[int], load: Load, orders: str = "") -> None:
    for _ in range(load.questions):
        for place, chat_id in enumerate(chats):
            if place % _LOOK_EVERY == 0:
                await until(lambda: stage.unanswered() < load.most_open, 60)
            stage.ask(chat_id, orders)
            await asyncio.sleep(1 / load.per_s)


async def redis_gone(stage: Stage, chats: int, gone_s: float) -> Results:
    """Kill the Redis server with turns in flight and keep it away for a while; people go on writing, and a
    bot dies with an update that it could not store."""
    in_flight, later = stage.new_chats(chats), stage.new_chats(chats)
    await ask_all(stage, in_flight, Load(chats=chats, questions=1, per_s=chats * 2), SLOW.format(seconds=1))
    await stage.redis_server.keep_down()
    await stage.kill_redis()
    report(f"{stage.name}: Redis is gone for {gone_s:g} s, with {stage.unanswered()} turns in flight")
    await ask_all(stage, later, Load(chats=chats, questions=2, per_s=chats * 2 / (gone_s / 2)))
    stage.killed(stage.bots[0])
    await asyncio.sleep(gone_s / 2)
    stage.redis_server.let_up()
    await stage.drained([*in_flight, *later])
    return {
        "redis_killed_lost": stage.count(in_flight).lost,
        "redis_gone_lost": stage.count(later).lost,
    }


async def database_gone(stage: Stage, chats: int, gone_s: float) -> Results:
    """No PostgreSQL for a while: answers go on, and the log catches up."""
    if stage.postgres is None:
        raise ValueError("this stage has no PostgreSQL")
    asked = stage.new_chats(chats)
    # A worker does not begin without its database, only go on.
    await stage.workers_up()
    await asyncio.to_thread(stage.postgres.stop)
    report(f"{stage.name}: PostgreSQL is gone for {gone_s:g} s")
    await ask_all(stage, asked, Load(chats=chats, questions=1, per_s=chats / gone_s))
    await stage.drained(asked)
    await asyncio.to_thread(stage.postgres.start)
    return {"database_gone_lost": stage.count(asked).lost}


async def unlogged(stage: Stage) -> Results:
    """How many answered questions are neither in the database nor on their way to it: what a killed worker
    had in hand waits in the stream for a minute until another one takes it."""
    asked = {mark for marks in stage.conversations.asked.values() for mark in marks}
    missing = asked
    for _ in range(_LOG_LOOKS):  # a turn is logged a moment after its answer has arrived
        stream = await stage.redis.xrange("dz:turnlog")
        waiting = {mark for _, fields in stream or () for mark in marks_in(str(fields))}
        missing = asked - waiting - await asyncio.to_thread(_logged, stage)
        if not missing:
            break
        await asyncio.sleep(1)
    return {"unlogged": len(missing)}


def _logged(stage: Stage) -> set[str]:
    address = stage.postgres.url("dezhurny") if stage.postgres else None
    engine = open_engine(database_url(address, stage.home))
    try:
        with engine.connect() as connection:
            questions = connection.execute(text("SELECT question FROM turns")).scalars().all()
    finally:
        engine.dispose()
    return {mark for question in questions for mark in marks_in(question)}


async def sigterm(stage: Stage, load: Load) -> Results:
    """SIGTERM to bots and workers while people write and turns are in flight."""
    chats = stage.new_chats(load.chats)
    await stage.workers_up()
    asking = asyncio.create_task(ask_all(stage, chats, load, SLOW.format(seconds=1)))
    try:
        await asyncio.sleep(load.chats * load.questions / load.per_s / 2)
        for program in (*stage.workers, *stage.bots):
            program.signal(signal.SIGTERM)
        report(f"{stage.name}: SIGTERM with {stage.unanswered()} questions open")
        await asking
    finally:
        asking.cancel()
    await stage.drained(chats)
    counts = stage.count(chats)
    exits = [program.exits[-1] for program in (*stage.workers, *stage.bots) if program.exits]
    return {
        "sigterm_lost": counts.lost,
        "sigterm_doubled": counts.doubled + counts.repeated,
        "sigterm_bad_exits": sum(status != 0 for status in exits),
    }
