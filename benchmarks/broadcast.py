"""A message to 5,000 people beside real turns: `python -m benchmarks.broadcast`, or for longer with REAL=1.

The real bot, two workers and the scheduler over a fake Telegram that counts, with the bot's limit ten times
Telegram's, so that it fits a minute; REAL=1 keeps Telegram's own 30 a second. In the first part turns are
measured beside it, and before it without it. In the second part workers are killed, Telegram says 429, and
some people have blocked the bot. Then every chat is read.
"""

import argparse
import asyncio
import os
import time
from datetime import UTC, datetime

from benchmarks.broadcast_scene import NAME, Scene, opened
from benchmarks.measuring import percentile, report, say
from bot.domain.broadcasts import Audience, Broadcast, Message, Promo
from bot.people.broadcasts.codes import own_codes
from bot.store.broadcasts import NewBroadcast
from bot.store.job_runs import JobRunStore
from tests.fakes.telegram import Fault, FaultKind

REAL_LIMIT, SCALED_LIMIT = 30, 300
CALM_SHARE = 0.6
"""Of the people, how many have it before anything goes wrong."""
_WAIT_S = 900.0
_WORDS = "Рассылка: новый хлеб"


async def measure(options: argparse.Namespace) -> dict[str, object]:
    people, limit, every_s, alone_s = options.people, options.limit, options.every, options.alone
    async with opened(people, limit, options.seed) as scene:
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
        kills = await _disturb(scene, broadcast, people, options.rounds)
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


async def _disturb(scene: Scene, broadcast: Broadcast, people: int, rounds: int) -> int:
    """Kill workers in turn, and have Telegram ask for a pause, while the rest goes out."""
    kills = 0
    for step in range(1, rounds + 1):
        await _until(scene, broadcast, round(people * (CALM_SHARE + step * (1 - CALM_SHARE) / (rounds + 2))))
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
    parser.add_argument("--alone", type=float, default=60.0 if is_real else 12.0, help="s of turns alone")
    parser.add_argument("--rounds", type=int, default=3 if is_real else 2, help="of kills and 429")
    parser.add_argument("--seed", type=int, default=6)
    options = parser.parse_args()
    report(asyncio.run(measure(options)))


if __name__ == "__main__":
    main()
