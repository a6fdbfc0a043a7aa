"""What is said to a chat: taken once, up to a limit, and one job of RQ's for all of it."""

from redis.asyncio import Redis
from rq import Queue
from rq.job import Job

from bot.queue.inbox import Acceptance, Inbox
from tests.integration.inbox_kit import CHAT, begin, say


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


async def test_a_flooding_chat_queues_behind_the_others(inbox: Inbox, queue: Queue) -> None:
    for text in "abc":
        await inbox.accept(say(text))
    await inbox.accept(say("a", chat="43"))
    queue.pop_job_id()
    await inbox.finish(await begin(inbox, 1), log=None)
    assert [job.args[0] for job in queue.jobs] == ["telegram:43", "telegram:42"]


async def test_the_depth_counts_chats_and_utterances(inbox: Inbox) -> None:
    for text in "abc":
        await inbox.accept(say(text))
    await inbox.accept(say("a", chat="43"))
    assert (await inbox.waiting_chats(), await inbox.waiting_utterances()) == (2, 4)
    await begin(inbox, 3)
    assert (await inbox.waiting_chats(), await inbox.waiting_utterances()) == (1, 1)
