"""What goes wrong outside: updates that come again, 429, a message that kills, models that fail."""

import asyncio
import json
import time
from contextlib import suppress
from functools import partial

from benchmarks.chaos.model import BREAK, BREAK_ALL, BROKEN, POISON, SLOW
from benchmarks.chaos.stage import UP_WITHIN_S, Stage, report, until
from benchmarks.chaos.storm import Results
from bot.texts.catalogue import Text, load_texts
from tests.fakes.telegram import Fault, FaultKind

NOTICE = "Ваш запрос обрабатывается, ожидайте ответа"
TRIES = 3
_TICK_S = 0.005
_ON_THE_WAY_S = 0.25
"""Within which a call that left before the 429 was known may still arrive."""


async def redelivered(stage: Stage) -> Results:
    """The same update three times more: at once, while the bot is dead, after its restart."""
    chat_id = stage.new_chat()
    update_id = stage.ask(chat_id).update_id
    stage.telegram.inject.redeliver(update_id)
    await stage.drained([chat_id])
    restarted = asyncio.create_task(stage.bots[0].restarted())
    await asyncio.sleep(0)
    stage.killed(stage.bots[0])
    stage.telegram.inject.redeliver(update_id)
    await restarted
    await _fetched(stage)
    stage.telegram.inject.redeliver(update_id)
    await _fetched(stage)
    # Whatever comes of it comes before the answer to the next question in the same chat.
    stage.ask(chat_id)
    await stage.drained([chat_id])
    answers = [message for message in stage.telegram.messages(chat_id) if message.from_bot]
    return {"redelivered_answers": len(answers) - 1}


async def _fetched(stage: Stage) -> None:
    """Return when the bot has confirmed every update. Raises TimeoutError."""
    await asyncio.wait_for(stage.telegram.updates.emptied.wait(), UP_WITHIN_S)


async def limits(stage: Stage, *, chats: int, in_one_chat: int) -> Results:
    """A rush by Telegram's real limits, then a 429 in the middle of another one."""
    audit = stage.telegram.audit
    await stage.workers_up()
    audit.clear()
    clock = asyncio.create_task(_lateness())
    rush = stage.new_chats(chats)
    for chat_id in rush:
        stage.ask(chat_id)
    for _ in range(in_one_chat):
        stage.ask(rush[0])
        await asyncio.sleep(0.4)
    await stage.drained(rush)
    clock.cancel()  # it answers to it
    late_s = await clock
    worst = {
        "limits_worst_second": audit.worst_second(window_s=1 - late_s),
        "limits_worst_second_of_a_chat": audit.worst_second_of_any_chat(window_s=1 - late_s),
        "limits_clock_late_s": round(late_s, 3),
    }
    flood = stage.telegram.faults.add(
        Fault(kind=FaultKind.TOO_MANY, methods=("sends",), times=1, skip=3, retry_after_s=3)
    )
    flooded = stage.new_chats(chats // 3)
    for chat_id in flooded:
        stage.ask(chat_id)
        await asyncio.sleep(0.05)
    await stage.drained(flooded)
    struck = stage.telegram.faults.struck(flood)
    stage.telegram.faults.remove(flood)
    report(f"{stage.name}: worst second {worst['limits_worst_second']:g}, 429 met {struck} times")
    return {
        **worst,
        "pauses": struck,
        "sends_during_pause": len(audit.sends_during_pause(grace_s=_ON_THE_WAY_S)),
    }


async def _lateness() -> float:
    """By how much this process was late at worst, until it is cancelled: calls that arrive in that time
    seem to arrive together, so windows are made shorter by it."""
    worst = 0.0
    with suppress(asyncio.CancelledError):
        while True:
            began = time.monotonic()
            await asyncio.sleep(_TICK_S)
            worst = max(worst, time.monotonic() - began - _TICK_S)
    return min(worst, 0.5)


async def poison(stage: Stage, neighbours: int) -> Results:
    """A message that kills whichever worker takes it up; others write all the while."""
    chat_id = stage.new_chat()
    others = stage.new_chats(neighbours)
    asked = stage.say(chat_id, POISON)
    apology = load_texts().catalogues["ru"][Text.SET_ASIDE].partition(".")[0]

    def is_over() -> bool:
        return any(apology in m.text for m in stage.telegram.messages(chat_id) if m.from_bot)

    def taken_up_or_over(times: int) -> bool:
        return len(stage.poisoned) >= times or is_over()

    for deaths in range(1, 2 * TRIES):
        await until(partial(taken_up_or_over, deaths), 45)
        if len(stage.poisoned) < deaths:
            break
        for other in others:
            stage.ask(other, SLOW.format(seconds=0.7))
        await asyncio.sleep(0.5)
        await _kill_worker_of(stage, f"telegram:{chat_id}:{asked.update_id}")
        report(f"{stage.name}: the poison has killed its worker {deaths} times")
    await until(is_over, 30)
    is_set_aside = is_over()
    # Who was in flight beside it twice is taken up alone for once, one after another.
    await stage.drained(others, 150)
    kept = [json.loads(item)["chat"] for item in await stage.redis.lrange("dz:set_aside", 0, -1)]
    return {
        "poison_set_aside": int(is_set_aside),
        "poison_tries": len(stage.poisoned),
        "poison_others_lost": stage.count(others).lost,
        "poison_others_set_aside": len(kept) - kept.count(f"telegram:{chat_id}"),
    }


async def _kill_worker_of(stage: Stage, turn_id: str) -> None:
    worker = await stage.redis.hget(f"dz:turn:{turn_id}", "worker")
    host_and_pid = worker.decode() if isinstance(worker, bytes) else ""
    pid = host_and_pid.rpartition(":")[2]
    stage.killed(*(program for program in stage.workers if str(program.pid) == pid))


async def slow_model(stage: Stage, *, chats: int, think_s: float, kill_at_s: float | None) -> Results:
    """A model that takes long, and whose workers are killed shortly before it answers (None: by another
    scenario)."""
    asked = stage.new_chats(chats)
    for chat_id in asked:
        stage.ask(chat_id, SLOW.format(seconds=think_s))
    if kill_at_s is not None:
        await asyncio.sleep(kill_at_s)
        stage.killed(*stage.workers)
    await stage.drained(asked)
    notices, messages = [], []
    for chat_id in asked:
        sent = stage.telegram.sent(chat_id)
        messages.append(len(sent))
        notices.append(sum(NOTICE in text for message in sent for text in set(message.history)))
    return {
        "slow_model_notices": max(notices, key=lambda count: abs(count - 1)),
        "slow_model_messages": max(messages, key=lambda count: abs(count - 1)),
    }


async def model_down(stage: Stage, phone: str, *, has_spare: bool = True) -> Results:
    """Each way in which a model fails: the spare answers; where none does, an honest sentence."""
    spared: list[int] = []
    honest: dict[str, int] = {}
    for how in BROKEN:
        if has_spare:
            spared.append(stage.new_chat())
            stage.ask(spared[-1], BREAK.format(how=how))
        honest[how] = stage.new_chat()
        stage.say(honest[how], BREAK_ALL.format(how=how))
    await _replies(stage, list(honest.values()))
    await stage.drained(spared, 30)
    await stage.model.keep_down()
    if has_spare:
        spared.append(stage.new_chat())
        stage.ask(spared[-1])
    else:
        honest["refused"] = stage.new_chat()
        stage.say(honest["refused"], "")
        await _replies(stage, [honest["refused"]])
    await stage.drained(spared, 30)
    stage.model.let_up()
    dishonest = [how for how, chat_id in honest.items() if not _is_honest(stage, chat_id, phone)]
    if dishonest:
        report(f"{stage.name}: no honest answer when every model fails by: {', '.join(dishonest)}")
    return {
        "model_down_ways": len(BROKEN) + 1,
        "model_down_unspared": stage.count(spared).lost,
        "model_down_dishonest": len(dishonest),
    }


async def _replies(stage: Stage, chats: list[int]) -> None:
    for chat_id in chats:
        with suppress(TimeoutError):
            await stage.telegram.wait_for_reply(chat_id, timeout_s=20)


def _is_honest(stage: Stage, chat_id: int, phone: str) -> bool:
    replies = [message.text for message in stage.telegram.messages(chat_id) if message.from_bot]
    return len(replies) == 1 and phone in replies[0]
