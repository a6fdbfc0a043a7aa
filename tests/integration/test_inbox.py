"""The inbox over a real server: deduplication, order, limits, and what happens to a turn in hand."""

import json
from datetime import UTC, datetime

import pytest
from redis import Redis as SyncRedis
from redis.asyncio import Redis
from rq import Queue
from rq.job import Job

from bot.domain import ChannelName, ChatRef, Turn, Utterance, UtteranceKind
from bot.errors import LeaseLost
from bot.queue.inbox import Acceptance, Inbox


def say(text: str, *, update: int | None = None, chat: str = "42", kind: str = "text") -> Utterance:
    return Utterance(
        update_id=f"{chat}/{text}" if update is None else str(update),
        chat=ChatRef(channel=ChannelName.TELEGRAM, chat_id=chat),
        person_id=chat,
        kind=UtteranceKind(kind),
        text=text,
        received_at=datetime.now(UTC),
    )


CHAT = say("").chat.key


@pytest.fixture
def inbox(redis: Redis, prefix: str) -> Inbox:
    return Inbox(redis, prefix=prefix, check_s=0)


@pytest.fixture
def queue(redis_url: str, redis: Redis) -> Queue:
    return Queue("turns", connection=SyncRedis.from_url(redis_url))


async def begin(inbox: Inbox, count: int = 10, chat: str = CHAT) -> Turn:
    turn = await inbox.begin(chat, count, worker="w")
    assert turn is not None
    return turn


def texts(turn: Turn) -> list[str]:
    return [utterance.text for utterance in turn.utterances]


async def test_a_redelivered_update_is_taken_once(inbox: Inbox) -> None:
    assert await inbox.accept(say("hello", update=7)) is Acceptance.ACCEPTED
    assert await inbox.accept(say("hello", update=7)) is Acceptance.DUPLICATE
    assert len(await inbox.waiting(CHAT)) == 1


async def test_an_update_stays_known_after_its_turn(inbox: Inbox) -> None:
    await inbox.accept(say("hello", update=7))
    await inbox.finish(await begin(inbox), log=None)
    assert await inbox.accept(say("hello", update=7)) is Acceptance.DUPLICATE


async def test_a_chat_has_one_job_however_much_it_says(inbox: Inbox, queue: Queue) -> None:
    for text in "abc":
        await inbox.accept(say(text))
    assert len(queue.job_ids) == 1


async def test_its_job_is_one_that_rq_understands(inbox: Inbox, queue: Queue) -> None:
    await inbox.accept(say("hello"))
    job = queue.jobs[0]
    assert (job.func_name, job.args, job.origin) == ("bot.jobs.answer_chat", (CHAT,), "turns")
    assert job.get_status() == "queued"
    assert job.retries_left == len(job.retry_intervals or [])
    assert job.get_retry_interval() == 1
    assert job.result_ttl == 0
    assert Job.fetch(job.id, connection=queue.connection).timeout == 180


async def test_a_full_chat_is_told_so_once_until_there_is_room(redis: Redis, prefix: str) -> None:
    inbox = Inbox(redis, prefix=prefix, limit=2)
    answers = [await inbox.accept(say(text)) for text in "abcd"]
    assert answers[2:] == [Acceptance.FULL_FIRST, Acceptance.FULL]
    await begin(inbox, 1)
    assert await inbox.accept(say("e")) is Acceptance.ACCEPTED
    assert await inbox.accept(say("f")) is Acceptance.FULL_FIRST


async def test_a_full_chat_does_not_hinder_another(redis: Redis, prefix: str) -> None:
    inbox = Inbox(redis, prefix=prefix, limit=1)
    await inbox.accept(say("a"))
    assert await inbox.accept(say("a", chat="43")) is Acceptance.ACCEPTED


async def test_a_turn_takes_the_oldest_in_order(inbox: Inbox) -> None:
    for text in "abc":
        await inbox.accept(say(text))
    turn = await begin(inbox, 2)
    assert (texts(turn), turn.turn_id, turn.attempt) == (["a", "b"], f"{CHAT}:42/a", 1)
    assert [utterance.text for utterance in await inbox.waiting(CHAT)] == ["c"]


async def test_a_turn_begun_again_is_the_same_and_the_old_lease_is_lost(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    first = await begin(inbox)
    await inbox.accept(say("b"))
    second = await begin(inbox)
    assert (second.turn_id, texts(second), second.attempt) == (first.turn_id, ["a"], 2)
    assert not await inbox.renew(first)
    assert await inbox.renew(second)
    with pytest.raises(LeaseLost):
        await inbox.finish(first, log="twice")


async def test_a_finished_turn_is_logged_once_however_often_the_call_is_repeated(
    inbox: Inbox, redis: Redis, prefix: str
) -> None:
    await inbox.accept(say("a"))
    turn = await begin(inbox)
    await inbox.finish(turn, log="{}")
    await inbox.finish(turn, log="{}")
    entries = await redis.xrange(f"{prefix}:turnlog") or []
    assert [entry[1] for entry in entries if entry] == [{b"record": b"{}"}]


async def test_a_finished_turn_keeps_nobodys_words(inbox: Inbox, redis: Redis, prefix: str) -> None:
    await inbox.accept(say("secret"))
    turn = await begin(inbox)
    await redis.hset(f"{prefix}:turn:{turn.turn_id}", mapping={"answer": "secret", "final": "secret"})
    await inbox.finish(turn, log=None)
    kept = await redis.hgetall(f"{prefix}:turn:{turn.turn_id}")
    assert kept[b"state"] == b"finished"
    assert not any(b"secret" in value for value in kept.values())


async def test_a_finished_turn_cannot_be_begun_or_let_go(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    turn = await begin(inbox)
    await inbox.finish(turn, log=None)
    assert await inbox.begin(CHAT, 1, worker="w") is None
    with pytest.raises(LeaseLost):
        await inbox.release(turn)


async def test_an_idle_chat_leaves_nothing_to_sweep(inbox: Inbox, redis: Redis, prefix: str) -> None:
    await inbox.accept(say("a"))
    await inbox.finish(await begin(inbox), log=None)
    assert not await redis.exists(*(f"{prefix}:{name}" for name in ("busy", "waiting")))
    assert not await redis.exists(f"{prefix}:chat:{CHAT}", f"{prefix}:inbox:{CHAT}")


async def test_a_flooding_chat_queues_behind_the_others(inbox: Inbox, queue: Queue) -> None:
    for text in "abc":
        await inbox.accept(say(text))
    await inbox.accept(say("a", chat="43"))
    queue.pop_job_id()
    await inbox.finish(await begin(inbox, 1), log=None)
    assert [job.args[0] for job in queue.jobs] == ["telegram:43", "telegram:42"]


async def test_a_job_that_the_chat_no_longer_has_begins_nothing(inbox: Inbox, queue: Queue) -> None:
    await inbox.accept(say("a"))
    old = queue.job_ids[0]
    await inbox.accept(say("b"))
    await inbox.finish(await begin(inbox, 1), log=None)
    assert await inbox.begin(CHAT, 1, worker="w", job=old) is None
    assert await inbox.begin(CHAT, 1, worker="w", job=queue.job_ids[-1]) is not None


async def test_a_turn_let_go_does_not_count_the_attempt(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    for _ in range(5):
        turn = await begin(inbox)
        assert turn.attempt == 1
        await inbox.release(turn)


async def test_cancel_drops_waiting_texts_and_says_so(inbox: Inbox) -> None:
    await inbox.accept(say("/help", kind="help"))
    await inbox.accept(say("a"))
    await inbox.accept(say("/cancel", kind="cancel"))
    waiting = await inbox.waiting(CHAT)
    assert [(one.kind.value, one.detail) for one in waiting] == [("help", ""), ("cancel", "stopped")]
    assert await inbox.waiting_utterances() == 2


async def test_cancel_flags_the_turn_in_hand(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    turn = await begin(inbox)
    assert not await inbox.is_cancelled(turn)
    await inbox.accept(say("/cancel", kind="cancel"))
    assert await inbox.is_cancelled(turn)
    assert (await inbox.waiting(CHAT))[0].detail == "stopped"


async def test_cancel_with_nothing_to_stop_says_so(inbox: Inbox) -> None:
    await inbox.accept(say("/start", kind="start"))
    turn = await begin(inbox)
    await inbox.accept(say("/cancel", kind="cancel"))
    assert (await inbox.waiting(CHAT))[0].detail == "idle"
    assert not await inbox.is_cancelled(turn)


async def test_cancel_is_taken_even_when_the_chat_is_full(redis: Redis, prefix: str) -> None:
    inbox = Inbox(redis, prefix=prefix, limit=1)
    await inbox.accept(say("a"))
    assert await inbox.accept(say("/cancel", kind="cancel")) is Acceptance.ACCEPTED
    assert len(await inbox.waiting(CHAT)) == 1


async def test_a_person_gets_so_many_turns_a_window(inbox: Inbox) -> None:
    waits = [await inbox.pace("p", 3, 30) for _ in range(4)]
    assert waits[:3] == [0, 0, 0]
    assert 29 < waits[3] <= 30
    assert await inbox.pace("another", 3, 30) == 0


async def test_a_refused_turn_is_not_counted_and_the_window_slides(inbox: Inbox) -> None:
    assert await inbox.pace("p", 1, 0.05) == 0
    waits = [await inbox.pace("p", 1, 0.05)]
    while waits[-1] > 0:
        waits.append(await inbox.pace("p", 1, 0.05))
    assert waits[0] <= 0.05


async def test_a_postponed_chat_waits_in_rqs_scheduled_registry(inbox: Inbox, queue: Queue) -> None:
    await inbox.accept(say("a"))
    job = queue.pop_job_id()
    assert await inbox.postpone(CHAT, 20, job=job)
    scheduled = queue.scheduled_job_registry.get_job_ids()
    assert len(scheduled) == 1
    assert queue.job_ids == []
    assert Job.fetch(scheduled[0], connection=queue.connection).get_status() == "scheduled"
    assert not await inbox.postpone(CHAT, 20, job=job)


async def test_a_postponed_turn_stays_in_hand_uncounted(inbox: Inbox) -> None:
    await inbox.accept(say("a"))
    turn = await begin(inbox)
    assert await inbox.postpone(CHAT, 20, turn=turn)
    assert not await inbox.postpone(CHAT, 20, turn=turn)
    assert (await begin(inbox)).attempt == 1


async def test_cancel_does_not_wait_for_a_postponed_job(inbox: Inbox, queue: Queue) -> None:
    await inbox.accept(say("a"))
    await inbox.postpone(CHAT, 20, job=queue.pop_job_id())
    await inbox.accept(say("/cancel", kind="cancel"))
    assert len(queue.job_ids) == 1
    assert queue.scheduled_job_registry.get_job_ids() == []


async def test_a_chat_whose_job_vanished_gets_another(inbox: Inbox, queue: Queue, redis: Redis) -> None:
    await inbox.accept(say("a"))
    assert await inbox.sweep() == 0
    await redis.delete(f"rq:job:{queue.pop_job_id()}")
    assert await inbox.sweep() == 1
    assert await inbox.sweep() == 0
    assert [job.args for job in queue.jobs] == [(CHAT,)]


async def test_a_turn_in_hand_whose_job_failed_for_good_gets_another(inbox: Inbox, queue: Queue) -> None:
    await inbox.accept(say("a"))
    await begin(inbox)
    Job.fetch(str(queue.pop_job_id()), connection=queue.connection).set_status("failed")  # type: ignore[arg-type]
    assert await inbox.sweep() == 1
    assert len(queue.job_ids) == 1


async def test_one_sweep_serves_the_fleet(inbox: Inbox, redis: Redis) -> None:
    await inbox.accept(say("a"))
    assert await inbox.sweep(at_most_every_s=60) == 0
    await redis.delete(*await redis.keys("rq:*"))
    assert await inbox.sweep(at_most_every_s=60) == 0
    assert await inbox.sweep() == 1


async def test_the_depth_counts_chats_and_utterances(inbox: Inbox) -> None:
    for text in "abc":
        await inbox.accept(say(text))
    await inbox.accept(say("a", chat="43"))
    assert (await inbox.waiting_chats(), await inbox.waiting_utterances()) == (2, 4)
    await begin(inbox, 3)
    assert (await inbox.waiting_chats(), await inbox.waiting_utterances()) == (1, 1)


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
