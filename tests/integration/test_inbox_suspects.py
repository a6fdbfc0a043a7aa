"""Turns that may have killed their worker: alone at first, then set aside for staff."""

import json

from redis.asyncio import Redis
from rq import Queue
from rq.job import Job

from bot.queue.inbox import Inbox
from tests.integration.inbox_kit import begin, say


async def test_a_turn_that_keeps_killing_its_worker_is_poison_and_kept_for_staff(
    inbox: Inbox, redis: Redis, prefix: str
) -> None:
    await inbox.accept(say("a"))
    turns = [await begin(inbox) for _ in range(4)]
    assert [inbox.is_poison(turn) for turn in turns] == [False, False, False, True]
    await inbox.set_aside(turns[-1])
    await inbox.set_aside(turns[-1])
    kept = await redis.lrange(f"{prefix}:set_aside", 0, -1)
    assert [json.loads(one)["turn_id"] for one in kept] == [turns[-1].turn_id]
    await inbox.finish(turns[-1], log=None)


async def test_suspects_run_one_at_a_time_and_waiting_is_not_held_against_them(
    inbox: Inbox, queue: Queue
) -> None:
    chats = ["telegram:42", "telegram:43"]
    for chat in chats:
        await inbox.accept(say("a", chat=chat.split(":")[1]))
        await begin(inbox, chat=chat)
        await begin(inbox, chat=chat)
    suspect = await begin(inbox, chat=chats[0])
    assert suspect.attempt == 3
    assert await inbox.begin(chats[1], 1, worker="w") is None
    assert len(queue.scheduled_job_registry.get_job_ids()) == 1
    await inbox.finish(suspect, log=None)
    assert (await begin(inbox, chat=chats[1])).attempt == 3


async def test_a_turn_that_is_answered_but_for_the_sending_is_no_suspect(
    inbox: Inbox, redis: Redis, prefix: str
) -> None:
    chats = ["telegram:42", "telegram:43", "telegram:44"]
    for chat in chats:
        await inbox.accept(say("a", chat=chat.split(":")[1]))
        await begin(inbox, chat=chat)
    second = [await begin(inbox, chat=chat) for chat in chats]
    await redis.hset(f"{prefix}:turn:{second[1].turn_id}", "answer", "{}")
    first = await begin(inbox, chat=chats[0])
    assert (await begin(inbox, chat=chats[1])).attempt == 3
    assert await inbox.begin(chats[2], 1, worker="w") is None
    await redis.hset(f"{prefix}:turn:{first.turn_id}", "answer", "{}")
    assert (await begin(inbox, chat=chats[2])).attempt == 3


async def test_a_suspect_that_killed_its_worker_frees_the_way(inbox: Inbox, queue: Queue) -> None:
    for chat in ("42", "43"):
        await inbox.accept(say("a", chat=chat))
    jobs = queue.job_ids
    for _ in range(2):
        for chat, job in zip(("42", "43"), jobs, strict=True):
            assert await inbox.begin(f"telegram:{chat}", 1, worker="w", job=job)
    started = Job.fetch(jobs[0], connection=queue.connection)
    started.set_status("started")  # type: ignore[arg-type]
    assert await inbox.begin("telegram:42", 1, worker="w", job=jobs[0])
    assert await inbox.begin("telegram:43", 1, worker="w", job=jobs[1]) is None
    started.set_status("queued")  # type: ignore[arg-type]
    turn = await inbox.begin("telegram:43", 1, worker="w", job=queue.scheduled_job_registry.get_job_ids()[0])
    assert turn is not None
    assert turn.attempt == 3
