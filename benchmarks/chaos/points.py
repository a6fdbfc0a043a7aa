"""Kills at named points: the moment is held by the fake Telegram or by the model, so that it is exact."""

import asyncio
import signal
from dataclasses import dataclass

from benchmarks.chaos.model import SLOW, WRITING
from benchmarks.chaos.stage import Stage, report
from benchmarks.chaos.storm import Results
from tests.fakes.telegram import Fault, FaultKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Point:
    """Where the worker of a chat is when it is killed. With a fault, as soon as the fault holds a call."""

    name: str
    orders: str = ""
    faults: tuple[tuple[FaultKind, str], ...] = ()
    """Kind and method; the last one holds."""


_BEYOND_NOTICE = "beyond the notice"
POINTS = (
    Point(name="the model thinks", orders=SLOW.format(seconds=2.5)),
    Point(name="the model writes", orders=WRITING.format(seconds=0.3)),
    Point(name="before sendMessage took effect", faults=((FaultKind.HOLD_BEFORE, "sendMessage"),)),
    Point(name="after sendMessage took effect", faults=((FaultKind.HOLD_AFTER, "sendMessage"),)),
    Point(
        name="while it looks for a message of unknown fate",
        faults=(
            (FaultKind.DROP_AFTER, "sendMessage"),
            (FaultKind.HOLD_BEFORE, "editMessageReplyMarkup"),
        ),
    ),
    Point(
        name="before the notice took effect",
        orders=_BEYOND_NOTICE,
        faults=((FaultKind.HOLD_BEFORE, "sendMessage"),),
    ),
    Point(
        name="after the notice took effect",
        orders=_BEYOND_NOTICE,
        faults=((FaultKind.HOLD_AFTER, "sendMessage"),),
    ),
    Point(
        name="before the answer took the notice's place",
        orders=_BEYOND_NOTICE,
        faults=((FaultKind.HOLD_BEFORE, "editMessageText"),),
    ),
    Point(
        name="after the answer took the notice's place",
        orders=_BEYOND_NOTICE,
        faults=((FaultKind.HOLD_AFTER, "editMessageText"),),
    ),
)


async def workers_at_points(stage: Stage, *, chats_each: int, notice_after_s: float) -> Results:
    """Bring chats to every point at once, then kill every worker."""
    holds: list[tuple[Point, int]] = []
    asked: list[int] = []
    thinking = SLOW.format(seconds=notice_after_s + 1)
    early, late = _by_need_of_notice()
    for points, orders in ((late, thinking), (early, "")):
        for point in points:
            for chat_id in stage.new_chats(chats_each):
                numbers = [_put(stage, chat_id, kind, method) for kind, method in point.faults]
                stage.ask(chat_id, orders or point.orders)
                asked.append(chat_id)
                holds += [(point, numbers[-1])] if numbers else []
        if orders:
            await asyncio.sleep(notice_after_s - 1.5)
    for point, number in holds:
        try:
            await stage.telegram.faults.wait_held(number, timeout_s=10)
        except TimeoutError:
            report(f"{stage.name}: nothing came to the point '{point.name}'")
            raise
    stage.killed(*stage.workers)
    report(f"{stage.name}: killed the workers at {len(POINTS)} points")
    await asyncio.sleep(0.5)
    stage.telegram.faults.clear()
    drained_at = await stage.drained(asked)
    return {
        "points": len(POINTS),
        "points_recovery_s": (drained_at or float("inf")) - stage.last_kill_at,
    }


def _by_need_of_notice() -> tuple[list[Point], list[Point]]:
    early = [point for point in POINTS if point.orders != _BEYOND_NOTICE]
    return early, [point for point in POINTS if point.orders == _BEYOND_NOTICE]


def _put(stage: Stage, chat_id: int, kind: FaultKind, method: str) -> int:
    return stage.telegram.faults.add(Fault(kind=kind, methods=(method,), chat_id=chat_id, times=1))


async def bot_at_points(stage: Stage) -> Results:
    """Kill a polling bot after it got an update, after it stored one, and before it confirmed one."""
    await _killed_with_an_update_on_its_way(stage)
    await _killed_before_it_confirms(stage)
    await _killed_right_after_it_stored(stage)
    return {"bot_points": 3}


async def _killed_with_an_update_on_its_way(stage: Stage) -> None:
    faults, chats = stage.telegram.faults, stage.new_chats(2)
    number = faults.add(Fault(kind=FaultKind.HOLD_AFTER, methods=("getUpdates",), times=1))
    # Ends the poll that waits already; the next one is held together with its update.
    await stage.accepted(stage.ask(chats[0]))
    stage.ask(chats[1])
    await faults.wait_held(number)
    await _restart(stage)
    faults.remove(number)
    await stage.drained()


async def _killed_before_it_confirms(stage: Stage) -> None:
    faults = stage.telegram.faults
    number = faults.add(Fault(kind=FaultKind.DROP_BEFORE, methods=("getUpdates",)))
    asked = stage.ask(stage.new_chat())
    await stage.accepted(asked)
    await _restart(stage)
    faults.remove(number)
    if asked.update_id not in stage.telegram.updates.pending:
        raise RuntimeError("the update was confirmed too early for this point")
    await stage.drained()


async def _killed_right_after_it_stored(stage: Stage) -> None:
    """With Redis at the same moment, while no worker had time to look."""
    for worker in stage.workers:
        worker.signal(signal.SIGSTOP)
    await stage.accepted(stage.ask(stage.new_chat()))
    await stage.kill_redis()
    await _restart(stage)
    for worker in stage.workers:
        worker.signal(signal.SIGCONT)
    await stage.drained()


async def _restart(stage: Stage) -> None:
    restarted = asyncio.create_task(stage.bots[0].restarted())
    await asyncio.sleep(0)
    stage.killed(*stage.bots)
    await restarted
