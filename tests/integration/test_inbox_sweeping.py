"""Chats whose job is lost get another by the sweep."""

from redis.asyncio import Redis
from rq import Queue
from rq.job import Job

from bot.queue.inbox import Inbox
from tests.integration.inbox_kit import CHAT, begin, say


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
